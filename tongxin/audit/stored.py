"""Whether values are stored in the form in which we write them: SQLite keeps in a column whatever it is given.

2026-W48-6 reads as a date and compares as another text, 2 is true and not 1, '5' is no number to a comparison: the
digest of what was read fits, and queries find something else. Bytes that are no UTF-8 and JSON that Python does not
take (nested a thousand deep, numbers of 5 000 digits, halves of a surrogate pair) cannot be read at all. PostgreSQL's
columns hold nothing but their type, and of these only JSON can be too much.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, models
from django.db.backends.signals import connection_created
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.dispatch import receiver

DIGIT = "[0-9]"
DATE = "-".join((DIGIT * 4, DIGIT * 2, DIGIT * 2))
MOMENT = f"{DATE} " + ":".join((DIGIT * 2,) * 3)
NUMBERS = ("AutoField", "IntegerField", "ForeignKey", "OneToOneField")
DEEP = 64  # levels of JSON; ours has five at most
LARGE = 2**63
DAYS = "'0001-01-02' AND '9999-12-30'"  # PostgreSQL has others, and days that never come
TOO_MUCH = (  # in PostgreSQL's words on paths: what our JSON never has
    f'strict $.**{{{DEEP} to last}} ? (@.type() == "array" || @.type() == "object")',
    f'strict $.** ? (@.type() == "number" && (@ >= {LARGE} || @ <= -{LARGE}))',
)


class _Is(Func):
    """A condition in the database's own words on columns."""

    output_field = models.BooleanField()


@receiver(connection_created)
def _teach(sender: Any, **told: Any) -> None:  # noqa: ARG001 -- the signal's words
    """Give SQLite the two questions that it has no words for: nothing else tells of a connection that was made anew."""
    made = told["connection"]
    if made.vendor == "sqlite":
        for name, asked in (("tongxin_is_text", is_text), ("tongxin_is_json", is_json)):
            made.connection.create_function(name, 1, asked, deterministic=True)


def is_text(said: bytes) -> bool:
    """Say whether bytes are UTF-8."""
    try:
        said.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_json(said: bytes) -> bool:
    """Say whether bytes are JSON just as Django writes it, and can be read whatever else stands on the stack.

    Of a name that stands twice Python takes the last value and SQLite the first.
    """
    try:
        value = json.loads(said.decode())
        return json.dumps(value).encode() == said and _is_sayable(value)
    except (ValueError, RecursionError):
        return False


def _is_sayable(value: Any) -> bool:
    json.dumps(value, ensure_ascii=False).encode()  # halves of a surrogate pair are no text
    return _is_in_bounds(value)


def _is_in_bounds(value: Any) -> bool:
    """Say the same as TOO_MUCH of what was read."""
    level, levels = [value], 0
    while level:
        if any(isinstance(one, int | float) and abs(one) >= LARGE for one in level):
            return False
        inside = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        levels += bool(inside)
        if levels > DEEP:
            return False
        level = [inner for each in inside for inner in each]
    return True


def misstored(model: type[models.Model]) -> Q:
    """Return the condition on rows in which a value is stored in another form than ours."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]  # noqa: SLF001 -- Django's public-in-practice Meta
    found = Q(pk__in=())
    for field in fields:
        found |= _is_misstored(F(field.attname), field)
    texts = [Coalesce(F(field.attname), Value("")) for field in fields if _is_words(field)]
    if connection.vendor == "sqlite" and texts:  # together: it is Python that is asked
        found |= ~Q(_Is(*texts, template="tongxin_is_text(CAST(%(expressions)s AS blob))", arg_joiner=" || ' ' || "))
    return found


def elsewhere(path: str, field: Any) -> Q:
    """Return the condition on a fact that stands in another row: where there is no such row, nothing is stored."""
    return _is_misstored(F(path), field, or_nothing=True)


def _is_misstored(column: F, field: Any, *, or_nothing: bool = False) -> Q:
    words = _in_sqlite if connection.vendor == "sqlite" else _in_postgresql
    said = words(field, or_nothing=or_nothing)
    return ~Q(_Is(column, template=said)) if said else Q(pk__in=())


def names(model: type[models.Model], **whose: Any) -> Iterator[str]:
    """Yield uids, or keys where there are none, of such rows, the first first."""
    own = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 -- as above
    rows: QuerySet[Any] = models.QuerySet(model).filter(misstored(model), **whose).order_by("pk")
    return said_of(rows, "uid" if "uid" in own else "pk")


def said_of(rows: QuerySet[Any], column: str) -> Iterator[str]:
    """Yield what stands in a column, as text whatever it is."""
    for value in rows.annotate(said_=as_said(column)).values_list("said_", flat=True):
        yield text_of(value)


def as_said(path: str) -> Func:
    """Return what stands in a column in a form that can always be read: it may be no text, though it should be."""
    kind, made = ("blob", models.BinaryField()) if connection.vendor == "sqlite" else ("text", models.TextField())
    return Func(F(path), template=f"CAST(%(expressions)s AS {kind})", output_field=made)


def text_of(value: bytes | memoryview | str | None) -> str:
    """Return as text what was read so; of nothing it is empty."""
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else value or ""


def _is_words(field: Any) -> bool:
    """Say whether a field's values are text without a form of their own."""
    kind = field.get_internal_type()
    return kind not in {"DateField", "DateTimeField", "JSONField", "BooleanField"} and not kind.endswith(NUMBERS)


def _in_postgresql(field: Any, *, or_nothing: bool) -> str:
    """Say in PostgreSQL's words that a column holds no JSON that is too much and no day that Python has not."""
    kind = field.get_internal_type()
    if kind in {"DateField", "DateTimeField"}:
        said = f"%(expressions)s BETWEEN {DAYS}"
        return f"(%(expressions)s IS NULL OR {said})" if field.null or or_nothing else f"({said})"
    if kind != "JSONField":
        return ""
    fine = " AND ".join(f"NOT jsonb_path_exists(%(expressions)s, '{path}')" for path in TOO_MUCH)
    return f"(%(expressions)s IS NULL OR ({fine}))" if field.null or or_nothing else f"({fine})"


def _in_sqlite(field: Any, *, or_nothing: bool) -> str:
    """Say in SQLite's words what is stored in a column, by its kind."""
    kind, column = field.get_internal_type(), "%(expressions)s"
    said = f"typeof({column}) = 'text'"
    has_year = f"substr({column}, 1, 4) <> '0000'"  # Python has no year 0
    if kind == "DateField":
        said += f" AND {column} GLOB '{DATE}' AND date({column}, '+0 days') IS {column} AND {has_year}"
    elif kind == "DateTimeField":
        whole = f"{column} GLOB '{MOMENT}'"
        broken = f"{column} GLOB '{MOMENT}.{DIGIT * 6}' AND substr({column}, 20) <> '.000000'"
        said += f" AND ({whole} OR {broken}) AND datetime(substr({column}, 1, 19), '+0 days') IS substr({column}, 1, 19)"
        said += f" AND {has_year}"
    elif kind == "JSONField":
        said += f" AND json_valid({column}) AND tongxin_is_json(CAST({column} AS blob))"
    elif kind == "BooleanField":
        said = f"typeof({column}) = 'integer' AND {column} IN (0, 1)"
    elif kind.endswith(NUMBERS):
        said = f"typeof({column}) = 'integer'"
    elif or_nothing:  # of a row of its own all texts are asked together
        said += f" AND tongxin_is_text(CAST({column} AS blob))"
    return f"(({column} IS NULL AND {int(field.null or or_nothing)}) OR ({said}))"
