"""A unit's inbox: what its people have to do, the most urgent first; what waits for others; what is done."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.desks.listings import Filter, Head, Listing, Question, Saying, Tab
from tongxin.desks.reading import Rows
from tongxin.handling import queries
from tongxin.handling.lists import tasks
from tongxin.handling.models import Task

LABELS = {
    "": gettext_lazy("待办"),
    "sign": gettext_lazy("待签收"),
    "hand": gettext_lazy("办理中"),
    "co": gettext_lazy("会办"),
    "leader": gettext_lazy("单位审签"),
    "again": gettext_lazy("重新办理"),
    "wait": gettext_lazy("待回复"),
    "answered": gettext_lazy("已答复"),
    "done": gettext_lazy("已结束"),
}
KEPT = ("", "wait")  # listed though nothing is in them
OVER = ("answered", "done")


# which parts ask in which units the reader is clerk, and which he leads
READS_CLERKED = frozenset({"", "sign", "hand", "co", "again", "wait"})
READS_LED = frozenset({"", "wait", "leader"})


def _parts(clerked: Iterable[int], led: Iterable[int]) -> dict[str, Any]:
    parts = queries.inbox_parts(clerked=clerked, led=led)
    return {name: parts[name or "todo"] for name in LABELS}


def _served(q: Question) -> tuple[set[int], set[int]]:
    return bodies.units_with(q.user, Duty.UNIT_CLERK), bodies.units_with(q.user, Duty.UNIT_LEADER)


def _unit(q: Question) -> Any:
    return next((u for u in queries.units_of(q.user) if u.uid == q.chosen.get("unit")), None)


def _committees(q: Question) -> list[Committee]:
    return bodies.committees_held(q.user, Duty.UNIT_CLERK, Duty.UNIT_LEADER)


def _counts(q: Question) -> dict[str, int]:
    unit, (clerked, led) = _unit(q), _served(q)
    return tasks.counted(
        lambda: queries.inbox(q.user, unit=unit),
        lambda: _parts(clerked, led),
        "",
        q,
        committees=_committees(q),
        scope=("inbox", sorted(clerked), sorted(led), unit.pk if unit else 0),
    )


def _rows(part: str) -> Rows:
    def build(units: Any, clerked: Any, led: Any) -> QuerySet[Task]:
        return queries.for_rows(Task.objects.filter(unit_id__in=units).filter(_parts(clerked, led)[part]))

    def hands(q: Question) -> tuple[Any, Any, Any]:
        clerked, led = _served(q)
        return clerked | led, clerked if part in READS_CLERKED else (), led if part in READS_LED else ()

    return Rows(build, hands)


def _head(q: Question) -> Head:
    units, unit = queries.units_of(q.user), _unit(q)
    one = units[0] if len(units) == 1 else unit
    title = _("%(name)s收件箱") % {"name": one.name} if one else _("承办收件箱")
    return Head(title, _("红牌表示已超期，黄牌表示即将到期。点选一项，只看这一项。"))


def _units(q: Question) -> list[tuple[str, Any]]:
    return [("", _("全部单位")), *((u.uid, u.name) for u in queries.units_of(q.user))]


def _of_unit(rows: QuerySet[Task], uid: str, _q: Question) -> QuerySet[Task]:
    return rows.filter(unit__uid=uid)


def _several(q: Question) -> bool:
    return len(queries.units_of(q.user)) > 1


def _leads(q: Question) -> bool:
    return bool(bodies.units_with(q.user, Duty.UNIT_LEADER))


def _nothing(_q: Question) -> Saying:
    return Saying(_("没有提案。交办以后在这里列出，并通知承办人。"))


COLUMNS = tasks.columns(tasks.titled(tasks.page_of), named=_several)
INBOX = Listing(
    "handling-inbox",
    gettext_lazy("承办收件箱"),
    "handling.inbox",
    tuple(
        Tab(
            part, label, _rows(part), queries.NEWEST if part in OVER else queries.BY_CLOCK, COLUMNS, gettext_lazy("共 %(n)s 件"),
            _nothing, tasks.lines, offered=_leads if part == "leader" else lambda _q: True, kept=part in KEPT,
        )
        for part, label in LABELS.items()
    ),
    head=_head,
    filters=(Filter("unit", gettext_lazy("承办单位"), _units, _of_unit, "tabs", handed_on=True), tasks.levels(_committees)),
    counts=_counts,
    lanes_label=gettext_lazy("待办提案，按期限分"),
    sizes=(queries.SIZE,),
    printed=True,
    not_found=gettext_lazy("这一档没有提案。"),
)  # fmt: skip
