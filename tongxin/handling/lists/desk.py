"""The office's desk: every proposal of a committee by stage, clock and filter; what is done to several.

The ledger as a file.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.permissions import allowed
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.desks.levels import WORDS
from tongxin.desks.listings import Cell, Column, Filter, Head, Link, Listing, Order, Question, Saying, Sheet, Tab, Ticking
from tongxin.desks.reading import Rows, already
from tongxin.handling.lists import ledger
from tongxin.handling.lists.together import ACTS
from tongxin.handling.pages import desk
from tongxin.handling.pages.desk import Row
from tongxin.handling.pages.figures import Figures, figures
from tongxin.handling.pages.rows import asked_for
from tongxin.handling.pages.stages import STAGES, Stage, Wanted, desk_committees
from tongxin.proposals.choices import Form, Season
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force

ALL = ("", gettext_lazy("全部"))


# ── what is asked ────────────────────────────────────────────────────────────────────────────────
def committee_of(q: Question) -> Committee:
    """Return the committee whose desk it is."""
    own = desk_committees(q.user)
    return next((c for c in own if c.code == q.chosen.get("in")), own[0])


SAID = ("construction", "topic", "form", "season", "session", "unit")


def _units(q: Question) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = q.once("units", lambda: bodies.named_units(committee_of(q)))
    return found


def _sessions(q: Question) -> list[tuple[int, str, str]]:
    def read() -> list[tuple[int, str, str]]:
        return [(s.pk, s.uid, str(s)) for s in bodies.sessions_of(committee_of(q))]

    found: list[tuple[int, str, str]] = q.once("sessions", read)
    return found


KEYS = {"unit": _units, "session": _sessions}  # what leaves in an address is the uid; rows are asked by the key


def _wanted(q: Question, stage: Stage) -> Wanted:
    said: dict[str, Any] = {name: value for name, value in q.chosen.items() if name in SAID}
    for name, keys in KEYS.items():
        if name in said:
            said[name] = next(pk for pk, uid, _label in keys(q) if uid == said[name])
    return Wanted(committee_of(q), stage, level=q.chosen.get("level", ""), text=q.words, sort=q.sort, **said)


def _rows(stage: Stage) -> Rows:
    """Return the rows of a stage, narrowed by all filters at once.

    Tasks, cases or proposals, each with the proposal they are `of`.
    """

    def rows(w: Wanted) -> QuerySet[Any]:
        found, names, path = asked_for(w)
        return found.annotate(of=F(path)).only("id", "uid", *names)

    def hands(q: Question) -> tuple[Any, ...]:
        w = _wanted(q, stage)
        return w.committee.pk, w.by_clock, *(getattr(w, name) or None for name in SAID)

    def build(committee: Any, by_clock: bool, *said: Any) -> QuerySet[Any]:  # noqa: FBT001 -- in the order that `hands` gives
        return rows(Wanted(committee, stage, sort="due" if by_clock else "id", **dict(zip(SAID, said, strict=True))))

    # a level asks the rules of the committee, and words ask more than one question
    return Rows(build, hands, lambda q: rows(_wanted(q, stage)))


def _lines(found: list[Any], q: Question) -> Iterable[Row]:
    return desk.lines(q.user, _wanted(q, STAGES[q.tab]), [row.of for row in found])


def _ticked(q: Question, uids: Sequence[str]) -> Sequence[Row]:
    """Return the lines of proposals, the first received first: numbers are given in that order."""
    known = Proposal.objects.filter(committee=committee_of(q), uid__in=uids).filter(STAGES["received"].where(committee_of(q)))
    return desk.lines(
        q.user, Wanted(committee_of(q), STAGES["received"]), list(known.order_by("id").values_list("pk", flat=True))
    )


# ── filters ──────────────────────────────────────────────────────────────────────────────────────
def _rules(q: Question) -> Taxonomies:
    found: Taxonomies = in_force(committee_of(q), Taxonomies, q.on)
    return found


def _named(name: str) -> Callable[[Question], list[tuple[str, Any]]]:
    return lambda q: [ALL, *((uid, label) for _pk, uid, label in KEYS[name](q))]


def _choices(values: Any) -> Callable[[Question], list[tuple[str, Any]]]:
    return lambda _q: [ALL, *values]


FILTERS = tuple(
    # `_rows` reads all of them together: one walk through the proposals, not one for each
    Filter(name, label, choices, already, place, handed_on=name != "level")
    for name, label, choices, place in (
        ("in", gettext_lazy("政协委员会"), lambda q: [(c.code, c.short_name) for c in desk_committees(q.user)], "scope"),
        ("level", gettext_lazy("期限"), _choices([(level, word) for level, (word, _text) in WORDS.items()]), "lanes"),
        ("unit", gettext_lazy("承办单位"), _named("unit"), ""),
        ("topic", gettext_lazy("本地类别"), lambda q: [ALL, *((c.code, c.name) for c in _rules(q).topics)], ""),
        ("construction", gettext_lazy("建设类别"), lambda q: [ALL, *((c.code, c.name) for c in _rules(q).constructions)], "more"),
        ("form", gettext_lazy("提案形式"), _choices(Form.choices), "more"),
        ("session", gettext_lazy("届次"), _named("session"), "more"),
        ("season", gettext_lazy("提案时段"), _choices(Season.choices), "more"),
    )
)


# ── columns ──────────────────────────────────────────────────────────────────────────────────────
def _number(row: Row) -> Cell:
    proposal = row.proposal
    return Cell(f"{proposal.number:04d}", below=proposal.number_note) if proposal.number else Cell(_("未编号"))


def _title(row: Row) -> Cell:
    below = "　·　".join(said for said in (row.proposer, row.topic) if said)
    return Cell(
        str(row.proposal), row.proposal.get_absolute_url(), below=below, tag=_("已公开") if row.proposal.released_at else ""
    )


def _handled(row: Row) -> Cell:
    if row.lead:
        return Cell(row.lead, below=row.others)
    wish = row.proposal.suggested_units
    return Cell(f"{_('建议')}　{wish}" if wish else _("还没有交办"), faint=True)


COLUMNS = (
    Column("number", gettext_lazy("案号"), _number, "nowrap", only="page"),
    Column("title", gettext_lazy("案由　提案人"), _title, "title", only="page"),
    Column("units", gettext_lazy("主办　会办"), _handled, "wide", only="page"),
    Column("standing", gettext_lazy("状态"), lambda row: Cell(row.badge.word, badge=row.badge.kind), only="page"),
    Column("talks", gettext_lazy("面商"), lambda row: f"{row.contacts} {_('次')}" if row.lead else "", "nowrap", only="page"),
    Column("due", gettext_lazy("期限"), lambda row: Cell("", chip=row.chip), sorts=("due", "-due"), only="page"),
    *ledger.COLUMNS,
)


# ── stages ───────────────────────────────────────────────────────────────────────────────────────
NO_UNIT_HAS = ("assign", "rating", "office")  # not over, and with no unit
RECEIVED = {
    "id": Order(gettext_lazy("最早收到在前"), ("id",)),
    "-id": Order(gettext_lazy("最近收到在前"), ("-id",)),
}


def _orders(stage: Stage) -> dict[str, Order]:
    clock = "clock_on" if stage.states else "rating_due_on" if stage.key == "rating" else ""
    if not clock:
        return RECEIVED
    return {
        "due": Order(gettext_lazy("期限由急到缓"), (clock, "id")),
        "-due": Order(gettext_lazy("期限由缓到急"), (f"-{clock}", "-id")),
    } | RECEIVED


def _nothing(q: Question) -> Saying:
    sentence = _("这一阶段没有提案。委员提交或者机关代录的提案在这里列出。")
    return Saying(sentence, reverse("proposal-behalf"), _("代录提案")) if _enters(q) else Saying(sentence)


def _beside(q: Question) -> Saying:
    """Say how much else is not over, which no unit's clock runs for: it stands under its own stage."""
    waiting = {figure.key: figure for figure in _figures(q).tabs}
    said = "，".join(
        _("%(waiting)s %(count)s 件") % {"waiting": waiting[key].label, "count": waiting[key].count} for key in NO_UNIT_HAS
    )
    return Saying(_("这里是各单位正在办的，急的在前。另有%(said)s，见各栏。") % {"said": said})


