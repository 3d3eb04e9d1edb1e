"""A name is found however its separator is typed, and characters outside the basic plane are found and sort."""

import pytest

from tests.cast import NOW, Cast
from tongxin.core.sounds import sound_of
from tongxin.core.words import clean_name, name_key, person_name, plain_number, sought
from tongxin.handling.pages.rows import signed_by_name
from tongxin.members import queries
from tongxin.members.models import Member
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.queries import candidates

FORMS = ["•", "・", "‧", "⋅", "·", "．", ".", " · ", "　•　", "･"]


@pytest.mark.parametrize("form", FORMS)
def test_every_separator_is_one(form):
    written = f"阿依古丽{form}买买提"
    assert {person_name(written), clean_name(written), sought(written)[0]} == {"阿依古丽·买买提"}
    assert name_key(written) == "阿依古丽买买提"


def test_points_of_other_writings_stay():
    assert [person_name(name) for name in ("J. Smith", "A.B.", "3.5", "一·二级")] == ["J. Smith", "A.B.", "3.5", "一·二级"]


@pytest.mark.parametrize(
    ("written", "plain"), [("００１", "1"), ("001", "1"), ("yx 01", "YX1"), ("YX010", "YX10"), ("000", "0"), ("", "")]
)
def test_numbers_are_compared_without_zeros_and_width(written, plain):
    assert plain_number(written) == plain


def test_characters_outside_the_basic_plane_have_a_place_among_the_names():
    assert (sound_of("𠮷野"), sound_of("李𬀩")) == ("jiye jy", "liwei lw")
    assert sound_of("李\U0002f9f4")  # whatever no table reads keeps itself


def kept(cast: Cast, name, number):
    member = cast.member(cast.bystander)
    Member.objects.filter(pk=member.pk).update(name=name, number=number, sound=sound_of(name))
    return Member.objects.get(pk=member.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("there", ["阿依古丽·买买提", "阿依古丽•买买提"])
@pytest.mark.parametrize("form", ["・", " · ", "．", "•"])
def test_lists_the_picker_and_the_search_find_any_separator(cast: Cast, there, form):
    member, words = kept(cast, there, "YX900"), f"阿依古丽{form}买买提"
    assert list(queries.find(Member.objects.filter(committee=cast.county), words)) == [member]
    assert candidates(cast.draft(), words, on=NOW.date()) == [member]
    Signature.objects.filter(proposal=(proposal := cast.draft())).update(member=member)
    assert list(Proposal.objects.filter(signed_by_name(cast.county, words))) == [proposal]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["𠮷野", "李𬀩"])
def test_rare_characters_are_found_by_character_and_by_sound(cast: Cast, name):
    member = kept(cast, name, "YX901")
    for words in (name, name[0] if name[0] > "\uffff" else name[1], sound_of(name).split()[0]):
        assert list(queries.find(Member.objects.filter(committee=cast.county), words)) == [member]
