"""Values of a regulation as people read them: label, text or table, and where each comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.core.templatetags.chinese import yes_no
from tongxin.regulations.models import Regulation
from tongxin.regulations.queries import InForce
from tongxin.regulations.schema import Kind

COLUMNS = {
    "code": gettext_lazy("代码"),
    "name": gettext_lazy("名称"),
    "short": gettext_lazy("简称"),
    "label": gettext_lazy("说明"),
    "text": gettext_lazy("情形"),
}  # of rows that call them nothing else


@dataclass(frozen=True)
class Line:
    """One value: what it is called, its text, or a table of rows; help; and the regulation it comes from.

    `introduced` where it did not exist on the day: it is the value with which it came later.
    """

    label: str
    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    help: str
    source: Regulation | None
    introduced: bool


@dataclass(frozen=True)
class Version:
    """One adopted version: what it changes, and what it no longer rules, each in words."""

    regulation: Regulation
    says: str
    gives_up: str


def _text(value: Any, choices: Mapping[str, Any]) -> str:
    if isinstance(value, (tuple, list)):
        return "、".join(_text(v, choices) for v in value)
    if isinstance(value, bool):
        return yes_no(value)
    return str(choices.get(value, value)) if isinstance(value, str) else str(value)


def _single(value: Any, meta: Mapping[str, Any]) -> str:
    text = _text(value, meta.get("choices") or {})
    return f"{text} {meta['unit']}" if meta.get("unit") else text


def lines(found: InForce) -> list[Line]:
    """Return the values of a kind in force, in the schema's order."""
    made = []
    for spec in fields(found.kind.schema):
        value, meta = getattr(found.values, spec.name), spec.metadata
        head: tuple[str, ...] = ()
        rows: tuple[tuple[str, ...], ...] = ()
        text = ""
        if isinstance(value, tuple) and value and is_dataclass(value[0]):
            columns = fields(value[0])
            head = tuple(str(f.metadata.get("label") or COLUMNS.get(f.name, f.name)) for f in columns)
            rows = tuple(tuple(_single(getattr(item, f.name), f.metadata) for f in columns) for item in value)
        else:
            text = _single(value, meta)
        later = found.was_introduced_later(spec.name)
        made.append(Line(meta["label"], text, head, rows, meta.get("help", ""), found.sources.get(spec.name), later))
    return made


def versions(kind: Kind, rows: Iterable[Regulation]) -> list[Version]:
    """Return versions with what each changes; a list of rows is named, and stands in full above."""
    made = []
    for row in rows:
        said = []
        for spec in fields(kind.schema):
            if spec.name in row.says:
                value, label = row.says[spec.name], spec.metadata["label"]
                of_rows = isinstance(value, list) and value and isinstance(value[0], dict)
                said.append(
                    _("%(label)s（%(count)s 项）") % {"label": label, "count": len(value)}
                    if of_rows
                    else f"{label} {_single(value, spec.metadata)}"
                )
        given = [str(spec.metadata["label"]) for spec in fields(kind.schema) if spec.name in row.gives_up]
        made.append(Version(row, "；".join(said), "、".join(given)))
    return made
