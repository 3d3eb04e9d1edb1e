"""What was entered wrong about a member is corrected, with a reason, and the proofs hold."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, SpecialCommittee, Term
from tongxin.members import correcting, queries
from tongxin.members.actions import StandingError
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Post, Seat
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice


@pytest.fixture
def office(cast: Cast) -> Client:
    return as_(cast.office)


def shown(client: Client, member: Member) -> dict[str, Any]:
    """Return what the page holds, as its form sends it back."""
    form = client.get(f"/members/{member.uid}/correct/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, "")}


def test_what_was_entered_wrong_is_corrected_and_the_event_names_the_fields_not_the_values(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    said = shown(office, member) | {"born_in": "1975年3月", "party": "民盟盟员", "is_party_member": "no", "reason": "表里写错"}
    page = office.post(f"/members/{member.uid}/correct/", said, follow=True)
    assert "已更正：出生年月、政治面貌、是否党员" in page.text
    member.refresh_from_db()
    assert (member.born_in, member.party, member.is_party_member) == (date(1975, 3, 1), "民盟盟员", False)
    event = Event.objects.get(kind="members.correct")
    assert event.data == {"name": "何青禾", "fields": ["出生年月", "政治面貌", "是否党员"], "reason": "表里写错"}
    notices.deliver()
    assert "更正了您的登记资料：出生年月、政治面貌、是否党员" in Notice.objects.get(account=cast.cosigner).text
    assert verifying.verify().ok


def test_of_two_clerks_the_later_reads_that_the_other_was_there_and_takes_nothing_back_unseen(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/correct/"
    open_page = shown(office, member)
    office.post(path, open_page | {"party": "民盟盟员", "reason": "表里写错"})
    page = office.post(path, open_page | {"ethnicity": "回族", "reason": "写错"})
    assert "在您打开以后被别人修改过" in page.text
    member.refresh_from_db()
    assert (member.party, member.ethnicity) == ("民盟盟员", open_page.get("ethnicity", ""))
    again = shown(office, member) | {"ethnicity": "回族", "reason": "写错"}
    assert "已更正：民族" in office.post(path, again, follow=True).text
    member.refresh_from_db()
    assert (member.party, member.ethnicity) == ("民盟盟员", "回族")


def test_who_has_read_that_may_send_it_once_more(cast: Cast, office: Client) -> None:
    member, path = cast.member(cast.cosigner), f"/members/{cast.member(cast.cosigner).uid}/change/"
    form = office.get(path).context["form"]
    assert f'name="shown" value="{form["shown"].value()}"' in office.get(path).text
    said = {"email": "", "workplace": "县医院", "workplace_post": "", "shown": form["shown"].value()}
    assert office.post(path, said).status_code == 302
    page = office.post(path, said | {"workplace": "县一中"})
    assert "在您打开以后被别人修改过" in page.text
    assert office.post(path, said | {"workplace": "县一中", "shown": page.context["form"]["shown"].value()}).status_code == 302
    member.refresh_from_db()
    assert member.workplace == "县一中"


def test_nothing_changes_where_nothing_is_said_otherwise(cast: Cast, office: Client) -> None:
    member, count = cast.member(cast.cosigner), Event.objects.count()
    page = office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"reason": "核对"}, follow=True)
    assert "资料没有变化" in page.text
    assert Event.objects.count() == count


def test_a_correction_needs_a_reason_and_a_month_that_there_is(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    page = office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"born_in": "1985-13"})
    assert "没有“1985-13”这个月" in page.text
    assert set(page.context["form"].errors) == {"born_in", "reason"}
    assert not Event.objects.filter(kind="members.correct").exists()


def test_sector_special_committee_and_posts_of_the_seat_are_corrected_and_vouched_for(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    seat = Seat.objects.get(member=member)
    named = {"committee": cast.county, "term": seat.term}
    sector = Sector.objects.create(**named, name="教育界", place_in_list=9)
    special = SpecialCommittee.objects.create(**named, name="教科卫体委员会", place_in_list=9)
    more = {"sector": sector.pk, "special_committee": special.pk, "ranks": ["standing", "chair"], "reason": "表里写错"}
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | more)
    seat.refresh_from_db()
    assert (seat.sector, seat.special_committee) == (sector, special)
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"ranks": ["standing"], "reason": "不是主席"})
    held = queries.with_seats(Member.objects.filter(pk=member.pk), timezone.localdate()).get()
    assert [post.rank for post in held.posts_now] == ["standing"]  # type: ignore[attr-defined]
    never = Post.objects.get(member=member, rank="chair")
    assert never.starts_on == never.ends_on
    assert [e.data["fields"] for e in Event.objects.filter(kind="members.correct").order_by("pk")] == [
        ["界别", "专委会", "职务"], ["职务"],
    ]  # fmt: skip
    assert verifying.verify().ok


def test_a_name_is_found_by_its_sound_and_the_account_bears_it(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"name": "何 青", "reason": "多写一个字"})
    member.refresh_from_db()
    cast.cosigner.refresh_from_db()
    assert (member.name, member.sound.split()[0], cast.cosigner.name) == ("何青", "heqing", "何青")


def test_who_holds_no_seat_has_no_sector_to_correct(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    Seat.objects.filter(member=member).update(ends_on="2025-01-01", ending=Ending.RESIGNED)
    assert "sector" not in office.get(f"/members/{member.uid}/correct/").context["form"].fields
    with pytest.raises(StandingError):
        correcting.correct(member, fields={"ranks": ["chair"]}, reason="写错", actor=cast.office, at=timezone.now())
    assert not Post.objects.filter(member=member, rank="chair").exists()


def test_a_sector_of_another_term_is_refused(cast: Cast, office: Client) -> None:
    member = cast.member(cast.cosigner)
    term = Term.objects.create(committee=cast.county, number=20, starts_on=date(2027, 1, 1))
    other = Sector.objects.create(committee=cast.county, term=term, name="教育界", place_in_list=1)
    page = office.post(f"/members/{member.uid}/correct/", shown(office, member) | {"sector": other.pk, "reason": "写错"})
    assert "sector" in page.context["form"].errors
    with pytest.raises(StandingError):
        correcting.correct(member, fields={"sector": other}, reason="写错", actor=cast.office, at=timezone.now())


@pytest.mark.parametrize("who", ["proposer", "leader", "assigner"])
def test_nobody_else_corrects(cast: Cast, who: str) -> None:
    member = cast.member(cast.cosigner)
    assert as_(getattr(cast, who)).post(f"/members/{member.uid}/correct/", {"party": "群众"}).status_code in {403, 404}
    assert not Event.objects.filter(kind="members.correct").exists()
