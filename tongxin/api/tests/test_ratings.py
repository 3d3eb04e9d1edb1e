"""Who rated, when and how is told by no answer of the interface.

Each is the same, byte by byte, before and after a rating.
"""

from collections.abc import Iterable

from django.test import Client
from django.urls import reverse

from tests.architecture.world import LATER
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.api import rows
from tongxin.desks.declared import listings
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.models import Case, Rating

CONCERNED = {
    "proposer",
    "second_cosigner",
    "bystander",
    "leader",
    "assigner",
    "clerk",
    "unit_leader",
    "co_clerk",
    "audit_admin",
    "office_of_other_county",
}


def look(people: Iterable[Client], addresses: Iterable[str]) -> list[tuple[int, bytes]]:
    asked = [client.get(address) for client in people for address in addresses]
    return [(answer.status_code, answer.content) for answer in asked]


def test_no_answer_changes_with_a_rating(cast: Cast) -> None:
    case = cast.answered()
    objects = [("cases", case), ("proposals", case.proposal), *(("tasks", task) for task in case.tasks.all())]
    addresses = [reverse("api:object", args=[name, row.uid]) for name, row in objects]
    addresses += [rows.address_of(listing) for listing in listings()] + [f"{reverse('api:list-desk-proposals')}?stage=rating"]
    rater = next(
        signature for _reply, signature in cases.ratings_awaited(case) if signature.member.account_id != cast.proposer.pk
    )
    people = {name: Account.objects.get(pk=one.pk) for name, one in cast.everyone().items() if name in CONCERNED}
    clients = [as_(one) for one in people.values() if one.pk != rater.member.account_id]
    before = look(clients, addresses)
    assert {200, 403, 404} == {status for status, _body in before}
    reply = next(reply for reply, signature in cases.ratings_awaited(case) if signature.pk == rater.pk)
    handling.rate(
        reply,
        signature=rater,
        attitude="satisfied",
        result="dissatisfied",
        comment="没有落实。",
        actor=rater.member.account,
        at=LATER,
    )
    assert Rating.objects.count() == 1
    assert Case.objects.get(pk=case.pk).state == case.state
    assert look(clients, addresses) == before
