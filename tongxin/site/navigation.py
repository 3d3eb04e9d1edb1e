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

from tongxin.access.permissions import allowed
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.core import asked
from tongxin.members.queries import suspended_now
from tongxin.members.rules import member_of, members_of, sitting_member_of
from tongxin.notices.queries import unread
from tongxin.site import queries
from tongxin.ui.navigation import NavGroup, NavItem, Person, Role, Shell

FICTION = "人名、地名、单位与数据均为虚构"
OWN, NEW = "/proposals/", "/proposals/new/"
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
        "committee_name": committee.short_name if committee else "同心",
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
            kind="desk", subtitle=_subtitle(own), groups=_groups(request.path, user), person=Person(user.name, line),
            search_url=_search_url(user), **common,
        )  # fmt: skip
    if member is None:
        return _of_nobody(request, Person(user.name), common)
    line = ""
    if not sitting_member_of(user):
        paused = suspended_now(member, timezone.localdate())
        line = _("停止履职，可查看本人提案") if paused else _("不在任，可查看本人提案")
    if sitting_member_of(user):
        line = _chosen_seat(user) or _("委员")
    return Shell(kind="member", subtitle=_("委员履职"), tabs=_tabs(request.path, user), person=Person(user.name, line), **common)


def _search_url(user: Any) -> str:
    """Return where the words of the head are looked for: on the desk of whoever keeps proposals, or of who assigns them."""
    if allowed(user, "proposals.examine"):
        return "/desk/proposals/"
    return "/handling/assign/" if allowed(user, "handling.assign") else ""


def _of_nobody(request: HttpRequest, person: Person, common: dict[str, Any]) -> Shell:
    """Return the shell of who is signed in and neither sits nor holds a duty: it names no office that is not held."""
    items = (NavItem(_("我的账户"), "/account/", "person"), NavItem(_("消息"), "/notices/", "bell"))
    return Shell(kind="portal", subtitle=_("智慧政协"), tabs=tuple(_current(items, request.path)), person=person, **common)


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
    return _("机关办公")


def _portal(request: HttpRequest) -> Shell:
    committee: Committee | None = getattr(request, "public_committee", None) or queries.portal_committee(request.path)
    front = f"/public/{committee.code}/" if committee else "/"
    listed = f"/public/proposals/?in={committee.code}" if committee else "/public/proposals/"
    here = "/public/proposals/" if request.path.startswith("/public/proposals/") else front if committee else request.path
    items = [
        NavItem(_("首页"), front, "home", current=here == front),
        NavItem(_("公开提案"), listed, "doc", current=here != front),
    ]
    name = committee.short_name if committee else "同心"
    return Shell(
        kind="portal", committee_name=name, subtitle=_("智慧政协"), tabs=tuple(items), home_url="/",
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


def _current(items: Iterable[NavItem], path: str) -> list[NavItem]:
    """Mark the item whose address is the longest beginning of the path."""
    listed = list(items)
    fits = [item.url for item in listed if path == item.url or (item.url != "/" and path.startswith(item.url))]
    here = max(fits, key=len, default="")
    return [NavItem(i.label, i.url, i.icon, i.count, i.url == here, i.hot) for i in listed]


def _tabs(path: str, user: Any) -> tuple[NavItem, ...]:
    waiting = queries.member_waiting(user)
    table = [
        (NavItem(_("首页"), "/home/", "home", waiting, hot=True), "site.home"),
        (NavItem(_("提案"), "/proposals/", "doc"), "proposals.own_list"),
        (NavItem(_("名册"), "/members/", "people"), "members.view"),
        (NavItem(_("制度"), "/regulations/", "book"), "regulations.view"),
        (NavItem(_("我的"), "/account/", "person"), "accounts.own"),
    ]
    return tuple(_current([item for item, permission in table if allowed(user, permission)], path))


def _member_side(user: Any) -> list[tuple[str, str, str, str]]:
    """Return what a desk's menu offers to who also has a seat, as members have it."""
    own, write = ("我的提案", OWN, "doc", "proposals.own_list"), ("写提案", NEW, "edit", "proposals.write")
    if member_of(user) is None:
        return []
    return [own, write] if sitting_member_of(user) is not None else [own]


def _is_one_proposal(path: str) -> bool:
    """Say whether a page is of one proposal: a desk opens anybody's, which is not under 我的提案."""
    return path.startswith(OWN) and path != OWN and not path.startswith(NEW)


def _groups(path: str, user: Any) -> tuple[NavGroup, ...]:
    counts = queries.desk_waiting(user)
    table: list[tuple[str, list[tuple[str, str, str, str]]]] = [
        ("", [("我的工作台", "/home/", "home", "site.home"), ("消息", "/notices/", "bell", "notices.view")]),
        (_("提案"), [
            ("提案工作台", "/desk/proposals/", "doc", "proposals.examine"),
            ("公开审核", "/desk/publication/", "hall", "proposals.release"),
            ("待转出", "/desk/passing-on/", "out", "proposals.pass_on"),
            ("交办", "/handling/assign/", "flag", "handling.assign"),
            ("督办", "/handling/supervise/", "eye", "handling.supervise"),
            ("承办提案", "/handling/", "inbox", "handling.inbox"),
        ]),
        (_("委员"), _member_side(user)),
        (_("委员与单位"), [
            ("委员名册", "/members/", "people", "members.view"),
            ("承办单位", "/units/", "list", "committees.view_units"),
            ("导入", "/imports/", "upload", "imports.handle"),
        ]),
        (_("机关事务"), [
            ("制度与规则", "/regulations/", "gear", "regulations.view"),
            ("届次", "/sessions/", "calendar", "committees.keep_sessions"),
            ("个人信息保管", "/privacy/", "lock", "privacy.keep"),
            ("职责任免", "/appointments/", "key", "committees.appoint"),
            ("操作记录", "/audit/", "shield", "audit.read"),
            ("送达情况", "/notices/delivery/", "bell", "notices.keep"),
        ]),
    ]  # fmt: skip
    shown = [
        (label, [(name, url, icon) for name, url, icon, permission in items if allowed(user, permission)])
        for label, items in table
    ]
    listed = [NavItem(_(n), u, i, counts.get(u, 0), hot=True) for _l, items in shown for n, u, i in items]
    flat = _current(listed, "" if _is_one_proposal(path) else path)
    by_url = {item.url: item for item in flat}
    return tuple(NavGroup(label, tuple(by_url[u] for _n, u, _i in items)) for label, items in shown if items)
