"""What a page shell shows: names, menus, counts. The top app `site` decides it, this app draws it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    Provider = Callable[[HttpRequest], "Shell | None"]
    SaveSize = Callable[[object, str], None]


@dataclass(frozen=True)
class NavItem:
    """One link of a menu; `count` is what waits for this person, `hot` marks it as waiting for an answer."""

    label: str
    url: str
    icon: str = ""
    count: int = 0
    current: bool = False
    hot: bool = False


@dataclass(frozen=True)
class NavGroup:
    """Links of the desk's left menu under one heading; the first group has none."""

    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True)
class Person:
    """Who is signed in: the name and, under it, the body or duty in which they act."""

    name: str
    line: str = ""


@dataclass(frozen=True)
class Role:
    """An account that the demo can switch to; `url` takes a POST."""

    label: str
    url: str
    line: str = ""
    current: bool = False


@dataclass(frozen=True)
class Shell:
    """Everything around the content of a page."""

    kind: str = "portal"  # portal, member, desk
    committee_name: Any = _("同心")
    subtitle: str = ""
    groups: tuple[NavGroup, ...] = ()  # the desk's left menu
    tabs: tuple[NavItem, ...] = ()  # the member's five tabs, or the portal's row
    person: Person | None = None
    unread: int = 0
    unread_url: str = ""
    account_url: str = ""
    demo: bool = False
    roles: tuple[Role, ...] = ()
    seats: tuple[Role, ...] = ()  # of a person who sits in several committees: the account menu changes between them
    search_url: str = ""
    home_url: str = "/"
    signin_url: str = ""
    signout_url: str = ""
    owner: str = ""  # uid of the account: keeps local copies of drafts apart
    foot: tuple[str, ...] = ()
    foot_links: tuple[NavItem, ...] = ()
    size: str = ""  # "elder" for 关怀版; set by the context, not by the provider
    session_seconds: int = 0  # until the session ends; set by the context

    @property
    def template(self) -> str:
        """Return the shell template of this kind, for pages that several kinds of people open."""
        return f"ui/{self.kind}.html"

    @property
    def kept(self) -> Shell:
        """Return what is the same in the next answer: all but how long the session lasts."""
        return replace(self, session_seconds=0)


_provider: Provider | None = None
_save_size: SaveSize | None = None


def register(provider: Provider) -> None:
    """Let the top app say what the shell of a request is."""
    global _provider  # noqa: PLW0603 - one provider per process, given once at start
    _provider = provider


def register_size(save: SaveSize) -> None:
    """Let the top app keep the chosen text size on the account."""
    global _save_size  # noqa: PLW0603 - as above
    _save_size = save


def provided(request: HttpRequest) -> Shell:
    """Return the shell given by the provider, or the portal of somebody unknown."""
    return (_provider(request) if _provider else None) or Shell()


def save_size(user: object, value: str) -> None:
    """Keep the text size on the account where somebody registered a way to."""
    if _save_size:
        _save_size(user, value)
