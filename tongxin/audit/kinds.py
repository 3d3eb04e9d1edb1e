"""The register of event kinds: each has a sentence for people, or it cannot be recorded."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import SYSTEM_NAME
from tongxin.core.templatetags.chinese import full_day

if TYPE_CHECKING:
    from tongxin.audit.models import Event

Sentence = Any  # a text, translated when it is read, or a function of the event
Detail = Callable[["Event"], str]


class Audience(StrEnum):
    """Who is told of an event, the widest first. Which of these somebody is of a row, `audience.circles` says.

    PUBLIC: everybody, once the matter is published. PARTIES: whoever may open the matter in the system. HANDLING: its
    proposers, its units, the offices that assign and supervise, the assembly. OFFICE: the assembly's office alone.
    INSIDE: those among whom it happened: the proposers before they hand in, one unit with its supervisors. Of a case
    nobody is inside: who rated stands in no timeline, it is read where each look is an event.
    """

    PUBLIC = "public"
    PARTIES = "parties"
    HANDLING = "handling"
    OFFICE = "office"
    INSIDE = "inside"


@dataclass(frozen=True)
class Kind:
    """An event kind.

    `audience` is who is told of it, on every page, export and interface; `sentence` is a text with {actor} and {data
    keys}, or a function of the event; `detail` the smaller line below it; `key` marks what stays in “只看要事”; `personal`
    lists the keys of `data` that are personal and can be erased; `days` those that an act fills with a day, which
    people read as they write it: what somebody typed stays as it is. Kinds with `by_day` stand in no list of events,
    not even the auditor's: that word, and how many on days that are over. `label` names the kind where its sentence
    names somebody or something, or is a function: a sentence with a hole in it is shown to nobody. `sort` is the sort
    that people look for it under where its name begins otherwise; `of_a_person` marks a detail that is a person's own
    affair; `by_people` an act that the system never does by itself: in its account's name somebody on the server did
    it.
    """

    name: str
    audience: Audience
    sentence: Sentence
    detail: Detail | None = None
    key: bool = False
    personal: tuple[str, ...] = ()
    by_day: Any = ""
    label: Any = ""
    days: tuple[str, ...] = ()
    sort: str = ""
    of_a_person: bool = False
    by_people: bool = False


ON_THE_SERVER = _("服务器操作人员")
# what saying an event raises that holds somebody else's values
NOT_OURS = (LookupError, TypeError, ValueError, AttributeError)
BRACKETS = re.compile("（[^（）…]*…[^（）]*）")
FRONT = re.compile("^[…　 ]+的?")  # what a sentence begins with that names somebody: …的答复, …评价
KINDS: dict[str, Kind] = {}
SORTS: dict[str, Any] = {}
FORMER: set[str] = set()  # recorded no more
AtLeast = Callable[[Collection[str]], Callable[[date], int]]
_at_least: dict[str, AtLeast] = {}
CONSUMERS: list[str] = []


def register(*kinds: Kind) -> None:
    """Register an app's event kinds. A name is registered once."""
    for kind in kinds:
        if kind.name in KINDS:
            message = f"event kind {kind.name} is registered twice"
            raise ValueError(message)
        if callable(kind.sentence) and not kind.label:
            message = f"event kind {kind.name} has no label"
            raise ValueError(message)
        KINDS[kind.name] = kind


def keep_former(former: str, now: str) -> None:
    """Say what was recorded under a former name as what it is called now is said: events are never written anew."""
    register(replace(KINDS[now], name=former))
    FORMER.add(former)


def name_sorts(**words: Any) -> None:
    """Say what people call the kinds whose names begin alike: proposals.file and its like are 提案."""
    SORTS.update(words)


def sort_of(kind: str) -> str:
    """Return what people call the sort that a kind is of."""
    return str(SORTS[_sort(kind)])


def _sort(kind: str) -> str:
    return KINDS[kind].sort or kind.partition(".")[0]


def of_sort(asked: str) -> list[str]:
    """Return the kinds that people look for under a sort; a kind's own name stands for itself."""
    return [name for name in KINDS if asked in {_sort(name), name}]


def told_by_day() -> list[str]:
    """Return the kinds of which name and hour are told to nobody."""
    return [name for name, kind in KINDS.items() if kind.by_day]


def tell_together(kind: str, at_least: AtLeast) -> None:
    """Say for committees and each day of how many people at least the number of a kind is told.

    Fewer show in who signed in then.
    """
    _at_least[kind] = at_least


def people_at_least(kind: str, codes: Collection[str]) -> Callable[[date], int]:
    """Return, for each day, of how many people at least the number of a kind was told."""
    return _at_least[kind](codes) if kind in _at_least else lambda _on: 1


def consume(consumer: str) -> None:
    """Declare a consumer of the stream.

    Every new event is marked for it, in its transaction, and the worker takes what is marked.

    Whatever a round leaves (a crash, a busy database) the next one takes.
    """
    CONSUMERS.append(consumer)


class _Open(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "" if key == "actor" else "…"


def label(name: str) -> str:
    """Name a kind of events for people, with nobody and nothing in it that one of them is about: 向委员发出登录邀请."""
    kind = KINDS[name]
    said = kind.label or ("" if callable(kind.sentence) else kind.sentence)
    return FRONT.sub("", BRACKETS.sub("", said.format_map(_Open())).replace("……", "…"))


class _Said(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def day(value: Any) -> Any:
    """Say a day as people write it; what is none stays as it is: an event is for good, and with it what reads it."""
    try:
        return full_day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return value


def who_did(event: "Event") -> str:
    """Name who did it. Nobody was somebody on the server.

    So was the system's own account in an act that only people do.

    What else stands in that account's name the system carried out by itself, on its day, as it was decided.
    """
    if event.actor_name == SYSTEM_NAME:
        return str(ON_THE_SERVER if KINDS[event.kind].by_people else SYSTEM_NAME)
    return str(event.actor_name if event.actor_name or event.actor_uid else ON_THE_SERVER)


def operator(event: "Event", said: str) -> str:
    """Name who did it, for a column beside its sentence: what that says was done on the server was done there."""
    return str(ON_THE_SERVER if said.startswith(str(ON_THE_SERVER)) else event.actor_name)


def sentence(event: "Event") -> str:
    """Say what happened."""
    kind = KINDS[event.kind]
    if callable(kind.sentence):
        return str(kind.sentence(event))
    days = {key: day(event.data[key]) for key in kind.days if key in event.data}
    return str(kind.sentence.format_map(_Said(event.data | days, actor=event.acting_as or event.actor_name)))


def detail(event: "Event") -> str:
    """Say the smaller facts of it, or nothing."""
    kind = KINDS[event.kind]
    return kind.detail(event) if kind.detail else ""
