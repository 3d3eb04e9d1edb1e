"""What is kept how long by which rule, what is due, what was erased, and what is held about somebody."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, IntegerField, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts import describing
from tongxin.accounts.models import Account
from tongxin.audit import erasing
from tongxin.audit.models import Event
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.core.calendar import add_months
from tongxin.core.templatetags.chinese import full_day
from tongxin.privacy.regulations import EXECUTORS, Retention
from tongxin.privacy.table import ERASABLE, HELD, Erasable, Going, Held, Part
from tongxin.regulations import queries as regulations
from tongxin.regulations.models import Regulation
from tongxin.regulations.queries import MissingRegulationError, look_up
from tongxin.regulations.schema import BY_SCHEMA

SHOWN = 50  # rows of a list of what will go
PAST = 50  # erasures of the history
MINE = 20  # rows of a section of one's own page; the export has all


class ListChangedError(Exception):
    """Something else is due than what was looked at."""


# ── the rule ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Keeping:
    """How long a committee keeps one sort of personal values on a day, who takes them away, and where that is said."""

    erasable: Erasable
    committee: Committee
    months: int
    duty: str
    on: date
    source: Regulation

    @property
    def key(self) -> str:
        return self.erasable.key

    @property
    def before(self) -> date:
        """The day on which the months of what is due now began, at the latest."""
        return add_months(self.on, -self.months)

    @property
    def executor(self) -> str:
        """The duty's name."""
        return str(EXECUTORS[self.duty])

    @property
    def rows(self) -> QuerySet[Any]:
        """What is due, the oldest first."""
        return self.erasable.due(self.committee, self.before).order_by("pk")

    @property
    def keys(self) -> list[int]:
        """Which rows these are."""
        return list(self.rows.values_list("pk", flat=True))

    @property
    def digest(self) -> str:
        """Say in short which rows these are: who confirms an erasure names the list that he looked at."""
        return _digest_of(self.keys)

    def demand_unchanged(self, seen: str) -> list[int]:
        """Return the keys of what is due, where that is the list with this digest, or nothing. Raises ListChangedError."""
        keys = self.keys
        if keys and _digest_of(keys) != seen:
            raise ListChangedError
        return keys


def _digest_of(keys: Iterable[int]) -> str:
    return hashlib.sha256(" ".join(map(str, keys)).encode()).hexdigest()


def keepings(committee: Committee, on: date) -> list[Keeping]:
    """Return how a committee keeps every sort of personal values on a day."""
    found = look_up(committee, Retention, on)
    return [
        Keeping(
            erasable, committee, getattr(found.values, key), getattr(found.values, f"{key}_by"), on, found.sources[key]
        )
        for key, erasable in ERASABLE.items()
    ]  # fmt: skip


def executing(account: Account, on: date) -> list[Committee]:
    """Return the committees in which the account takes away some personal values, by the regulation in force."""
    named = [a for a in bodies.appointments_of(account) if a.duty in EXECUTORS]
    found = {a.committee.pk: a.committee for a in named if a.duty in _duties(a.committee, on)}
    return list(found.values())


def _duties(committee: Committee, on: date) -> set[str]:
    try:
        return {keeping.duty for keeping in keepings(committee, on)}
    except MissingRegulationError:  # before the library is loaded nobody is named
        return set()


def executed_by(account: Account, committee: Committee, on: date) -> list[Keeping]:
    """Return what an account takes away in a committee: the twin of the permission privacy.erase."""
    return [k for k in keepings(committee, on) if committee.pk in bodies.committees_with(account, k.duty)]


# ── what is due ──────────────────────────────────────────────────────────────────────────────────
class _Count(Subquery):
    """How many rows a query has, so that many are counted in one question."""

    template = "(SELECT count(*) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()


def counts(found: Sequence[Keeping]) -> dict[str, int]:
    """Return how many rows of each are due now, in one query."""
    if not found:
        return {}
    asked = [_Count(k.rows.order_by().values("pk")) for k in found]
    numbers = Committee.objects.filter(pk=found[0].committee.pk).values_list(*asked).get()
    return dict(zip((k.key for k in found), numbers, strict=True))


def due_to(account: Account, on: date) -> list[Keeping]:
    """Return the sorts of which something is due now to be looked at by an account, in every committee where it may."""
    found = [k for committee in executing(account, on) for k in executed_by(account, committee, on)]
    if not found:
        return []
    asked = [Exists(k.rows.order_by()) for k in found]
    there = Committee.objects.filter(pk=found[0].committee.pk).values_list(*asked).get()
    return [k for k, is_due in zip(found, there, strict=True) if is_due]


