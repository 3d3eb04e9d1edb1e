"""Everybody looks everywhere, and finds no mark that is not theirs.

Pages, pieces of pages, exports, files, notices, headers.

Run whole by `make thorough`; otherwise each person opens every route with two of what may stand in its address, others
than the next person, looks at every other view of the lists and asks for one kind of export; each of the two databases
walks one half.
"""

import io
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db.models import Model
from django.http.response import HttpResponseBase
from django.test import Client

from tests.architecture.addresses import routes, values_of
from tests.architecture.walking import (
    NOT_ALLOWED,
    THOROUGH,
    Headers,
    Visitors,
    drain,
    ours,
    quiet,  # noqa: F401 -- a fixture
    undone,
)
from tests.cast import Cast
from tests.leaks import oracle
from tests.leaks.marked import MARK, Marked
from tests.leaks.people import People, people_of
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.desks.declared import listings
from tongxin.files import queries as files
from tongxin.files.models import File
from tongxin.handling.models import Task
from tongxin.handling.pages.stages import STAGES
from tongxin.members.models import Member
from tongxin.notices.models import Notice
from tongxin.proposals.models import Proposal

FEW = 2  # of what may stand in an address, for each person
KINDS_OF_PEOPLE = 26

# Lists show other rows under other tabs and filters.
VIEWS = {
    "proposals": ("?tab=mine", "?tab=cosigned", "?tab=invited", "?tab=filed", "?tab=entered"),
    "desk-proposals": tuple(f"?stage={stage}&size=100" for stage in STAGES),
    "handling-inbox": tuple(f"?part={part}" for part in ("sign", "hand", "co", "leader", "again", "wait", "answered", "done")),
    "handling-assign": ("?part=returns", "?part=again", "?part=done"),
    "handling-supervise": ("?part=review", "?part=sign", "?part=again", "?part=answered"),
    "public-proposals": ("?in=YX", "?in=WC", "?in=YX&q=药房", "?in=WC&q=药房"),
    "proposals-similar": ("?title=关于在镇卫生院设立夜间值班药房的建议",),
}  # fmt: skip
VIEWS |= {f"api:list-{one.name}": VIEWS[one.name] for one in listings() if one.name in VIEWS}

# These are paged by key. How many of the older pages are looked at:
OLDER: dict[str, tuple[type[Model], int]] = {
    "events": (Event, 24 if THOROUGH else 4),
    "notices": (Notice, 24 if THOROUGH else 2),
}

Finding = tuple[str, str, str, str]


@dataclass
class Walk:
    """What was compared, and what was seen by whom."""

    marked: Marked
    visitors: Visitors = field(default_factory=Visitors)
    compared: int = 0
    leaks: set[Finding] = field(default_factory=set)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def look(self, person: str, place: str, answer: HttpResponseBase) -> None:
        """Compare one answer with the table."""
        self.compared += 1
        said = f"{dict(answer.headers)}{text_of(answer)}"
        for mark in set(MARK.findall(said)) & set(self.marked.marks.known):
            kind, situation = self.marked.marks.known[mark]
            self.seen[kind, situation] += 1
            if not oracle.may(kind, situation, person, place):
                self.leaks.add((person, place, kind, situation))

    def get(self, person: str, account: Account | None, place: str, path: str, *, pieces: bool = True) -> int:
        """Open an address, and as a piece of a page where the answer has looked whether one is wanted."""
        Headers.asked_for_piece = False
        status = self._get(person, account, place, path)
        if pieces and Headers.asked_for_piece and (THOROUGH or status not in {403, 404, NOT_ALLOWED}):
            self._get(person, account, f"{place} (piece)", path, headers={"HX-Request": "true", "HX-Target": "candidates"})
        return status

    def _get(self, person: str, account: Account | None, place: str, path: str, **more: Any) -> int:
        client: Client = self.visitors.of(account)
        with undone():
            answer: HttpResponseBase = client.get(path, **more)
            self.look(person, place, answer)
        return answer.status_code

    def post(self, person: str, account: Account | None, place: str, path: str, data: Any) -> None:
        """Ask by POST for something that is read: an export, a number in full."""
        client: Client = self.visitors.of(account)
        with undone():
            answer: HttpResponseBase = client.post(path, data)
            self.look(person, place, answer)


def text_of(answer: HttpResponseBase) -> str:
    """Return everything readable in an answer: of a workbook, all its parts."""
    content = drain(answer)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _sample(found: list[dict[str, str]], place: int) -> list[dict[str, str]]:
    if THOROUGH or len(found) <= FEW:
        return found
    step = len(found) // FEW
    return [found[(place + n * step) % len(found)] for n in range(FEW)]


