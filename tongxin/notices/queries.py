"""What somebody was told, as it is shown: one entry for each matter and day; and how the telling and sending went."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, Max, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tongxin.audit.models import Mark
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.core.asked import FIRST_DAY
from tongxin.core.prepared import Prepared
from tongxin.notices.models import Letter, Notice

CAP = 99


def visible_to(user: Any) -> QuerySet[Notice]:
    """Return the account's own notices, newest first: nobody reads another's."""
    if not user.is_authenticated:
        return Notice.objects.none()
    return Notice.objects.filter(account=user).order_by("-id")


def _unread(account: Any) -> QuerySet[Any, Any]:
    rows = Notice.objects.filter(account=account, read_at=None)
    return rows.order_by("day", "matter").values("day", "matter").distinct()[:CAP]


UNREAD = Prepared(_unread)


def unread(user: Any) -> int:
    """Count the entries with something unread, up to 99."""
    if not user.is_authenticated:
        return 0
    return UNREAD.count(user.pk)


@dataclass(frozen=True)
class Entry:
    """What somebody was told of one matter on one day, the newest line first: it stands for all."""

    lines: list[Notice] = field(default_factory=list)
    committee_name: str = ""

    @property
    def newest(self) -> Notice:
        """The line that stands on top."""
        return self.lines[0]

    @property
    def pressing(self) -> list[Notice]:
        """What is urgent and unread below the newest: never folded."""
        return [line for line in self.lines[1:] if line.urgent and line.read_at is None]

    @property
    def folded(self) -> list[Notice]:
        """The others."""
        return [line for line in self.lines[1:] if not (line.urgent and line.read_at is None)]

    @property
    def read_at(self) -> datetime | None:
        """When the last of it was read; nothing while one line is unread."""
        read = [line.read_at for line in self.lines]
        return None if None in read else max(at for at in read if at is not None)


def entries(user: Any, *, most: int, before: str = "", only_unread: bool = False) -> tuple[list[Entry], str]:
    """Return some entries, the newest first, and the uid from which older ones go on, where there are more.

    `before`: the uid of the last line shown. However many notices there are, those of the days that are shown are read.
    """
    if not user.is_authenticated:
        return [], ""
    last = visible_to(user).filter(uid=before).first() if before else None
    day, line = (None, None) if last is None else (last.day, last.pk)
    keys = [(on, matter) for on, matter, _last in KEYS.all(user.pk, day, line, only_unread=only_unread, most=most)]
    shown = _with_lines(user, keys[:most])
    return shown, shown[-1].newest.uid if len(keys) > most else ""


def _keys(account: Any, day: Any, line: Any, *, only_unread: bool, most: int) -> QuerySet[Any, Any]:
    """Return day and matter of some entries and of one more; those before the line of a day, where one is named."""
    rows = Notice.objects.filter(account=account, **({"read_at": None} if only_unread else {}))
    days = rows if day is None else rows.filter(day__lt=day)
    floor = Coalesce(  # each day has an entry at least
        Subquery(days.order_by("-day").values("day").distinct()[most : most + 1]), Value(FIRST_DAY), output_field=DateField()
    )
    grouped = rows.filter(day__gte=floor).order_by().values("day", "matter").annotate(last=Max("id"))
    if day is not None:
        grouped = grouped.filter(day__lte=day).filter(Q(day__lt=day) | Q(last__lt=line))
    return grouped.order_by("-day", "-last").values_list("day", "matter", "last")[: most + 1]


KEYS = Prepared(_keys)
LINES = Prepared(
    lambda account, days, matters: Notice.objects.filter(account=account, day__in=days, matter__in=matters).order_by("-id")
)


def _with_lines(user: Any, keys: Collection[tuple[date, str]]) -> list[Entry]:
    lines: dict[tuple[date, str], list[Notice]] = {key: [] for key in keys}
    if not keys:
        return []
    for notice in LINES.all(user.pk, {day for day, _m in keys}, {matter for _d, matter in keys}):
        lines.get((notice.day, notice.matter), []).append(notice)
    names = _committees(user, [notice for found in lines.values() for notice in found])
    return [Entry(found, names.get(found[0].committee_code, "")) for found in lines.values() if found]


def _committees(user: Any, told: Iterable[Notice]) -> dict[str, str]:
    """Name the committees that told, for who has to do with several; else none."""
    codes = {notice.committee_code for notice in told} if bodies.has_to_do_with_several(user) else set()
    return dict(Committee.objects.filter(code__in=codes).values_list("code", "short_name")) if codes else {}


def told_of(matters: Collection[str], *, before: int | None = None) -> QuerySet[Notice]:
    """Return who was told what of some matters, newest first; who asks must be one who may know."""
    rows = Notice.objects.filter(matter__in=matters).select_related("account", "event", "letter").order_by("-id")
    return rows if before is None else rows.filter(pk__lt=before)


# ── how the telling and sending went ─────────────────────────────────────────────────────────────
def failing_events(codes: Collection[str]) -> QuerySet[Mark]:
    """Return the events of some committees that could not be told yet, and those that belong to none."""
    return Mark.objects.filter(tries__gt=0, event__committee_code__in={*codes, ""}).select_related("event").order_by("id")


def posted(codes: Collection[str], *, only_failed: bool = False, before: int | None = None) -> QuerySet[Letter]:
    """Return the letters of some committees, newest first.

    `only_failed`: what failed and has not gone since, tried again or not.
    """
    rows = Letter.objects.filter(notice__committee_code__in=codes).select_related("notice__event").order_by("-id")
    if only_failed:
        rows = rows.exclude(problem="", again_at=None).filter(sent_at=None, dropped_at=None)
    return rows if before is None else rows.filter(pk__lt=before)
