"""The register of notices: event kind → who is told, in which words. Filled by every app's `notices.py`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tongxin.accounts.models import Account
from tongxin.audit.models import Event

Who = Callable[[Event, Any], Iterable[Account | None]]
Words = Callable[[Event, Any], str]


@dataclass(frozen=True)
class Tell:
    """One line: when an event of `kind` happens, `to` are told `words`; the link leads to `url` (the subject's page by default).

    The actor of the event is not told of the own act. `urgent` ones stand first.
    """

    kind: str
    to: Who
    words: Words
    url: Callable[[Event, Any], str] | None = None
    urgent: bool = False


def because(event: Event) -> str:
    """Return the reason that was given with an act, as the end of a sentence; nothing where none was given."""
    return f"：{event.data['reason']}" if event.data.get("reason") else ""


TABLE: dict[str, list[Tell]] = {}


def register(*lines: Tell) -> None:
    """Add an app's lines to the register."""
    for line in lines:
        TABLE.setdefault(line.kind, []).append(line)
