"""Desks: whatever is not at its end stands on somebody's desk, or is named as nobody's; each queue leads to where its rows are."""

from typing import Any

from django.utils import timezone

from tests.architecture.world import World
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.desks.declared import declared
from tongxin.members.models import Member
from tongxin.workflow.engine import workflows


def test_every_state_stands_on_a_desk_or_is_named_as_nobodys(cast: Cast) -> None:
    world = World(cast)
    everybody = [Account.objects.get(pk=account.pk) for account in cast.everyone().values()]
    wrong = []
    for workflow in workflows():
        for state in workflow.states.values:
            rows = world.rows(workflow.name, state)
            on_a_desk = any(_waits_for_somebody(row, everybody) for row in rows)
            named = any(n.workflow == workflow.name and state in n.states for n in declared("NOBODYS"))
            if on_a_desk == named:
                wrong.append((workflow.name, state, "named as nobody's, and on a desk" if named else "on no desk"))
    assert wrong == []  # a lifecycle whose states are its own affair names them in its `desk.py`


def _waits_for_somebody(row: Any, everybody: list[Account]) -> bool:
    """Say whether a row stands itself in a queue of anybody, by his duties or as a member."""
    now = timezone.now()
    on = timezone.localdate(now)
    listed = [queue.rows(who, on) for queue in declared("QUEUES") for who in everybody]
    members = Member.objects.filter(account__in=everybody)
    listed += [kind.rows(member.pk, now, timezone.localdate(now)) for kind in declared("FOR_MEMBERS") for member in members]
    return any(getattr(rows, "model", None) is type(row) and rows.filter(pk=row.pk).exists() for rows in listed)
