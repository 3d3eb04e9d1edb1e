"""The engine: what may move a state, and what happens when it may not."""

import pytest
from django.db import IntegrityError, transaction

from tests.cast import TEXT, Cast, moment
from tongxin.access.predicates import anyone
from tongxin.audit.models import Event
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import PROPOSAL, Filing, MergeInto, NotFilingDecision, Return
from tongxin.workflow import engine
from tongxin.workflow.models import StateIsMovedByPerformError
from tongxin.workflow.table import T, TableError, Workflow, register


def test_a_state_cannot_be_written_past_the_engine(cast: Cast) -> None:
    proposal = cast.draft()
    proposal.state = State.FILED
    with pytest.raises(StateIsMovedByPerformError):
        proposal.save()
    with pytest.raises(StateIsMovedByPerformError):
        Proposal.objects.filter(pk=proposal.pk).update(state=State.FILED)
    with pytest.raises(StateIsMovedByPerformError):
        Proposal.objects.bulk_update([proposal], ["state"])
    assert Proposal.objects.get(pk=proposal.pk).state == State.DRAFT


def test_a_new_row_must_begin_through_the_engine(cast: Cast) -> None:
    with pytest.raises(StateIsMovedByPerformError):
        Proposal(committee=cast.county, state=State.FILED).save()


def test_the_second_click_loses_and_is_told_what_happened(cast: Cast) -> None:
    proposal = cast.submitted()
    twin = Proposal.objects.get(pk=proposal.pk)
    engine.perform(proposal, "return_for_revision", actor=cast.office, at=moment("2026-03-03"), payload=Return("请补充数据"))
    count = Event.objects.count()
    with pytest.raises(engine.Overtaken) as told:
        engine.perform(twin, "pass_examination", actor=cast.office, at=moment("2026-03-03"), payload=_categories())
    assert told.value.event is not None
    assert told.value.event.kind == "proposals.return_for_revision"
    assert Event.objects.count() == count


def _categories() -> object:
    from tongxin.proposals.workflow import Examination

    return Examination("social", "learning", "government")


def test_who_may_not_is_refused_and_nothing_changes(cast: Cast) -> None:
    proposal = cast.in_decision()
    count = Event.objects.count()
    with pytest.raises(engine.NotAllowed):
        engine.perform(
            proposal, "file", actor=cast.proposer, at=moment("2026-03-03"), payload=Filing("social", "learning", "government")
        )
    assert (Proposal.objects.get(pk=proposal.pk).state, Event.objects.count()) == (State.IN_DECISION, count)


def test_a_blocked_step_says_why(cast: Cast) -> None:
    proposal = cast.draft(suggestions="")
    with pytest.raises(engine.Blocked) as blocked:
        engine.perform(proposal, "submit", actor=cast.proposer, at=moment("2026-03-03"))
    assert blocked.value.reasons == ["还没有写建议"]


def test_what_was_said_is_checked_before_anything_moves(cast: Cast) -> None:
    proposal = cast.in_decision()
    with pytest.raises(engine.Invalid) as wrong:
        engine.perform(
            proposal,
            "not_file",
            actor=cast.office,
            at=moment("2026-03-03"),
            payload=NotFilingDecision("secret", "letter", "涉密"),
        )
    assert wrong.value.problems == {"destination": "这种情形的内容去向只能是：不立案"}
    with pytest.raises(engine.Invalid):
        engine.perform(proposal, "merge", actor=cast.office, at=moment("2026-03-03"), payload=MergeInto("unknown", "同一件事"))
    assert Proposal.objects.get(pk=proposal.pk).state == State.IN_DECISION


def test_effects_and_event_are_undone_when_the_transaction_is(cast: Cast) -> None:
    proposal = cast.in_decision()
    with transaction.atomic():
        engine.perform(
            proposal, "file", actor=cast.office, at=moment("2026-03-03"), payload=Filing("social", "learning", "government")
        )
        transaction.set_rollback(True)
    assert Proposal.objects.get(pk=proposal.pk).number is None
    again = Proposal.objects.get(pk=proposal.pk)
    engine.perform(again, "file", actor=cast.office, at=moment("2026-03-04"), payload=Filing("social", "learning", "government"))
    assert again.number == 1  # the number of the attempt that failed was given back


def test_the_database_refuses_a_filed_proposal_without_a_number(cast: Cast) -> None:
    proposal = cast.filed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(number=None)


def test_available_steps_are_those_of_the_state_and_the_person(cast: Cast) -> None:
    proposal = cast.submitted()
    at = moment("2026-03-03")
    assert [o.row.action for o in engine.available(proposal, cast.office, at=at)] == ["pass_examination", "return_for_revision"]
    assert [o.row.action for o in engine.available(proposal, cast.proposer, at=at)] == ["withdraw"]
    assert engine.available(proposal, cast.office_of_other_county, at=at) == []


def test_a_row_whose_state_no_event_explains_is_found(cast: Cast) -> None:
    proposal, untouched = cast.submitted(), cast.draft()
    assert list(engine.unexplained(PROPOSAL, Proposal.objects.all())) == []
    from django.db import models

    models.QuerySet(Proposal).filter(pk=proposal.pk).update(state=State.WITHDRAWN)
    assert list(engine.unexplained(PROPOSAL, Proposal.objects.all())) == [proposal]
    models.QuerySet(Event).filter(subject_id=untouched.pk, subject_type="proposals.proposal").update(to_state="")
    assert set(engine.unexplained(PROPOSAL, Proposal.objects.all())) == {proposal, untouched}


def _table(*rows: T, **more: object) -> Workflow:
    base = {"badges": dict.fromkeys(State.values, "draft")} | more
    return Workflow("t", "t", "t.t", State, State.DRAFT, ("draft", "起草"), rows, **base)  # type: ignore[arg-type]


def test_a_table_that_contradicts_itself_is_refused() -> None:
    go = T("go", "去", (State.DRAFT,), State.FILED, anyone)
    with pytest.raises(TableError, match="two rows for go from draft"):
        _table(go, go)
    with pytest.raises(TableError, match="unknown state nowhere"):
        _table(T("go", "去", (State.DRAFT,), "nowhere", anyone))
    with pytest.raises(TableError, match="unreachable"):
        _table(go)
    with pytest.raises(TableError, match="no badge"):
        _table(go, badges={})
    with pytest.raises(TableError, match="no such look of a badge: shiny"):
        _table(go, badges=dict.fromkeys(State.values, "shiny"))
    with pytest.raises(TableError, match="registered twice"):
        register(PROPOSAL, visible_to=lambda _user: Proposal.objects.all(), view="proposals.view")


def test_the_numbers_of_a_withdrawn_proposal_are_not_given_again(cast: Cast) -> None:
    from tongxin.proposals.workflow import Withdrawal

    first = cast.filed()
    engine.perform(first, "withdraw", actor=cast.proposer, at=moment("2026-03-04"), payload=Withdrawal("另有安排"))
    second = cast.filed(title="关于另一件事的建议")
    assert (first.number, second.number, second.category_number) == (1, 2, 2)
    assert TEXT["title"] == first.title
