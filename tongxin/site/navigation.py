"""The shell around every page: which menu somebody sees, from duties alone. An item without permission is absent."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.core import asked
from tongxin.desks import menus, queues
from tongxin.members.queries import suspended_now
from tongxin.members.rules import member_of, members_of, sitting_member_of
from tongxin.notices.queries import unread
from tongxin.site.queries import home
from tongxin.ui.navigation import NavItem, Person, Role, Shell

FICTION = gettext_lazy("人名、地名、单位与数据均为虚构")
FRONTS = {"front", "public-committee"}
DOORS = ("/accounts/", "/in/", "/invitation/")


def shell_of(request: HttpRequest) -> Shell:
    """Return the shell of a request: portal for the public, member's tabs, or the desk of staff."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return _portal(request)
    own = bodies.appointments_of(user)
    member = member_of(user)
    committee = own[0].committee if own else member.committee if member else None
    common: dict[str, Any] = {
        "committee_name": committee.short_name if committee else _("同心"),
        "unread": unread(user),
        "unread_url": "/notices/",
        "account_url": "/account/",
        "home_url": "/home/",
        "signout_url": "/accounts/logout/",
        "owner": user.uid,
        "seats": _seats(user),
        **_demo(request),
    }
    if own:
        duty = own[0].body or (own[0].unit.name if own[0].unit else str(own[0].get_duty_display()))
        line = "　".join(filter(None, (duty, _chosen_seat(user))))
        return Shell(
            kind="desk", subtitle=_subtitle(own), groups=menus.groups(request.path, user, queues.at_addresses(user)), person=Person(user.name, line),
            search_url=menus.search_url(user), **common,
        )  # fmt: skip
    if member is None:
        return _of_nobody(request, Person(user.name), common)
    line = ""
    if not sitting_member_of(user):
        paused = suspended_now(member, timezone.localdate())
        line = _("停止履职，可查看本人提案") if paused else _("不在任，可查看本人提案")
    if sitting_member_of(user):
        line = _chosen_seat(user) or _("委员")
    return Shell(
        kind="member",
        subtitle=_("委员履职"),
        tabs=menus.tabs(request.path, user, home.member_waiting(user)),
        person=Person(user.name, line),
        **common,
    )


def _of_nobody(request: HttpRequest, person: Person, common: dict[str, Any]) -> Shell:
    """Return the shell of who is signed in and neither sits nor holds a duty: it names no office that is not held."""
    pages = ((_("我的账户"), "/account/", "person"), (_("消息"), "/notices/", "bell"))
    here = menus.here_of(request.path, ((url, False) for _label, url, _icon in pages))
    items = tuple(NavItem(label, url, icon, current=url == here) for label, url, icon in pages)
    return Shell(kind="portal", subtitle=_("智慧政协"), tabs=items, person=person, **common)


def _seats(user: Any) -> tuple[Role, ...]:
    """Return the seats between which somebody changes, when there are several."""
    mine, now = members_of(user), member_of(user)
    if len(mine) == 1:
        return ()
    choose = reverse("account-seat-choose")
    return tuple(
        Role(_("以%(committee)s委员身份") % {"committee": m.committee.short_name}, f"{choose}?seat={m.uid}", m.number, m == now)
        for m in mine
    )


def _chosen_seat(user: Any) -> str:
    """Say in whose seat somebody acts, where there are several."""
    member = member_of(user)
    if member is None or len(members_of(user)) == 1:
        return ""
    return _("以%(committee)s委员身份") % {"committee": member.committee.short_name}


def _subtitle(own: list[Any]) -> str:
    duties = {a.duty for a in own}
    if any(d.startswith("unit.") for d in duties):
        return _("提案承办")
    if duties & {"handling.assign", "handling.supervise"}:
        return _("交办督办")
    if duties == {"committee.leadership"}:
        return _("领导参阅")
    return _("机关办公")


def _portal(request: HttpRequest) -> Shell:
    committee: Committee | None = getattr(request, "public_committee", None) or home.portal_committee(request.path)
    name = committee.short_name if committee else _("同心")
    return Shell(
        kind="portal", committee_name=name, subtitle=_("智慧政协"), tabs=menus.doors(request.path, committee), home_url="/",
        signin_url=_signin(request, committee), **_demo(request),
    )  # fmt: skip


def _signin(request: HttpRequest, committee: Committee | None) -> str:
    """Return where one signs in from a public page, and comes back to it: from a front or a door one goes on to the own home."""
    page = reverse("sign-in-at", args=[committee.code]) if committee else reverse("account_login")
    here = asked.address(request.get_full_path()) if request.method in {"GET", "HEAD"} else ""
    is_front = request.resolver_match is not None and request.resolver_match.url_name in FRONTS
    if not here or is_front or here.startswith(DOORS):
        return page
    return f"{page}?{urlencode({'next': here}, safe='/')}"


@dataclass(frozen=True)
class Part:
    """A person of the demo that the role switcher offers."""

    username: str
    label: str
    line: str


_parts: tuple[Part, ...] = ()


def offer_roles(parts: Iterable[Part]) -> None:
    """Let the demo (which stands above) say whom the role switcher offers."""
    global _parts  # noqa: PLW0603 -- given once at start
    _parts = tuple(parts)


def offered(username: str) -> bool:
    """Say whether the role switcher may sign in as somebody: only in the demo, only its own people."""
    return settings.DEMO and any(part.username == username for part in _parts)


def _demo(request: HttpRequest) -> dict[str, Any]:
    if not settings.DEMO:
        return {}
    name = request.user.username if getattr(request, "user", None) and request.user.is_authenticated else ""
    roles = tuple(Role(p.label, f"/demo/role/?as={p.username}", p.line, current=p.username == name) for p in _parts)
    return {"demo": True, "roles": roles, "foot": (FICTION,)}
