"""Desks: whatever is not at its end stands on somebody's desk, or is named as nobody's.

Each queue leads to where its rows are.
"""

from typing import Any

from django.apps import apps
from django.http import QueryDict
from django.urls import resolve
from django.utils import timezone

from tests.cast import Cast, moment
from tongxin.accounts.models import Account
from tongxin.audit.tests.forging import raw
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.desks.asking import question_of
from tongxin.desks.declared import declared, listings
from tongxin.desks.listings import Listing
from tongxin.desks.queues import Queue
from tongxin.handling.models import Task
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


def test_each_queue_counts_what_stands_in_the_list_it_leads_to(mixed: Cast) -> None:
    """For everybody, and for one who is a clerk of one unit and leads another."""
    at = timezone.now()
    bodies.appoint(
        mixed.unit_leader,
        committee=mixed.county,
        duty=Duty.UNIT_CLERK,
        unit=mixed.other_unit,
        starts_on=timezone.localdate(moment("2022-01-01")),
        actor=None,
        at=moment("2022-01-01"),
    )
    known, counted, wrong = {listing.name: listing for listing in listings()}, set[str](), []
    for late in (False, True):
        if late:
            raw(Task).filter(case__committee=mixed.county).update(sign_due_on="2020-01-01", due_on="2020-02-01")
        for who in (Account.objects.get(pk=account.pk) for account in mixed.everyone().values()):
            for queue in _held_by(who):
                path, _mark, asked = queue.url.partition("?")
                if (listing := known.get(resolve(path).url_name or "")) is None:
                    continue  # a page of its own
                waits, stands = queue.number(who, timezone.localdate(at)), _standing_in(listing, asked, who, at)
                counted |= {queue.label} if waits else set()
                wrong += [(queue.label, who.name, waits, stands)] if waits != stands else []
    assert wrong == []
    assert len(counted) >= DIFFERENT_QUEUES


DIFFERENT_QUEUES = 11  # that lead to a list and in which something waits in a world in every state


def _held_by(who: Account) -> list[Queue]:
    held = {duty for duty in Duty.values if who.appointments.filter(duty=duty).exists()}
    return [queue for queue in declared("QUEUES") if held & set(queue.duties)]


def _standing_in(listing: Listing, asked: str, who: Account, at: Any) -> int:
    question = question_of(listing, QueryDict(asked), who, at=at)
    return int(listing.rows(listing.tab(question.tab, question), question).count())
