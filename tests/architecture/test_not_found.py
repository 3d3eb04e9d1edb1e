"""What is answered as not found has left nothing: a view looks before it writes.

What a person of two seats sends is tried in one seat after the other (`accounts.opening`): whatever a view wrote before
it found nothing would be written twice, and once in the wrong seat.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path as address_of

from config import urls
from tests.architecture import nasty
from tests.architecture.addresses import Route, everybody, routes, values_of
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
from tongxin.committees.models import Committee

FORM = "application/x-www-form-urlencoded"
NOT_FOUND, REFUSED = 404, {403, 404}
# Routes with something in the address that refuse nobody, with the reason.
FOUND_BY_ALL = {
    "sign-in-at": "the public entrance of a committee",
    "notice": "whose notice is another's is led to the own ones",
    "api:step": "takes JSON alone: a form is refused before anything is looked for",
}


def hasty(_request: HttpRequest) -> HttpResponse:
    """Write before it looks, as no view may."""
    Committee.objects.update(place="写早了")
    raise Http404


urlpatterns = [*urls.urlpatterns, address_of("hasty/", hasty)]


def sent(client: Client, path: str, body: str) -> tuple[int, list[str]]:
    """Send a form; return the status, and the tables that what was refused or not found nevertheless changed."""
    after: dict[str, int] = {}
    with undone() as watch:
        answer = client.post(path, body, FORM)
        drain(answer)
        tables = set(watch.tables) if answer.status_code in REFUSED else set()
        after = rows_of(tables)
    before = rows_of(tables)
    return answer.status_code, [table for table in sorted(tables) if after[table] != before[table]]


def bodies(route: Route, place: int) -> list[str]:
    """Return what is sent: everything that the view reads, said in words and in numbers.

    Or to each person one of the two.
    """
    names = nasty.said_to(route)
    found = [urlencode(dict.fromkeys(names, said)) for said in ("写了很久的意见", "1")]
    return found if THOROUGH else [found[place % 2]]


@dataclass
class Findings:
    """What the walk saw."""

    visitors: Visitors = field(default_factory=Visitors)
    faults: set[str] = field(default_factory=set)
    refused: Counter[int] = field(default_factory=Counter)
    never: set[str] = field(default_factory=set)  # routes that take forms and were found by everybody

    def walk(self, route: Route, people: list[tuple[str, Account | None]], number: int) -> None:
        """Send forms to a route as everybody, until it says that it takes none.

        In daily runs as a third of them, one of whom is refused.
        """
        here: set[int] = set()
        in_turn = people if THOROUGH else [one for turn in range(3) for one in people[(number + turn) % 3 :: 3]]
        for place, (who, account) in enumerate(in_turn):
            if not THOROUGH and place > len(people) // 3 and here & REFUSED:
                break
            found = values_of(route, account)
            for values in found if THOROUGH or not found else [found[place % len(found)]]:
                for body in bodies(route, place):
                    status, left = sent(self.visitors.of(account), address(route, values, account), body)
                    if status == NOT_ALLOWED:
                        return
                    here.add(status)
                    self.refused[status] += status in REFUSED
                    if left:
                        self.faults.add(f"{route.name} as {who}: {status}, but wrote to {left}")
        if route.arguments and not here & REFUSED:
            self.never.add(route.name)


@pytest.mark.thorough
@pytest.mark.usefixtures("quiet")
def test_what_is_not_found_has_written_nothing(furnished: Cast, settings: Any) -> None:
    settings.DEMO = True
    walk, people = Findings(), list(everybody().items())
    asked = [route for number, route in enumerate(routes()) if ours(number)]
    for number, route in enumerate(asked):
        walk.walk(route, people, number)
    print(f"{dict(walk.refused)}")  # noqa: T201 -- a walk says how far it went
    assert sorted(walk.faults) == []
    assert walk.never == {route.name for route in asked} & set(FOUND_BY_ALL)


def test_a_view_that_writes_before_it_looks_is_seen(cast: Cast, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client()
    client.force_login(cast.proposer)
    assert sent(client, "/hasty/", "") == (NOT_FOUND, ["committees_committee"])
