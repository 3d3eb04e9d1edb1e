"""What whoever keeps the house looks after, told in a few lines on the own home.

Whether it runs, who holds what, what was recorded.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.queries import second_factors_of
from tongxin.audit import kinds, looking
from tongxin.audit.models import Event
from tongxin.audit.queries import remembered
from tongxin.backups import keeping as backups
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.core import room
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import full_day, moment
from tongxin.desks.panels import Board, Line, boards
from tongxin.notices import health
from tongxin.notices.models import Job

SOON = timedelta(days=30)
LATELY = timedelta(days=7)
NAMED = 5
WATCHED = {
    "accounts.locked_out": gettext_lazy("登录锁定"),
    "committees.appoint": gettext_lazy("任命职责"),
    "committees.end_appointment": gettext_lazy("免去职责"),
    "committees.break_glass": gettext_lazy("应急任命"),
    "audit.read_protected": gettext_lazy("查看受保护的个人信息"),
}


def of_keepers(user: Any) -> dict[str, Any] | None:
    """Return what somebody looks after as system, security or audit administrator; nothing for everybody else."""
    now = timezone.now()
    held = [one for one in bodies.appointments_of(user) if one.duty in BOARDS]
    return boards([BOARDS[Duty(one.duty)](one.committee, now) for one in held])


# ── the system ───────────────────────────────────────────────────────────────────────────────────
def _system(_committee: Committee, now: datetime) -> Board:
    delivery, state = reverse("notices-delivery"), health.look(now)
    lines = [_backup(now), *_jobs(delivery, state), _messages(delivery, state), _disk()]
    return Board(_("系统运行"), lines, delivery, _("送达情况"))


def _backup(now: datetime) -> Line:
    label, there = _("数据备份"), backups.taken()
    if backups.every() is None:
        return Line(label, _("定时备份未启用"), level="warn")
    last = _("最近一次 %(at)s") % {"at": moment(there[-1][0])} if there else _("还没有做过")
    wrong = backups.failure() is not None or bool(backups.findings(now=now))
    return Line(label, _("没有按时完成，%(last)s") % {"last": last} if wrong else last, level="bad" if wrong else "good")


def _jobs(delivery: str, state: health.Health) -> Iterator[Line]:
    wrong = {job.pk for job in (*state.late, *state.failed)}
    running = [job for job in Job.objects.order_by("label", "name") if job.pk not in wrong and not job.switched_off]
    for job in (*state.failed, *state.late):
        yield Line(str(job), _("没有办成") if job in state.failed else _("没有按时运行"), delivery, "bad")
    if running or not wrong:
        said = _("%(n)s 项正常") % {"n": len(running)} if running else _("还没有运行过")
        yield Line(_("后台任务"), said, delivery, "good" if running else "warn")


def _messages(delivery: str, state: health.Health) -> Line:
    if not (state.parts["notices"] and state.parts["letters"]):
        return Line(_("消息和邮件"), _("有未送达的"), delivery, "bad")
    return Line(_("消息和邮件"), _("正常") if settings.EMAIL_HOST else _("消息正常，邮件未启用"), delivery, "good")


def _disk() -> Line:
    found = room.findings()
    return Line(_("磁盘空间"), "；".join(found) or _("充足"), level="bad" if found else "good")


# ── who holds what ───────────────────────────────────────────────────────────────────────────────
def _security(committee: Committee, now: datetime) -> Board:
    today = timezone.localdate(now)
    held = [Held(*row) for row in HELD.all(committee.pk, today)]
    listed = reverse("appointments")
    lines = [
        Line(_("现任和待到任"), _("%(n)s 项") % {"n": len(held)}, listed),
        _named(_("三十天内到期"), [a for a in held if a.ends_on and a.ends_on <= today + SOON]),
        _without_factor(held),
        _without_clerk(committee, held, today),
        _locked(committee, now),
    ]
    return Board(_("职责和登录"), lines, listed, _("职责任免"))


class Held(NamedTuple):
    """What is looked at of an appointment: there are many, and no row is opened."""

    account: int
    name: str
    is_active: bool
    asks_for_factor: bool
    duty: str
    unit: int | None
    unit_name: str | None
    starts_on: date
    ends_on: date | None

    def __str__(self) -> str:
        return f"{self.name}（{self.unit_name or ''}{Duty(self.duty).label}，{full_day(self.ends_on) if self.ends_on else ''}）"


HELD = Prepared(
    lambda committee, today: (
        Appointment.objects.filter(bodies.not_over(today), committee=committee)
        .order_by("ends_on", "id")
        .values_list(
            "account",
            "account__name",
            "account__is_active",
            "account__needs_second_factor",
            "duty",
            "unit",
            "unit__name",
            "starts_on",
            "ends_on",
        )
    )
)


def _named(label: str, found: list[Held]) -> Line:
    return Line(label, _those([str(one) for one in found], _("项")), level="warn" if found else "")


def _without_factor(held: list[Held]) -> Line:
    asked = {one.account: one.name for one in held if one.asks_for_factor and one.is_active}
    with_one = second_factors_of(asked)
    missing = [name for pk, name in asked.items() if pk not in with_one]
    return Line(_("还没有启用动态口令"), _those(missing, _("人")), level="warn" if missing else "")


def _those(names: list[str], what: str) -> str:
    """Name who or what it is, as far as that is read at a glance."""
    if len(names) <= NAMED:
        return "、".join(names) or _("没有")
    return _("%(names)s等 %(n)s %(what)s") % {"names": "、".join(names[:NAMED]), "n": len(names), "what": what}


def _without_clerk(committee: Committee, held: list[Held], today: date) -> Line:
    with_one = {one.unit for one in held if one.unit and one.duty == Duty.UNIT_CLERK and one.starts_on <= today}
    units = Unit.objects.filter(bodies.running_units(today), committee=committee).exclude(pk__in=with_one)
    names = list(units.order_by("system", "id").values_list("name", flat=True))
    return Line(_("没有承办人的单位"), _those(names, _("个单位")), level="warn" if names else "")


def _locked(committee: Committee, now: datetime) -> Line:
    numbers = _lately({committee.code, ""} if committee.parent_id is None else {committee.code}, now)
    number = numbers["accounts.locked_out"]
    return Line(_("近七天登录锁定"), _("%(n)s 次") % {"n": number} if number else _("没有"), level="warn" if number else "")


# ── what was recorded ────────────────────────────────────────────────────────────────────────────
def _audit(committee: Committee, now: datetime) -> Board:
    read = reverse("events")
    numbers = _lately({committee.code, ""} if committee.parent_id is None else {committee.code}, now)
    since = timezone.localdate(now - LATELY).isoformat()
    of_late = [
        Line(
            _("近七天%(what)s") % {"what": kinds.label(kind)},
            _("%(n)s 次") % {"n": n},
            f"{read}?{urlencode({'kind': kind, 'since': since})}",
        )
        for kind, n in numbers.items()
        if n
    ]
    quiet = [] if of_late else [Line(_("近七天"), _("没有登录锁定、任免和查看受保护信息的记录"))]
    return Board(_("记录和核验"), [_sealed(now), _files(now), *of_late, *quiet], read, _("操作记录"))


def _sealed(now: datetime) -> Line:
    late = health.look(now).unsealed
    return Line(_("封存"), _("有记录超过 15 分钟没有封存") if late else _("按时封存"), level="bad" if late else "good")


def _files(now: datetime) -> Line:
    looked = looking.last()
    if looked is None or looking.is_late(looked, now=now):
        last = _("最近一次 %(at)s") % {"at": moment(looked.at)} if looked else _("还没有核对过")
        return Line(_("附件核对"), last, level="warn")
    found = len(looked.found)
    said = _("%(at)s，发现 %(n)s 处不符") if found else _("%(at)s，没有发现不符")
    return Line(_("附件核对"), said % {"at": moment(looked.at), "n": found}, level="bad" if found else "good")


def _lately(codes: set[str], now: datetime) -> dict[str, int]:
    """Count what is watched of the last days; kept until something happens."""
    since = timezone.localdate(now - LATELY)

    def read() -> dict[str, int]:
        rows = Event.objects.filter(committee_code__in=codes, kind__in=WATCHED, recorded_at__date__gte=since)
        return rows.aggregate(**{kind: Count("pk", filter=Q(kind=kind)) for kind in WATCHED})

    return remembered(codes, ("watched", since), read)


BOARDS: dict[str, Callable[[Committee, datetime], Board]] = {
    Duty.SYSTEM_ADMIN: _system,
    Duty.SECURITY_ADMIN: _security,
    Duty.AUDIT_ADMIN: _audit,
}
