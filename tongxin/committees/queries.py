"""Who holds which duty now, which session a day belongs to, and other reads about bodies."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongxin.accounts.describing import Line
from tongxin.accounts.models import Account
from tongxin.accounts.names import Realm
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee, Session, Unit


def appointments_of(account: Account) -> list[Appointment]:
    """Return the appointments in force today, read once per request (kept on the account object)."""
    if not account.is_authenticated or not account.is_active:
        return []
    kept: list[Appointment] | None = account.__dict__.get("_appointments")
    if kept is None:
        today = timezone.localdate()
        kept = list(
            Appointment.objects.filter(account=account, starts_on__lte=today)
            .filter(Q(ends_on=None) | Q(ends_on__gte=today))
            .select_related("committee", "unit")
            .order_by("id")
        )
        account.__dict__["_appointments"] = kept
    return kept


def forget_appointments(account: Account) -> None:
    """Drop what `appointments_of` keeps, after an appointment changed."""
    account.__dict__.pop("_appointments", None)


def committees_with(account: Account, *duties: str) -> set[int]:
    """Return the ids of committees in which the account holds any of the duties."""
    return {a.committee_id for a in appointments_of(account) if a.duty in duties}


def units_with(account: Account, *duties: str) -> set[int]:
    """Return the ids of units for which the account holds any of the duties."""
    return {a.unit_id for a in appointments_of(account) if a.duty in duties and a.unit_id is not None}


def affiliations_with(account: Account, *duties: str) -> set[tuple[int, str]]:
    """Return (committee id, 归口) pairs for which the account holds any of the duties."""
    return {(a.committee_id, a.affiliation) for a in appointments_of(account) if a.duty in duties}


def holders_of(committee: Committee, duty: str, *, unit: Unit | None = None, affiliation: str = "") -> QuerySet[Account]:
    """Return the accounts that hold a duty today, for a unit or a 归口 where given."""
    today = timezone.localdate()
    found = Appointment.objects.filter(committee=committee, duty=duty, starts_on__lte=today).filter(
        Q(ends_on=None) | Q(ends_on__gte=today)
    )
    if unit is not None:
        found = found.filter(unit=unit)
    if affiliation:
        found = found.filter(affiliation=affiliation)
    return Account.objects.filter(pk__in=found.values("account"), is_active=True).order_by("pk")


def session_on(committee: Committee, day: date) -> Session | None:
    """Return the session whose working year holds `day`."""
    return committee.sessions.filter(starts_on__lte=day).select_related("term").order_by("-starts_on").first()


def home_committee(account: Account) -> Committee | None:
    """Return the committee an office or unit account works in."""
    own = appointments_of(account)
    return own[0].committee if own else None


def active_units(committee: Committee, on: date) -> QuerySet[Unit]:
    """Return the units that may be assigned to on a day."""
    return committee.units.filter(Q(active_until=None) | Q(active_until__gte=on)).order_by("system", "id")


def about(account: Account) -> list[Line]:
    """Say which duties an account holds, for its own page."""
    return [
        Line(str(a.get_duty_display()), a.unit.name if a.unit else a.body or a.committee.short_name)
        for a in appointments_of(account)
    ]


def home_code(account: Account) -> str:
    """Return the code of the committee a staff account works in."""
    found = Appointment.objects.filter(account=account).select_related("committee").order_by("-starts_on", "-id").first()
    return found.committee.code if found else ""


def audited_codes(account: Account) -> set[str]:
    """Return the codes whose events an audit administrator reads; who audits the topmost committee also reads those of nobody."""
    own = [a.committee for a in appointments_of(account) if a.duty == Duty.AUDIT_ADMIN]
    return {c.code for c in own} | ({""} if any(c.parent_id is None for c in own) else set())


def realms() -> list[Realm]:
    """Return the committees whose members may sign in by number, the topmost first."""
    return [Realm(code, name) for code, name in Committee.objects.order_by("id").values_list("code", "short_name")]


def holds_any_duty(account: Account) -> bool:
    """Say whether an account holds a duty in any committee, today or later."""
    today = timezone.localdate()
    return Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), account=account).exists()