def _older_pages() -> dict[str, tuple[str, ...]]:
    """Return the views that begin at one of the keys there are, in even steps.

    PostgreSQL gives no key twice, whatever was undone.
    """
    found = {}
    for name, (model, pages) in OLDER.items():
        keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        found[name] = tuple(f"?before={keys[len(keys) * n // (pages + 1)]}" for n in range(1, pages + 1))
    return found


def _walk_the_table(walk: Walk, people: People) -> None:
    views = VIEWS | _older_pages()
    for number, route in enumerate(routes()):
        for place, (person, account) in enumerate(people.by_kind.items()):
            if not ours(place + number):
                continue
            for values in _sample(values_of(route, account), place + number):
                if walk.get(person, account, route.name, route.path(values)) == NOT_ALLOWED:
                    break
            for query in views.get(route.name, ())[0 if THOROUGH else place // 2 % 2 :: 1 if THOROUGH else 2]:
                walk.get(person, account, route.name + query, route.path({}) + query, pieces=THOROUGH)


def _follow_file_links(walk: Walk, people: People) -> None:
    """Everybody asks for every file: without a link, with the own one, and with one that was somebody else's."""
    everything = list(File.objects.order_by("pk"))
    for place, (person, account) in enumerate(people.by_kind.items()):
        for number, file in enumerate(everything):
            if (not THOROUGH and (place + number) % 5) or not ours((place + number) // 5):
                continue
            stolen = [files.link(file, people[owner]) for owner in ("proposer", "clerk", "office") if owner != person]
            own = [files.link(file, account)] if account else []
            for path in (*own, *stolen):
                walk.get(person, account, "file", path)


def _ask_for_exports(walk: Walk, people: People) -> None:
    for place, (person, account) in enumerate(people.by_kind.items()):
        if not ours(place):
            continue
        for code in ("YX", "WC"):
            picked = list(Proposal.objects.filter(committee__code=code).values_list("uid", flat=True))
            for stage in ("received", "unfiled", "open", ""):
                for kind in ("csv", "xlsx") if THOROUGH else (("csv", "xlsx")[(place // 2 + len(stage)) % 2],):
                    data = {"query": f"stage={stage}&in={code}", "format": kind}
                    walk.post(person, account, f"desk-export {kind}", "/desk/proposals/sheet/", data)
            ticked = {"query": f"in={code}", "pick": picked}
            walk.post(person, account, "desk-export picked", "/desk/proposals/acts/", ticked | {"act": "export"})
            walk.post(person, account, "desk-bulk", "/desk/proposals/acts/", ticked | {"act": "remind"})
            walk.post(person, account, "passing-on-export", "/desk/passing-on/export/", {"in": code})
        for uid in Member.objects.exclude(email="").values_list("uid", flat=True):
            walk.post(person, account, "member-phone", f"/members/{uid}/phone/", {})
        for uid in Task.objects.values_list("uid", flat=True):
            walk.post(person, account, "handling-phone", f"/handling/{uid}/phone/", {})


@pytest.mark.thorough
@pytest.mark.usefixtures("quiet")
def test_nobody_sees_what_is_not_theirs(cast: Cast, settings: Any) -> None:
    settings.DEMO = False
    people = people_of(cast)
    assert len(people.by_kind) >= KINDS_OF_PEOPLE
    marked = Marked(cast, people)
    marked.everything()
    walk = Walk(marked)
    _walk_the_table(walk, people)
    _follow_file_links(walk, people)
    _ask_for_exports(walk, people)
    kinds, marks = len(people.by_kind), len(marked.marks.known)
    print(f"{walk.compared} answers compared, {kinds} kinds of people, {marks} marks")  # noqa: T201 -- a walk says how far it went
    left = sorted(leak for leak in walk.leaks if not _known(leak))
    assert left == [], "\n".join(str(leak) for leak in left)
    if THOROUGH:
        _whole(walk)


def _known(leak: Finding) -> bool:
    person, _place, kind, situation = leak
    return person in oracle.READ_TOO_MUCH or person in oracle.STILL_OPEN.get((kind, situation), set())


def _whole(walk: Walk) -> None:
    """Every mark was found by somebody who may, or it would prove nothing; and what is still open is still so."""
    assert set(walk.marked.marks.known.values()) - set(walk.seen) == set()
    found = {(kind, situation, person) for person, _place, kind, situation in walk.leaks}
    open_ = {(kind, situation, person) for (kind, situation), people in oracle.STILL_OPEN.items() for person in people}
    assert sorted(open_ - found) == [], "mended: take these out of oracle.STILL_OPEN"
    assert {person for *_leak, person in found} >= oracle.READ_TOO_MUCH, "mended: take them out of oracle.READ_TOO_MUCH"
