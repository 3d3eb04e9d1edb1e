"""Filling tables in bulk: tuples straight into INSERT, in batches, on SQLite and PostgreSQL alike."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from django.db import connection, models

from tongxin.core.ids import ALPHABET

BASE = len(ALPHABET)
TRIPLES = [a + b + c for a in ALPHABET for b in ALPHABET for c in ALPHABET]
ALL_UIDS = BASE**12
STRIDE = 0x9E3779B97F4A7C15 % ALL_UIDS  # has no factor in common with a power of 31: no uid comes twice


def uid_of(number: int) -> str:
    """Return the uid of a number: scattered like the random ones, and the same in every run."""
    value, size = number * STRIDE % ALL_UIDS, len(TRIPLES)
    value, a = divmod(value, size)
    value, b = divmod(value, size)
    value, c = divmod(value, size)
    return TRIPLES[a] + TRIPLES[b] + TRIPLES[c] + TRIPLES[value]


@lru_cache(maxsize=4096)
def _moment(value: datetime | None) -> Any:
    return None if value is None else connection.ops.adapt_datetimefield_value(value)


def _day(value: date | None) -> Any:
    return None if value is None else connection.ops.adapt_datefield_value(value)


def _document(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return how a value of a field is written; None when it goes in as it is."""
    from tongxin.core.secrets import EncryptedField

    if isinstance(field, models.DateTimeField):
        return _moment
    if isinstance(field, models.DateField):
        return _day
    if isinstance(field, models.JSONField):
        return _document
    return field.get_prep_value if isinstance(field, EncryptedField) else None


class Table:
    """One table being filled. `add` gives the new row's id; `flush` writes what has gathered."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.last: int = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0  # noqa: SLF001 -- as below
        self.number = crc32(model._meta.db_table.encode()) % 32  # noqa: SLF001 -- as below
        meta = model._meta  # noqa: SLF001 -- Django's public-in-practice Meta
        fields = [f for f in meta.concrete_fields if not getattr(f, "generated", False)]
        self.defaults = {f.attname: self._default(f) for f in fields}
        self.converters = [(i, c) for i, f in enumerate(fields) if (c := _converter(f))]
        columns = ", ".join(f'"{f.column}"' for f in fields)
        marks = ", ".join(["%s"] * len(fields))
        self.sql = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({marks})'  # noqa: S608 -- names of our own models
        self.has_uid = any(f.attname == "uid" for f in fields)
        self.rows: list[dict[str, Any]] = []

    @staticmethod
    def _default(field: models.Field[Any, Any]) -> Any:
        if field.name == "uid" or field.default is models.NOT_PROVIDED:
            return None if field.null or field.name == "uid" else ""
        return field.default() if callable(field.default) else getattr(field.default, "value", field.default)

    def new_id(self) -> int:
        """Take the next id of the table."""
        self.last += 1
        return self.last

    def uid(self, number: int) -> str:
        """Return the uid that the row with an id gets."""
        return uid_of(number * 32 + self.number)

    def add(self, **values: Any) -> int:
        """Take a row in; its id comes in the order of adding unless it is given."""
        number: int = values.setdefault("id", 0) or self.new_id()
        values["id"] = number
        self.rows.append(values)
        return number

    def flush(self) -> int:
        """Write the gathered rows."""
        rows, self.rows = self.rows, []
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(self.sql, [self._written(row) for row in rows])
        return len(rows)

    def _written(self, values: dict[str, Any]) -> list[Any]:
        if self.has_uid and "uid" not in values:
            values["uid"] = self.uid(values["id"])
        row = [values.get(name, default) for name, default in self.defaults.items()]
        for index, convert in self.converters:
            row[index] = convert(row[index])
        return row


def set_sequences(models_: Iterable[type[models.Model]]) -> None:
    """Let the database's own numbering go on behind the ids that were given here."""
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(models_)):
            cursor.execute(sql)
