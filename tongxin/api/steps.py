"""Objects with a lifecycle as data: where they stand, which steps somebody may take, what those ask, what happened."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.api import shapes
from tongxin.audit import actions as audit
from tongxin.audit import audience, kinds
from tongxin.audit.models import Event
from tongxin.audit.templatetags.timeline import entry
from tongxin.core import asked
from tongxin.desks.declared import declared
from tongxin.desks.objects import ObjectPage, Reading
from tongxin.workflow import engine
from tongxin.workflow.forms import form_for, payload_of
from tongxin.workflow.models import Stateful
from tongxin.workflow.table import BY_NAME, T, one_visible, workflow_of

MOST_EVENTS = 200  # of a timeline, the newest
MOST_WRITTEN = 2000  # characters, where a field names no limit
WRITTEN_AS = {"array": list, "boolean": bool, "string": str}


def find(user: Any, workflow: str, uid: str) -> Stateful:
    """Return an object that somebody may open, by the same query as the view of its steps."""
    found: Stateful | None = one_visible(user, workflow, uid)
    if found is None:
        raise Http404
    return found


def opened(user: Any, workflow: str, uid: str) -> Stateful:
    """Return an object as its page opens it, by the page's own permission.

    Where no page is declared, as its steps do.
    """
    of = BY_NAME.get(workflow)
    page: ObjectPage | None = next((p for p in declared("OBJECTS") if of and p.model._meta.label_lower == of.model), None)  # noqa: SLF001 -- Django's public-in-practice Meta
    if page is None:
        return find(user, workflow, uid)
    found: Stateful | None = page.one(user, uid)
    if found is None or not allowed(user, page.permission, found):
        raise Http404
    if page.instead and page.instead(Reading(page, found, user, timezone.now())):
        raise Http404  # he is led to what the public reads
    return found


def shown_to(user: Any, subject: Stateful) -> shapes.ObjectShown:
    """Return an object as somebody sees it."""
    workflow, at = workflow_of(subject), timezone.now()
    return shapes.ObjectShown(
        workflow=workflow.name,
        uid=subject.uid,
        label=str(subject),
        url=subject.get_absolute_url(),  # type: ignore[attr-defined]  # as the view of its steps
        state=subject.state,
        state_label=str(dict(workflow.states.choices)[subject.state]),
        seen=engine.seen_of(subject, engine.last_event(subject)),
        actions=[
            shapes.Step(
                action=offer.row.action,
                label=str(offer.row.label),
                reasons=[str(reason) for reason in offer.reasons],
                grave=offer.row.action in workflow.grave,
                asks=schema_of(form_for(offer.row.asks, subject=subject, actor=user, at=at)) if offer.row.asks else None,
            )
            for offer in engine.available(subject, user, at=at)
        ],
        timeline=_timeline(user, subject),
    )


def _timeline(user: Any, subject: Stateful) -> list[shapes.Happened]:
    """Return what happened to the object itself, newest first, as far as the reader is told, and no finer than to the minute."""
    events = Event.objects.filter(subject_type=audit.label_of(subject), subject_id=subject.pk)
    told = audience.told(user, [subject], events.exclude(kind__in=kinds.told_by_day()).order_by("-id")[:MOST_EVENTS])
    return [_happened(event) for event in told]


def _happened(event: Event) -> shapes.Happened:
    line = entry(event)
    at = event.at.replace(second=0, microsecond=0) if event.at else None
    return shapes.Happened(at=at, what=line.what, more=line.more, behalf=line.behalf, key=line.key)


# ── what a step asks ─────────────────────────────────────────────────────────────────────────────
def schema_of(form: forms.Form) -> dict[str, Any]:
    """Return the JSON Schema of what a step asks of somebody now: the form's fields, with the choices there are."""
    return {
        "type": "object",
        "properties": {name: _property(field) for name, field in form.fields.items()},
        "required": [name for name, field in form.fields.items() if field.required],
        "additionalProperties": False,
    }


def _property(field: forms.Field) -> dict[str, Any]:
    found: dict[str, Any] = {"title": str(field.label), **_kind(field)}
    if field.help_text:
        found["description"] = str(field.help_text)
    if isinstance(field.initial, str | bool | list) and field.initial:
        found["default"] = field.initial
    return found


def _kind(field: forms.Field) -> dict[str, Any]:
    """Return how a field is written."""
    if isinstance(field, forms.MultipleChoiceField):
        return {"type": "array", "items": {"type": "string", "oneOf": _choices(field)}}
    if isinstance(field, forms.ChoiceField):
        return {"type": "string", "oneOf": _choices(field)}
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    return {"type": "string", "maxLength": getattr(field, "max_length", None) or MOST_WRITTEN}


def _choices(field: forms.ChoiceField) -> list[dict[str, str]]:
    return [{"const": str(value), "title": str(label)} for value, label in cast("Any", field.choices) if value != ""]


def payload(row: T, said: Mapping[str, Any], *, subject: Stateful, actor: Any, at: Any) -> Any:
    """Return what a step was told, checked by the form that the page has. Raises Invalid."""
    said = _without_nul(dict(said))
    form = form_for(row.asks, subject=subject, actor=actor, at=at, data=dict(said)) if row.asks else forms.Form(dict(said))
    problems = {name: _("没有这一项。") for name in said if name not in form.fields}
    for name, value in said.items():
        if name in form.fields and not isinstance(value, WRITTEN_AS[_kind(form.fields[name])["type"]]):
            problems[name] = _("格式不对。")
    if not problems and not form.is_valid():
        problems = {name: str(errors[0]) for name, errors in form.errors.items()}
    if problems:
        raise engine.Invalid(problems)
    return payload_of(row.asks, form) if row.asks else None


def _without_nul(said: Any) -> Any:
    """Drop the character NUL, as the wall before the pages does."""
    if isinstance(said, str):
        return said.replace(asked.NUL, "")
    if isinstance(said, dict):
        return {_without_nul(name): _without_nul(value) for name, value in said.items()}
    return [_without_nul(value) for value in said] if isinstance(said, list) else said
