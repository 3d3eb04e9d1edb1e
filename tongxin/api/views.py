"""The routes: every declared list, every object with a lifecycle, every step of it; read from the declarations."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.security import SessionAuth

from tongxin.access.permissions import demand
from tongxin.access.predicates import is_signed_in
from tongxin.api import describing, problems, rows, shapes, steps
from tongxin.audit import audience, kinds
from tongxin.audit.models import Event
from tongxin.desks.declared import listings
from tongxin.desks.listings import Listing
from tongxin.desks.shown import shown
from tongxin.workflow import engine
from tongxin.workflow.models import Stateful
from tongxin.workflow.table import workflow_of

READ = ["GET", "HEAD"]
STEP = "/objects/{str:workflow}/{str:uid}/actions/{str:action}/"


class Signed(SessionAuth):
    """The session of the pages: who is not signed in is told so first.

    A write shows by its token that no other site sent it.
    """

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) if is_signed_in.test(request.user, None) else None


class JsonAlone(Parser):
    """Reads a body that says it is JSON, which a form of another site cannot.

    Half a character is no text, and no JSON.
    """

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise ValueError(request.content_type)
        said = super().parse_body(request)
        json.dumps(said, ensure_ascii=False).encode()
        return said


class Readable(JSONRenderer):
    """Writes Chinese as it is read."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


api = NinjaAPI(
    title=gettext_lazy("同心"),
    version="1",
    description=describing.ABOUT,
    auth=Signed(csrf=True),
    parser=JsonAlone(),
    renderer=Readable(),
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
problems.register(api)


@api.api_operation(READ, "/openapi.json", url_name="openapi", operation_id="describe", response=dict[str, Any])
def describe(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 -- the library gives it by its name
    """Return this description."""
    return describing.document(api)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────
@api.api_operation(READ, "/lists/", url_name="lists", operation_id="lists", response=list[shapes.ListDescribed])
def lists(request: HttpRequest) -> list[shapes.ListDescribed]:
    """Describe the lists that you may open: parts, columns, filters."""
    return rows.described_to(request.user)


def _rows_of(listing: Listing) -> Callable[[HttpRequest], shapes.ListPage]:
    def rows_of(request: HttpRequest) -> shapes.ListPage:
        demand(request.user, listing.permission)
        return rows.page_of(shown(listing, request.GET, request.user, at=timezone.now()))

    return rows_of


for _listing in listings():
    api.api_operation(
        READ,
        f"/lists/{_listing.name}/",
        url_name=rows.name_of(_listing),
        operation_id=rows.name_of(_listing),
        response=shapes.ListPage,
        summary=str(_listing.title),
        openapi_extra=describing.of_list(_listing),
    )(_rows_of(_listing))


# ── objects and steps ────────────────────────────────────────────────────────────────────────────
@api.api_operation(
    READ, "/objects/{str:workflow}/{str:uid}/", url_name="object", operation_id="object", response=shapes.ObjectShown
)
def show(request: HttpRequest, workflow: str, uid: str) -> shapes.ObjectShown:
    """Show an object: where it stands, what you may do and why not, what happened."""
    return steps.shown_to(request.user, steps.opened(request.user, workflow, uid))


@api.post(STEP, url_name="step", operation_id="step", response=shapes.Taken)
def take(request: HttpRequest, workflow: str, uid: str, action: str, taking: shapes.Taking) -> Any:
    """Take a step on what was `seen`."""
    user, subject, at = request.user, steps.find(request.user, workflow, uid), timezone.now()
    if action not in {row.action for row in workflow_of(subject).rows}:
        raise Http404
    last = engine.last_event(subject)
    if taking.seen != engine.seen_of(subject, last):
        return _overtaken(user, subject, last)
    offer = engine.offer_for(subject, action, user, at=at)
    if offer is None:
        raise PermissionDenied(_("现在没有这一步，或者不由您办理。"))
    if offer.blocked:
        return problems.problem(HTTPStatus.CONFLICT, "；".join(offer.reasons), code="blocked", reasons=offer.reasons)
    try:
        said = steps.payload(offer.row, taking.said, subject=subject, actor=user, at=at)
        event = engine.perform(subject, action, actor=user, at=at, payload=said, seen=last.uid if last else "")
    except engine.WorkflowError as error:
        return _refused(user, subject, error)
    return shapes.Taken(sentence=offer.row.said(kinds.sentence(event)), object=_still_shown(user, subject))


def _still_shown(user: Any, subject: Stateful) -> shapes.ObjectShown | None:
    try:
        return steps.shown_to(user, steps.opened(user, workflow_of(subject).name, subject.uid))
    except Http404:
        return None


def _overtaken(user: Any, subject: Stateful, event: Event | None) -> HttpResponse:
    return problems.problem(HTTPStatus.CONFLICT, audience.said_to(user, subject, event), code="overtaken")


def _refused(user: Any, subject: Stateful, error: engine.WorkflowError) -> HttpResponse:
    """Say in the user's words what kept a step back; nothing was changed."""
    if isinstance(error, engine.Invalid):
        fields = {f"said.{name}": sentence for name, sentence in error.problems.items()}
        return problems.problem(HTTPStatus.UNPROCESSABLE_ENTITY, code="invalid", fields=fields)
    if isinstance(error, engine.Overtaken):
        return _overtaken(user, subject, error.event)
    if isinstance(error, engine.NotAllowed):
        raise PermissionDenied(_("现在没有这一步，或者不由您办理。")) from error
    reasons = error.reasons if isinstance(error, engine.Blocked) else [str(error)]
    return problems.problem(HTTPStatus.CONFLICT, "；".join(reasons), code="blocked", reasons=reasons)
