"""Which imports somebody may see, what an import is called on its page, what was found in it."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees import queries as bodies
from tongxin.files import queries as files
from tongxin.imports.choices import BADGES, WAITING, Stage
from tongxin.imports.models import Finding, Import, Listed, Source
from tongxin.imports.rules import OFFERED, Offered
from tongxin.sheets.problems import Place

PAGE = 20
MADE = {  # what a sheet names for the first time
    "sectors": gettext_lazy("界别"),
    "special_committees": gettext_lazy("专委会"),
    "units": gettext_lazy("承办单位"),
    "sessions": gettext_lazy("届次"),
    "topics": gettext_lazy("类别"),
    "constructions": gettext_lazy("建设类别"),
}
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
        words = {
            Stage.CHECKED: _("核对的结果"),
            Stage.REFUSED: _("核对的结果"),
            Stage.IMPORTED: _("导入的结果"),
            Stage.UNDONE: _("撤销的结果"),
        }
        return words.get(Stage(self.row.stage), _("情况"))

    @property
    def adds(self) -> str:
        """Whether the rows are there by now."""
        return {Stage.IMPORTED: _("已新增"), Stage.DROPPED: _("没有新增"), Stage.REFUSED: _("没有新增")}.get(
            Stage(self.row.stage), _("将新增")
        )

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
        named = "、".join(f"{self._where(Place(*place))}{word}" for *place, word in rows[:NAMED])
        more = _("等") if self.row.passed_rows > NAMED else ""
        return _("%(n)s 行（%(which)s）") % {"n": self.row.passed_rows, "which": f"{named}{more}"}

    def _where(self, place: Place) -> str:
        """Say which row it is: of several files, of which."""
        if len(self.files) > 1 and place.file:
            return place.seen_from(Place(""))
        return _("第 %(n)s 行") % {"n": place.row}

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
    def created(self) -> str:
        """How many rows came in, as the history says it: of what was taken back since, that it was."""
        if self.row.stage != Stage.UNDONE:
            return str(self.row.created)
        if self.row.left:
            return _("%(n)s（已撤销 %(taken)s）") % {"n": self.row.created, "taken": self.taken}
        return _("%(n)s（已撤销）") % {"n": self.row.created}

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


# ── what is over ─────────────────────────────────────────────────────────────────────────────────
def may_be_dropped(run: Import) -> bool:
    """Say whether something is left to drop.

    It waits for a decision, or was refused and what was uploaded lies there still.
    """
    if run.stage == Stage.REFUSED:
        return run.sources.filter(file__isnull=False).exists()
    return run.stage in WAITING


def keeping_files(*, before: datetime) -> QuerySet[Import]:
    """Return the imports that were uploaded before and still keep files or what was found in them."""
    own = {"imported": OuterRef("pk")}
    held = Q(rejects__isnull=False) | Q(Exists(Source.objects.filter(**own, file__isnull=False)))
    held |= Q(Exists(Finding.objects.filter(**own))) | Q(Exists(Listed.objects.filter(**own)))
    return Import.objects.filter(held, begun_at__lt=before).exclude(stage__in=(Stage.CHECKING, Stage.WRITING))
