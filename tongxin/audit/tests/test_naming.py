"""A verdict says in words which rows it means.

The auditor of a committee reads no key alone where the row is still there.
"""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import kinds, truth
from tongxin.audit.models import Event
from tongxin.audit.naming import NAMES, row_names
from tongxin.audit.tests.forging import raw
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Session, Unit
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.members.models import Member, Seat
from tongxin.proposals.models import Proposal, Signature


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
        Reply.objects.get(task__case=case),
        signature=first,
        attitude="satisfied",
        result="dissatisfied",
        comment="没有解决",
        actor=cast.proposer,
        at=timezone.now(),
    )
    return case


def test_every_kind_of_row_that_is_vouched_for_has_a_word(db: None) -> None:
    named = {kind.label.partition("/")[0] for kind in truth.declared()}
    beside = {model._meta.label_lower for kind in truth.declared() for model in kind.models()}
    assert (named | beside) - set(NAMES) == set()
    parts = {kind.label for kind in truth.declared() if "/" in kind.label}
    assert parts == {f"{label}/{part}" for label, one in NAMES.items() for part in one.parts}


def test_a_changed_rating_is_named_by_proposal_and_unit_and_not_by_who_rated(cast: Cast, auditor: Client) -> None:
    case = rated(cast)
    rating = Rating.objects.get()
    raw(Rating).filter(pk=rating.pk).update(result="satisfied")
    assert told(auditor) == [f"评价 第 0001 号《{case.proposal.title}》 县卫生健康局 不符，数据被改动过。"]
    page = auditor.post("/audit/verify/").text
    assert f'<p class="xs muted">内部编号：handling.rating:{rating.uid}</p>' in page
    assert "林知远" not in page


def test_persons_are_named_and_rows_that_are_gone_keep_their_kind_and_key(cast: Cast, auditor: Client) -> None:
    member = cast.member(cast.proposer)
    seat = member.seats.get()
    raw(Seat).filter(pk=seat.pk).update(convenes=True)
    own, account = f"members.seat:{seat.uid}", f"accounts.account:{cast.office.uid}"
    assert row_names(cast.county.code, [own, "members.post:gone", "elsewhere.row:x", account]) == {
        own: f"委员席位　{member.name}　{seat.sector.name}",
        "members.post:gone": "委员职务",
        account: "账户",
    }
    assert any(f"委员席位 {member.name} {seat.sector.name} 不符" in line for line in told(auditor))


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
        cast.county,
        cast.unit,
        actor=cast.office,
        at=timezone.now(),
        fields={"name": "县卫健局", "short_name": "", "system": cast.unit.system, "contact": "", "phone": ""},
    )
    key = f"committees.unit:{cast.unit.uid}"
    assert row_names(cast.county.code, [key]) == {key: "承办单位　县卫健局"}  # a change that the record knows is none
    raw(Unit).filter(pk=cast.unit.pk).update(name="县卫生健康委")
    assert told(auditor) == ["承办单位 县卫生健康委（记录为“县卫健局”） 不符，数据被改动过。"]


def test_every_finding_is_an_item_and_what_was_checked_is_said_in_both_cases(cast: Cast, auditor: Client) -> None:
    assert CHECKED in auditor.post("/audit/verify/").text
    raw(Unit).filter(pk__in=(cast.unit.pk, cast.co_unit.pk)).update(system="party")
    page = auditor.post("/audit/verify/").text
    assert (page.count('<li><p class="strong">承办单位'), page.count("内部编号：committees.unit:")) == (2, 2)
    assert "云溪县政协：2 处不符" in page
    assert CHECKED in page


def links(page: str) -> list[str]:
    """Return where the findings of a verdict lead to in the reader of events."""
    return re.findall(r'<a href="(/audit/\?q=[^"]*)">查看有关的操作记录', page)


def listed(client: Client, address: str) -> list[str]:
    """Return what the reader lists under an address."""
    return [row["event"].uid for row in client.get(address).context["rows"]]


def test_a_changed_event_is_named_by_its_hour_and_sentence_and_found_by_its_key(cast: Cast, auditor: Client) -> None:
    proposal = cast.filed()
    event = Event.objects.filter(kind="proposals.file", subject_uid=proposal.uid).get()
    raw(Event).filter(pk=event.pk).update(acting_as="改动过的身份")
    assert listed(auditor, f"/audit/?q=proposals.proposal:{proposal.uid}") == list(
        Event.objects.filter(subject_uid=proposal.uid).order_by("-id").values_list("uid", flat=True)
    )
    page = auditor.post("/audit/verify/").text
    when = timezone.localtime(event.recorded_at).strftime("%Y-%m-%d %H:%M:%S")
    (line,) = [line for line in told(auditor) if line.startswith("操作记录")]
    what = kinds.sentence(event).replace("　", " ")
    assert line == f"操作记录 {when} {what} {event.subject_label} 不符，记录被改动过，或者它前面缺少记录。"
    assert links(page) == [f"/audit/?q={event.uid}"]
    assert listed(auditor, links(page)[0]) == [event.uid]


