"""What stands in a list, as its templates ask for it: drawn without a template (`desks.drawing`)."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from tongxin.desks import drawing
from tongxin.desks.listings import Cell, Column, Filter
from tongxin.desks.shown import Shown

register = template.Library()


@register.simple_tag
def cell(column: Column, shown: Cell) -> SafeString:
    """Draw what a column shows of a row."""
    return SafeString(drawing.cell(column, shown))


@register.simple_tag
def rows(page: Shown, picks: Any = None) -> SafeString:
    """Draw the rows of a page."""
    return drawing.rows(page, picks=bool(picks))


@register.simple_tag
def choice(one: Filter, value: str, choices: Iterable[tuple[str, Any]]) -> SafeString:
    """Draw what a list is narrowed by."""
    return drawing.choice(one.name, one.label, value, choices)
