"""What stands in a cell of a list, drawn without a template because lists are full of them."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tongxin.desks.listings import NOTHING, Cell, Column
from tongxin.ui.templatetags.components import badge, due

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


def _main(column: Column, shown: Cell) -> SafeString:
    if shown.badge:
        return badge(shown.badge, str(shown.text))
    if shown.chip:
        return due(shown.chip)
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
