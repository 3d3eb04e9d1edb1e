"""What stands in a cell of a list, drawn without a template because lists are full of them."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tongxin.desks.listings import NOTHING, Cell, Column, Step
from tongxin.ui.templatetags.components import badge, due, icon

register = template.Library()
NONE = SafeString("")


@register.simple_tag
def cell(column: Column, shown: Cell) -> SafeString:
    """Draw what a column shows of a row: its text, a state or a deadline, marks beside it, lines below it."""
    main, below = (
        _main(column, shown),
        format_html_join("", '<span class="sub">{}</span>', ((line,) for line in shown.subs if line)),
    )
    if shown.tag:
        main = format_html('{} <span class="tag">{}</span>', main, shown.tag)
    if not below or column.look == "title" or shown.badge or shown.chip:
        return format_html("{}{}", main, below)
    return format_html("<span>{}{}</span>", main, below)  # on a phone they stand together beside the label


def _steps(shown: Cell) -> SafeString:
    """Draw the buttons of a row; one that waits is grey, and why is said below."""
    buttons = format_html_join("", "{}", ((_button(step),) for step in shown.steps))
    said = format_html('<span class="sm muted">{}</span>', shown.text) if shown.text else NONE
    waits = [(step.key, icon("lock"), step.waits) for step in shown.steps if step.waits]
    return format_html(
        '<div class="row">{}{}</div>{}', buttons, said, format_html_join("", '<p class="why" id="{}">{}{}。</p>', waits)
    )


def _button(step: Step) -> SafeString:
    label = format_html('{}<span class="sr">：{}</span>', step.label, step.of) if step.of else step.label
    if step.waits:
        return format_html(
            '<button type="button" class="btn" aria-disabled="true" aria-describedby="{}">{}</button>', step.key, label
        )
    return format_html('<a class="btn" href="{}">{}</a>', step.url, label)


def _main(column: Column, shown: Cell) -> SafeString:
    if shown.steps:
        return _steps(shown)
    if shown.badge or shown.chip:
        return due(shown.chip) if shown.chip else badge(shown.badge, str(shown.text))
    if column.look == "title":
        return format_html(
            '<a class="ti" href="{}">{}</a>' if shown.url else '{}<span class="ti">{}</span>', shown.url, shown.text
        )
    beside = format_html(' <span class="xs muted num">{}</span>', shown.beside) if shown.beside else NONE
    if shown.url:
        return format_html('<a href="{}">{}</a>{}', shown.url, shown.text, beside)
    if shown.text in {"", None}:
        return format_html('<span class="muted">{}</span>', NOTHING)
    return format_html('<span class="muted">{}</span>{}' if shown.faint else "{}{}", shown.text, beside)
