"""Everything that the description allows is asked.

No error of the server, and no answer that the description does not know.
"""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.architecture.walking import THOROUGH, undone
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.api import describing
from tongxin.api.views import api
from tongxin.core.charsets import Utf8Alone
from tongxin.desks.declared import listings
from tongxin.handling.choices import CaseState
from tongxin.workflow.engine import last_event, seen_of
from tongxin.workflow.table import BY_NAME

pytestmark = pytest.mark.thorough
EXAMPLES = 100 if THOROUGH else 8  # for each route
TOKEN = "t" * 32
HOLDS = [checks.not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def server() -> Iterator[Utf8Alone]:
    """What serves requests, in this process and in this test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    logging.disable(logging.ERROR)
    yield Utf8Alone(WSGIHandler())
    logging.disable(logging.NOTSET)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _cookies(client: Client) -> dict[str, str]:
    return {"sessionid": client.cookies["sessionid"].value, "csrftoken": TOKEN}


def _readers(cast: Cast, route: str) -> list[Account]:
    """Return several people, whoever may open the list of a route first: who is tried first is the first of them."""
    people = [
        Account.objects.get(pk=one.pk)
        for one in (cast.office, cast.proposer, cast.clerk, cast.assigner, cast.security_admin, cast.office_of_other_county)
    ]
    listing = next((one for one in listings() if route.endswith(f"/lists/{one.name}/")), None)
    return sorted(people, key=lambda one: listing is not None and not allowed(one, listing.permission))


def _places(cast: Cast) -> list[dict[str, str]]:
    """Return objects in several states, with steps that they know."""
    case = cast.answered()
    assert case.state == CaseState.RATING
    rows = [
        ("proposals", cast.draft()),
        ("proposals", cast.in_decision()),
        ("cases", case),
        ("tasks", cast.task(cast.assigned())),
    ]
    return [
        {"workflow": name, "uid": row.uid, "action": step.action, "seen": seen_of(row, last_event(row))}
        for name, row in rows
        for step in BY_NAME[name].rows
        if row.state in step.sources
    ]


@pytest.mark.parametrize("route", [*sorted(describing.document(api)["paths"])])
def test_the_interface_keeps_its_description(cast: Cast, server: Utf8Alone, route: str) -> None:
    people = [as_(who) for who in _readers(cast, route)]
    places = _places(cast) if "{uid}" in route else [{}]
    schema = schemathesis.openapi.from_dict(describing.document(api))
    schema.app = server
    statuses: set[int] = set()
    [operation] = [found.ok() for found in schema.get_all_operations() if found.ok().path == route]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), who=st.sampled_from(people), place=st.sampled_from(places), there=st.integers(0, 3))
    def holds(case: Any, who: Client, place: dict[str, str], there: int) -> None:
        if there and place:
            case.path_parameters = {name: value for name, value in place.items() if f"{{{name}}}" in route}
        if there > 1 and isinstance(case.body, dict):
            case.body["seen"] = place["seen"]
        with undone():
            case.cookies = _cookies(who)
            statuses.add(case.call_and_validate(headers={"X-CSRFToken": TOKEN}, checks=HOLDS).status_code)

    holds()
    assert statuses & ({200, 409, 422} if route.endswith("{action}/") else {200}), f"nobody got as far as an answer: {statuses}"
