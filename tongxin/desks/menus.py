"""Menus: each app declares in its `desk.py` under which heading its pages stand.

Who may not open one does not see it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import allowed
from tongxin.committees.models import Committee
from tongxin.desks.declared import declared
from tongxin.ui.navigation import NavGroup, NavItem


@dataclass(frozen=True)
class Group:
    """A heading of the desk's left menu; the first has none. A matter has its own."""

    label: Any
    order: int


HOME, OWN, BODIES, OFFICE = Group("", 0), Group(_("委员"), 60), Group(_("委员与单位"), 70), Group(_("机关事务"), 90)


@dataclass(frozen=True)
class Entry:
    """A link of the desk's menu (MENU), for who may open it and is `offered` it.

    `alone`: no page below its address is marked by it; `finds`: the head's search leads there.
    """

    group: Group
    label: Any
    url: str
    icon: str
    permission: str
    order: int = 0
    alone: bool = False
    finds: bool = False
    offered: Callable[[Any], object] | None = None

    def stands_for(self, user: Any) -> bool:
        """Say whether somebody's menu has it."""
        return allowed(user, self.permission) and (self.offered is None or bool(self.offered(user)))


@dataclass(frozen=True)
class Tab:
    """A tab of the member's pages (TABS), five at most; `waits`: it carries the number of what waits for the member."""

    label: Any
    url: str
    icon: str
    permission: str
    order: int = 0
    waits: bool = False


@dataclass(frozen=True)
class Door:
    """A page of the public (DOORS), of one committee where the address names it."""

    label: Any
    url: Callable[[Committee | None], str]
    icon: str
    order: int = 0


def groups(path: str, user: Any, counts: dict[str, int]) -> tuple[NavGroup, ...]:
    """Return the left menu of who holds a duty, with what waits at each address."""
    offered = sorted((e for e in declared("MENU") if e.stands_for(user)), key=lambda e: (e.group.order, e.order))
    here = here_of(path, ((e.url, e.alone) for e in offered))
    found: dict[Group, list[NavItem]] = {}
    for e in offered:
        item = NavItem(str(e.label), e.url, e.icon, counts.get(e.url, 0), current=e.url == here, hot=True)
        found.setdefault(e.group, []).append(item)
    return tuple(NavGroup(str(group.label), tuple(items)) for group, items in found.items())


def tabs(path: str, user: Any, waiting: int) -> tuple[NavItem, ...]:
    """Return the member's tabs."""
    offered = sorted((t for t in declared("TABS") if allowed(user, t.permission)), key=lambda t: t.order)
    here = here_of(path, ((t.url, False) for t in offered))
    return tuple(
        NavItem(str(t.label), t.url, t.icon, waiting if t.waits else 0, current=t.url == here, hot=t.waits) for t in offered
    )


def doors(path: str, committee: Committee | None) -> tuple[NavItem, ...]:
    """Return the row of the public's pages; where none is named by the path, the first stands for it."""
    offered = sorted(declared("DOORS"), key=lambda d: d.order)
    urls = [d.url(committee) for d in offered]
    here = here_of(path, ((url.partition("?")[0], False) for url in urls)) or urls[0]
    return tuple(
        NavItem(str(d.label), url, d.icon, current=url.partition("?")[0] == here) for d, url in zip(offered, urls, strict=True)
    )


def search_url(user: Any) -> str:
    """Return where the head's search leads; nothing for who has nothing to search."""
    return next((e.url for e in declared("MENU") if e.finds and e.stands_for(user)), "")


def here_of(path: str, addresses: Iterable[tuple[str, bool]]) -> str:
    """Return the address that is the longest beginning of the path."""
    fits = [url for url, alone in addresses if path == url or (url != "/" and not alone and path.startswith(url))]
    return max(fits, key=len, default="")
