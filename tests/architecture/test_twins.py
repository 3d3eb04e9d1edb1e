"""What a list shows is what a page opens: the query `visible_to` and the permission agree for everybody, in a mixed world."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from tests.cast import Cast
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.handling import queries as handling
from tongxin.handling.models import Case, Task
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Proposal

TWINS: list[tuple[str, Any, Any, str]] = [
    ("proposals", Proposal, proposals.visible_to, "proposals.view"),
    ("cases", Case, handling.cases_visible_to, "handling.view_case"),
    ("tasks", Task, handling.visible_to, "handling.view"),
]


@pytest.fixture
def people(mixed: Cast) -> dict[str, Any]:
    """Everybody who may come: the cast, the neighbour's assigner, the public; each read afresh, as a request does."""
    names = {part: account.pk for part, account in mixed.everyone().items()}
    names["assigner_of_other_county"] = Account.objects.get(username="wcassigner").pk
    fresh: dict[str, Any] = {name: Account.objects.get(pk=pk) for name, pk in names.items()}
    return fresh | {"public": AnonymousUser()}


def test_lists_show_exactly_what_may_be_opened(people: dict[str, Any]) -> None:
    for name, model, visible_to, permission in TWINS:
        everything: QuerySet[Any] = model.objects.all()
        for who, user in people.items():
            listed = sorted(str(row.pk) + " " + row.state for row in visible_to(user))
            opened = sorted(str(row.pk) + " " + row.state for row in everything if allowed(user, permission, row))
            assert listed == opened, f"{who} sees other {name} in lists than may be opened"


def test_the_mixed_world_has_something_to_leak(mixed: Cast, people: dict[str, Any]) -> None:
    """Each twin is tested on rows of both counties, and nobody of the neighbour sees a row of this county but the public ones."""
    for model in (Proposal, Case, Task):
        assert set(model.objects.values_list("committee__code", flat=True)) == {"YX", "WC"}
    public = set(Proposal.objects.filter(released_at__isnull=False).values_list("pk", flat=True))
    for who in ("member_of_other_county", "office_of_other_county", "assigner_of_other_county"):
        seen = {p.pk for p in proposals.visible_to(people[who]) if p.committee_id == mixed.county.pk}
        assert seen == public
        assert not [c for c in handling.cases_visible_to(people[who]) if c.committee_id == mixed.county.pk]
    assert {p.pk for p in proposals.visible_to(people["public"])} == public
