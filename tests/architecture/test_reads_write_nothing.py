"""GET and HEAD write nothing, HEAD answers wherever GET does, and what is answered is kept by nobody."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http.response import HttpResponseBase

from tests.architecture.addresses import Route, everybody, routes, unknown, values_of
from tests.architecture.seeking import Seeker
from tests.architecture.walking import (
    NOT_ALLOWED,
    OK,
    THOROUGH,
    Visitors,
    WroteError,
    address,
    drain,
    ours,
    quiet,  # noqa: F401 -- a fixture
    undone,
)
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.desks.declared import listings

# Addresses that give no page of their own to GET, with the reason; those that take only POST say so by 405.
LEAD_ON = {
    "notice": "leads to what it is about",
    "appointment-factor": "leads back where there is no second factor to take away",
    "member-release": "leads back where the seat is nobody's, or something stands in its name",
    "audit-verify": "leads to the page whose button verifies",
    "healthz": "answers 503 here: what happened last spring was never told",
    "import-progress": "leads to the import, of which it is a piece",
    "handling-phone": "leads to the part, where the number is asked for",
    "handling-ratings": "leads to the case, where a look is asked for",
    "proposal-copy": "leads to where kept copies are by now",
    "handling-reply-copy": "leads to where kept copies are by now",
    "member-phone": "leads to the member, where the number is asked for",
    "privacy-erase": "leads to the list of what is due",
    "proposal-new": "leads to a form under an address of its own",
    "public-proposals": "leads to the choice between committees; with one chosen it is a page, see below",
    "account_change_password": "leads to setting one, as the cast has none",
    "account_reauthenticate": "leads on where nothing has to be confirmed",
    "mfa_authenticate": "a stage of signing in",
    "mfa_reauthenticate": "leads on where nothing has to be confirmed",
    "mfa_deactivate_totp": "needs a second factor that is set up",
    "mfa_view_recovery_codes": "needs a second factor that is set up",
    **{f"{one.name}-{what}": "leads to the list, where rows are ticked" for one in listings() for what in ("acts", "sheet")},
}


@dataclass
class Findings:
    """What the walk saw."""

    visitors: Visitors = field(default_factory=Visitors)
    faults: set[str] = field(default_factory=set)
    seen: Counter[str] = field(default_factory=Counter)
    # asked for once: its view, not who asks, tells it from a page
    heads: set[tuple[str, int]] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    post_only: set[str] = field(default_factory=set)

    def visit(self, route: Route, who: str, account: Account | None, values: dict[str, str], query: str = "") -> None:
        """Ask for a page and for its head, with a database that refuses to be written to."""
        path = address(route, values, account) + query
        client = self.visitors.of(account)
        read = 0
        for method in ("get", "head"):
            try:
                with undone(refuses=True):
                    answer: HttpResponseBase = getattr(client, method)(path)
                    drain(answer)
            except WroteError as wrote:
                self.faults.add(f"{method} {route.name} as {who} writes: {wrote}")
                return
            status, kept = answer.status_code, answer.headers.get("Cache-Control", "")
            self.seen[f"{method} {status}"] += 1
            if not {"no-store", "private"} <= {part.strip() for part in kept.split(",")}:
                self.faults.add(f"{method} {route.name} as {who} may be kept: {kept!r}")
            if method == "head" and status != read:
                self.faults.add(f"head {route.name} as {who}: {status}, get answers {read}")
            read = status
            if status == NOT_ALLOWED:
                self.post_only.add(route.name)
            if (route.name, status) in self.heads and not THOROUGH:
                break
            self.heads.add((route.name, status))
        if read == OK:
            self.opened.add(route.name)


def _sample(found: list[dict[str, str]], place: int) -> list[dict[str, str]]:
    """Return everything; in daily runs for each person another one, at every third address."""
    if THOROUGH or not found:
        return found
    return [] if place % 3 else [found[place // 3 % len(found)]]


def _search(walk: Findings, route: Route, seeker: Seeker) -> None:
    """Look on until somebody finds a page at an address that the sample did not open."""
    for account, values in seeker.tries(route):
        walk.visit(route, account.username if account else "anonymous", account, values)
        if route.name in walk.opened:
            seeker.taken(account, values)
            return


@pytest.mark.thorough
@pytest.mark.usefixtures("quiet")
def test_reading_writes_nothing_and_is_kept_by_nobody(furnished: Cast, settings: Any) -> None:
    settings.DEMO = True
    assert unknown() == [], "give these a line in tests/architecture/addresses.py"
    walk, people = Findings(), everybody()
    asked = [route for number, route in enumerate(routes()) if ours(number)]
    seeker = Seeker(people.values())
    for number, route in enumerate(asked):
        for place, (who, account) in enumerate(people.items()):
            for values in _sample(values_of(route, account), place + number):
                walk.visit(route, who, account, values)
        if route.name not in walk.opened | walk.post_only | set(LEAD_ON):
            _search(walk, route, seeker)
    for route in asked:
        if route.name == "public-proposals":
            walk.visit(route, "anonymous", None, {}, f"?in={furnished.county.code}")
    print(f"{walk.seen.total()} answers: {dict(walk.seen)}")  # noqa: T201 -- a walk says how far it went
    assert sorted(walk.faults) == []
    names = {r.name for r in asked}
    assert names - walk.opened - walk.post_only == names & set(LEAD_ON) - {"public-proposals"}
