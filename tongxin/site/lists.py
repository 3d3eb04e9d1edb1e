"""Lists of the foundations below `desks`: the handling units of a committee, and who holds which duty in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.permissions import allowed, demand
from tongxin.committees import listing as appointments
from tongxin.committees import queries, resetting, unit_list
from tongxin.committees.choices import System
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.committees.resetting import Offer
from tongxin.committees.unit_list import ENDED, IN_USE, Line
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.listings import Cell, Column, Filter, Head, Link, Listing, Question, Saying, Step, Tab

PARTS = {IN_USE: gettext_lazy("在用"), ENDED: gettext_lazy("已撤销")}


def _committee(q: Question) -> Committee:
    """Return the committee in whose seat one acts. Raises Http404 where there is none."""

    def read() -> Committee:
        if (found := queries.committee_of(q.user)) is None:
            raise Http404
        return found

    found: Committee = q.once("committee", read)
    return found


def _changes(q: Question) -> bool:
    return allowed(q.user, "committees.change_units", _committee(q))


# ── units ────────────────────────────────────────────────────────────────────────────────────────
def _rows(state: str) -> Any:
    return lambda q: unit_list.listed(_committee(q), state=state, on=q.on)


def _lines(found: list[Unit], q: Question) -> Iterable[Line]:
    return unit_list.lines(found, on=q.on)


def _name(line: Line) -> Cell:
    below = [f"{_('曾用名')}　{'、'.join(line.former)}"] if line.former else []
    if line.unit.active_until:
        until = _("承办到 %(on)s") % {"on": full_day(line.unit.active_until)}
        by = _("，由%(names)s承接") % {"names": "、".join(line.followed_by)} if line.followed_by else ""
        below.append(f"{until}{by}")
    return Cell(line.unit.name, below=below)


def _linked(line: Line) -> Cell:
    shown = _name(line)
    return Cell(shown.text, reverse("unit-course", args=[line.unit.uid]), below=shown.below)


UNIT_COLUMNS = (
    Column("name", gettext_lazy("单位"), _linked, "title", offered=_changes, width=30),
    Column("called", gettext_lazy("单位"), _name, "title", offered=lambda q: not _changes(q), width=30),
    Column("system", gettext_lazy("归口"), lambda line: line.unit.get_system_display()),
    Column("contact", gettext_lazy("联系人"), lambda line: line.unit.contact, offered=_changes),
    Column("phone", gettext_lazy("电话"), lambda line: line.unit.phone, "num", offered=_changes),
    Column("people", gettext_lazy("人员"), lambda line: str(line.people), "num", offered=_changes),
    Column("open", gettext_lazy("在办"), lambda line: str(line.open), "num", offered=_changes),
)


def _head(q: Question) -> Head:
    if _changes(q):
        return Head(_("承办单位"))
    return Head(_("承办单位"), _("单位的资料，以及更名、撤销、并入、拆分，由提案日常工作人员办理；发现有误的，请与他们联系。"))


def _no_unit(q: Question) -> Saying:
    if q.tab == ENDED:
        return Saying(_("没有撤销的单位。"), "?", _("查看在用的单位"))
    if _changes(q):
        return Saying(_("还没有承办单位。可以逐个增加，也可以用表格成批导入。"), reverse("imports"), _("用表格导入"))
    return Saying(_("还没有承办单位，由提案工作人员增加。"))


def _of_system(rows: QuerySet[Unit], system: str, _q: Question) -> QuerySet[Unit]:
    return rows.filter(system=system)


UNITS = Listing(
    "units",
    gettext_lazy("承办单位"),
    "committees.view_units",
    tuple(
        Tab(state, label, _rows(state), ("system", "id"), UNIT_COLUMNS, gettext_lazy("共 %(n)s 个单位"), _no_unit, _lines)
        for state, label in PARTS.items()
    ),
    tab_name="state",
    head=_head,
    find=lambda rows, words, q: unit_list.called(rows, words, _committee(q)),
    find_label=gettext_lazy("单位名称、曾用名"),
    filters=(Filter("system", gettext_lazy("归口"), lambda _q: [("", _("全部")), *System.choices], _of_system),),
    links=(Link(gettext_lazy("增加单位"), partial(reverse, "unit-new"), "plus", main=True, offered=_changes),),
    sizes=(100,),
    printed=True,
    not_found=gettext_lazy("没有符合条件的单位，请更换关键词再查。"),
)  # fmt: skip


# ── appointments ─────────────────────────────────────────────────────────────────────────────────
def _appointing(q: Question) -> Committee:
    """Return the committee in which somebody appoints. Raises PermissionDenied in another's seat."""
    demand(q.user, "committees.appoint", _committee(q))
    return _committee(q)


