"""A verdict says in words which rows it means: the auditor of a committee reads no key alone where the row is still there."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.audit import truth
from tongxin.audit.tests.forging import raw
from tongxin.committees import actions as bodies
from tongxin.committees.models import Session, Unit
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.members.models import Member, Seat
from tongxin.proposals.models import Proposal, Signature
from tongxin.site.queries.row_names import NAMES, row_names


@pytest.fixture
def auditor(cast: Cast, client: Client) -> Client:
    client.force_login(cast.audit_admin)
    return client


def told(client: Client) -> list[str]:
    """Return the sentences of the verdict, without its marks."""
    page = client.post("/audit/verify/").text
    return [re.sub(r"\s+", " ", line).strip() for line in re.findall(r'<p class="strong">(.*?)</p>', page, re.DOTALL)]


def rated(cast: Cast) -> Case:
    from tongxin.handling import actions
    from tongxin.proposals.queries import raters

    case = cast.answered(timezone.now())
    first = next(s for s in raters(case.proposal) if s.member == cast.member(cast.proposer))
    actions.rate(
        Reply.objects.get(task__case=case), signature=first, attitude="satisfied", result="dissatisfied", comment="没有解决",
        actor=cast.proposer, at=timezone.now(),
    )  # fmt: skip
    return case


def test_every_kind_of_row_that_is_vouched_for_has_a_word(db: None) -> None:
    named = {kind.label.partition("/")[0] for kind in truth.declared()}
    beside = {model._meta.label_lower for kind in truth.declared() for model in kind.models()}
    assert (named | beside) - set(NAMES) == set()
    parts = {kind.label for kind in truth.declared() if "/" in kind.label}
    assert parts == {f"{label}/{part}" for label, one in NAMES.items() for part in one.parts or ()}


def test_a_changed_rating_is_named_by_proposal_and_unit_and_not_by_who_rated(cast: Cast, auditor: Client) -> None:
    case = rated(cast)
    rating = Rating.objects.get()
    raw(Rating).filter(pk=rating.pk).update(result="satisfied")
    assert told(auditor) == [f"评价 第 0001 号《{case.proposal.title}》 县卫生健康局 对不上，数据被改动过。"]
    page = auditor.post("/audit/verify/").text
    assert f'<p class="xs muted">内部编号：handling.rating:{rating.uid}</p>' in page
    assert "林知远" not in page


def test_persons_are_named_and_rows_that_are_gone_keep_their_kind_and_key(cast: Cast, auditor: Client) -> None:
    member = cast.member(cast.proposer)
    seat = member.seats.get()
    raw(Seat).filter(pk=seat.pk).update(convenes=True)
    own, account = f"members.seat:{seat.uid}", f"accounts.account:{cast.office.uid}"
    assert row_names(cast.county.code, [own, "members.post:gone", "elsewhere.row:x", account]) == {
        own: f"委员席位　{member.name}　{seat.sector.name}", "members.post:gone": "委员职务", account: "账户",
    }  # fmt: skip
    assert any(f"委员席位 {member.name} {seat.sector.name} 对不上" in line for line in told(auditor))


def test_a_key_of_another_committee_names_nobody(cast: Cast) -> None:
    other = cast.member(cast.member_of_other_county)
    key = f"members.member/account:{other.uid}"
    assert row_names(cast.county.code, [key]) == {key: "委员账户"}
    assert row_names(cast.other_county.code, [key]) == {key: f"委员账户　{other.name}"}


def test_the_words_for_twenty_rows_take_one_query_a_kind(cast: Cast, django_assert_num_queries: Any) -> None:
    for n in range(3):
        cast.assigned(title=f"关于第{n}件事的建议")
    models = (Proposal, Task, Case, Signature, Member)
    for most in (1, 20):
        keys = [
            f"{model._meta.label_lower}:{uid}" for model in models for uid in model.objects.values_list("uid", flat=True)[:most]
        ]
        with django_assert_num_queries(len(models)):
            assert len(row_names(cast.county.code, keys)) == len(keys)


def test_numbers_that_no_session_has_and_titles_that_are_no_text_take_nothing_from_the_other_rows(
    cast: Cast, auditor: Client
) -> None:
    other, spoiled = cast.filed(), cast.filed()
    raw(Session).filter(pk=cast.session.pk).update(number=150)
    raw(Proposal).filter(pk=spoiled.pk).update(title="改动过的案由")
    if connection.vendor == "sqlite":  # PostgreSQL keeps no such values
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE proposals_proposal SET title = CAST(x'ff' AS text), number = '²', category_number = 9 WHERE id = %s",
                [spoiled.pk],
            )
    assert auditor.post("/audit/verify/").status_code == 200
    keys = [f"proposals.proposal:{row.uid}" for row in (spoiled, other)]
    said = row_names(cast.county.code, keys)
    assert (said[keys[0]][:2], said[keys[1]]) == ("提案", f"提案　第 0001 号《{other.title}》")


CHECKED = "提案、评价、已送答复、制度、单位、任命、委员席位与记录是否相符"


def test_a_forged_name_stands_beside_the_one_of_the_record(cast: Cast, auditor: Client) -> None:
    bodies.save_unit(
        cast.county, cast.unit, actor=cast.office, at=timezone.now(),
        fields={"name": "县卫健局", "short_name": "", "system": cast.unit.system, "contact": "", "phone": ""},
    )  # fmt: skip
    key = f"committees.unit:{cast.unit.uid}"
    assert row_names(cast.county.code, [key]) == {key: "承办单位　县卫健局"}  # a change that the record knows is none
    raw(Unit).filter(pk=cast.unit.pk).update(name="县卫生健康委")
    assert told(auditor) == ["承办单位 县卫生健康委（记录为“县卫健局”） 对不上，数据被改动过。"]


def test_every_finding_is_an_item_and_what_was_checked_is_said_in_both_cases(cast: Cast, auditor: Client) -> None:
    assert CHECKED in auditor.post("/audit/verify/").text
    raw(Unit).filter(pk__in=(cast.unit.pk, cast.co_unit.pk)).update(system="party")
    page = auditor.post("/audit/verify/").text
    assert (page.count('<li><p class="strong">承办单位'), page.count("内部编号：committees.unit:")) == (2, 2)
    assert "云溪县政协：2 处对不上" in page
    assert CHECKED in page
