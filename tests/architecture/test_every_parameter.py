"""No address and no form, whatever is put into it, ends in an error of the server.

What is refused has written nothing.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from tests.architecture import nasty, source
from tests.architecture.addresses import Route, everybody, routes
from tests.architecture.seeking import Seeker, openings
from tests.architecture.test_reads_write_nothing import LEAD_ON
from tests.architecture.walking import (
    NOT_ALLOWED,
    THOROUGH,
    Visitors,
    address,
    drain,
    ours,
    quiet,  # noqa: F401 -- a fixture
    rows_of,
    undone,
)
from tests.cast import Cast
from tongxin.accounts.models import Account

SERVER_ERROR = 500
FORM = "application/x-www-form-urlencoded"
REFUSED = range(400, 500)
EACH = 4 if THOROUGH else 1  # people for each address
# of the table, so that the whole walk may use every processor (`make thorough ARGS='-n auto'`)
SHARES = 4 if THOROUGH else 1
# Refusals that leave something behind, with the reason.
KEPT_BESIDE = {
    "accounts_account": "a sign-in that failed is counted",
    "axes_accessattempt": "a sign-in that failed is counted",
    "axes_accessfailurelog": "a sign-in that failed is counted",
    "audit_event": "a sign-in that failed is an event",
    "audit_mark": "an event's slip for its readers",
    "drafts_keptcopy": "a save from an old version, or of a text that is closed, is kept beside",
}
BROKEN_BODIES = (
    ("application/json", b'{"title": "\\ud800'),
    ("application/json", b"[" * 2000),
    ("text/plain", b"title=\x00"),
    ("application/x-www-form-urlencoded", b"version=%00&title=%00&=&&&%ff%fe&text=%ED%A0%80"),
    ("application/x-www-form-urlencoded; charset=no-such-thing", b"title=x"),
    ("application/x-www-form-urlencoded; charset=gbk", "title=案由".encode("gbk")),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="uploads"; filename="a\x00b"\r\n\r\n\x00\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x; charset=no-such-thing", b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\xff\r\n--x--\r\n'),
)  # fmt: skip


def test_the_names_are_found_in_the_source() -> None:
    """A parameter that a view begins to read is fuzzed from then on, without a line here."""
    found = {name for route in routes() for name in nasty.asked_by(route)}
    assert {
        "before",
        "after",
        "size",
        "q",
        "tab",
        "part",
        "level",
        "since",
        "until",
        "on",
        "sector",
        "session",
        "m",
        "t",
    } <= found
    said = {name for route in routes() for name in nasty.said_to(route)}
    assert {"version", "title", "text", "pick", "picked", "act", "query", "reason", "until", "plenary_from", "code"} <= said


def test_pages_read_numbers_and_days_by_the_one_mechanism() -> None:
    """What `core.asked` and `ui.fields` refuse is refused everywhere.

    Nothing else turns a request's words into numbers or days.
    """
    own = re.compile(r"\.isdecimal\(|\.isdigit\(|\.isnumeric\(|fromisoformat\(|parse_date|strptime\(|forms\.Date(Time)?Field\(")
    reading = [
        p for p in source.modules() if p.name in {"views.py", "forms.py", "samples.py", "paging.py"} or p.parent.name == "views"
    ]
    found = [f"{source.name(p)}: {hit[0]}" for p in reading for hit in own.finditer(p.read_text(encoding="utf-8"))]
    assert found == []


def _shared(share: int) -> list[Route]:
    return [route for number, route in enumerate(routes()) if number % SHARES == share and ours(number)]


def _in_turn(found: Sequence[Any], place: int, turns: int) -> Sequence[Any]:
    """Return all of something, or in daily runs that part of it whose turn it is at the n-th route."""
    return found if THOROUGH else found[place % turns :: turns]


def _queries(route: Route, place: int, *, first: bool) -> Iterator[str]:
    """Yield question marks: every name at once, then (thoroughly, for the first who asks) each by itself, as one may hide another."""
    names = nasty.asked_by(route)
    alone = names if THOROUGH and first else {"in", "before"} & set(names)
    for value in nasty.VALUES if THOROUGH else nasty.SHORT:
        sent = value.encode("utf-8", "surrogatepass")
        yield urlencode([(name, sent) for name in names if name != "in"])
    for value in _in_turn(nasty.SHORT, place, 2):
        sent = value.encode("utf-8", "surrogatepass")
        yield from (f"{name}={quote(sent)}" for name in alone)


def _fault(client: Client, method: str, path: str, body: bytes = b"", kind: str = FORM) -> tuple[int, list[str], str]:
    """Send something; return the status, the tables that a refusal nevertheless changed, and the exception if there was one."""
    after: dict[str, int] = {}
    with undone() as watch:
        try:
            answer = client.generic(method, path, body, kind)
            drain(answer)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is a finding
            return SERVER_ERROR, [], f"{type(error).__name__}: {error}"[:160]
        tables = set(watch.tables) - set(KEPT_BESIDE) if answer.status_code in REFUSED else set()
        after = rows_of(tables)
    before = rows_of(tables)
    return answer.status_code, [t for t in sorted(tables) if after[t] != before[t]], ""


@pytest.mark.thorough
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("share", range(SHARES))
def test_no_address_ends_in_an_error(furnished: Cast, settings: Any, share: int) -> None:
    settings.DEMO = True
    visitors, faults, asked = Visitors(), set(), 0
    pages = [route for route in _shared(share) if route.name not in LEAD_ON]
    opened = openings(visitors, list(everybody().values()), pages, most=EACH)
    for place, route in enumerate(_shared(share)):
        for number, (account, path) in enumerate(opened.get(route.name, [])):
            for query in _queries(route, place, first=number == 0):
                status, _tables, problem = _fault(visitors.of(account), "GET", f"{path}{'&' if '?' in path else '?'}{query}")
                asked += 1
                if status >= SERVER_ERROR:
                    faults.add(f"{route.name} {path}?{query[:60]}: {status} {problem}")
    asked += _put_into_addresses(visitors, [None, furnished.proposer, furnished.office, furnished.clerk], share, faults)
    print(f"{asked} addresses")  # noqa: T201 -- a walk says how far it went
    assert sorted(faults) == []


def _put_into_addresses(visitors: Visitors, people: list[Account | None], share: int, faults: set[str]) -> int:
    """Put every value into every address, as everybody; in daily runs each value as one of them, who takes turns."""
    asked = 0
    for place, route in enumerate(r for r in _shared(share) if r.arguments):
        for number, value in enumerate(nasty.VALUES if THOROUGH else nasty.SHORT):
            path = "/" + route.pattern
            for argument in route.arguments:
                path = path.replace(f"<str:{argument}>", quote(value.encode("utf-8", "surrogatepass"), safe=""))
            for account in people if THOROUGH else [people[(place + number) % len(people)]]:
                status, _tables, problem = _fault(visitors.of(account), "GET", path)
                asked += 1
                if status >= SERVER_ERROR:
                    faults.add(f"{route.name} {path[:60]}: {status} {problem}")
    return asked


def _bodies(route: Route, place: int, *, first: bool) -> Iterator[tuple[bytes, str]]:
    """Yield what is posted: nothing, every name with the same nasty value, and (thoroughly, by the first) each by itself."""
    names = nasty.said_to(route)
    alone = names if THOROUGH and first else {"version", "until"} & set(names)
    yield b"", FORM
    for value in nasty.VALUES if THOROUGH else nasty.SHORT:
        sent = value.encode("utf-8", "surrogatepass")
        yield urlencode([(name, sent) for name in names]).encode(), FORM
    for value in _in_turn(nasty.SHORT, place, 2):
        sent = value.encode("utf-8", "surrogatepass")
        for name in alone:
            yield f"{name}={quote(sent)}".encode(), FORM
    yield from ((body, kind) for kind, body in _in_turn(BROKEN_BODIES, place, 3))


@pytest.mark.thorough
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("share", range(SHARES))
def test_no_form_ends_in_an_error(furnished: Cast, settings: Any, share: int) -> None:
    settings.DEMO = True
    visitors, faults, sent = Visitors(), set(), 0
    seeker = Seeker(everybody().values())
    for place, route in enumerate(_shared(share)):
        for number, (account, path) in enumerate(_takers(visitors, route, seeker)):
            for body in _bodies(route, place, first=number == 0):
                status, left, problem = _fault(visitors.of(account), "POST", path, *body)
                sent += 1
                if status >= SERVER_ERROR:
                    faults.add(f"{route.name} as {account}: {body[0][:70]!r}: {status} {problem}")
                elif left:
                    faults.add(f"{route.name} as {account}: refused with {status}, but wrote to {left}")
    print(f"{sent} bodies")  # noqa: T201 -- a walk says how far it went
    assert sorted(faults) == []


def _takers(visitors: Visitors, route: Route, seeker: Seeker) -> list[tuple[Account | None, str]]:
    """Return who may post to a route, and where: the first few whom it neither turns away nor does not know."""
    found: list[tuple[Account | None, str]] = []
    for account, values in seeker.tries(route):
        if any(account is one for one, _path in found):
            continue
        path = address(route, values, account)
        status, _tables, _problem = _fault(visitors.of(account), "POST", path)
        if status == NOT_ALLOWED:
            break
        if status not in {302, 403, 404, 409} or (status == 302 and account is not None):
            found.append((account, path))
            seeker.taken(account, values)
        if len(found) >= EACH:
            break
    return found
