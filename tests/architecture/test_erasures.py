"""What is over goes, all of it and nothing else: every sort that an app declares, by the same rules.

Each sort is made with a mark in every value; on the day before nothing is due, on the day itself that one row; then the
mark is in no table any more, the record still proves itself, and the neighbour's is untouched.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import TEXT, Cast, a_unit, moment
from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account, Invitation
from tongxin.audit import actions as audit
from tongxin.audit import erasing, sealing, verifying
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core.calendar import add_months
from tongxin.core.secrets import lookup_hash
from tongxin.drafts import actions as drafts
from tongxin.drafts.models import KeptCopy
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.models import Case, Reply
from tongxin.handling.workflow import Sending, SignFor
from tongxin.members.models import Member, Seat
from tongxin.notices.models import Letter, Notice
from tongxin.privacy import actions
from tongxin.privacy.queries import Keeping, held_about, keepings
from tongxin.privacy.regulations import Retention
from tongxin.privacy.table import ERASABLE
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.workflow.engine import perform

BEGUN = date(2026, 3, 20)
AT = moment("2026-03-20")
MARK, THEIRS = "银杏七号", "黑松九号"


@dataclass(frozen=True)
class Side:
    """One of the two counties, with who acts there, and the mark of its values."""

    cast: Cast
    committee: Committee
    member: Account
    office: Account
    mark: str

    @property
    def own(self) -> Member:
        return Member.objects.get(account=self.member)

    @property
    def address(self) -> str:
        return f"{self.mark}@example.org"


def _sign_in(side: Side) -> Any:
    Account.objects.filter(pk=side.member.pk).update(name=f"叶{side.mark}")
    side.member.refresh_from_db()
    audit.record("accounts.sign_in", side.member, actor=side.member, at=AT)
    audit.record("accounts.sign_in_failed", side.member, actor=None, at=AT, data={"username": f"密码{side.mark}"})
    Account.objects.filter(pk=side.member.pk).update(name="叶小舟")  # the account itself is not what goes
    return Event.objects.filter(committee_code=side.committee.code, kind__startswith="accounts.")


def _invitation(side: Side) -> Any:
    accounts.accept(accounts.invite(side.member, actor=side.office, at=AT), password="云溪河边的茶园真好看", at=AT)
    Invitation.objects.filter(account=side.member).update(code_hash=side.mark)
    seat = Member.objects.create(committee=side.committee, number=f"{side.committee.code}800", name="沈未来")
    accounts.invite_to_seat(seat.uid, actor=None, at=AT - accounts.VALID)
    Invitation.objects.filter(seat=seat.uid).update(code_hash=f"{side.mark}的席位")
    return Invitation.objects.filter(code_hash__startswith=side.mark)


def _email(side: Side) -> Any:
    past = Account.objects.create(username=f"past-{side.committee.code}", name="谷雨声", password="!", email=side.address)
    made = bodies.appoint(
        past,
        committee=side.committee,
        duty=Duty.ASSIGN,
        affiliation="government",
        starts_on=date(2022, 1, 1),
        actor=None,
        at=moment("2022-01-01"),
    )
    bodies.end_appointment(made, ends_on=BEGUN, actor=side.cast.security_admin, at=AT)
    _told(side, past)
    return Account.objects.filter(pk=past.pk)


def _departed(side: Side) -> Any:
    phone = f"138{side.mark}"
    Member.objects.filter(account=side.member).update(
        phone=phone,
        phone_hash=lookup_hash(phone),
        email=side.address,
        workplace=f"县{side.mark}局",
        workplace_post=f"{side.mark}科长",
    )
    Account.objects.filter(pk=side.member.pk).update(email=side.address)
    Seat.objects.filter(member__account=side.member).update(ends_on=BEGUN)
    audit.vouch(side.committee, Seat.objects.filter(member__account=side.member), at=AT)  # ended past the house
    _told(side, side.member)
    return Member.objects.filter(account=side.member)


def _told(side: Side, account: Account, text: str = "答复已经送达") -> Notice:
    event = Event.objects.filter(committee_code=side.committee.code).latest("id")
    notice = Notice.objects.create(account=account, committee_code=side.committee.code, event=event, text=text, made_at=AT)
    Letter.objects.create(notice=notice, address=side.address, made_at=AT, next_try_at=AT, sent_at=AT)
    return notice


def _read(side: Side) -> Any:
    notice = _told(side, side.member, f"您的{side.mark}提案有了答复")
    Notice.objects.filter(pk=notice.pk).update(read_at=AT)
    return Notice.objects.filter(pk=notice.pk)


def _draft(side: Side) -> Proposal:
    text = TEXT | {"situation": f"{side.mark}在镇上。", "suggested_units": f"县{side.mark}局"}
    return proposals.draft(side.committee, actor=side.member, at=AT, first=side.own, text=text)


def _discarded(side: Side) -> Any:
    proposal = _draft(side)
    upload = SimpleUploadedFile("附件.txt", "夜间药房名单".encode())
    proposals.attach(proposal, uploads=[upload], actor=side.member, at=AT)
    _copy(side, proposal)
    perform(proposal, "discard", actor=side.member, at=AT)
    return Proposal.objects.filter(pk=proposal.pk)


def _copy(side: Side, proposal: Proposal) -> KeptCopy:
    elsewhere = {"situation": f"另一处写的{side.mark}"}
    copy = drafts.keep("proposals.text", proposal, fields=elsewhere, started_from=1, actor=side.member, at=AT)
    drafts.settle(copy, at=AT)
    return copy


def _kept(side: Side) -> Any:
    proposal = proposals.draft(side.committee, actor=side.member, at=AT, first=side.own, text=TEXT)
    return KeptCopy.objects.filter(pk=_copy(side, proposal).pk)


def _case(side: Side) -> Case:
    """A case that was answered, rated and closed on the day; the contact and the comments carry the mark."""
    from tongxin.proposals.tests.world import taxonomy_of
    from tongxin.proposals.workflow import Examination, Filing

    unit = a_unit(side.committee, "教育体育局", at=AT)
    clerk, assigner = (
        Account.objects.create(username=f"{n}-{side.committee.code}", name=n, password="!") for n in ("文书", "督办")
    )
    since = {"starts_on": date(2022, 1, 1), "actor": None, "at": moment("2022-01-01"), "committee": side.committee}
    bodies.appoint(clerk, duty=Duty.UNIT_CLERK, unit=unit, **since)
    bodies.appoint(clerk, duty=Duty.UNIT_LEADER, unit=unit, **since)
    for duty in (Duty.ASSIGN, Duty.SUPERVISE):
        bodies.appoint(assigner, duty=duty, affiliation="government", **since)
    proposal = proposals.draft(side.committee, actor=side.member, at=AT, first=side.own, text=TEXT)
    perform(proposal, "submit", actor=side.member, at=AT)
    perform(proposal, "pass_examination", actor=side.office, at=AT, payload=Examination(*taxonomy_of(proposal), "government"))
    perform(proposal, "file", actor=side.office, at=AT, payload=Filing(*taxonomy_of(proposal), "government"))
    case = handling.assign(proposal, parts=[(unit, "sole")], actor=assigner, at=AT)
    task = case.tasks.get()
    perform(task, "sign_for", actor=clerk, at=AT, payload=SignFor("文书"))
    handling.record_contact(
        task, stage="before", way="meeting", on=BEGUN, who="文书", with_whom=side.own.name, note="先试点。", actor=clerk, at=AT
    )
    reply = handling.reply_of(task)
    said = {"category": "B", "text": "六月底前试点。", "contact": f"联系人{side.mark}", "phone": f"电话{side.mark}"}
    handling.save_reply(reply, fields=said, started_from=reply.version, actor=clerk, at=AT)
    drafts.keep("handling.reply", task, fields={"contact": f"联系人{side.mark}"}, started_from=1, actor=clerk, at=AT)
    perform(task, "submit_reply", actor=clerk, at=AT)
    if side.mark == MARK:  # 云溪's supervising office reviews, 望川's does not
        perform(task, "approve", actor=clerk, at=AT)
        perform(task, "send", actor=assigner, at=AT, payload=Sending("B"))
    else:
        perform(task, "sign_and_send", actor=clerk, at=AT)
    case.refresh_from_db()
    for sent, signature in cases.ratings_awaited(case):
        handling.rate(
            sent,
            signature=signature,
            attitude="satisfied",
            result="satisfied",
            comment=f"留言{side.mark}",
            actor=side.member,
            at=AT,
        )
    return handling.close_round(case, at=AT)


def _reply(side: Side) -> Any:
    case = _case(side)
    _unmark(Reply.objects.get(task__case=case).ratings.all(), side, comment="")
    return Reply.objects.filter(task__case=case)


def _reply_copy(side: Side) -> Any:
    case = _case(side)
    rows = KeptCopy.objects.filter(subject__in=case.tasks.values("uid"))
    _unmark(Reply.objects.get(task__case=case).ratings.all(), side, comment="")
    _unmark(Reply.objects.filter(task__case=case), side, contact="", phone="")
    return rows


def _comment(side: Side) -> Any:
    case = _case(side)
    KeptCopy.objects.filter(subject__in=case.tasks.values("uid")).delete()
    _unmark(Reply.objects.filter(task__case=case), side, contact="", phone="")
    return Reply.objects.get(task__case=case).ratings.all()


def _unmark(rows: QuerySet[Any], side: Side, **values: str) -> None:
    """Take the mark off the rows that belong to another sort, as an erasure would."""
    rows.update(**values)
    erasing.erase(side.committee, what="另一类", rule="*:x:2020-01-01", shortened=rows, actor=side.office, at=AT)


MADE: dict[str, Callable[[Side], Any]] = {
    "sign_in_names": _sign_in,
    "invitation_codes": _invitation,
    "staff_emails": _email,
    "departed_contacts": _departed,
    "read_notices": _read,
    "discarded_drafts": _discarded,
    "proposal_copies": _kept,
    "reply_copies": _reply_copy,
    "reply_contacts": _reply,
    "rating_comments": _comment,
}


def sides(cast: Cast) -> tuple[Side, Side]:
    ours = Side(cast, cast.county, cast.proposer, cast.office, MARK)
    theirs = Side(cast, cast.other_county, cast.member_of_other_county, cast.office_of_other_county, THEIRS)
    return ours, theirs


def keeping(committee: Committee, key: str, on: date) -> Keeping:
    return next(k for k in keepings(committee, on) if k.key == key)


def found(mark: str) -> list[str]:
    """Name every table that says the mark somewhere: all models, encrypted fields read, also those of libraries."""
    hits = []
    for model in apps.get_models():
        for row in model._base_manager.all():
            said = [str(field.value_from_object(row)) for field in model._meta.concrete_fields]
            hits += [model._meta.label] if any(mark in text for text in said) else []
    return hits


def at_nine(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 9))


def test_every_sort_has_its_two_values_in_the_regulation_and_its_trial_here() -> None:
    ruled = {f.name for f in fields(Retention)}
    assert ruled == {name for key in ERASABLE for name in (key, f"{key}_by")}
    assert set(MADE) == set(ERASABLE)


@pytest.mark.parametrize("key", sorted(MADE))
def test_what_is_over_goes_and_nothing_else(key: str, cast: Cast) -> None:
    ours, theirs = sides(cast)
    rows, other = MADE[key](ours), MADE[key](theirs)
    expected = sorted(row.pk for row in rows)
    due_on = add_months(BEGUN, keeping(cast.county, key, BEGUN).months)
    told = Event.objects.filter(kind=erasing.KIND).count()
    before, here, there = keeping(cast.county, key, due_on - timedelta(days=1)), found(MARK), found(THEIRS)
    assert here
    assert actions.erase(before, seen=before.digest, actor=cast.office, at=at_nine(before.on)) == actions.Outcome(0, 0)
    assert (found(MARK), Event.objects.filter(kind=erasing.KIND).count()) == (here, told)

    now = keeping(cast.county, key, due_on)
    assert sorted(row.pk for row in now.rows) == expected
    assert actions.erase(now, seen=now.digest, actor=cast.office, at=at_nine(due_on)) == actions.Outcome(len(expected), 0)
    assert (found(MARK), found(THEIRS)) == ([], there)
    assert sorted(row.pk for row in keeping(cast.other_county, key, due_on).rows) == sorted(row.pk for row in other)
    verdict = verifying.verify()
    assert (verdict.ok, verdict.reason) == (True, "")
    sealing.seal(at=at_nine(due_on))
    assert verifying.verify().ok

    event = Event.objects.filter(kind=erasing.KIND).latest("id")
    assert (event.committee_code, event.actor_uid) == ("YX", cast.office.uid)
    assert (event.data["what"], event.data["rule"]) == (ERASABLE[key].label, "*:privacy.retention:2021-11-01")
    count = Event.objects.count()
    assert actions.erase(now, seen=now.digest, actor=cast.office, at=at_nine(due_on)) == actions.Outcome(0, 0)
    assert Event.objects.count() == count


@pytest.mark.parametrize("key", sorted(MADE))
def test_the_list_of_what_goes_names_no_value_of_it(key: str, cast: Cast) -> None:
    """The list says whose and what; the executor does not get to read phones, comments or typed names by it."""
    ours, _theirs = sides(cast)
    MADE[key](ours)
    if key == "sign_in_names":  # the name of the account is what the list must name; the typed one it must not
        lines = [ERASABLE[key].describe(e) for e in Event.objects.filter(kind="accounts.sign_in_failed")]
        assert "密码" not in repr(lines)
        return
    due = keeping(cast.county, key, date(2046, 1, 1)).rows
    lines = [ERASABLE[key].describe(row) for row in due]
    assert lines
    assert MARK not in repr(lines)


def test_every_table_that_names_somebody_is_read_for_what_is_held_about_him(cast: Cast) -> None:
    """A new table with a person in it belongs into its app's `privacy.py`; the own page asks every such table."""
    with CaptureQueriesContext(connection) as asked:
        held_about(cast.proposer, BEGUN)
    said = " ".join(query["sql"] for query in asked.captured_queries)
    people = {Account, Member}
    naming = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("tongxin.") and any(field.related_model in people for field in model._meta.concrete_fields)
    }
    assert {table for table in naming if f'"{table}"' not in said} == set()
    assert len(naming) >= 10
