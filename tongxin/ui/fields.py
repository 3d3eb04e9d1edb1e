"""How a form field is drawn: which shape, which attributes. Also the text field that counts as the office does."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import widgets as w
from django.utils.translation import gettext as _

from tongxin.core.asked import FIRST_DAY, LAST_DAY, written_day
from tongxin.core.words import character_count, normal

if TYPE_CHECKING:
    from django.forms import BoundField

LONGEST = 60
MOMENT = re.compile(
    r"(?P<day>[^T:时点]*?(?:日|[0-9]))[ T]*(?P<hour>[0-9]{1,2}) ?[:时点] ?(?:(?P<minute>[0-9]{2}) ?分?)?", re.ASCII
)
# characters of one text: more than any rule allows, so that what is too long is kept and only then complained about
WHOLE = 100_000
FEW = 5  # so many choices stand side by side; more go into a list


class CountedText(forms.CharField):
    """A text with a counter: `least` and `most` are 字数, counted without white space, never truncated."""

    widget = forms.Textarea

    def __init__(self, *, most: int = 0, least: int = 0, rows: int = 4, **options: Any) -> None:
        """Remember the limits and hand them to the counter on the page."""
        self.most, self.least = most, least
        one_line = rows == 1
        attrs = {"rows": rows, "data-max": most or None, "class": "one" if one_line else None}
        options.setdefault("widget", forms.Textarea(attrs={k: v for k, v in attrs.items() if v}))
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        """Refuse what is too long or too short, saying by how much; what cannot be kept at all is not counted first."""
        text: str = super().clean(value)
        if len(text) > WHOLE:
            raise ValidationError(_("太长，存不下。请把材料作为附件添加，正文写要点。"), code="whole")
        size = character_count(text)
        if self.most and size > self.most:
            raise ValidationError(_("最多 {most} 字，现在是 {size} 字。").format(most=self.most, size=size), code="long")
        if text and size < self.least:
            raise ValidationError(_("至少 {least} 字，现在是 {size} 字。").format(least=self.least, size=size), code="short")
        return text


class Day(forms.DateField):
    """A day that can be reckoned with: between 1900 and 2199. Typed as people write it: 2026-11-30, 2026年11月30日."""

    def to_python(self, value: Any) -> date | None:
        """Refuse the years at the ends of the calendar, where months and time zones run out."""
        found = super().to_python(written_day(value) or value if isinstance(value, str) else value)
        if found is not None and not FIRST_DAY <= found <= LAST_DAY:
            raise ValidationError(_("请核对年份。"), code="far")
        return found


class Moment(forms.DateTimeField):
    """A day and an hour that can be reckoned with: between 1900 and 2199.

    Typed as people write it: 2026年11月30日 18:00.
    """

    def to_python(self, value: Any) -> datetime | None:
        """Refuse the years at the ends of the calendar, where months and time zones run out."""
        found = super().to_python(_written_moment(value) if isinstance(value, str) else value)
        if found is not None and not FIRST_DAY <= found.date() <= LAST_DAY:
            raise ValidationError(_("请核对年份。"), code="far")
        return found


def _written_moment(text: str) -> str:
    """Return a moment as a machine writes it, where people wrote it; else the text itself."""
    parts = MOMENT.fullmatch(normal(text[:LONGEST]).strip())
    day = written_day(parts["day"]) if parts else None
    if parts is None or day is None:
        return text
    return f"{day.isoformat()} {int(parts['hour']):02d}:{parts['minute'] or '00'}"


def describe(bound: BoundField) -> dict[str, object]:
    """Return what `ui/field.html` needs to draw one field."""
    widget = bound.field.widget
    shape = _shape(bound)
    context: dict[str, object] = {"field": bound, "shape": shape, "required": bound.field.required}
    if shape in {"segs", "radios"}:
        context["options"] = _options(bound)
        context["described"] = bound.aria_describedby or ""
        return context
    if shape == "hidden":
        context["control"] = bound.as_widget()
        return context
    attrs: dict[str, Any] = {}
    if shape != "tick":
        attrs["class"] = " ".join(filter(None, ["input", widget.attrs.get("class")]))
    else:
        attrs["class"] = "check"
    if shape in {"text", "area"} and (most := widget.attrs.get("data-max") or getattr(bound.field, "max_length", None)):
        widget.attrs.pop("maxlength", None)  # the browser would cut the text short
        if shape == "area" or widget.attrs.get("data-max"):
            attrs |= {"data-max": most, "data-count": f"{bound.auto_id}_count"}
            context |= {"most": most, "size": character_count(str(bound.value() or ""))}
        else:
            attrs["maxlength"] = most
    elif widget.attrs.get("data-total"):  # a part of a text whose parts are limited together
        attrs["data-count"] = f"{bound.auto_id}_count"
        context |= {"counted": True, "size": character_count(str(bound.value() or ""))}
    if shape == "date":
        _as_written_date(widget)
    context["control"] = bound.as_widget(attrs=attrs)
    return context


def _shape(bound: BoundField) -> str:
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    for kind, shape in (
        (w.CheckboxSelectMultiple, "radios"),
        (w.RadioSelect, "radios"),
        (w.CheckboxInput, "tick"),
        (w.FileInput, "file"),
        (w.Textarea, "area"),
        (w.DateTimeBaseInput, "date"),
    ):
        if isinstance(widget, kind):
            return "segs" if isinstance(widget, w.RadioSelect) and len(list(widget.choices)) <= FEW else shape
    if type(widget) is w.Select and not isinstance(bound.field, forms.ModelChoiceField):
        choices = [choice for choice in widget.choices if choice[0] not in {"", None}]
        grouped = any(isinstance(label, (list, tuple)) for _value, label in choices)
        return "segs" if 0 < len(choices) <= FEW and not grouped else "select"
    return "select" if isinstance(widget, w.Select) else "text"


def _options(bound: BoundField) -> list[dict[str, Any]]:
    """Return the choices as inputs: radios, or ticks where several may be chosen."""
    widget = bound.field.widget
    several = isinstance(widget, w.CheckboxSelectMultiple)
    drawn = (
        widget
        if isinstance(widget, w.ChoiceWidget) and not isinstance(widget, w.Select)
        else w.RadioSelect(choices=widget.choices)
    )
    context = drawn.get_context(bound.html_name, bound.value(), {"id": bound.auto_id})
    return [
        {
            "type": "checkbox" if several else "radio",
            "name": option["name"],
            "value": "" if option["value"] is None else option["value"],
            "label": option["label"] if option["value"] not in {"", None} else _nothing(str(option["label"])),
            "id": option["attrs"].get("id", ""),
            "checked": option["selected"],
        }
        for _group, group, _index in context["widget"]["optgroups"]
        for option in group
        if option["value"] not in {"", None} or not bound.field.required
    ]


def _nothing(label: str) -> str:
    """Name the choice of nothing as its field does, but where that only asks to choose, as the first line of a list."""
    return _("不选") if label.strip("-") in {"", _("请选择")} else label


def _as_written_date(widget: w.DateTimeBaseInput) -> None:
    """Let a day be typed, beside a calendar of the page's own (days.js): a browser's speaks the browser's language."""
    kinds = (
        (w.DateTimeInput, "moment", "%Y-%m-%d %H:%M", "2026-05-18 18:00"),
        (w.DateInput, "day", "%Y-%m-%d", "2026-05-18"),
    )
    for kind, name, spelling, example in kinds:
        if isinstance(widget, kind):
            widget.format = spelling
            widget.attrs |= {"data-day": name, "placeholder": _("例如 {day}").format(day=example), "autocomplete": "off"}
            return
