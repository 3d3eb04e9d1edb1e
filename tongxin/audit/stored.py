"""Whether values are stored in the form in which we write them: SQLite keeps in a column whatever it is given.

2026-W48-6 reads as a date and compares as another text, 2 is true and not 1, '5' is no number to a comparison: the digest
of what was read fits, and queries find something else. PostgreSQL's columns hold nothing but their type.
"""

from typing import Any

from django.db import connection, models
from django.db.models import F, Func, Q, QuerySet

DIGIT = "[0-9]"
DATE = "-".join((DIGIT * 4, DIGIT * 2, DIGIT * 2))
MOMENT = f"{DATE} " + ":".join((DIGIT * 2,) * 3)
NUMBERS = ("AutoField", "IntegerField", "ForeignKey", "OneToOneField")


class _Is(Func):
    """A condition in SQLite's words on one column."""

    output_field = models.BooleanField()


def misstored(model: type[models.Model]) -> Q:
    """Return the condition on rows in which a value is stored in another form than ours."""
    found = Q(pk__in=())
    if connection.vendor == "sqlite":
        for field in (f for f in model._meta.concrete_fields if not f.generated):  # noqa: SLF001 -- Django's public-in-practice Meta
            found |= ~Q(_Is(F(field.attname), template=_form_of(field)))
    return found


def elsewhere(path: str, field: Any) -> Q:
    """Return the condition on a fact that stands in another row: where there is no such row, nothing is stored."""
    if connection.vendor != "sqlite":
        return Q(pk__in=())
    return ~Q(_Is(F(path), template=f"(%(expressions)s IS NULL OR {_form_of(field)})"))


def names(model: type[models.Model], **whose: Any) -> QuerySet[Any, Any]:
    """Return uids, or keys where there are none, of such rows, the first first: as text, for they may not be readable."""
    own = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 -- as above
    name = F("uid" if "uid" in own else "pk")
    text = Func(name, template="CAST(%(expressions)s AS text)", output_field=models.TextField())
    rows = models.QuerySet(model).filter(misstored(model), **whose).order_by("pk").annotate(text_=text)
    found: QuerySet[Any, Any] = rows.values_list("text_", flat=True)
    return found


def _form_of(field: Any) -> str:
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
        said += f" AND json_valid({column})"
    elif kind == "BooleanField":
        said = f"typeof({column}) = 'integer' AND {column} IN (0, 1)"
    elif kind.endswith(NUMBERS):
        said = f"typeof({column}) = 'integer'"
    return f"(({column} IS NULL AND {int(field.null)}) OR ({said}))"
