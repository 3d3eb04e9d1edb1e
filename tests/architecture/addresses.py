"""Every address of the URL table with everything in the database that may stand in it.

What the walks over all pages share.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.architecture.world import told
from tongxin.accounts.models import Account
from tongxin.committees.models import Appointment, Committee, Session, Unit
from tongxin.desks.declared import declared
from tongxin.drafts.models import KeptCopy
from tongxin.files.models import File
from tongxin.handling.models import Task
from tongxin.imports.models import Import
from tongxin.imports.rules import OFFERED
from tongxin.members.choices import Ending
from tongxin.members.models import Member
from tongxin.notices.models import Notice
from tongxin.privacy.table import ERASABLE
from tongxin.proposals.models import Proposal
from tongxin.regulations.schema import KINDS
from tongxin.workflow.table import BY_NAME

Values = Callable[[Account | None], list[dict[str, str]]]


@dataclass(frozen=True)
class Route:
    """One line of the URL table."""

    name: str
    pattern: str
    view: Any

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of what stands in the address."""
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.pattern))

    @property
    def module(self) -> str:
        """The module of its view."""
        view: Any = getattr(self.view, "view_class", self.view)
        return str(view.__module__)

    def path(self, values: dict[str, str]) -> str:
        """Return the address with these values in it."""
        return reverse(self.name, kwargs=values)


def routes(patterns: list[Any] | None = None, space: str = "", before: str = "") -> Iterator[Route]:
    """Yield the whole URL table."""
    for item in get_resolver().url_patterns if patterns is None else patterns:
        here = f"{before}{item.pattern}"
        if isinstance(item, URLResolver):
            yield from routes(item.url_patterns, f"{item.namespace}:" if item.namespace else space, here)
        elif isinstance(item, URLPattern):
            yield Route(f"{space}{item.name}", here, item.callback)


def uids(model: Any) -> Values:
    return lambda _reader: [{"uid": uid} for uid in model.objects.order_by("pk").values_list("uid", flat=True)]


def below(model: Any, owner: str, argument: str) -> Values:
    """Return pairs: a row's own uid, and the uid of what it belongs to."""
    return lambda _reader: [
        {"uid": uid, argument: own} for uid, own in model.objects.order_by("pk").values_list(f"{owner}__uid", "uid")
    ]


def copies(kind: str, argument: str) -> Values:
    """Return the texts of one kind beside which copies are kept, each with the uid of a copy."""
    return lambda _reader: [
        {"uid": uid, argument: own}
        for uid, own in KeptCopy.objects.filter(kind=kind).order_by("pk").values_list("subject", "uid")
    ]


def _drafts(reader: Account | None) -> list[dict[str, str]]:
    """Return every text that saves itself, those that are not there yet among them."""
    found = [{"kind": "proposals.text", "uid": uid} for uid in Proposal.objects.order_by("pk").values_list("uid", flat=True)]
    found += [{"kind": "handling.reply", "uid": uid} for uid in Task.objects.order_by("pk").values_list("uid", flat=True)]
    return found + [{"kind": "proposals.text", "uid": values["token"]} for values in told("ADDRESSES")["proposals/new/<"](reader)]


def _steps(_reader: Account | None) -> list[dict[str, str]]:
    """Return every step of every lifecycle for every row that is in a state to take it."""
    found = []
    for name, workflow in BY_NAME.items():
        model: Any = apps.get_model(workflow.model)
        for uid, state in model.objects.order_by("pk").values_list("uid", "state"):
            actions = sorted({row.action for row in workflow.rows if state in row.sources})
            found += [{"name": name, "uid": uid, "action": action} for action in actions]
    return found


def _objects(_reader: Account | None) -> list[dict[str, str]]:
    """Return every row that has a lifecycle, as the interface names it."""
    return [
        {"workflow": name, "uid": uid}
        for name, workflow in BY_NAME.items()
        for uid in apps.get_model(workflow.model).objects.order_by("pk").values_list("uid", flat=True)
    ]


def _steps_as_data(reader: Account | None) -> list[dict[str, str]]:
    return [{"workflow": one["name"], "uid": one["uid"], "action": one["action"]} for one in _steps(reader)]