def end_of(day: date) -> datetime:
    """Return the moment with which a day is over, in the office's time."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def codes_of(committee: Committee) -> list[str]:
    """Return the streams of events whose personal values a committee answers for; the topmost also for those of nobody."""
    return [committee.code] if committee.parent_id else [committee.code, ""]


@dataclass(frozen=True)
class Page:
    """Some rows of what will go, how many there are in all, and in short which."""

    rows: list[Going]
    total: int
    next: str
    digest: str

    @property
    def lines(self) -> list[tuple[Going, int]]:
        """The rows of one wording together, each with how many of it there are."""
        return list(Counter(self.rows).items())


def page(keeping: Keeping, after: str) -> Page:
    """Return the rows behind the one named `after` (by uid); from the beginning where there is none."""
    rows = keeping.rows
    known = rows.model._base_manager.filter(uid=after).values_list("pk", flat=True).first() if after else None  # noqa: SLF001 -- whatever it is
    found = list((rows.filter(pk__gt=known) if known else rows)[: SHOWN + 1])
    shown = found[:SHOWN]
    more, keys = str(shown[-1].uid) if len(found) > SHOWN else "", keeping.keys
    return Page([keeping.erasable.describe(row) for row in shown], len(keys), more, _digest_of(keys))


# ── what was erased ──────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Past:
    """An erasure: when, by whom, what, how many, under which rule."""

    at: datetime
    who: str
    what: str
    rows: int
    values: int
    rule: str


def history(committee: Committee, before: int | None = None) -> tuple[list[Past], int | None]:
    """Return the newest erasures in a committee, and the key of the last where there are more. The rule is named by its title."""
    titles = _titles(committee)
    rows = Event.objects.filter(kind=erasing.KIND, committee_code__in=codes_of(committee)).order_by("-id")
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAST + 1])
    return [_past(event, titles) for event in found[:PAST]], found[PAST - 1].pk if len(found) > PAST else None


def was_erased(committee: Committee, key: str, *, since: date) -> bool:
    """Say whether values of one sort were taken away in a committee since a day."""
    told = Event.objects.filter(kind=erasing.KIND, committee_code=committee.code, data__what=ERASABLE[key].label)
    return told.filter(at__gte=end_of(since)).exists()


def erasures(code: str) -> list[str]:
    """Say of a record that holds what was erased in the stream with a code: sort by sort and rule by rule, how many, when."""
    events = Event.objects.filter(kind=erasing.KIND, committee_code=code).order_by("id")
    if not events.exists():
        return []
    committees = Committee.objects.order_by("pk")
    committee = committees.filter(code=code).first() or committees.filter(parent=None).first()
    found: dict[tuple[str, str], list[Past]] = {}
    titles = _titles(committee) if committee is not None else {}
    for past in (_past(event, titles) for event in events.iterator(chunk_size=PAST)):
        found.setdefault((past.what, past.rule), []).append(past)
    return [_erased(some) for some in found.values()]


def _erased(some: list[Past]) -> str:
    first, last = (full_day(timezone.localdate(past.at)) for past in (some[0], some[-1]))
    return _("%(what)s：资料 %(rows)s 份，记录里的姓名等 %(values)s 项，%(when)s删除，依据%(rule)s") % {
        "what": some[0].what, "rule": some[0].rule, "when": first if first == last else _("%(first)s至 %(last)s") % {"first": first, "last": last},
        "rows": sum(past.rows for past in some), "values": sum(past.values for past in some),
    }  # fmt: skip


def _titles(committee: Committee) -> dict[str, str]:
    return {row.version: _rule(row) for row in regulations.titles(committee, BY_SCHEMA[Retention])}


def _rule(row: Regulation) -> str:
    return _("《%(title)s》%(article)s，%(day)s起施行") % {
        "title": row.title,
        "article": row.article,
        "day": full_day(row.effective_from),
    }


def _past(event: Event, titles: dict[str, str]) -> Past:
    data = event.data
    values = sum(len(fields) for fields in data.get("veils", {}).values())
    rule = data.get("rule", "")
    return Past(
        event.recorded_at, event.actor_name, data.get("what", ""), data.get("rows", 0), values, titles.get(rule, rule)
    )  # fmt: skip


# ── what is held about somebody ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Section:
    """What one's own page shows of one sort: its rows, and how long it is kept, by which rule."""

    held: Held
    part: Part
    kept: list[str]

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """The rows of a table, each cell with the name of its column."""
        return [list(zip(self.part.head, row, strict=True)) for row in self.part.rows]

    @property
    def number(self) -> int:
        """How many rows there are of a table, shown or not; of the lines of a person or an account none."""
        return max(self.part.total, len(self.part.rows)) if self.part.head else 0

    @property
    def hidden(self) -> bool:
        """Whether there are more rows than are shown."""
        return self.part.total > len(self.part.rows)


def home_of(account: Account) -> Committee | None:
    """Return the committee whose rules keep what is held about somebody: the own one, now or before; else the topmost."""
    code = describing.home_code(account)
    rows = Committee.objects.select_related("parent__parent")
    return rows.filter(code=code).first() or rows.filter(parent=None).order_by("pk").first()


def held_about(account: Account, on: date, *, most: int | None = MINE) -> list[Section]:
    """Return everything that is held about an account, in sections; nobody else ever asks for it."""
    committee = home_of(account)
    rules = {k.key: k for k in keepings(committee, on)} if committee is not None else {}
    return [Section(held, held.read(account, most), list(_kept(held, rules, account))) for held in HELD.values()]


def _kept(held: Held, rules: dict[str, Keeping], account: Account) -> Iterable[str]:
    if held.kept:
        yield f"{held.kept}。"
    for rule in (rules[key] for key in held.erasables if key in rules and held.concern(account)):
        yield _("%(what)s保存 %(months)s 个月，%(since)s起算；期满由承担“%(duty)s”职责的人核对后删除。依据《%(title)s》%(article)s，%(day)s起施行。") % {
            "what": rule.erasable.consists, "months": rule.months, "since": rule.erasable.since, "duty": rule.executor,
            "title": rule.source.title, "article": rule.source.article, "day": full_day(rule.source.effective_from),
        }  # fmt: skip
