"""Pages of objects: a matter declares what the page of one of its rows shows, and the apps above it add sections and acts to it.

What such a page needs to know of its object it reads once (`read`); head, sections and acts take it from there. So its
queries are those of the reading, whatever is declared.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from tongxin.access.views import Unsigned
from tongxin.audit import audience
from tongxin.audit.models import Event
from tongxin.audit.queries import events_of
from tongxin.audit.templatetags.timeline import Entry, entry
from tongxin.core.templatetags.chinese import day, moment, yes_no
from tongxin.desks.declared import declared
from tongxin.desks.lives import Stage, life_of
from tongxin.workflow.table import Workflow, lifecycle_of, one_visible, workflow_of
from tongxin.workflow.templatetags.steps import Button, buttons, in_order

ABOVE_THE_BUTTONS, TOP, MAIN, SIDE, BELOW_THE_COURSE = "acts", "top", "main", "side", "course"
PLACES = (ABOVE_THE_BUTTONS, TOP, MAIN, SIDE, BELOW_THE_COURSE)
COURSE_AT = 50  # in the side column: what has a lower order stands above the course, what has a higher one below it


@dataclass(frozen=True)
class Mark:
    """A badge: its look and its word."""

    kind: str
    word: str


@dataclass(frozen=True)
class Head:
    """What stands at the head of an object's page: its title, and around it its number, its badges and its people.

    `name` is what the way there calls it, `window` what the title of the window says.
    """

    title: str
    name: str = ""
    window: str = ""
    line: Sequence[str] = ()
    tags: Sequence[str] = ()
    badges: Sequence[Any] = ()
    tags_behind: Sequence[str] = ()
    chip: Any = None
    people: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Reading:
    """One look at an object: by whom, when, and what its page read of it."""

    page: "ObjectPage"
    subject: Any
    user: Any
    at: datetime

    @cached_property
    def facts(self) -> Any:
        """What the page's own reading found, read once for all that is declared."""
        return self.page.read(self) if self.page.read else None

    @property
    def workflow(self) -> Workflow | None:
        """The lifecycle of the object, where it has one."""
        return lifecycle_of(self.subject)

    @cached_property
    def told(self) -> list[Event]:
        """The object's events that the reader is told of, newest first."""
        return audience.told(self.user, [self.subject], events_of(self.subject))


# ── what a page shows where its matter says nothing else ─────────────────────────────────────────
def visible_one(user: Any, uid: str, page: "ObjectPage") -> Any:
    """Return the row with a uid, if somebody may see it."""
    return one_visible(user, workflow_of(page.model).name, uid)


def plain_head(reading: Reading) -> Head:
    """Return the object's own words, its number where it has one, and the badge of its state."""
    workflow, subject = reading.workflow, reading.subject
    badges = [Mark(workflow.badges[subject.state], str(workflow.states(subject.state).label))] if workflow else []
    return Head(str(subject), line=[str(subject.number)] if getattr(subject, "number", None) else [], badges=badges)


def from_home(_reading: Reading) -> Sequence[tuple[Any, str]]:
    """Return the way to an object that stands below no list."""
    return ((_("首页"), "/home/"),)


def stages_of(reading: Reading) -> Sequence[Any]:
    """Return the object's way through its lifecycle."""
    return life_of(reading.workflow, reading.subject.state, reading.told) if reading.workflow else ()


def course_of(reading: Reading) -> Iterable[Entry]:
    """Return the object's course as the reader is told of it."""
    return [entry(event) for event in reading.told]


def steps_of(reading: Reading) -> Iterable[Button]:
    """Return the steps of the object's lifecycle that are open to the reader."""
    return buttons(reading.subject, reading.user) if reading.workflow else ()


