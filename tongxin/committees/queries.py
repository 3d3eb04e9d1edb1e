"""Who holds which duty now, which session a day belongs to, and other reads about bodies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts import names, seats
from tongxin.accounts.describing import Line
from tongxin.accounts.models import Account
from tongxin.accounts.names import Realm
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee, Session, Unit
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import full_day


def running(on: date) -> Q:
    """Keep dated rows (appointments, seats, posts) in force on a day.

    `starts_on` is the first day, `ends_on` the first without.
    """
    return Q(starts_on__lte=on) & not_over(on)


def not_over(on: date) -> Q:
    """Keep dated rows that have not ended by a day.

    Those in force and those still to begin, not those that never began.
    """
    return Q(ends_on=None) | Q(ends_on__gt=on, starts_on__lt=F("ends_on"))


def over(on: date) -> Q:
    """Keep dated rows that have ended by a day, and those that never began: what `not_over` leaves."""
    return Q(ends_on__lte=on) | Q(ends_on__lte=F("starts_on"))


HELD = Prepared(
    lambda account, on: (
        Appointment.objects.filter(running(on), account=account).select_related("committee", "unit").order_by("id")
    )
)


def appointments_of(account: Account) -> list[Appointment]:
    """Return the appointments in force today, read once per request (kept on the account object)."""
    if account is None or not account.is_authenticated or not account.is_active:
        return []
    kept: list[Appointment] | None = account.__dict__.get("_appointments")
    if kept is None:
        kept = HELD.all(account.pk, timezone.localdate())
        account.__dict__["_appointments"] = kept
    return kept


def forget_appointments(account: Account) -> None:
    """Drop what `appointments_of` keeps, after an appointment changed."""
    account.__dict__.pop("_appointments", None)


def committees_with(account: Account, *duties: str) -> set[int]:
    """Return the ids of committees in which the account holds any of the duties."""
    return {a.committee_id for a in appointments_of(account) if a.duty in duties}


def committees_held(account: Account, *duties: str) -> list[Committee]:
    """Return the committees in which the account holds any of the duties, each once, the first appointed first."""
    return list({a.committee_id: a.committee for a in appointments_of(account) if a.duty in duties}.values())


def units_with(account: Account, *duties: str) -> set[int]:
    """Return the ids of units for which the account holds any of the duties."""
    return {a.unit_id for a in appointments_of(account) if a.duty in duties and a.unit_id is not None}


def affiliations_with(account: Account, *duties: str) -> set[tuple[int, str]]:
    """Return (committee id, 归口) pairs for which the account holds any of the duties."""
    return {(a.committee_id, a.affiliation) for a in appointments_of(account) if a.duty in duties}


def affiliated(account: Account, *duties: str, path: str) -> Q:
    """Return which rows are of a 归口 for which the account holds any of the duties; `path` leads to a row's 归口."""
    return lying_in(affiliations_with(account, *duties), path=path)


def lying_in(scope: Iterable[tuple[int, str]], *, path: str) -> Q:
    """Return which rows are of a scope, (committee id, 归口) pairs; `path` leads to a row's 归口."""
    found = Q(pk__in=())
    for committee_id, affiliation in scope:
        found |= Q(**{"committee_id": committee_id, path: affiliation})
    return found


def holders_of(
    committee: Committee, duty: str, *, unit: Unit | None = None, affiliation: str = "", on: date | None = None
) -> QuerySet[Account]:
    """Return the accounts that hold a duty today or on a day, for a unit or a 归口 where given."""
    found = Appointment.objects.filter(running(on or timezone.localdate()), committee=committee, duty=duty)
    if unit is not None:
        found = found.filter(unit=unit)
    if affiliation:
        found = found.filter(affiliation=affiliation)
    return Account.objects.filter(pk__in=found.values("account"), is_active=True).order_by("pk")


def is_own_guard(appointment: Appointment, actor: Account | None) -> bool:
    """Say whether somebody would relieve himself of security: another security administrator does that."""
    return actor is not None and appointment.account_id == actor.pk and appointment.duty == Duty.SECURITY_ADMIN


def first_day_without(appointment: Appointment, *, since: date, until: date | None) -> date | None:
    """Return the first day from `since` to before `until` on which nobody else holds an appointment's duty, if there is one.

    Asked over every later day, not of one alone: of two who hold it, the second does not go before the first is
    replaced.
    """
    others = Appointment.objects.filter(not_over(since), committee=appointment.committee_id, duty=appointment.duty)
    spans = others.filter(account__is_active=True).exclude(pk=appointment.pk).order_by("starts_on", "id")
    day = since
    for starts_on, ends_on in spans.values_list("starts_on", "ends_on"):
        if starts_on > day:
            break
        if ends_on is None:
            return None
        day = max(day, ends_on)
    return day if until is None or day < until else None


ALONE = frozenset({Duty.SECURITY_ADMIN, Duty.AUDIT_ADMIN})


