"""Who is told of which event: one answer for every page, the same wherever it is asked."""

from typing import Any

import pytest

from tests.architecture.world import World
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit import audience
from tongxin.audit.kinds import KINDS, Audience
from tongxin.audit.models import Event
from tongxin.handling.choices import TaskState
from tongxin.handling.models import Case, Task
from tongxin.handling.workflow import Why
from tongxin.workflow.engine import perform

REASON = "数据没有核对，第三段与上年口径不一。"


def seen_by(account: Account, *subjects: Any) -> set[str]:
    """Return the kinds of these subjects' events that somebody is told of."""
    types = {s._meta.label_lower for s in subjects}
    events = Event.objects.filter(subject_type__in=types, subject_id__in=[s.pk for s in subjects])
    return {e.kind for e in audience.told(account, subjects, events)}


@pytest.fixture
def returned(cast: Cast) -> Task:
    """A part whose reply the supervising office sent back, with a reason."""
    task = World(cast).row("tasks", TaskState.UNDER_REVIEW)
    perform(task, "return_reply", actor=cast.assigner, at=World(cast).at, payload=Why(REASON))
    return Task.objects.get(pk=task.pk)


@pytest.mark.parametrize(
    ("who", "is_told"),
    [
        ("clerk", True),
        ("unit_leader", True),
        ("assigner", True),
        ("office", True),
        ("leader", True),
        ("proposer", False),
        ("cosigner", False),
        ("co_clerk", False),
        ("bystander", False),
    ],
)
def test_a_returned_reply_is_told_to_the_unit_its_supervisors_and_the_assembly(
    cast: Cast,
    returned: Task,
    who: str,
    is_told: bool,  # noqa: FBT001 -- the expected answer
) -> None:
    account = getattr(cast, who)
    assert ("tasks.return_reply" in seen_by(account, returned)) == is_told
    for address in (returned.get_absolute_url(), returned.case.proposal.get_absolute_url()):
        answer = as_(account).get(address)
        if answer.status_code == 200:
            assert (REASON in answer.content.decode()) == is_told, (who, address)


def test_a_step_that_somebody_inside_took_first_is_not_told_to_those_outside(cast: Cast, returned: Task) -> None:
    late = as_(cast.co_clerk).post(f"/go/tasks/{returned.uid}/return_reply/")
    assert late.status_code == 409
    assert "退回" not in late.content.decode()
    assert REASON not in late.content.decode()
    assert REASON in as_(cast.assigner).get(f"/go/tasks/{returned.uid}/approve/").content.decode()


def test_who_rated_stands_in_nobodys_timeline(cast: Cast) -> None:
    case = World(cast).row("cases", "closed")
    assert Event.objects.filter(kind="handling.rate", subject_id=case.pk).exists()
    for name, account in cast.everyone().items():
        assert "handling.rate" not in seen_by(account, case), name


def test_only_those_who_may_open_a_matter_are_more_than_the_public(mixed: Cast) -> None:
    """Whoever is of a narrower audience than the public may open the matter: the two answers cannot disagree."""
    for case in Case.objects.select_related("committee"):
        for name, account in mixed.everyone().items():
            more = audience.circles(account, case) - audience.EVERYBODY
            assert bool(more) == allowed(account, "handling.view_case", case), (name, case)
    for task in Task.objects.select_related("committee", "case"):
        for name, account in mixed.everyone().items():
            more = audience.circles(account, task) - audience.EVERYBODY
            opens = allowed(account, "handling.view", task) or allowed(account, "handling.view_case", task.case)
            assert bool(more) == opens, (name, task)


def test_every_kind_says_its_audience() -> None:
    assert {k.name for k in KINDS.values() if k.audience not in Audience} == set()
    assert audience.circles(None, Account(name="无名")) == audience.EVERYBODY