def test_a_row_leads_to_its_own_events_and_another_committees_to_none(cast: Cast, auditor: Client) -> None:
    cast.filed()
    bodies.save_unit(
        cast.county,
        cast.unit,
        actor=cast.office,
        at=timezone.now(),
        fields={"name": "县卫健局", "short_name": "", "system": cast.unit.system, "contact": "", "phone": ""},
    )
    raw(Unit).filter(pk=cast.unit.pk).update(system="party")
    (link,) = links(auditor.post("/audit/verify/").text)
    assert link == f"/audit/?q=committees.unit%3A{cast.unit.uid}"
    own = Event.objects.filter(subject_uid=cast.unit.uid).order_by("-id").values_list("uid", flat=True)
    assert listed(auditor, link) == list(own) != []
    theirs = Account.objects.create(username="wcaudit", name="簿望川", password="!")
    bodies.appoint(
        theirs,
        committee=cast.other_county,
        duty=Duty.AUDIT_ADMIN,
        starts_on=date(2026, 1, 1),
        actor=None,
        at=timezone.now(),
    )
    Account.objects.filter(pk=theirs.pk).update(needs_second_factor=False)
    auditor.force_login(Account.objects.get(pk=theirs.pk))
    assert listed(auditor, link) == []


def test_of_a_changed_rating_event_neither_who_nor_when_is_said_nor_does_a_search_find_it(cast: Cast, auditor: Client) -> None:
    rated(cast)
    event = Event.objects.get(kind="handling.rate")
    raw(Event).filter(pk=event.pk).update(data=event.data | {"result": "satisfied"})
    page = auditor.post("/audit/verify/").text
    (line,) = [line for line in told(auditor) if line.startswith("操作记录")]
    assert line == f"操作记录 提案人评价 {event.subject_label} 不符，记录被改动过，或者它前面缺少记录。"
    assert links(page) == listed(auditor, f"/audit/?q={event.uid}") == []
    assert event.uid not in listed(auditor, f"/audit/?q={event.subject_uid}")


def test_an_event_whose_values_are_somebody_elses_is_still_named(cast: Cast, auditor: Client) -> None:
    proposal = cast.filed()
    event = Event.objects.filter(kind="proposals.file", subject_uid=proposal.uid).get()
    for values in ({"kind": "no.such"}, {"data": []}, {"data": {"number": {}}}):
        raw(Event).filter(pk=event.pk).update(**{"kind": "proposals.file", "data": event.data} | values)
        assert auditor.post("/audit/verify/").status_code == 200
        assert event.subject_label in auditor.get(f"/audit/?q={event.uid}").text  # whither the verdict leads
        assert row_names(cast.county.code, [event.uid])[event.uid].endswith(f"　{event.subject_label}")


def test_the_reader_names_what_the_system_vouched_for_in_words_and_lists_no_row_of_nothing(cast: Cast, auditor: Client) -> None:
    for kind in truth.declared():
        audit.record_vouching(cast.county, kind, {}, at=timezone.now())
        audit.record_vouching(cast.county, kind, {"x:y": "z"}, at=timezone.now())
    said = [row["what"] for row in auditor.get("/audit/?kind=audit.vouch").context["rows"]]
    assert sum("1 项的当前内容" in line for line in said) >= len(truth.declared())
    assert [line for line in said if "开始登记" in line or re.search("[a-z]", line)] == []
    assert "系统登记制度 1 项的当前内容，供以后核验比对" in said
    assert "系统登记审定结果 1 项的当前内容，供以后核验比对" in said


def test_what_belongs_to_no_committee_stands_last_and_is_called_what_it_is(cast: Cast, auditor: Client) -> None:
    bodies.appoint(
        cast.audit_admin, committee=cast.city, duty=Duty.AUDIT_ADMIN, starts_on=date(2026, 1, 1), actor=None, at=timezone.now()
    )
    Account.objects.filter(pk=cast.audit_admin.pk).update(needs_second_factor=False)
    names = [one["name"] for one in auditor.post("/audit/verify/").context["verdicts"]]
    assert sorted(names[:-1]) == ["云溪县政协", "青岚市政协"]
    assert names[-1] == "系统公用的记录"
