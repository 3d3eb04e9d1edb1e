"""What stands on somebody's account page about who they are here; filled by the apps above."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """A label and a text: 职责 – 提案预审（云溪县政协）."""

    label: str
    text: str


_sources: list[Callable[[Any], Iterable[Line]]] = []


def register(source: Callable[[Any], Iterable[Line]]) -> None:
    """Add a source of lines."""
    _sources.append(source)


def lines(user: Any) -> list[Line]:
    """Return everything said about somebody."""
    return [line for source in _sources for line in source(user)]


_homes: list[Callable[[Any], str]] = []


def register_home(source: Callable[[Any], str]) -> None:
    """Add a way to tell in which committee somebody is at home."""
    _homes.append(source)


def home_code(account: Any) -> str:
    """Return the code of the committee somebody is at home in, or nothing: whose auditors read of the sign-ins."""
    return next((code for source in _homes if (code := source(account))), "")
