"""Whom handling tells: of a case, of a part, of a unit that ends or loses its clerk."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Unit
from tongxin.committees.queries import fellows, holders_of, is_running
from tongxin.committees.successions import people_of, without_clerk
from tongxin.handling.choices import TaskStates
from tongxin.handling.models import Case, Presence, Task
from tongxin.handling.queries import answering_tasks, live_tasks, open_at
from tongxin.handling.queries.doubling import asked_himself
from tongxin.handling.rules import keeps_ratings
from tongxin.members.models import Member
from tongxin.notices.recipients import in_unit, over, who_signed
from tongxin.proposals import queries as proposals


def raters(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Ask every proposer and co-signer who sits, those of merged proposals too."""
    yield from who_signed(proposals.raters(case_of(subject).proposal))


def proposers(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell every proposer and co-signer what became of it, also who sits no longer.

    Whoever raised something is told its end.
    """
    yield from who_signed(proposals.together(case_of(subject).proposal))


def present(event: Event, _case: Any) -> Iterable[Account | None]:
    """Ask those proposers who were at the talk and sit: nobody else can say whether it was so."""
    rows = Presence.objects.filter(
        contact=event.data.get("contact"), signature__member__in=Member.objects.sitting(timezone.localdate())
    )
    signers = (row.signature.member for row in rows.select_related("signature__member__account"))
    yield from (member.account for member in signers if member)


def _unit_of_event(event: Event, _case: Any) -> Iterable[Unit]:
    return Unit.objects.filter(pk=event.data.get("unit_id"))


def _unit_of_contact(event: Event, _case: Any) -> Iterable[Unit]:
    return Unit.objects.filter(tasks__contacts=event.data.get("contact"))[:1]


def _answering(_event: Event, subject: Any) -> Iterable[Unit]:
    return [task.unit for task in answering_tasks(case_of(subject))]


def _taking_part(_event: Event, subject: Any) -> Iterable[Unit]:
    """Return every unit of the case, those of co-handlers too."""
    return [task.unit for task in live_tasks(case_of(subject))]


def _others(event: Event, task: Any) -> Iterable[Unit]:
    """Return the other units of the case; the one that goes on with the part hears of it otherwise."""
    return [one.unit for one in live_tasks(task.case) if one.pk != task.pk and one.unit_id != event.data.get("to_id")]


clerks = in_unit(Duty.UNIT_CLERK)
unit_leaders = in_unit(Duty.UNIT_LEADER)
unit_of_event = in_unit(Duty.UNIT_CLERK, _unit_of_event)
unit_of_contact = in_unit(Duty.UNIT_CLERK, _unit_of_contact)
answering_clerks = in_unit(Duty.UNIT_CLERK, _answering)
every_clerk = in_unit(Duty.UNIT_CLERK, _taking_part)
other_clerks = in_unit(Duty.UNIT_CLERK, _others)
assigning_office = over(Duty.ASSIGN)
supervising_office = over(Duty.SUPERVISE)


def who_gives_it_a_clerk(_event: Event, task: Any) -> Iterable[Account | None]:
    """Where nobody in the unit can go on with its part: its leaders, and the office that assigns."""
    now = Task.objects.filter(pk=task.pk, state__in=TaskStates.open, unit__in=without_clerk(timezone.localdate()))
    if now.exists():
        yield from unit_leaders(_event, task)
        yield from assigning_office(_event, task)


def clerks_of_its_case(event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell the clerks of a proposal's units, once it is assigned."""
    case = Case.objects.filter(proposal=proposal).select_related("committee").first()
    return every_clerk(event, case) if case is not None else ()


def assembly_office(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell who keeps the proposals and may settle this case: not who signed it, nor who serves in a unit of it."""
    return (who for who in holders_of(subject.committee, Duty.PROPOSAL_OFFICE) if keeps_ratings.test(who, case_of(subject)))


def who_is_asked_himself(event: Event, case: Any) -> Iterable[Account | None]:
    """Ask the signer who was taken for another, if his rating is awaited: whoever rated before that, has rated."""
    yield from who_signed(asked_himself(case, event.data.get("member")))


def rated_for(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell the member for whom somebody else entered a rating; a body has no account."""
    if event.data.get("entered_for"):
        yield event.on_behalf_of


def _serving(units: list[Unit], event: Event) -> list[Appointment]:
    """Return who serves in units, on the day on which one ends those who served until then.

    Whose duty ended otherwise hears nothing more from that moment, also on the day itself: the unit goes on without
    him.
    """
    today = timezone.localdate()
    held = people_of(units, timezone.localdate(event.at or event.recorded_at))
    return [one for one in held if one.ends_on is None or one.ends_on > today or not _goes_on(one.unit, today)]


def _goes_on(unit: Unit | None, on: date) -> bool:
    return unit is not None and is_running(unit, on)


def people_of_unit(event: Event, task: Any) -> Iterable[Account | None]:
    """Tell the unit's clerks and leaders; on the day on which it ends those who served until then."""
    yield from (held.account for held in _serving([task.unit], event))


def people_of_receiver(event: Event, task: Any) -> Iterable[Account | None]:
    """Tell the leaders, and where it got no part of its own the clerks, of the unit that goes on with a part.

    The clerks of one that got a part are told so by the part itself, once.
    """
    unit = Unit.objects.filter(pk=event.data.get("to_id")).first()
    if unit is None:
        return
    held = _serving([unit], event)
    got = Task.objects.filter(moved_from=task, unit=unit).exists()
    told = {one.account_id for one in held if got and one.duty == Duty.UNIT_CLERK}
    yield from (one.account for one in held if one.account_id not in told)


def first_proposer(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell the first proposer alone, or the next signer who sits.

    What the others read on the page, not each has to be told.
    """
    found = proposals.spokesman(case_of(subject).proposal)
    yield found.member.account if found is not None and found.member else None


def waiting_in(unit: Any) -> QuerySet[Task]:
    """Return the parts that wait at a unit that ended for the assigning office to move them."""
    return open_at(unit).order_by("id")


def proposers_who_wait(_event: Event, unit: Any) -> Iterable[Account | None]:
    """Tell the first proposers of what waits at a unit that ended."""
    for task in waiting_in(unit):
        yield from first_proposer(_event, task)


def offices_over(_event: Event, unit: Any) -> Iterable[Account | None]:
    """Tell the offices that assign and supervise what the unit works on, and those of its own 归口."""
    for affiliation in sorted({unit.system, *(task.affiliation for task in waiting_in(unit))}):
        yield from holders_of(unit.committee, Duty.ASSIGN, affiliation=affiliation)
        yield from holders_of(unit.committee, Duty.SUPERVISE, affiliation=affiliation)


def concerned_people(event: Event, unit: Any) -> Iterable[Account | None]:
    """Tell who serves in the unit, until the day or on it, and in those that follow it."""
    units = [unit, *Unit.objects.filter(pk__in=event.data.get("successors", []))]
    yield from (held.account for held in _serving(units, event))


def who_runs_it_now(event: Event, appointment: Any) -> Iterable[Account | None]:
    """When a unit's last clerk leaves it with open matters: its leaders, else the office that assigns them."""
    unit = appointment.unit
    if unit is None or appointment.duty != Duty.UNIT_CLERK or not open_at(unit).exists():
        return
    if fellows(appointment, appointment.ends_on) or not is_running(unit, appointment.ends_on):
        return
    leaders = list(holders_of(unit.committee, Duty.UNIT_LEADER, unit=unit, on=appointment.ends_on))
    if leaders:
        yield from leaders
        return
    for affiliation in sorted({task.affiliation for task in open_at(unit)}):
        yield from holders_of(unit.committee, Duty.ASSIGN, affiliation=affiliation)


def case_of(subject: Any) -> Case:
    """Return the case that an event is of: itself, or that of a part."""
    return subject if isinstance(subject, Case) else subject.case


def who_waits_for_it(event: Event, case: Any) -> Iterable[Account | None]:
    """Tell whose date moved: the clerks of the unit, or who rates.

    One that was confirmed as it was, nobody has to hear of.
    """
    if event.data["before"] == event.data["due"]:
        return ()
    return unit_of_event(event, case) if event.data.get("unit_id") else raters(event, case)