def _appointments(part: str) -> Any:
    return lambda q: appointments.listed(_appointing(q), part=part, at=q.at)


@dataclass(frozen=True)
class Held:
    """An appointment with the steps that the reader may take, each a button."""

    appointment: Appointment
    steps: tuple[Step, ...]
    others_end: bool  # it is his own, and another one ends it


def _held(found: list[Appointment], q: Question) -> Iterable[Held]:
    offers = resetting.offers(found, q.user, at=q.at)
    return [Held(offer.appointment, tuple(_steps(q, offer)), offer.others_end) for offer in offers]


def _over(found: list[Appointment], _q: Question) -> Iterable[appointments.Over]:
    return appointments.with_reasons(found)


def _person(line: Any) -> Cell:
    return Cell(line.appointment.account.name, beside=line.appointment.account.username)


def _scope(line: Any) -> str:
    row = line.appointment
    return " ".join(said for said in (row.unit.name if row.unit else "", row.get_affiliation_display(), row.body) if said)


def _begins(line: Any) -> Cell:
    row, today = line.appointment, timezone.localdate()
    to_come = [_("未到任")] if row.starts_on > today else []
    return Cell(
        full_day(row.starts_on), below=[*to_come, *([_("%(on)s起免去") % {"on": full_day(row.ends_on)}] if row.ends_on else [])]
    )


def _steps(q: Question, offer: Offer) -> Iterable[Step]:
    row, back = offer.appointment, f"?{urlencode({'next': appointments.address(q=q.words)})}" if q.words else ""

    def step(label: str, name: str, waits: str = "") -> Step:
        return Step(f"{name}-{row.uid}", label, reverse(f"appointment-{name}", args=[row.uid]) + back, row, waits)

    if row.is_clerkship:
        yield step(_("更换承办人"), "transfer")
    if not offer.others_end:
        yield step(_("免去"), "end")
    if offer.resets or offer.reset_waits:
        yield step(_("重置密码") if row.account.has_usable_password() else _("重发邀请"), "reset", offer.reset_waits)
    if offer.resets_factor or offer.factor_waits:
        yield step(_("重置动态口令"), "factor", offer.factor_waits)


def _reason(line: appointments.Over) -> Cell:
    if line.reason or not line.relieved:
        return Cell(line.reason or _("任期届满"))
    return Cell(_("没有写明"), faint=True)


def _to_do(line: Held) -> Cell:
    return Cell(_("本人的职责，由另一位安全管理员办理") if line.others_end else "", steps=line.steps)


def _no_appointment(q: Question) -> Saying:
    return Saying(_("还没有免去或者到期的任命。") if q.tab == appointments.ENDED else _("还没有任命。"))


PERSON = Column("name", gettext_lazy("姓名"), _person)
DUTY = Column("duty", gettext_lazy("职责"), lambda line: line.appointment.get_duty_display())
SCOPE = Column("scope", gettext_lazy("单位、归口、名义"), _scope)
APPOINTMENTS = Listing(
    "appointments",
    gettext_lazy("职责任免"),
    "committees.appoint",
    (
        Tab(
            appointments.NOW, appointments.PARTS[appointments.NOW], _appointments(appointments.NOW), ("duty", "id"),
            (PERSON, DUTY, SCOPE, Column("from", gettext_lazy("自何日起"), _begins, "nowrap"), Column("steps", gettext_lazy("办理"), _to_do, "offers")),
            gettext_lazy("现任 %(n)s 项"), _no_appointment, _held,
        ),
        Tab(
            appointments.ENDED, appointments.PARTS[appointments.ENDED], _appointments(appointments.ENDED), ("-ends_on", "-id"),
            (
                PERSON, DUTY, SCOPE,
                Column("from", gettext_lazy("自何日起"), lambda line: full_day(line.appointment.starts_on), "nowrap"),
                Column("until", gettext_lazy("终止日期"), lambda line: full_day(line.appointment.ends_on), "nowrap"),
                Column("reason", gettext_lazy("免去原因"), _reason),
            ),
            gettext_lazy("已免去 %(n)s 项"), _no_appointment, _over,
        ),
    ),
    intro=gettext_lazy("谁能做什么，由这里的任命决定，任免都会留下记录。"),
    find=lambda rows, words, _q: queries.find_appointments(rows, words),
    find_label=gettext_lazy("姓名、职责、单位"),
    links=(Link(gettext_lazy("任命"), partial(reverse, "appointment-new"), "plus", main=True),),
    sizes=(50,),
    printed=True,
    not_found=gettext_lazy("没有符合条件的任命，请更换关键词再查。"),
)  # fmt: skip
LISTS = (UNITS, APPOINTMENTS)