def agree(held: str, other: str) -> bool:
    """Say whether one person may hold two duties in a committee.

    Security and audit stand beside nothing else (三员分离).
    """
    return held == other or not ALONE & {held, other}


def conflicting(on: date) -> list[list[Appointment]]:
    """Return the appointments of one person in one committee that must not stand together, not ended by a day."""
    found: dict[tuple[int, int], list[Appointment]] = {}
    rows = Appointment.objects.filter(not_over(on)).select_related("account", "committee").order_by("committee", "account", "id")
    for row in rows:
        found.setdefault((row.committee_id, row.account_id), []).append(row)
    return [rows for rows in found.values() if any(not agree(a.duty, b.duty) for a in rows for b in rows)]


def namesakes(committee: Committee, name: str, *, on: date) -> list[Account]:
    """Return who of a name holds or will hold a duty in a committee."""
    held = Appointment.objects.filter(not_over(on), committee=committee).values("account")
    return list(Account.objects.filter(pk__in=held, name=name, is_active=True).order_by("pk"))


def twins(on: date) -> list[tuple[Committee, list[Account]]]:
    """Return the accounts of one name that hold duties in a committee and sign in by one name.

    A phone, a number of members.
    """
    rows = Appointment.objects.filter(not_over(on), account__is_active=True).values("committee", "account__name")
    several = rows.annotate(n=Count("account", distinct=True)).filter(n__gt=1).order_by("committee", "account__name")
    groups = [(Committee.objects.get(pk=row["committee"]), row["account__name"]) for row in several]
    met = [(committee, _of_one_sign_in(committee, namesakes(committee, name, on=on))) for committee, name in groups]
    return [one for one in met if one[1]]


def _of_one_sign_in(committee: Committee, people: list[Account]) -> list[Account]:
    """Keep the accounts of which a sign-in name opens another one too at the committee's door."""
    opened = {own.pk: {a.pk for name in names.of(own) for a in names.find(committee.code, name)} for own in people}
    pairs = [{a.pk, b.pk} for a in people for b in people if a != b and b.pk in opened[a.pk]]
    return [own for own in people if any(own.pk in pair for pair in pairs)]


def session_on(committee: Committee, day: date) -> Session | None:
    """Return the session whose working year holds `day`."""
    found: Session | None = SESSION_ON.first(committee.pk, day)
    return found


SESSION_ON = Prepared(
    lambda committee, day: (
        Session.objects.filter(committee=committee, starts_on__lte=day).select_related("term", "committee").order_by("-starts_on")
    )
)
SESSIONS = Prepared(lambda committee: Session.objects.filter(committee=committee).select_related("term"))
WITH_A_FRONT = Prepared(lambda: Committee.objects.order_by("parent_id", "id"))


UNITS = Prepared(lambda committee: Unit.objects.filter(committee=committee).values_list("pk", "uid", "name"))


def named_units(committee: Committee) -> list[tuple[int, str, str]]:
    """Return all units of a committee in their order: key, uid, name."""
    return UNITS.all(committee.pk)


def sessions_of(committee: Committee) -> list[Session]:
    """Return all sessions of a committee with their terms, in their order."""
    return SESSIONS.all(committee.pk)


def home_committee(account: Account) -> Committee | None:
    """Return the committee an office or unit account works in."""
    own = appointments_of(account)
    return own[0].committee if own else None


_belonging: list[Callable[[Account], Committee | None]] = []


def register_belonging(source: Callable[[Account], Committee | None]) -> None:
    """Add a way to belong to a committee without a duty: who sits in it (the app above knows)."""
    _belonging.append(source)


def committee_of(account: Account) -> Committee | None:
    """Return the committee somebody works in or sits in; nothing for who does neither now."""
    own = home_committee(account)
    return own or next((committee for source in _belonging if (committee := source(account))), None)


def has_to_do_with_several(account: Account) -> bool:
    """Say whether somebody sits or holds duties in more than one committee: then pages name which one is meant."""
    duties = {a.committee.code for a in appointments_of(account)}
    return len(duties | {seat.code for seat in seats.held(account)}) > 1


@dataclass(frozen=True)
class Work:
    """One open matter of a unit: what, where, until when; `key` is by what it is named when the unit ends."""

    title: str
    line: str
    url: str
    key: str = ""


_work: list[Callable[[Unit], Iterable[Work]]] = []


def register_work(source: Callable[[Unit], Iterable[Work]]) -> None:
    """Add what an app above knows to be open at a unit."""
    _work.append(source)


def open_work(unit: Unit) -> list[Work]:
    """Return what is open at a unit: told to whoever takes over its clerkship."""
    return [work for source in _work for work in source(unit)]


def fellows(appointment: Appointment, on: date) -> list[Appointment]:
    """Return who else holds or will hold the same duty at the same unit.

    With whom its open work stays when this one ends.
    """
    of_unit = Appointment.objects.filter(not_over(on), committee=appointment.committee_id, unit=appointment.unit_id)
    rows = of_unit.filter(duty=appointment.duty, account__is_active=True).exclude(pk=appointment.pk)
    return list(rows.select_related("account").order_by("starts_on", "id"))


