"""Django's templates, drawn without the detours that take half of their time: a page looks up a thousand names.

Its engine stays as it is, and what it answers too (`core/tests/test_templating.py` compares): four of its methods are asked in
other words. A name is looked up without an exception on the way, a piece is drawn without the care that only pages of errors
for developers need, a text is escaped without asking whether it is a date. Whatever is unusual is left to Django.
"""

from collections.abc import Sequence
from html import escape
from threading import local
from typing import Any

from django.template.base import NodeList, Variable, VariableNode, render_value_in_context
from django.template.context import Context
from django.template.defaulttags import ForNode
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import trans_real

LOOKED_UP: Any = Variable._resolve_lookup  # type: ignore[attr-defined]  # noqa: SLF001 -- what is unusual goes there
UNKNOWN: Any = object()


def take_over() -> None:
    """Let templates be drawn so, and let a thread know its language and its zone by itself: nothing here runs asynchronously."""
    trans_real._active, timezone._active = local(), local()  # type: ignore[attr-defined]  # noqa: SLF001 -- asked 300 times a page
    for owner, name, _theirs, ours in TAKEN:
        setattr(owner, name, ours)


def give_back() -> None:
    """Let templates be drawn as Django does."""
    for owner, name, theirs, _ours in TAKEN:
        setattr(owner, name, theirs)


# ── a name ───────────────────────────────────────────────────────────────────────────────────────
def look_up(variable: Any, context: Context) -> Any:
    """Return what a dotted name stands for."""
    names: Sequence[str] = variable.lookups
    try:
        found = _named(context, names[0])
        for name in names[1:]:
            if found is UNKNOWN:
                break
            found = _within(found, name, context)
    except Exception:  # noqa: BLE001 -- Django meets it too, and does with it what it does
        found = UNKNOWN
    return LOOKED_UP(variable, context) if found is UNKNOWN else found


def _named(context: Context, name: str) -> Any:
    for scope in reversed(context.dicts):
        if name in scope:
            found = scope[name]
            return _called(found, context) if callable(found) else found
    return UNKNOWN


def _within(owner: Any, name: str, context: Context) -> Any:
    kind = type(owner)
    if kind is dict and name in owner:
        found = owner[name]
    elif (kind is tuple or kind is list) and name.isdecimal():
        found = owner[int(name)]
    elif kind is not dict and hasattr(kind, "__getitem__"):
        try:
            found = owner[name]
        except (TypeError, AttributeError, KeyError, ValueError, IndexError):
            found = getattr(owner, name, UNKNOWN)
    else:
        found = getattr(owner, name, UNKNOWN)
    return _called(found, context) if callable(found) else found


def _called(found: Any, context: Context) -> Any:
    """Return what something that can be called answers, as far as a template may call it."""
    if getattr(found, "do_not_call_in_templates", False):
        return found
    if getattr(found, "alters_data", False):
        return context.template.engine.string_if_invalid  # type: ignore[union-attr]  # there while something is drawn
    return found()


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────
def draw(nodes: Any, context: Context) -> SafeString:
    """Draw a list of pieces."""
    return SafeString("".join([node.render(context) for node in nodes]))


def say(node: Any, context: Context) -> Any:
    """Write what a name stands for."""
    found = node.filter_expression.resolve(context)
    kind = type(found)
    if kind is SafeString or (kind is str and not context.autoescape):
        return found
    return escape(found) if kind is str else render_value_in_context(found, context)


def repeat(node: Any, context: Context) -> Any:
    """Draw pieces once for each of some values."""
    parent = context.get("forloop", {})
    values = node.sequence.resolve(context, ignore_failures=True)
    values = [] if values is None else values if hasattr(values, "__len__") else list(values)
    last = len(values) - 1
    if last < 0:
        with context.push():
            return node.nodelist_empty.render(context)
    loop: dict[str, Any] = {"parentloop": parent}
    names, drawn, pieces = node.loopvars, [], node.nodelist_loop
    with context.push() as own:
        own["forloop"] = loop
        for place, value in enumerate(reversed(values) if node.is_reversed else values):
            loop["counter0"], loop["counter"] = place, place + 1
            loop["revcounter"], loop["revcounter0"] = last + 1 - place, last - place
            loop["first"], loop["last"] = place == 0, place == last
            if len(names) == 1:
                own[names[0]] = value
                drawn += [piece.render(context) for piece in pieces]
                continue
            with context.update(_unpacked(names, value)):
                drawn += [piece.render(context) for piece in pieces]
    return SafeString("".join(drawn))


def _unpacked(names: Any, value: Any) -> dict[str, Any]:
    known = len(value) if hasattr(value, "__len__") else 1
    if known != len(names):
        message = f"Need {len(names)} values to unpack in for loop; got {known}. "
        raise ValueError(message)
    return dict(zip(names, value, strict=True))


TAKEN: tuple[tuple[Any, str, Any, Any], ...] = (
    (Variable, "_resolve_lookup", LOOKED_UP, look_up),
    (NodeList, "render", NodeList.render, draw),
    (VariableNode, "render", VariableNode.render, say),
    (ForNode, "render", ForNode.render, repeat),
)
