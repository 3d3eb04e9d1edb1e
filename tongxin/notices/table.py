"""The register of notices: event kind → who is told, in which words. Filled by every app's `notices.py`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tongxin.accounts.models import Account
from tongxin.audit.models import Event

Who = Callable[[Event, Any], Iterable[Account | None]]
Words = Callable[[Event, Any], str]
Holds = Callable[[Event, Any, datetime], bool]


@dataclass(frozen=True)
class Tell:
    """One line: when an event of `kind` happens, `to` are told `words`.

    The link leads to `url` (the subject's page by default).

    The actor of the event is not told of the own act. `urgent` ones are never folded under others, and are sent at
    once, each by itself. `shows_reading`: whether the office, on the page of who was told, reads when it was read.
    `holds`: whether what is said is so still; asked when its letter is sent, which may be days later: what is over is
    not sent any more.

    Whoever several lines of a kind tell reads them all in one notice. `otherwise`: a line that says less of the same to
    those whom no line before it tells.
    """

    kind: str
    to: Who
    words: Words
    url: Callable[[Event, Any], str] | None = None
    urgent: bool = False
    shows_reading: bool = True
    holds: Holds | None = None
    otherwise: bool = False


def because(event: Event, *, most: int | None = None) -> str:
    """Return the reason that was given with an act, as the end of a sentence; nothing where none was given.

    `most`: of how many signs, where something follows that has to be read too; the page has the reason in full.
    """
    reason = str(event.data.get("reason") or "")
    return f"：{reason if most is None else shortened(reason, most)}" if reason else ""


def shortened(text: str, most: int) -> str:
    """Cut a text that is longer than so many signs, and say that it goes on."""
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"


def together(sentences: Sequence[str], most: int) -> str:
    """Put several sentences into one notice, each once and as whole as there is room for.

    What another says too is left out.
    """
    whole = [said for n, said in enumerate(sentences) if not any(said in other for other in _besides(sentences, n))]
    room = most - len(BETWEEN) * (len(whole) - 1)
    texts = list(whole)
    # what a short one leaves the long ones get
    for left, n in enumerate(sorted(range(len(whole)), key=lambda n: len(whole[n]))):
        texts[n] = shortened(whole[n], room // (len(whole) - left))
        room -= len(texts[n])
    return BETWEEN.join(texts)


def _besides(sentences: Sequence[str], n: int) -> list[str]:
    """Return the other sentences, of equal ones those before: the first is said."""
    return [other for m, other in enumerate(sentences) if m < n or (m > n and other != sentences[n])]


BETWEEN = "；"
TABLE: dict[str, list[Tell]] = {}
SILENT: dict[str, str] = {}
MATTERS: dict[str, Callable[[Any], Any]] = {}


def register(*lines: Tell) -> None:
    """Add an app's lines to the register."""
    for line in lines:
        TABLE.setdefault(line.kind, []).append(line)


def tell_nobody(kinds: Mapping[str, str]) -> None:
    """Say of steps that nobody is told of them, each with why."""
    SILENT.update(kinds)


def keep_former(former: str, now: str) -> None:
    """Tell of an event that was recorded under a former name, just before an upgrade, what is told of it now."""
    register(*(replace(line, kind=former) for line in TABLE[now]))


def belongs(subject_type: str, matter: Callable[[Any], Any]) -> None:
    """Say of a kind of subject which matter stands behind it: of a case its proposal."""
    MATTERS[subject_type] = matter


def matter_of(subject: Any) -> str:
    """Name the matter that a subject belongs to, itself where nothing stands behind it.

    Proposals.proposal:k7mp3xqdw9ht.
    """
    label = subject._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta
    if label in MATTERS:
        return matter_of(MATTERS[label](subject))
    return f"{label}:{getattr(subject, 'uid', '') or subject.pk}"


def hides_reading(kind: str) -> bool:
    """Say whether nobody is shown when a notice of a kind was read."""
    return any(not line.shows_reading for line in TABLE.get(kind, ()))


def holds(event: Event, subject: Any, at: datetime) -> bool:
    """Say whether what an event's notices say is so still at a time; what nothing is declared of is."""
    return all(line.holds(event, subject, at) for line in TABLE.get(event.kind, ()) if line.holds is not None)


def may_end() -> list[str]:
    """Return the kinds of events whose notices may be over before they are sent."""
    return [kind for kind, lines in TABLE.items() if any(line.holds is not None for line in lines)]