def is_last(appointment: Appointment, on: date) -> bool:
    """Say whether nobody else holds a duty of the committee on a day or will, of the same 归口 where it is given by 归口."""
    others = Appointment.objects.filter(not_over(on), committee=appointment.committee_id, duty=appointment.duty)
    if appointment.duty in {Duty.ASSIGN, Duty.SUPERVISE}:
        others = others.filter(affiliation=appointment.affiliation)
    return not others.filter(account__is_active=True).exclude(pk=appointment.pk).exists()


def running_units(on: date) -> Q:
    """Keep the units that work on a day: `active_until` is the last."""
    return (Q(active_from=None) | Q(active_from__lte=on)) & not_ended(on)


def not_ended(on: date) -> Q:
    """Keep the units that work on a day or will later."""
    return Q(active_until=None) | Q(active_until__gte=on)


def is_running(unit: Unit, on: date) -> bool:
    """Say whether a unit works on a day: what has ended gets no more work and nobody is appointed there."""
    begun = unit.active_from is None or unit.active_from <= on
    return begun and (unit.active_until is None or unit.active_until >= on)


def active_units(committee: Committee, on: date) -> QuerySet[Unit]:
    """Return the units that may be assigned to on a day."""
    return committee.units.filter(running_units(on)).order_by("system", "id")


def units_to_come(committee: Committee, on: date) -> QuerySet[Unit]:
    """Return the units that may be assigned to on a day or later.

    Those that were founded for a later day among them.
    """
    return committee.units.filter(not_ended(on)).order_by("system", "id")


def about(account: Account) -> list[Line]:
    """Say which duties an account holds, and which it will hold from when, for its own page."""
    today = timezone.localdate()
    later = Appointment.objects.filter(not_over(today), account=account, starts_on__gt=today).select_related("committee", "unit")
    found = [
        *(Line(str(a.get_duty_display()), _where(a)) for a in appointments_of(account)),
        *(_to_begin(a) for a in later.order_by("starts_on", "id")),
    ]
    return found or _ended(account, today)


def named_duties(account: Account) -> list[str]:
    """Name the duties that an account holds or will hold, each once."""
    rows = Appointment.objects.filter(not_over(timezone.localdate()), account=account).select_related("unit").order_by("id")
    return list(dict.fromkeys(row.named_duty for row in rows))


def _ended(account: Account, today: date) -> list[Line]:
    """Say which duties ended last to whoever holds none any more: nobody is left to guess why nothing opens."""
    past = Appointment.objects.filter(over(today), account=account).select_related("unit")
    last = past.order_by("-ends_on").values_list("ends_on", flat=True).first()
    if last is None:
        return []
    duties = "、".join(dict.fromkeys(row.named_duty for row in past.filter(ends_on=last).order_by("id")))
    said = _("您的%(duty)s职责已于 %(on)s终止，有疑问请与机关联系。") % {"duty": duties, "on": full_day(last)}
    return [Line(_("职责"), said)]


def _where(appointment: Appointment) -> str:
    return appointment.unit.name if appointment.unit else appointment.body or appointment.committee.short_name


def _to_begin(appointment: Appointment) -> Line:
    place, day = _where(appointment), full_day(appointment.starts_on)
    said = _("%(where)s，自 %(on)s起任职，到任以前还不能办理") % {"where": place, "on": day}
    return Line(str(appointment.get_duty_display()), said)


def home_code(account: Account) -> str:
    """Return the code of the committee a staff account works in."""
    found = Appointment.objects.filter(account=account).select_related("committee").order_by("-starts_on", "-id").first()
    return found.committee.code if found else ""


def find_appointments(rows: QuerySet[Appointment], words: str) -> QuerySet[Appointment]:
    """Keep the appointments whose person, duty, unit or body has the words."""
    if not words:
        return rows
    duties = [value for value, label in Duty.choices if words in str(label)]
    fits = Q(account__name__contains=words) | Q(account__username__icontains=words) | Q(unit__name__contains=words)
    return rows.filter(fits | Q(body__contains=words) | Q(duty__in=duties))


def audited_codes(account: Account) -> set[str]:
    """Return the codes whose events an audit administrator reads.

    Who audits the topmost committee also reads those of nobody.
    """
    own = [a.committee for a in appointments_of(account) if a.duty == Duty.AUDIT_ADMIN]
    return {c.code for c in own} | ({""} if any(c.parent_id is None for c in own) else set())


def realms() -> list[Realm]:
    """Return the committees whose members may sign in by number, the topmost first."""
    return [Realm(code, name) for code, name in Committee.objects.order_by("id").values_list("code", "short_name")]


def holds_any_duty(account: Account) -> bool:
    """Say whether an account holds a duty in any committee, today or later."""
    return Appointment.objects.filter(not_over(timezone.localdate()), account=account).exists()
