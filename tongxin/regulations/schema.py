"""What a kind of regulation is: a frozen, typed schema with labels and limits; values are checked against it."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import gettext as _


class SchemaError(Exception):
    """A regulation's body does not fit its kind; the message names the key in the office's words."""


@dataclass(frozen=True)
class Kind:
    """A kind of regulation: its name, its label on the screen, its schema, and what it rules in one sentence."""

    name: str
    label: Any
    schema: type
    about: Any


KINDS: dict[str, Kind] = {}
BY_SCHEMA: dict[type, Kind] = {}


def kind(name: str, label: Any, about: Any) -> Any:
    """Register a frozen dataclass as the schema of a kind of regulation."""

    def wrap(schema: type) -> type:
        KINDS[name] = BY_SCHEMA[schema] = Kind(name, label, schema, about)
        return schema

    return wrap


def rule(
    label: Any,
    *,
    help: Any = "",  # noqa: A002 -- the word the form uses
    unit: Any = "",
    low: int | None = None,
    high: int | None = None,
    choices: Mapping[Any, Any] | None = None,
) -> Any:
    """Declare a value of a schema: what it is called, in which unit, within which limits.

    There is never a default in code.
    """
    return field(metadata={"label": label, "help": help, "unit": unit, "low": low, "high": high, "choices": choices})


@cache
def hints(schema: type) -> dict[str, Any]:
    """Return the resolved types of a schema's fields."""
    return typing.get_type_hints(schema)


def build(schema: type, body: Mapping[str, Any], *, partial: bool = False, adopted: bool = False, where: str = "") -> Any:
    """Make an instance of `schema` from plain data. With `partial`, only check the keys that are there; return a dict.

    What was `adopted` under an earlier program is read as it was meant: limits set since are not asked, keys given up
    since are left aside. Raises SchemaError naming the first key that does not fit.
    """
    known = {f.name: f for f in fields(schema)}
    if not adopted and (unknown := set(body) - set(known)):
        message = _("%(where)s有未知的项：%(unknown)s") % {"where": where, "unknown": "、".join(sorted(unknown))}
        raise SchemaError(message)
    values = {}
    for name, spec in known.items():
        label = where + str(spec.metadata.get("label", name))
        if name not in body:
            if partial or spec.default is not MISSING:
                continue
            message = _("%(label)s没有规定") % {"label": label}
            raise SchemaError(message)
        values[name] = _value(hints(schema)[name], body[name], {} if adopted else spec.metadata, label, adopted=adopted)
    return values if partial else schema(**values)


def _value(kind_of: Any, raw: Any, limits: Mapping[str, Any], label: str, *, adopted: bool) -> Any:
    if isinstance(kind_of, types.UnionType):
        if raw is None:
            return None
        kind_of = next(k for k in kind_of.__args__ if k is not type(None))
    if typing.get_origin(kind_of) is tuple:
        if not isinstance(raw, (list, tuple)):
            message = _("%(label)s应是若干项") % {"label": label}
            raise SchemaError(message)
        item, each = typing.get_args(kind_of)[0], {"choices": limits.get("choices")}
        return tuple(
            _value(item, one, each, _("%(label)s第 %(n)s 项") % {"label": label, "n": n}, adopted=adopted)
            for n, one in enumerate(raw, 1)
        )
    if is_dataclass(kind_of):
        if not isinstance(raw, Mapping):
            message = _("%(label)s应写明各项") % {"label": label}
            raise SchemaError(message)
        return build(typing.cast("type", kind_of), raw, adopted=adopted, where=_("%(label)s的") % {"label": label})
    if kind_of is date and isinstance(raw, str):
        return _date(raw, label)
    if not isinstance(raw, kind_of) or (kind_of is int and isinstance(raw, bool)):
        message = _("%(label)s填写的“%(raw)s”不合规定的类型") % {"label": label, "raw": raw}
        raise SchemaError(message)
    _check_limits(raw, limits, label)
    return raw


def _date(raw: str, label: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        message = _("%(label)s填写的“%(raw)s”不是日期，请写成 2026-03-06 的样子") % {"label": label, "raw": raw}
        raise SchemaError(message) from error


def _check_limits(raw: Any, limits: Mapping[str, Any], label: str) -> None:
    low, high, choices = limits.get("low"), limits.get("high"), limits.get("choices")
    if (low is not None and raw < low) or (high is not None and raw > high):
        message = _("%(label)s应在 %(low)s 与 %(high)s 之间，现为 %(raw)s") % {
            "label": label,
            "low": low,
            "high": high,
            "raw": raw,
        }
        raise SchemaError(message)
    if choices and raw not in choices:
        message = _("%(label)s只能是%(choices)s，现为 %(raw)s") % {
            "label": label,
            "choices": "、".join(map(str, choices)),
            "raw": raw,
        }
        raise SchemaError(message)
