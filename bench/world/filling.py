"""Filling tables in bulk.

Rows straight into the database, in batches, their indexes made when all of them stand there.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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


_document = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=1 << 16)
def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


@lru_cache(maxsize=1 << 16)
def _day(value: date) -> Any:
    return connection.ops.adapt_datefield_value(value)


def _converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return how a value of a field is written; None when it goes in as it is."""
    from tongxin.core.secrets import EncryptedField

    if isinstance(field, models.DateTimeField):  # one moment stands in several rows: in an event twice, in its notices
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
        self.columns = ", ".join(f'"{f.column}"' for f in fields)
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
            _write(f'"{self.model._meta.db_table}" ({self.columns})', [self._written(row) for row in rows])  # noqa: SLF001 -- as above
        return len(rows)

    def _written(self, values: dict[str, Any]) -> list[Any]:
        if self.has_uid and "uid" not in values:
            values["uid"] = self.uid(values["id"])
        get = values.get
        row = [get(name, default) for name, default in self.defaults.items()]
        for index, convert in self.converters:
            if row[index] is not None:
                row[index] = convert(row[index])
        return row


def _write(table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows of one width; `table` names their columns too."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 -- names of our own models


_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s ORDER BY name",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND schemaname = current_schema()"
    " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname) ORDER BY indexname",
}


@contextmanager
def unindexed(models_: Iterable[type[models.Model]]) -> Iterator[None]:
    """Do without the tables' indexes while they are filled, then make them as they were: twice as fast at 100 000."""
    with connection.cursor() as cursor:
        made = []
        for model in models_:
            cursor.execute(_INDEXES[connection.vendor], [model._meta.db_table])  # noqa: SLF001 -- as above
            made += cursor.fetchall()
        for name, _sql in made:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
    yield
    connection.check_constraints()  # PostgreSQL makes no index while a check of the table waits
    with connection.cursor() as cursor:
        for _name, sql in made:
            cursor.execute(sql)


def set_sequences(models_: Iterable[type[models.Model]]) -> None:
    """Let the database's own numbering go on behind the ids that were given here."""
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(models_)):
            cursor.execute(sql)