def _tab(stage: Stage) -> Tab:
    orders = _orders(stage)
    return Tab(
        stage.key,
        stage.label,
        _rows(stage),
        orders[stage.sort].fields,
        COLUMNS,
        gettext_lazy("共 %(n)s 件"),
        _nothing,
        _lines,
        listed=stage.tab,
        filled=frozenset({"clock_on", "rating_due_on"}),
        orders=orders,
        acts=("remind", "file", "release"),
        hint=_beside if stage.key == "open" else None,
        unknown=frozenset() if stage.states else frozenset({"level"}),  # only what is handled has a level
    )


# ── around it ────────────────────────────────────────────────────────────────────────────────────
def _figures(q: Question) -> Figures:
    def read() -> Figures:
        return figures(committee_of(q), _session(q))

    found: Figures = q.once("figures", read)
    return found


def _session(q: Question) -> Any:
    return q.once("session", lambda: bodies.session_on(committee_of(q), q.on))


def _counts(q: Question) -> dict[str, int | None]:
    found = _figures(q)
    return {figure.key: figure.number for figure in (*found.tabs, *found.lanes)}


def _head(q: Question) -> Head:
    session, committee = _session(q), committee_of(q)
    of = f"&session={session.uid}" if session else ""
    here = f"&in={committee.code}" if committee != desk_committees(q.user)[0] else ""
    shown = [f for place, f in enumerate(_figures(q).header) if f.number or not place]
    return Head(
        _("提案工作台"), f"{session or committee.short_name}　", [(f.label, f.count, f"?stage={f.key}{of}{here}") for f in shown]
    )


def _enters(q: Question) -> bool:
    return allowed(q.user, "proposals.enter", committee_of(q))


DESK = Listing(
    "desk-proposals",
    gettext_lazy("提案工作台"),
    "proposals.examine",
    tuple(_tab(stage) for stage in STAGES.values()),
    tab_name="stage",
    head=_head,
    find=lambda rows, _words, _q: rows,  # as `already`
    find_label=gettext_lazy("案号、案由、委员、单位"),
    found_in="received",
    filters=FILTERS,
    links=(Link(gettext_lazy("代录提案"), partial(reverse, "proposal-behalf"), "plus", main=True, offered=_enters),),
    counts=_counts,
    lanes_label=gettext_lazy("单位在办的，按期限分"),
    lanes_tab="open",
    acts=ACTS,
    ticked=Ticking(_ticked, lambda row: row.proposal.uid),
    sheet=Sheet("proposals.export", "proposals.export", committee_of, lambda q: _("%(where)s提案台账") % {"where": committee_of(q).short_name}),
    sizes=(14, 50, 500),
    printed=True,
    not_found=gettext_lazy("没有符合条件的提案。"),
)  # fmt: skip