# ── what is declared ─────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class ObjectPage:
    """The page of a model's rows (OBJECTS). `name` is its address's too, `permission` is asked of the row.

    `fields`, each a label and a name, are shown in a section of their own; `instead` leads a reader elsewhere (to the
    public page of what he sees only because it is published).
    """

    name: str
    model: type[Model]
    permission: str
    load: Callable[[Any, str], Any] | None = None
    read: Callable[[Reading], Any] | None = None
    head: Callable[[Reading], Head] = plain_head
    way: Callable[[Reading], Sequence[tuple[Any, str]]] = from_home
    steps: Callable[[Reading], Sequence[Any]] = stages_of
    course: Callable[[Reading], Iterable[Entry]] = course_of
    course_label: Any = _("办理经过")
    fields: Sequence[tuple[Any, str]] = ()
    fields_label: Any = _("内容")
    instead: Callable[[Reading], str] | None = None
    unsigned: Unsigned = Unsigned.SIGN_IN

    def one(self, user: Any, uid: str) -> Any:
        """Return the row that somebody asks for, with what its page needs; None where he may not see it."""
        return self.load(user, uid) if self.load else visible_one(user, uid, self)


@dataclass(frozen=True)
class Section:
    """A part of an object's page (SECTIONS), where its `read` finds something: the template finds that under `facts`.

    With a label it stands in a card under that heading; a template without one draws its own cards. On paper what is
    `first_on_paper` stands before everything else.
    """

    of: type[Model]
    template: str
    read: Callable[[Reading], Any]
    place: str = MAIN
    order: int = 0
    label: Any = ""
    first_on_paper: bool = False


@dataclass(frozen=True)
class Acts:
    """Buttons that an app adds to an object's page (ACTS) beside the steps of its lifecycle, which stand at 0."""

    of: type[Model]
    read: Callable[[Reading], Iterable[Button]]
    order: int = 10


# ── the page ─────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class ShownSection:
    """A section with what it read."""

    section: Section
    facts: Any


@dataclass(frozen=True)
class Shown:
    """An object's page as the skeleton draws it."""

    reading: Reading
    head: Head
    way: Sequence[Any]
    steps: Sequence[Stage]
    actions: Sequence[Button]
    course: Sequence[Entry]
    sections: dict[str, list[ShownSection]]

    @property
    def above_the_course(self) -> list[ShownSection]:
        """The sections of the side column that stand above the course."""
        return [one for one in self.sections[SIDE] if one.section.order < COURSE_AT]

    @property
    def behind_the_course(self) -> list[ShownSection]:
        """The sections of the side column that stand below the course."""
        return [one for one in self.sections[SIDE] if one.section.order >= COURSE_AT]


def shown(reading: Reading) -> Shown:
    """Return the page of an object for a reader, with what every app says of it."""
    page = reading.page
    head = page.head(reading)
    way = [part for label, url in page.way(reading) for part in (label, url)]
    return Shown(
        reading=reading,
        head=head,
        way=(*way, head.name or head.title),
        steps=page.steps(reading),
        actions=acts(reading),
        course=list(page.course(reading)),
        sections=_sections(reading),
    )


def acts(reading: Reading) -> list[Button]:
    """Return every button of an object's page: what waits for the reader first, grave ones last, one main button."""
    return in_order(button for one in _acts_of(reading.page.model) for button in one.read(reading))


def _sections(reading: Reading) -> dict[str, list[ShownSection]]:
    found: dict[str, list[ShownSection]] = {place: [] for place in PLACES}
    for section in _sections_of(reading.page):
        facts = section.read(reading)
        if facts is not None:
            found[section.place].append(ShownSection(section, facts))
    return found


@cache
def _sections_of(page: ObjectPage) -> tuple[Section, ...]:
    own = (Section(page.model, "desks/_object_fields.html", _own_values, label=page.fields_label, first_on_paper=True),)
    found = (*(own if page.fields else ()), *(s for s in declared("SECTIONS") if s.of is page.model))
    return tuple(sorted(found, key=lambda section: section.order))


def _own_values(reading: Reading) -> list[tuple[Any, Any]]:
    return [(label, value_of(reading.subject, name)) for label, name in reading.page.fields]


def value_of(subject: Model, name: str) -> Any:
    """Return a value as people read it: the word of a choice, a day as days are written."""
    said = getattr(subject, f"get_{name}_display", None)
    value = said() if said else getattr(subject, name)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, bool):
        return yes_no(value)
    return day(value) if isinstance(value, date) else value


@cache
def _acts_of(model: type[Model]) -> tuple[Acts, ...]:
    found = (Acts(model, steps_of, 0), *(one for one in declared("ACTS") if one.of is model))
    return tuple(sorted(found, key=lambda one: one.order))
