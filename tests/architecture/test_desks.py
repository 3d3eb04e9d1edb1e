"""Desks: whatever is not at its end stands on somebody's desk, or is named as nobody's; each queue leads to where its rows are."""

from typing import Any

from django.apps import apps
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.desks.declared import declared
from tongxin.members.models import Member
from tongxin.workflow.engine import workflows


def test_every_state_stands_on_a_desk_or_is_named_as_nobodys(mixed: Cast) -> None:
    everybody = [Account.objects.get(pk=account.pk) for account in mixed.everyone().values()]
    waiting, wrong = _waiting_for_somebody(everybody), []
    for workflow in workflows():
        model: Any = apps.get_model(workflow.model)
        for state in workflow.states.values:
            rows = set(model.objects.filter(committee=mixed.county, state=state).values_list("pk", flat=True))
            assert rows, (workflow.name, state)
            on_desks = rows & waiting.get(model, set())
            if not on_desks and not any(state in row.sources for row in workflow.rows):
                continue  # its end: nobody can do anything with it
            named = any(n.workflow == workflow.name and state in n.states for n in declared("NOBODYS"))
            if named and on_desks == rows:
                wrong.append((workflow.name, state, "named as nobody's, and always on a desk"))
            if not named and not on_desks:
                wrong.append((workflow.name, state, "on no desk"))
    assert wrong == []  # a lifecycle whose states are its own affair names them in its `desk.py`


def _waiting_for_somebody(everybody: list[Account]) -> dict[Any, set[int]]:
    """Return the rows that stand themselves in a queue of anybody, by his duties or as a member."""
    now = timezone.now()
    on, found = timezone.localdate(now), dict[Any, set[int]]()
    listed = [queue.rows(who, on) for queue in declared("QUEUES") for who in everybody]
    members = Member.objects.filter(account__in=everybody)
    listed += [kind.rows(member.pk, now, on) for kind in declared("FOR_MEMBERS") for member in members]
    for rows in listed:
        if (model := getattr(rows, "model", None)) is not None:
            found.setdefault(model, set()).update(rows.values_list("pk", flat=True))
    return found
