"""Finding who gets a page where: those are asked first who got the last one, with what stood in its address."""

from collections.abc import Iterable, Iterator

from tests.architecture.addresses import Route, values_of
from tests.architecture.walking import NOT_ALLOWED, OK, THOROUGH, Visitors, address, drain, undone
from tongxin.accounts.models import Account

Person = Account | None
Values = dict[str, str]
FEW = 3  # of what may stand in an address each person is tried with, before anybody is tried with all of it
LIKELY = 6  # people who are tried with all of it in daily runs: those who were taken last


class Seeker:
    """Says who is tried next with what.

    Whoever was taken is tried sooner at the next address, and so is what he asked for.
    """

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = list(people)
        self.known: set[str] = set()

    def tries(self, route: Route) -> Iterator[tuple[Person, Values]]:
        """Yield everybody with everything that may stand in a route's address."""
        people = [(account, sorted(values_of(route, account), key=self._unknown)) for account in self.people]
        for account, found in people:
            yield from ((account, values) for values in found[:FEW])
        for account, found in people if THOROUGH else people[:LIKELY]:
            yield from ((account, values) for values in found[FEW:])

    def _unknown(self, values: Values) -> bool:
        return self.known.isdisjoint(values.values())

    def taken(self, account: Person, values: Values) -> None:
        """Remember who was taken, and with what."""
        self.people.remove(account)
        self.people.insert(0, account)
        self.known.update(values.values())


def openings(
    visitors: Visitors, people: list[Person], among: Iterable[Route], *, most: int
) -> dict[str, list[tuple[Person, str]]]:
    """Return for each route who gets a page there and at which address: the first few."""
    seeker, found = Seeker(people), dict[str, list[tuple[Person, str]]]()
    for route in among:
        here: list[tuple[Person, str]] = []
        for account, values in seeker.tries(route):
            if any(account is one for one, _path in here):
                continue
            path, client = address(route, values, account), visitors.of(account)
            with undone():
                answer = client.get(path)
                drain(answer)
            if answer.status_code == OK:
                here.append((account, path))
                seeker.taken(account, values)
            if answer.status_code == NOT_ALLOWED or len(here) >= most:
                break
        if here:
            found[route.name] = here
    return found
