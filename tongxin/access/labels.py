"""What the fields of a form are called, where the form itself is not at hand.

For the page that gives back what was written.

The view may never have been reached. So the form that fits best what was sent is looked for: one that the failed work
held, else one that is declared, those of the view's own app first.
"""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext as _

Fields = Mapping[str, forms.Field]
# what is no class: the questions of a step, by its address
declared_elsewhere: list[Callable[[ResolverMatch], Fields]] = []


def fields_of(request: HttpRequest, names: Iterable[str], error: BaseException | None) -> Fields:
    """Return the fields of the form that fits the names best; none where nothing fits."""
    sent, match = set(names), _match(request)
    own = [*_held(error), *(asked(match) for asked in declared_elsewhere if match is not None)]
    found = [(*_fit(fields, sent), 2, fields) for fields in own]
    app = ".".join(match.func.__module__.split(".")[:2]) + "." if match is not None else "."
    found += [(*_fit(fields, sent), int(module.startswith(app)), fields) for module, fields in _declared()]
    covered, _others, _near, best = max(found, key=lambda one: one[:3], default=(0, 0, 0, {}))
    return best if covered else {}


def _fit(fields: Fields, sent: set[str]) -> tuple[int, int]:
    """Say how many of the names are among the fields, and how many fields are not among the names (the fewer, the better)."""
    return len(fields.keys() & sent), -len(fields.keys() - sent)


def _held(error: BaseException | None) -> Iterator[Fields]:
    for frame, _line in traceback.walk_tb(error.__traceback__ if error is not None else None):
        for value in list(frame.f_locals.values()):
            # a lazy user, asked what it is, would be read
            if issubclass(type(value), forms.BaseForm) and value.is_bound:
                yield value.fields


def _declared() -> Iterator[tuple[str, Fields]]:
    for kind in _below(forms.BaseForm):
        if fields := getattr(kind, "base_fields", None):
            yield kind.__module__, fields


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _match(request: HttpRequest) -> ResolverMatch | None:
    """Return which view was asked for, whether or not it was reached."""
    with suppress(Resolver404):
        return resolve(request.path_info, getattr(request, "urlconf", None))
    return None


def in_words(field: forms.Field | None, values: list[str]) -> str:
    """Say what was answered as the form has it: the words of what was chosen.

    Empty where they are not known here, or nobody wrote it.
    """
    if field is None or field.widget.is_hidden or isinstance(field, forms.FileField):
        return ""
    if isinstance(field, forms.BooleanField):
        return _("是")
    if isinstance(field, forms.ChoiceField):
        words = {str(value): str(label) for value, label in _flat(field.choices)}
        return "、".join(words[value] for value in values if value and value in words)
    return "\n".join(values)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield value, label
