"""The rows of a list and what narrows them, drawn without templates.

A list is full of them, and a cell is a few words.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongxin.desks.listings import NOTHING, Cell, Column, Step
from tongxin.desks.shown import Shown
from tongxin.ui.templatetags.components import badge, due, icon

NONE = SafeString("")


def said(value: Any) -> str:
    """Return what stands there as HTML: what is safe as it is, anything else escaped."""
    if type(value) is str:
        return escape(value)
    return value if type(value) is SafeString else conditional_escape(value)


# ── one cell ─────────────────────────────────────────────────────────────────────────────────────
def cell(column: Column, shown: Cell) -> str:
    """Draw what a column shows of a row: its text, a state or a deadline, marks beside it, lines below it."""
    main = _main(column, shown)
    if shown.tag:
        main = f'{main} <span class="tag">{said(shown.tag)}</span>'
    below = "".join(f'<span class="sub">{said(line)}</span>' for line in shown.subs if line) if shown.below else ""
    if not below or column.look == "title" or shown.badge or shown.chip:
        return main + below
    return f"<span>{main}{below}</span>"  # on a phone they stand together beside the label


def _main(column: Column, shown: Cell) -> str:
    if shown.steps:
        return _steps(shown)
    if shown.badge or shown.chip:
        return due(shown.chip) if shown.chip else badge(shown.badge, str(shown.text))
    text = shown.text
    if column.look == "title":
        return (
            f'<a class="ti" href="{said(shown.url)}">{said(text)}</a>' if shown.url else f'<span class="ti">{said(text)}</span>'
        )
    beside = f' <span class="xs muted num">{said(shown.beside)}</span>' if shown.beside else ""
    if shown.url:
        return f'<a href="{said(shown.url)}">{said(text)}</a>{beside}'
    if text in {"", None}:
        return f'<span class="muted">{NOTHING}</span>'
    return f'<span class="muted">{said(text)}</span>{beside}' if shown.faint else f"{said(text)}{beside}"


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


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────
def rows(page: Shown, *, picks: bool) -> SafeString:
    """Draw the rows of a table, on a phone cards; with `picks` they can be ticked."""
    looks = {column.look: f' class="{said(column.look)}"' if column.look else "" for column in page.columns}
    before = {id(column): f'<td data-l="{said(column.label)}"{looks[column.look]}>' for column in page.columns}
    drawn, pick = [], said(_("选择"))
    for line in page.table:
        head = line.head
        ticked = _pick(pick, line) if picks else ""
        drawn.append(f'<tr data-can="{said(line.can)} export">{ticked}' if picks else "<tr>")
        for column, shown in line.cells:
            if column is head:
                drawn.append(f'<th scope="row"{looks[column.look]}>{cell(column, shown)}</th>')
            else:
                drawn.append(f"{before[id(column)]}{cell(column, shown)}</td>")
        drawn.append("</tr>\n  ")
    return SafeString("".join(drawn))


def _pick(word: str, line: Any) -> str:
    return (
        '<td class="pick noprint"><label class="check-hit"><input type="checkbox" class="check" name="pick" '
        f'value="{said(line.uid)}" aria-label="{word}　{said(line.title)}"></label></td>'
    )


# ── choices ──────────────────────────────────────────────────────────────────────────────────────
def choice(name: str, label: Any, value: str, choices: Iterable[tuple[str, Any]]) -> SafeString:
    """Draw a filter: its label and what may be chosen."""
    options = "".join(
        f'<option value="{said(key)}"{" selected" if key == value else ""}>{said(words)}</option>' for key, words in choices
    )
    return SafeString(f'<label>{said(label)}<select class="input" name="{said(name)}">{options}</select></label>')
