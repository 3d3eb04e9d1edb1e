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


_duties: list[Callable[[Any], Iterable[str]]] = []


def register_duties(source: Callable[[Any], Iterable[str]]) -> None:
    """Add a way to name what somebody does or will do in a committee: why the own account has to be guarded better."""
    _duties.append(source)


def duties(account: Any) -> list[str]:
    """Return the duties somebody holds or will hold, each as it is said of somebody."""
    return [duty for source in _duties for duty in source(account)]


_homes: list[Callable[[Any], str]] = []


def register_home(source: Callable[[Any], str]) -> None:
    """Add a way to tell in which committee somebody is at home."""
    _homes.append(source)


def home_code(account: Any) -> str:
    """Return the code of the committee somebody is at home in, or nothing: whose auditors read of the sign-ins."""
    return next((code for source in _homes if (code := source(account))), "")
