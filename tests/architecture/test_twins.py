"""What a list shows is what a page opens: the query and the permission agree for everybody, in a mixed world.

Each lifecycle is registered with both; what an app reads besides, it names in its `tests/world.py` (TWINS).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from tests.architecture.world import told
from tests.cast import Cast
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.workflow.table import BY_NAME, VIEW, VISIBLE_TO


def twins() -> Iterator[tuple[str, Any, Any]]:
    """Yield each permission with the model whose rows it is asked of, and the query that says the same."""
    for name, workflow in BY_NAME.items():
        yield VIEW[name], apps.get_model(workflow.model), VISIBLE_TO[name]
    for permission, (model, visible_to) in told("TWINS").items():
        yield permission, model, visible_to


@pytest.fixture
def people(mixed: Cast) -> dict[str, Any]:
    """Everybody who may come: the cast, the neighbour's assigner, the public; each read afresh, as a request does."""
    names = {part: account.pk for part, account in mixed.everyone().items()}
    names["assigner_of_other_county"] = Account.objects.get(username="wcassigner").pk
    fresh: dict[str, Any] = {name: Account.objects.get(pk=pk) for name, pk in names.items()}
    return fresh | {"public": AnonymousUser()}


def test_lists_show_exactly_what_may_be_opened(people: dict[str, Any]) -> None:
    for permission, model, visible_to in twins():
        for who, user in people.items():
            listed = sorted(f"{row.pk} {row.state}" for row in visible_to(user))
            opened = sorted(f"{row.pk} {row.state}" for row in model.objects.all() if allowed(user, permission, row))
            assert listed == opened, f"{who} sees other rows in lists than {permission} opens"


def test_the_mixed_world_has_something_to_leak(mixed: Cast, people: dict[str, Any]) -> None:
    """Each twin is tested on rows of both counties, and nobody of the neighbour sees a row of this county but what all see."""
    both = set(Committee.objects.filter(code__in=("YX", "WC")).values_list("pk", flat=True))
    for permission, model, visible_to in twins():
        assert set(model.objects.values_list("committee", flat=True)) == both, permission
        public = {row.pk for row in visible_to(people["public"])}
        for who in ("member_of_other_county", "office_of_other_county", "assigner_of_other_county"):
            seen = {row.pk for row in visible_to(people[who]) if row.committee_id == mixed.county.pk}
            assert seen <= public, (permission, who)


def test_somebody_is_shown_and_somebody_is_not(people: dict[str, Any]) -> None:
    for permission, model, visible_to in twins():
        numbers = {visible_to(user).count() for user in people.values()}
        assert max(numbers) > 0, permission
        assert min(numbers) < model.objects.count(), permission