def _neighbours(_reader: Account | None) -> list[dict[str, str]]:
    """Return each member with the next one, of whatever committee."""
    uids = list(Member.objects.order_by("pk").values_list("uid", flat=True))
    return [{"uid": one, "other": other} for one, other in pairwise(uids)]


def _notices(reader: Account | None) -> list[dict[str, str]]:
    """Return the reader's own notices, and one of each other person's."""
    own = list(Notice.objects.filter(account=reader).order_by("pk").values_list("uid", flat=True)) if reader else []
    others = dict(Notice.objects.exclude(account=reader).order_by("pk").values_list("account_id", "uid"))
    return [{"uid": uid} for uid in (*own, *others.values())]


def _codes(_reader: Account | None) -> list[dict[str, str]]:
    return [{"code": code} for code in Committee.objects.order_by("pk").values_list("code", flat=True)]


# What stands in an address, by its longest known beginning: a page below a known object is walked without a new line
# here.
KNOWN: dict[str, Values] = {
    "go/": _steps,
    "in/<": _codes,
    "privacy/<": lambda _reader: [{"key": key} for key in sorted(ERASABLE)],
    "members/<str:uid>/standing/<": lambda _reader: [
        {"uid": uid, "kind": kind}
        for uid in Member.objects.order_by("pk").values_list("uid", flat=True)
        for kind in (*Ending.values, "suspend", "resume", "restore")
    ],
    "units/<": uids(Unit),
    "sessions/<": uids(Session),
    "appointments/<": uids(Appointment),
    "regulations/<": lambda _reader: [{"name": name} for name in sorted(KINDS)],
    "notices/<": _notices,
    "notices/delivery/<": uids(Notice),
    "files/<": uids(File),
    "members/<": uids(Member),
    "members/<str:uid>/merge/<": _neighbours,
    "members/<str:uid>/apart/<": _neighbours,
    "members/<str:uid>/part/<": lambda _reader: [
        {"uid": gone.merged_into.uid, "other": gone.uid}
        for gone in Member.everybody.exclude(merged_into=None).select_related("merged_into").order_by("pk")
    ],
    "drafts/<": _drafts,
    "drafts/<str:kind>/<str:uid>/copies/<": lambda _reader: [
        {"kind": kind, "uid": uid, "copy": copy}
        for kind, uid, copy in KeptCopy.objects.order_by("pk").values_list("kind", "subject", "uid")
    ],
    "public/<": _codes,
    "imports/<": uids(Import),
    "api/v1/objects/<": _objects,
    "api/v1/objects/<str:workflow>/<str:uid>/actions/<": _steps_as_data,
    "imports/template/<": lambda _reader: [{"kind": kind} for kind in OFFERED],
}


@cache
def _of_objects() -> dict[str, Values]:
    """Return what may stand in the addresses at and below the pages of objects: the uids of their rows."""
    pages = {page.name: page.model for page in declared("OBJECTS")}
    return {f"{r.pattern.partition('<')[0]}<": uids(pages[r.name]) for r in routes() if r.name in pages}


def values_of(route: Route, reader: Account | None) -> list[dict[str, str]]:
    """Return everything that may stand in a route's address: one empty line where nothing stands in it."""
    if not route.arguments:
        return [{}]
    values = _of_objects() | KNOWN | told("ADDRESSES")
    known = max((start for start in values if route.pattern.startswith(start)), key=len, default=None)
    found = values[known](reader) if known else []
    return [values for values in found if set(values) == set(route.arguments)]


def unknown() -> list[str]:
    """Name the routes in whose address stands something that no line of `KNOWN` fits."""
    return [f"{r.name}: {r.pattern}" for r in routes() if r.arguments and not values_of(r, None)]


def everybody() -> dict[str, Account | None]:
    """Return every account of the world, who opens most pages first, and nobody."""
    busy = {name: place for place, name in enumerate(("YX001", "office", "assigner", "clerk", "unitlead", "YX002"))}
    accounts = sorted(Account.objects.all(), key=lambda a: (busy.get(a.username, len(busy)), a.pk))
    return {a.username: a for a in accounts} | {"anonymous": None}
