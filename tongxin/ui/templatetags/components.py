"""The components as template tags; a template builtin, so no page loads it.

Tags take plain values and objects that are already there: none of them asks the database.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import PasswordInput
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tongxin.core.numerals import chinese
from tongxin.core.templatetags.chinese import full_day
from tongxin.ui import fields, saying
from tongxin.ui.icons import ICONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.forms import BaseForm, BoundField
    from django.template import Context

register = template.Library()

NOTHING = SafeString("")
NOTE_ICONS = {"": "info", "info": "info", "stop": "warn", "good": "check"}


# ── what became of an act ────────────────────────────────────────────────────────────────────────
@register.simple_tag(takes_context=True)
def refused(context: Context, place: str) -> SafeString:
    """Draw why something was not done in this part of the page, and keep it from being said once more at its end."""
    found = [message for message in context.get("messages") or () if saying.belongs_to(message) == place]
    for message in found:
        message.was_said = True
    note = '<p class="note stop mt3" role="alert" tabindex="-1" data-focus data-refused>{}</p>'
    return format_html_join("", note, ((str(message),) for message in found))


@register.filter
def is_of_the_page(message: Any) -> bool:
    """Say whether a message concerns the page as a whole."""
    return not saying.belongs_to(message)


@register.filter
def is_left_over(message: Any) -> bool:
    """Say whether a message belongs to a part that this page does not have."""
    return bool(saying.belongs_to(message)) and not getattr(message, "was_said", False)


# ── small marks, drawn without a template because lists are full of them ─────────────────────────
@register.simple_tag
@lru_cache(maxsize=1024)  # a few drawings, each with a few labels
def icon(name: str, label: str = "") -> SafeString:
    """Return one icon: hidden from readers beside a word, named by `label` where it stands alone."""
    drawing = mark_safe(ICONS[name])  # noqa: S308 - our own drawings
    if label:
        return format_html('<svg class="ic" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, drawing)
    return format_html('<svg class="ic" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag
def badge(kind: str, word: str, extra: str = "") -> SafeString:
    """Return a status badge: `kind` is its look (draft exam wait doing good stop note-end), `word` its meaning."""
    if not word:
        return NOTHING
    return format_html('<span class="badge {}">{}{}</span>', kind, word, f" {extra}" if extra else "")


@register.simple_tag
def due(chip: Any) -> SafeString:
    """Return a deadline chip from an object with `level`, `text` and `full` (a date or its words)."""
    if not chip:
        return NOTHING
    full: Any = getattr(chip, "full", "")
    if hasattr(full, "year"):
        full = full_day(full)
    return format_html('<span class="due {}" title="{}">{}</span>', chip.level, full or "", chip.text)


@register.simple_tag
def fig(value: object, unit: str = "", url: str = "") -> SafeString:
    """Return a figure that opens to the rows it was counted from; `value` alone where there is no address."""
    gap = "" if unit in {"", "%"} else " "
    words = format_html("{}{}{}", value, gap, unit)
    return format_html('<a class="fig" href="{}">{}</a>', url, words) if url else words


@register.simple_tag
def avatar(name: str) -> SafeString:
    """Return the round mark with a person's first character."""
    return format_html('<span class="avatar" aria-hidden="true">{}</span>', name[:1])


@register.simple_tag
def bar(part: float, whole: float, label: str, kind: str = "") -> SafeString:
    """Return a horizontal bar `part` of `whole` long; `label` says it in words, numbers included."""
    width = round(100 * part / whole, 1) if whole else 0
    return format_html(
        '<svg class="bar" role="img" aria-label="{}"><rect class="{}" width="{}%" height="100%"/></svg>',
        label,
        kind,
        min(width, 100),
    )


@register.simple_tag
def crumbs(*parts: Any) -> SafeString:
    """Return the way here: label, address, label, address …, and the label of this page; or one sequence of these."""
    parts = parts[0] if len(parts) == 1 and not isinstance(parts[0], (str, Promise)) else parts
    pairs = zip(parts[::2], parts[1::2], strict=False)
    way = format_html_join("", '<a href="{}">{}</a> <span aria-hidden="true">›</span> ', ((url, label) for label, url in pairs))
    here = parts[-1] if len(parts) % 2 else ""
    return format_html(
        '<nav class="crumbs" aria-label="{}">{}<span aria-current="page">{}</span></nav>', _("当前位置"), way, here
    )


@register.simple_tag
def steps_mini(stages: Sequence[Any]) -> SafeString:
    """Return the life of a matter as a row of segments."""
    parts = format_html_join("", '<i class="{}"></i>', ((stage.status,) for stage in stages))
    return format_html('<span class="steps-mini" role="img" aria-label="{}">{}</span>', _whereabouts(stages), parts)


