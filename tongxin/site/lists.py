"""Lists of the foundations below `desks`: the handling units of a committee."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.permissions import allowed
from tongxin.committees import queries, unit_list
from tongxin.committees.choices import System
from tongxin.committees.models import Committee, Unit
from tongxin.committees.unit_list import ENDED, IN_USE, Line
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.listings import Cell, Column, Filter, Head, Link, Listing, Question, Saying, Tab

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
        return Saying(_("没有撤销的单位。"), "?", _("看在用的单位"))
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
    not_found=gettext_lazy("没有符合条件的单位，请换个词再找。"),
)  # fmt: skip
LISTS = (UNITS,)
