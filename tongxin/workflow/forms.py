"""The form of a step, made from what it `asks`."""

import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any

from django import forms
from django.urls import ResolverMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongxin.access import labels
from tongxin.ui.fields import Day
from tongxin.workflow.table import BY_NAME

SEGMENTS = 5


class Statement(forms.HiddenInput):
    """A fact that is read before the step is taken, and no question: the form sends back which one was read.

    A form that is shown again states what is true by then.
    """

    def __init__(self, label: str, code: str, words: str) -> None:
        """Remember what is stated."""
        super().__init__()
        self.label, self.code, self.words = label, code, words

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002 -- Django's
        """Draw the sentence, with its code beside it."""
        said = _("%(label)s：%(words)s。") % {"label": self.label, "words": self.words}
        return format_html('<p class="note mt3">{}</p><input type="hidden" name="{}" value="{}">', said, name, self.code)


def form_for(asks: type, *, subject: Any, actor: Any, at: datetime, data: Any = None) -> forms.Form:
    """Return the form for a step's `asks` dataclass; its field names are the dataclass's."""
    hints = typing.get_type_hints(asks)
    made = {}
    for spec in fields(asks):
        applies = spec.metadata.get("applies")
        if applies is not None and not applies(subject, actor, at):
            continue
        made[spec.name] = _field(spec.metadata, hints[spec.name], subject, actor, at, required=spec.default is MISSING)
    kind = type(f"{asks.__name__}Form", (forms.Form,), made)
    form: forms.Form = kind(data)
    return form


def asked_at(match: ResolverMatch) -> dict[str, forms.Field]:
    """Return what the step at an address asks, without its choices, which stand in the database.

    For who cannot be answered.
    """
    workflow = BY_NAME.get(str(match.kwargs.get("name"))) if match.url_name == "transition" else None
    rows = [row for row in workflow.rows if row.action == match.kwargs["action"]] if workflow is not None else []
    specs = [spec for row in rows if row.asks is not None for spec in fields(row.asks)]
    return {
        spec.name: (forms.ChoiceField if "choices" in spec.metadata else forms.CharField)(label=spec.metadata["label"])
        for spec in specs
    }


labels.declared_elsewhere.append(asked_at)


def payload_of(asks: type, form: forms.Form) -> Any:
    """Return what was said, from a valid form; what was not asked, as its field has it `otherwise`."""
    said = {}
    for spec in fields(asks):
        value = form.cleaned_data[spec.name] if spec.name in form.fields else spec.metadata["otherwise"]
        said[spec.name] = tuple(value) if isinstance(value, list) else value
    return asks(**said)


def _texts(asks: type | None) -> list[Any]:
    """Return what a step asks to be written in words of one's own."""
    return [spec for spec in fields(asks) if spec.metadata.get("widget") == "textarea"] if asks is not None else []


def writes(asks: type | None) -> bool:
    """Say whether a step asks for more words than one types again gladly."""
    return bool(_texts(asks))


def written_in(asks: type | None, data: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what was typed into the form of a step, each text under its label."""
    for spec in _texts(asks):
        if text := data.get(spec.name, "").strip():
            yield spec.metadata["label"], text


def _initial(meta: Any, subject: Any, actor: Any) -> Any:
    start = meta.get("initial")
    if callable(start):
        return start(subject, actor)
    return getattr(subject, start) if isinstance(start, str) else None


def _choice(meta: Any, hint: Any, found: list[tuple[str, str]], common: dict[str, Any]) -> forms.Field:
    if meta.get("widget") == "statement":
        common["error_messages"]["invalid_choice"] = _("您打开以后情况又有变化，请看过现在的情况再办理。")
        return forms.ChoiceField(choices=found, widget=Statement(meta["label"], *found[0]), **common)
    common["error_messages"] |= {"required": _("请选择%(label)s。") % {"label": meta["label"]}}
    if typing.get_origin(hint) is tuple:
        return forms.MultipleChoiceField(choices=found, widget=forms.CheckboxSelectMultiple, **common)
    few = len(found) <= SEGMENTS and meta.get("widget") != "search"
    if few:
        return forms.ChoiceField(choices=found, widget=forms.RadioSelect, **common)
    select = forms.Select(attrs={"data-search": ""} if meta.get("widget") == "search" else {})
    return forms.ChoiceField(choices=[("", _("请选择")), *found], widget=select, **common)


def _help(meta: Any, subject: Any, actor: Any) -> str:
    said = meta.get("help", "")
    return str(said(subject, actor)) if callable(said) else said


def _field(meta: Any, hint: Any, subject: Any, actor: Any, at: datetime, *, required: bool) -> forms.Field:
    common = {
        "label": meta["label"],
        "help_text": _help(meta, subject, actor),
        "required": required,
        "initial": _initial(meta, subject, actor),
        "error_messages": {"required": _("请填写%(label)s。") % {"label": meta["label"]}},
    }
    if (choices := meta.get("choices")) is not None:
        return _choice(meta, hint, choices(subject, actor, at), common)
    if hint is date:
        return Day(**common)
    if hint is bool:
        return forms.BooleanField(**(common | {"required": False}))
    limit = meta.get("max", 2000)
    widget = forms.Textarea(attrs={"rows": 4}) if meta.get("widget") == "textarea" else forms.TextInput()
    field = forms.CharField(max_length=limit, widget=widget, **common)
    field.counter_max = limit if meta.get("widget") == "textarea" else None  # type: ignore[attr-defined]
    return field