# ── pieces with a template ───────────────────────────────────────────────────────────────────────
@register.inclusion_tag("ui/_steps.html")
def steps(stages: Sequence[Any]) -> dict[str, object]:
    """Draw the life of a matter: circles with dates on a wide screen, segments on a phone.

    A stage has `label`, `date` (words or empty) and `status`: done, now, todo, or end for a last outcome.
    """
    now = next((n for n, stage in enumerate(stages, 1) if stage.status in {"now", "end"}), 0)
    done = [stage.label for stage in stages if stage.status == "done"]
    return {
        "stages": stages,
        "now": stages[now - 1] if now else None,
        "ordinal": chinese(now) if now else "",
        "done": _("、").join(done),
        "left": _("、").join(stage.label for stage in stages if stage.status == "todo"),
    }


def _whereabouts(stages: Sequence[Any]) -> str:
    for number, stage in enumerate(stages, 1):
        if stage.status in {"now", "end"}:
            return _("共{all}个阶段，现在第{n}阶段：{label}").format(
                all=chinese(len(stages)), n=chinese(number), label=stage.label
            )
    return _("共{all}个阶段").format(all=chinese(len(stages)))


@register.inclusion_tag("ui/_stat.html")
def stat(label: str, value: object, unit: str = "", url: str = "", line: str = "") -> dict[str, object]:
    """Draw a tile with one big number, what it counts, and one line of comparison."""
    return {"label": label, "value": value, "unit": unit, "url": url, "line": line}


@register.inclusion_tag("ui/_lanes.html")
def lanes(items: Iterable[Any], label: str) -> dict[str, object]:
    """Draw the four deadline levels as links; an item has `level count word text url current`."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/_tabs.html")
def tabs(items: Iterable[Any], label: str = "") -> dict[str, object]:
    """Draw tabs with counts; an item has `label url count current`, and no bubble where `count` is None."""
    return {"items": items, "label": label or _("分类")}


@register.inclusion_tag("ui/_chips.html")
def chips(items: Iterable[Any], clear_url: str = "") -> dict[str, object]:
    """Draw the filters that are on; an item has `label` and `url`, the same page without it."""
    return {"items": items, "clear_url": clear_url}


@register.inclusion_tag("ui/_sort_header.html")
def sort_header(label: str, key: str, current: str = "", form: str = "filters", kind: str = "") -> dict[str, object]:
    """Draw a column head that sorts by submitting the filter form; `current` is "due" or, descending, "-due"."""
    state = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    return {"label": label, "value": f"-{key}" if current == key else key, "state": state, "form": form, "kind": kind}


@register.inclusion_tag("ui/_pager.html")
def pager(page: Any) -> dict[str, object]:
    """Draw the way to the rows before and after; a page has `caption previous_url next_url`."""
    return {"page": page}


@register.inclusion_tag("ui/_empty.html")
def empty(text: str, url: str = "", label: str = "") -> dict[str, object]:
    """Say in one sentence why nothing is here, and offer one way forward."""
    return {"text": text, "url": url, "label": label}


@register.simple_block_tag
def note(content: str, kind: str = "") -> SafeString:
    """Set a remark apart; `kind`: info, stop, good, or a hint when empty."""
    return format_html('<div class="note {}">{}</div>', kind, conditional_escape(content))


@register.inclusion_tag("ui/_attach.html")
def attach(items: Iterable[Any]) -> dict[str, object]:
    """List files; an item has `kind name size url` and may have `checked` and `remove_url`."""
    return {"items": items}


@register.inclusion_tag("ui/_similar.html")
def similar(items: Iterable[Any]) -> dict[str, object]:
    """List like matters; an item has `title url line` and may have `promise`, `badge` and `badge_word`."""
    return {"items": items}


@register.inclusion_tag("ui/_checklist.html")
def checklist(items: Iterable[Any]) -> dict[str, object]:
    """List what was checked before submitting; an item has `ok` and `text`."""
    return {"items": items}


@register.inclusion_tag("ui/_autosave.html")
def autosave(saved_at: str = "") -> dict[str, object]:
    """Draw the state of a form that saves itself; `saved_at` is the time of day of the last save."""
    return {"saved_at": saved_at}


# ── forms ────────────────────────────────────────────────────────────────────────────────────────
@register.inclusion_tag("ui/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """Draw a field with its label, help, counter and error, each joined to the control."""
    return fields.describe(bound)


@register.inclusion_tag("ui/_form_errors.html")
def form_errors(form: BaseForm) -> dict[str, object]:
    """Draw the summary of what has to be put right, each line a link to its field.

    Where no field is at fault, it is the act that was refused: no typing mends a code that does not work yet.
    """
    wrong = [bound for bound in form if bound.errors] if form.is_bound else []
    # a password is never sent back
    kept = not any(isinstance(field.widget, PasswordInput) for field in form.fields.values())
    quiet = not getattr(form, "keeps_work", True)  # of a form whose content is nothing that somebody fears to lose
    return {"form": form, "wrong": wrong, "kept": kept, "quiet": quiet}


@register.inclusion_tag("ui/_form_fields.html")
def form_fields(form: BaseForm) -> dict[str, object]:
    """Draw all fields of a form in order."""
    return {"form": form}
