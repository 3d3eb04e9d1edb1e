"""Who fools the house for one moment, and puts everything back, is found: what was said last is not his to choose."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, moment
from tongxin.audit import actions, erasing, verifying
from tongxin.audit.models import Event, Head, Mark
from tongxin.audit.tests.forging import found, raw
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.core.ids import new_uid
from tongxin.handling import actions as handling
from tongxin.handling.models import PublicReply
from tongxin.members import actions as members
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Post, Seat
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Proposal, PublicCopy, PublicFile, Signature

AT = moment("2026-03-05")
CHANGED = "数据被改动过"
UNKNOWN = "数据没有办理记录"


@pytest.fixture
def ended(cast: Cast) -> Appointment:
    """An appointment that was ended for good, lawfully."""
    made = Appointment.objects.get(account=cast.clerk)
    bodies.end_appointment(made, actor=cast.security_admin, at=AT)
    assert verifying.verify().ok
    return Appointment.objects.get(pk=made.pk)


def telling(row: Any) -> Event:
    """Return the last event that vouches for a row."""
    key = f"{row._meta.label_lower}:{row.uid}"
    return [event for event in Event.objects.order_by("pk") if key in event.proofs][-1]


# ── for one moment ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("hide", [{"proofs": {}}, {"subject_id": 0}, {"proofs": []}, {"committee_code": "WC"}], ids=str)
def test_an_end_that_is_hidden_for_one_moment_is_not_laundered(ended: Appointment, cast: Cast, hide: dict[str, Any]) -> None:
    last = telling(ended)
    kept = {name: getattr(last, name) for name in hide}
    raw(Appointment).filter(pk=ended.pk).update(ends_on=None)
    raw(Event).filter(pk=last.pk).update(**hide)
    forged = Appointment.objects.get(pk=ended.pk)
    assert not actions.intact(forged)
    bodies.end_appointment(forged, actor=cast.security_admin, at=AT, ends_on=(AT + timedelta(days=400)).date())
    raw(Event).filter(pk=last.pk).update(**kept)
    assert found() == (f"committees.appointment:{ended.uid}", CHANGED)


def test_an_end_that_is_told_of_something_else_for_one_moment_is_missed(ended: Appointment) -> None:
    last = telling(ended)
    raw(Appointment).filter(pk=ended.pk).update(ends_on=None)
    raw(Event).filter(pk=last.pk).update(subject_type="members.member")
    assert not actions.intact(Appointment.objects.get(pk=ended.pk))


@pytest.mark.parametrize("change", [{"digest": "x"}, {"mac": "x"}], ids=str)
def test_a_life_that_does_not_come_to_its_head_says_nothing(ended: Appointment, change: dict[str, str]) -> None:
    assert actions.intact(ended)
    raw(Head).filter(subject_uid=ended.uid).update(**change)
    assert not actions.intact(ended)


def test_an_event_behind_the_one_that_vouches_counts_too(rated: Cast) -> None:
    proposal = rated.filed()
    later = actions.record("proposals.attach", proposal, actor=rated.office, at=AT, data={"name": "一"})
    assert actions.intact(proposal)
    raw(Event).filter(pk=later.pk).update(data={"name": "二"})
    assert not actions.intact(proposal)


@pytest.fixture
def bulk(cast: Cast) -> Appointment:
    """An appointment that was written and vouched for in bulk, as imports do."""
    like = Appointment.objects.get(account=cast.clerk)
    like.pk, like.uid, like.duty = None, new_uid(), Duty.AUDIT_ADMIN
    [made] = Appointment.objects.bulk_create([like])
    actions.vouch(cast.county, [made], at=AT)
    return Appointment.objects.get(uid=made.uid)


def test_what_was_said_in_bulk_and_is_hidden_for_one_moment_is_missed(bulk: Appointment) -> None:
    assert actions.intact(bulk)
    last = telling(bulk)
    assert last.kind == "audit.vouch"
    for hide in ({"proofs": {}}, {"subject_id": 0}, {"kind": "audit.accept"}, {"committee_code": "WC"}):
        kept = {name: getattr(last, name) for name in hide}
        raw(Event).filter(pk=last.pk).update(**hide)
        assert not actions.intact(bulk), hide
        raw(Event).filter(pk=last.pk).update(**kept)
    assert actions.intact(bulk)


def test_keys_that_are_swapped_for_one_moment_do_not_choose_which_was_said_last(bulk: Appointment, cast: Cast) -> None:
    """Each life keeps its order, and so all of its digests."""
    bodies.end_appointment(bulk, actor=cast.security_admin, at=AT)
    [first, last] = [e for e in Event.objects.order_by("pk") if f"committees.appointment:{bulk.uid}" in e.proofs]

    def swap() -> None:
        raw(Mark).filter(event__in=[first, last]).delete()
        for was, becomes in ((first.pk, 0), (last.pk, first.pk), (0, last.pk)):
            raw(Event).filter(pk=was).update(id=becomes)

    raw(Appointment).filter(pk=bulk.pk).update(ends_on=None)
    swap()
    forged = Appointment.objects.get(pk=bulk.pk)
    assert not actions.intact(forged)
    bodies.end_appointment(forged, actor=cast.security_admin, at=AT, ends_on=(AT + timedelta(days=400)).date())
    first.pk, last.pk = last.pk, first.pk
    swap()
    assert found() == (f"committees.appointment:{bulk.uid}", CHANGED)


def test_what_is_said_in_bulk_of_what_was_told_alone_counts_for_nothing(bulk: Appointment, cast: Cast) -> None:
    bodies.end_appointment(bulk, actor=cast.security_admin, at=AT)
    assert actions.intact(bulk)
    actions.vouch(cast.county, [bulk], at=AT)
    assert not actions.intact(bulk)


def test_what_an_erasure_says_of_many_rows_counts_last(bulk: Appointment, cast: Cast) -> None:
    bodies.end_appointment(bulk, actor=cast.security_admin, at=AT)
    raw(Appointment).filter(pk=bulk.pk).update(affiliation="")
    erasing.erase(cast.county, what="名义", rule="测试", shortened=[bulk], actor=cast.security_admin, at=AT)
    assert actions.intact(bulk)
    assert found() == (None, "")


def test_a_link_that_was_vouched_for_in_bulk_is_not_given_away_in_one_moment(cast: Cast) -> None:
    member = cast.member(cast.proposer)
    actions.record("members.invite", member, actor=cast.office, at=AT, data={"name": member.name})
    actions.vouch(cast.county, [member], at=AT)
    last = Event.objects.latest("pk")
    assert list(last.proofs) == [f"members.member/account:{member.uid}"]
    raw(Member).filter(pk=member.pk).update(account=None)
    raw(Event).filter(pk=last.pk).update(proofs={})
    assert members.take_seat(member.uid, cast.clerk, AT)
    raw(Event).filter(pk=last.pk).update(proofs=last.proofs)
    assert found() == (f"members.member/account:{member.uid}", CHANGED)


def test_rows_of_any_number_are_asked_in_the_same_few_queries(bulk: Appointment) -> None:
    rows, counts = list(Appointment.objects.order_by("-pk")), list[int]()
    assert bulk == rows[0]
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as asked:
            assert actions.sound(some) == some
        counts.append(len(asked))
    # the rows held, the rows, their places, the heads, their own lives, that of each committee: by then there are two
    assert counts == [6, 7]


# ── every act asks first ─────────────────────────────────────────────────────────────────────────
@pytest.fixture
def published(cast: Cast) -> Cast:
    case = cast.answered()
    proposals.release(case.proposal, marks={}, actor=cast.office, at=AT)
    handling.confirm_public_reply(PublicReply.objects.get(), shown=True, actor=cast.office, at=AT)
    assert found() == (None, "")
    return cast


def forge(row: models.Model, **change: Any) -> None:
    assert raw(type(row)).filter(pk=row.pk).update(**change) == 1


def test_a_forged_public_copy_is_not_laundered_by_confirming_it_again(published: Cast) -> None:
    copy, proposal = PublicCopy.objects.get(), Proposal.objects.get()
    forge(copy, analysis="另一段")
    later = AT + timedelta(hours=1)
    proposals.confirm_copy(proposal, marks={}, files=None, version=proposal.version, actor=published.office, at=later)
    assert found() == (f"proposals.publiccopy:{copy.uid}", CHANGED)


def test_a_forged_release_is_not_laundered_by_taking_it_back(cast: Cast) -> None:
    proposal = cast.filed()
    forge(proposal, released_at=AT)
    proposals.unrelease(Proposal.objects.get(pk=proposal.pk), reason="有误。", actor=cast.office, at=AT)
    assert Event.objects.latest("pk").proofs == {}
    proposals.release(Proposal.objects.get(pk=proposal.pk), marks={}, actor=cast.office, at=AT)
    assert found() == (None, "")


def test_a_forged_public_reply_is_not_laundered_by_keeping_it_back(published: Cast) -> None:
    copy = PublicReply.objects.get()
    forge(copy, text="另一份答复")
    handling.confirm_public_reply(PublicReply.objects.get(), shown=False, reason="不宜", actor=published.office, at=AT)
    assert found() == (f"handling.publicreply:{copy.uid}", "有办理记录的数据被删去")


def test_a_forged_signature_is_not_laundered_by_its_end(cast: Cast) -> None:
    draft = cast.draft(AT)
    asked, until = [cast.member(cast.cosigner)], AT + timedelta(days=2)
    proposals.invite_cosigners(draft, members=asked, until=until, actor=cast.proposer, at=AT)
    name = Signature.objects.select_related("proposal").get(proposal=draft, answer=Answer.INVITED)
    forge(name, answer=Answer.ACCEPTED, signed_version=9)
    proposals.leave(Signature.objects.select_related("proposal").get(pk=name.pk), actor=cast.cosigner, at=AT)
    assert Event.objects.latest("pk").proofs == {}


def test_what_was_forged_is_not_vouched_for_as_a_copy(cast: Cast) -> None:
    member = cast.member(cast.proposer)
    said = {"on": AT.date(), "reason": "工作调动", "actor": cast.office, "at": AT}
    members.end_seat(member, ending=Ending.RESIGNED, **said)
    [old] = Seat.objects.filter(member=member)
    forge(old, convenes=True)
    members.restore(member, **said)
    again = Seat.objects.get(member=member, ends_on=None)
    assert again.convenes
    told = Event.objects.get(kind="members.restore").proofs
    assert [key for key in told if key.startswith("members.seat:")] == []
    raw(Seat).filter(pk=old.pk).update(convenes=False)
    assert found() == (f"members.seat:{again.uid}", UNKNOWN)
    assert all(actions.intact(row) for row in Post.objects.all())


def test_a_file_shown_past_the_house_is_not_vouched_for_when_it_goes(published: Cast) -> None:
    assert PublicFile.objects.count() == 0
    proposals.unrelease(Proposal.objects.get(), reason="有误。", actor=published.office, at=AT)
    [key] = Event.objects.latest("pk").proofs
    assert key.startswith("proposals.proposal/release:")


# ── held meanwhile ───────────────────────────────────────────────────────────────────────────────
def test_rows_are_held_before_they_are_looked_at(bulk: Appointment, published: Cast) -> None:
    """Of a row that is vouched for in parts once; on SQLite who writes holds everything already."""
    for row in (bulk, Proposal.objects.get()):
        table = row._meta.db_table
        held = f'SELECT "{table}"."id" AS "pk" FROM "{table}" WHERE "{table}"."id" IN ({row.pk}) ORDER BY 1 ASC'  # noqa: S608 -- words of this test
        words = held + " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else held
        with CaptureQueriesContext(connection) as asked:
            assert actions.sound([row]) == [row]
        said = [query["sql"] for query in asked]
        assert (said[0], said.count(words)) == (words, 1)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nobody_is_asked() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        actions.sound([])
