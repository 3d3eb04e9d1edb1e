"""What rows name for the first time: sessions and categories. Found or noted while checking, made before writing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees import actions as committees
from tongxin.committees.models import Committee, Session
from tongxin.core.numerals import session_label
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.actions import adopt, first_free_day
from tongxin.regulations.queries import in_force, look_up
from tongxin.sheets.kinds import Context

Key = tuple[int, int]
LAST_DAY = date(9999, 12, 31)
TERM_YEARS = 5
YEAR = timedelta(days=366)
BEFOREHAND = timedelta(days=60)  # proposals are handed in before the session that they belong to


def rules_on(committee: Committee, schema: type, day: date | None, today: date) -> object:
    """Return the rules of a day, today's for a day before the first rule."""
    found = look_up(committee, schema, day or today)
    before_all = all(found.was_introduced_later(key) for key in found.sources)
    return in_force(committee, schema, today) if before_all else found.values


@dataclass
class Sessions:
    """The committee's sessions by (term, number), and those that rows name without there being one."""

    context: Context
    wanted: dict[Key, date | None] = field(default_factory=dict)  # with the earliest day that rows give for it

    def __post_init__(self) -> None:
        self.committee: Committee = self.context.committee
        self.today = timezone.localtime(self.context.at).date()
        self.known: dict[Key, Session] = {}
        for session in Session.objects.filter(committee=self.committee).select_related("term"):
            self.known[session.term.number, session.number] = session
        # by these rows find their session
        self.before = {key: session.starts_on for key, session in self.known.items()}

    def key_for(self, given: Key | None, day: date | None) -> Key | None:
        """Return the session of a row: as given; else the one whose year holds the day; else the current one."""
        if given is not None:
            return given
        for on in (day, self.today):
            begun = [(starts_on, key) for key, starts_on in self.before.items() if on and starts_on <= on]
            if begun:
                return max(begun)[1]
        return max(((starts_on, key) for key, starts_on in self.before.items()), default=(None, None))[1]

    def note(self, key: Key | None, day: date | None) -> None:
        """Note a session that there is not yet, with the earliest day that rows give for it."""
        if key is not None and key not in self.known:
            self.wanted[key] = min((d for d in (self.wanted.get(key), day) if d), default=None)

    def outside(self, key: Key | None, day: date | None) -> str:
        """Say that a day lies outside the year of a session; nothing where it does not, or the year is not known."""
        begins = self.before.get(key) if key else None
        if key is None or begins is None or day is None:
            return ""
        ends = min((other for other in self.before.values() if other > begins), default=begins + YEAR)
        if begins - BEFOREHAND <= day < ends:
            return ""
        last = ends - timedelta(days=1)
        return _("不在%(key)s的年度（%(begins)s 至 %(last)s）内，请核对") % {
            "key": session_label(*key),
            "begins": begins.isoformat(),
            "last": last.isoformat(),
        }

    def make(self, keys: Iterable[Key], days: dict[Key, date | None]) -> None:
        """Set up the sessions that are missing."""
        for key in sorted(keys):
            if key not in self.known:
                self.known[key] = committees.open_session(
                    self.committee,
                    term=key[0],
                    number=key[1],
                    starts_on=self._start_of(key, days.get(key)),
                    actor=self.context.actor,
                    at=self.context.at,
                    via="import",
                )
                self.context.keep([self.known[key]])

    def _start_of(self, key: Key, day: date | None) -> date:
        """Reckon when a session's year begins.

        By its neighbours in the term, by the rows' days, by terms of five years.
        """
        same = [(s.number, s.starts_on.year) for (term, _n), s in self.known.items() if term == key[0]]
        if same:
            number, year = min(same, key=lambda found: abs(found[0] - key[1]))
            return date(year + key[1] - number, 1, 1)
        if day is not None:
            return date(day.year, 1, 1)
        others = [(term, number, s.starts_on.year) for (term, number), s in self.known.items()]
        if others:
            term, number, year = min(others, key=lambda found: abs(found[0] - key[0]))
            return date(year - number + key[1] + TERM_YEARS * (key[0] - term), 1, 1)
        return date(self.today.year, 1, 1)

    def names(self, keys: Iterable[Key]) -> list[str]:
        """Name sessions for people."""
        return [session_label(*key) for key in sorted(keys)]


@dataclass
class Categories:
    """The two taxonomies by name, and the names that are not in them yet."""

    context: Context
    topics: list[str] = field(default_factory=list)
    constructions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.committee: Committee = self.context.committee
        self._load()

    def _load(self) -> None:
        self.rules: Taxonomies = in_force(self.committee, Taxonomies, LAST_DAY)
        self.topic_codes = {word: c.code for c in reversed(self.rules.topics) for word in (c.short, c.name)}
        self.construction_codes = {word: c.code for c in reversed(self.rules.constructions) for word in (c.short, c.name)}
        self.topic_names = {c.code: c.name for c in self.rules.topics}
        self.construction_names = {c.code: c.name for c in self.rules.constructions}

    def note(self, topic: str, construction: str) -> None:
        """Note names that are not in the taxonomies."""
        if topic and topic not in self.topic_codes and topic not in self.topics:
            self.topics.append(topic)
        if construction and construction not in self.construction_codes and construction not in self.constructions:
            self.constructions.append(construction)

    def label_of(self, construction: str) -> str:
        """Return the words with which a construction's numbers are given."""
        found = self.rules.construction(self.construction_codes.get(construction, ""))
        return found.short if found else _("未分类")

    def make(self, topics: list[str], constructions: list[str]) -> None:
        """Adopt a version of the taxonomies with the new names at the end (before a closing 其他)."""
        if not topics and not constructions:
            return
        body = {}
        for key, names, limit in (("topics", topics, 24), ("constructions", constructions, 24)):
            if names:
                kept = [{"code": c.code, "name": c.name, "short": c.short} for c in getattr(self.rules, key)]
                new = [{"code": n[:limit], "name": n, "short": n} for n in names]
                end = -1 if kept and kept[-1]["name"] == "其他" else len(kept)
                body[key] = [*kept[:end], *new, *kept[end:]]
        kind, at = "proposals.taxonomies", self.context.at
        adopt(
            self.committee,
            kind,
            effective_from=first_free_day(self.committee, kind, at=at),
            body=body,
            reference={"title": _("导入提案时增加的类别"), "note": "、".join([*topics, *constructions])[:200]},
            actor=self.context.actor,
            at=at,
        )
        self._load()
