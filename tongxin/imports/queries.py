"""Reads of imports: which ones somebody may see, what was found in one, which records came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.committees import queries as bodies
from tongxin.core.templatetags.chinese import case_number
from tongxin.files import queries as files
from tongxin.imports.choices import BADGES, Stage
from tongxin.imports.models import Finding, Import, Listed, Source
from tongxin.imports.rules import OFFERED, Offered

PAGE = 20
MANY = 100  # on the page of all rows
MADE = {  # what a sheet names for the first time
    "sectors": "界别", "special_committees": "专委会", "units": "承办单位", "sessions": "届次", "topics": "类别",
    "constructions": "建设类别",
}  # fmt: skip
NAMED = 5  # rows that are no records
RULES = ("topics", "constructions")  # written into a regulation


def visible_to(user: Any) -> QuerySet[Import]:
    """Return the imports of the kinds that somebody keeps, in the committees where he keeps them, newest first."""
    if not user.is_authenticated:
        return Import.objects.none()
    own = Q(pk__in=())
    for kind in OFFERED.values():
        own |= Q(kind=kind.name, committee__in=bodies.committees_with(user, kind.duty))
    return Import.objects.filter(own).select_related("committee", "account", "confirmed_by", "undone_by").order_by("-id")


@dataclass(frozen=True)
class Line:
    """An import as it is shown: with its kind in words, the names of its files, the badge."""

    row: Import
    files: list[str]

    @property
    def kind(self) -> Offered:
        """What was imported."""
        return OFFERED[self.row.kind]

    @property
    def badge(self) -> tuple[str, str]:
        """The look of its stage, and its word."""
        word = _("撤销了一部分") if self.row.left else str(self.row.get_stage_display())
        return BADGES[Stage(self.row.stage)], word

    @property
    def heading(self) -> str:
        """What its figures are."""
        words = {Stage.CHECKED: _("核对的结果"), Stage.IMPORTED: _("导入的结果"), Stage.UNDONE: _("撤销的结果")}
        return words.get(Stage(self.row.stage), _("情况"))

    @property
    def adds(self) -> str:
        """Whether the rows are there by now."""
        return {Stage.IMPORTED: _("已新增"), Stage.DROPPED: _("没有新增")}.get(Stage(self.row.stage), _("将新增"))

    @property
    def wrong(self) -> str:
        """How many rows are wrong, and what became of them."""
        said = _("%(n)s 行") % {"n": self.row.wrong}
        return _("%(rows)s，没有导入") % {"rows": said} if self.row.wrong and self.row.stage == Stage.IMPORTED else said

    @property
    def passed(self) -> str:
        """Say which rows were passed over as no records: 2 行（第 62 行合计、第 63 行制表人）; nothing where none was."""
        rows: list[list[Any]] = self.row.passed
        if not rows:
            return ""
        named = "、".join(_("第 %(n)s 行%(word)s") % {"n": row, "word": word} for row, word in rows[:NAMED])
        return _("%(n)s 行（%(which)s）") % {"n": len(rows), "which": named + (_("等") if len(rows) > NAMED else "")}

    @property
    def listing(self) -> str:
        """What the list of its rows is: what would be new, what is there by now, what stayed."""
        said = {Stage.IMPORTED: _("新增的%(kind)s"), Stage.UNDONE: _("留下的%(kind)s")}
        return said.get(Stage(self.row.stage), _("将新增的%(kind)s")) % {"kind": self.kind.label}

    @property
    def taken(self) -> int:
        """How many rows were taken back."""
        return self.row.created - self.row.left

    @property
    def confirmed_by(self) -> str:
        """Who took it, where that is somebody else than who brought it."""
        who = self.row.confirmed_by
        return who.name if who is not None and who != self.row.account else ""

    @property
    def made(self) -> list[tuple[str, list[str]]]:
        """What the sheet names for the first time, in words."""
        return [(MADE.get(name, name), names) for name, names in self.row.made.items() if names]

    @property
    def taken_back(self) -> list[tuple[str, list[str]]]:
        """What of it goes with an undoing, unless others need it by then."""
        return [(MADE.get(name, name), names) for name, names in self.row.made.items() if names and name not in RULES]

    @property
    def left(self) -> str:
        """What an undoing leaves, in a sentence; nothing where it takes all back."""
        if not any(self.row.made.get(name) for name in RULES):
            return ""
        return _("随表增加的类别写在制度里，已经生效的制度不能撤回，撤销导入后仍在；不需要的在“制度与规则”中另行修改。")


def lines(user: Any, *, before: int | None) -> tuple[list[Line], int | None]:
    """Return a page of the history, and the key of the next one."""
    found = visible_to(user).prefetch_related("sources")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE + 1])
    return [line_of(row) for row in rows[:PAGE]], rows[PAGE - 1].pk if len(rows) > PAGE else None


def line_of(row: Import) -> Line:
    """Return one import as it is shown."""
    return Line(row, [source.name for source in row.sources.all()])


# ── what was found ───────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Spot:
    """A row of a sheet with all that was found in it."""

    file: str
    sheet: str
    row: int
    who: str
    findings: list[Finding] = field(default_factory=list)


def spots(run: Import, *, warnings: bool, after: int) -> tuple[list[Spot], int | None]:
    """Return a page of the rows with faults, or of those with something odd; and the key of the next page."""
    found = Finding.objects.filter(imported=run, is_warning=warnings, place_in_list__gt=after)
    rows = list(found.filter(place_in_list__lte=after + PAGE).order_by("place_in_list", "id"))
    more = found.filter(place_in_list__gt=after + PAGE).exists()
    listed = [list(some) for _key, some in groupby(rows, key=lambda finding: finding.place_in_list)]
    shown = [Spot(some[0].file, some[0].sheet, some[0].row, next((f.who for f in some if f.who), ""), some) for some in listed]
    return shown, after + PAGE if more else None


def counted(run: Import) -> dict[bool, int]:
    """Return how many rows with faults (False), and with something odd (True), can be shown."""
    last = {False: 0, True: 0}
    for warning in last:
        newest = Finding.objects.filter(imported=run, is_warning=warning).order_by("-place_in_list").first()
        last[warning] = newest.place_in_list if newest else 0
    return last


def rejects_link(run: Import, user: Any) -> str:
    """Return where somebody downloads the rows that are wrong; nothing where there is no such workbook."""
    return files.link(run.rejects, user) if run.rejects is not None else ""


# ── which records ────────────────────────────────────────────────────────────────────────────────
def records_of(run: Import) -> dict[str, list[str]]:
    """Return the uids of what an import made, by model."""
    found: dict[str, list[str]] = {}
    for label, uids in run.records.order_by("pk").values_list("label", "uids"):
        found.setdefault(label, []).extend(uids)
    return found


@dataclass(frozen=True)
class Shown:
    """A row that would be new, or the record that was made of it: by what people know it by."""

    name: str
    number: str
    url: str = ""
    row: int = 0
    file: str = ""


def rows_of(run: Import, *, after: int, most: int) -> tuple[list[Shown], int | None]:
    """Return some of what an import brings, and where the next ones begin: rows of the sheet; once it is in, the records."""
    if run.stage in {Stage.IMPORTED, Stage.UNDOING, Stage.UNDONE}:
        uids = main_uids(run)
        return _records(run, uids[after : after + most]), after + most if len(uids) > after + most else None
    return _listed(run, after, most)


def _listed(run: Import, after: int, most: int) -> tuple[list[Shown], int | None]:
    """Return rows that were kept together; the first ones of them where fewer are asked for."""
    kept = list(Listed.objects.filter(imported=run, pk__gt=after).order_by("pk")[:2])
    if not kept:
        return [], None
    several = len({source.pk for source in run.sources.all()}) > 1
    found = [Shown(name, number, row=row, file=file if several else "") for row, file, name, number in kept[0].rows]
    more = len(kept) > 1 or len(found) > most
    return found[:most], kept[0].pk if more else None


def main_uids(run: Import) -> list[str]:
    """Return the uids of the records that the rows of a sheet made."""
    rows = run.records.filter(label=OFFERED[run.kind].main).order_by("pk").values_list("uids", flat=True)
    return [uid for uids in rows for uid in uids]


def _records(run: Import, uids: Sequence[str]) -> list[Shown]:
    model = apps.get_model(OFFERED[run.kind].main)
    by_uid = {row.uid: row for row in model._base_manager.filter(uid__in=uids)}  # noqa: SLF001 -- every row, whatever its manager hides
    return shown(run, [by_uid[uid] for uid in uids if uid in by_uid])


def shown(run: Import, rows: Iterable[Any]) -> list[Shown]:
    """Return records of an import's main model as they are listed."""
    page = OFFERED[run.kind].page
    return [Shown(str(row), _number(row.number), reverse(page, args=[row.uid])) for row in rows]


def _number(number: str | int | None) -> str:
    return case_number(number) if isinstance(number, int) else number or ""


# ── what is over ─────────────────────────────────────────────────────────────────────────────────
def keeping_files(*, before: datetime) -> QuerySet[Import]:
    """Return the imports that were uploaded before and still keep files or what was found in them."""
    own = {"imported": OuterRef("pk")}
    held = Q(rejects__isnull=False) | Q(Exists(Source.objects.filter(**own, file__isnull=False)))
    held |= Q(Exists(Finding.objects.filter(**own))) | Q(Exists(Listed.objects.filter(**own)))
    return Import.objects.filter(held, begun_at__lt=before).exclude(stage__in=(Stage.CHECKING, Stage.WRITING))
