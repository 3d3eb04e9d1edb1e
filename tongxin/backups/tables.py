"""The rows of every table in a form that no database owns: as they are stored, ciphers as ciphers, each value kept exactly.

Which tables and columns there are is asked of the migrations that the database has seen: a backup is taken before an upgrade
as well, and an older one is restored into its own schema.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

Schema = list[tuple[str, str]]
Row = Sequence[Any]
BATCH = 2000
# Who is signed in is not kept: a session that was ended since would be open again.
LEFT_OUT = {"django_session"}
NEWER = _("数据库结构比程序新（{name}），请换用新版本的程序。")
UNREADABLE = _(
    "数据库的 {table} 表里有无法读取的内容（主键 {key}，{column} 一列），没有备份。请先运行 tongxin audit verify 查明。"
)

TEXT, WHOLE, FLAG, MOMENT, DAY, HOUR, JSON, UUID, FLOAT, EXACT, BYTES, SPAN = (
    "text", "whole", "flag", "moment", "day", "hour", "json", "uuid", "float", "exact", "bytes", "span",
)  # fmt: skip
KINDS = {
    **dict.fromkeys(
        ("CharField", "TextField", "FileField", "ImageField", "FilePathField", "SlugField", "EmailField", "URLField",
         "GenericIPAddressField"), TEXT),
    **dict.fromkeys(
        ("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField",
         "PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"), WHOLE),
    "BooleanField": FLAG, "DateTimeField": MOMENT, "DateField": DAY, "TimeField": HOUR, "JSONField": JSON, "UUIDField": UUID,
    "FloatField": FLOAT, "DecimalField": EXACT, "BinaryField": BYTES, "DurationField": SPAN,
}  # fmt: skip


class NewerSchemaError(Exception):
    """The database, or the archive, has seen a migration that this code does not know."""


class UnreadableRowError(Exception):
    """A value is not of its column's kind: somebody else wrote it."""


@dataclass(frozen=True)
class Source:
    """One table and its columns, each with the kind of its values; which columns hold the places of uploads."""

    name: str
    columns: list[tuple[str, str]]
    key: str
    uploads: list[str]
    counted: bool  # whether the database itself gives the keys


# ── which there are ──────────────────────────────────────────────────────────────────────────────
def schema_here() -> Schema:
    """Return the migrations that the database has seen, of the apps there are. Raises NewerSchemaError."""
    loader = MigrationLoader(connection)
    seen = sorted(key for key in loader.applied_migrations if key[0] in loader.migrated_apps)
    demand_known(seen, loader)
    return seen


def demand_known(schema: Schema, loader: MigrationLoader) -> None:
    """Refuse a schema that is newer than the code."""
    for key in schema:
        if key not in loader.graph.nodes:
            raise NewerSchemaError(NEWER.format(name=".".join(key)))


def ends_of(schema: Schema, loader: MigrationLoader) -> Schema:
    """Return the last migration of each app."""
    inner = {parent.key for key in schema for parent in loader.graph.node_map[key].parents if parent.key[0] == key[0]}
    return [key for key in schema if key not in inner]


def sources(schema: Schema, loader: MigrationLoader | None = None) -> list[Source]:
    """Return the tables of a schema, in the order of their names."""
    loader = loader or MigrationLoader(connection)
    apps = loader.project_state(ends_of(schema, loader)).apps if schema else None
    found = {}
    for model in apps.get_models(include_auto_created=True) if apps else ():
        about = model._meta  # noqa: SLF001 -- Django's public-in-practice Meta
        if about.managed and not about.proxy and about.db_table not in LEFT_OUT:
            found[about.db_table] = _source(about)
    return [found[name] for name in sorted(found)]


def _source(about: Any) -> Source:
    fields = [f for f in about.local_concrete_fields if not f.generated]
    return Source(
        name=about.db_table,
        columns=[(f.column, kind_of(f)) for f in fields],
        key=about.pk.column,
        uploads=[f.column for f in fields if f.get_internal_type() in {"FileField", "ImageField"}],
        counted=isinstance(about.pk, models.AutoField | models.BigAutoField | models.SmallAutoField),
    )


def kind_of(field: Any) -> str:
    """Return the kind of a field's values: a reference's is that of what it points to. KeyError for one that is not known here."""
    while field.remote_field:
        field = field.target_field
    return KINDS[field.get_internal_type()]


# ── out of the database ──────────────────────────────────────────────────────────────────────────
def rows_of(table: Source) -> Iterator[list[Any]]:
    """Return all rows, in the order of their keys, each value in the form in which it is written down. Memory stays flat."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column, _kind in table.columns)
    place = [column for column, _kind in table.columns].index(table.key)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {quote(table.name)} ORDER BY {quote(table.key)}")  # noqa: S608 -- names of our models
        while rows := cursor.fetchmany(BATCH):
            for row in rows:
                yield [_out(table, row[place], column, value) for column, value in zip(table.columns, row, strict=True)]


def uploads_of(table: Source) -> Iterator[str]:
    """Return the places of all uploads that a table tells of."""
    quote = connection.ops.quote_name
    for column in table.uploads:
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT {quote(column)} FROM {quote(table.name)} WHERE {quote(column)} <> ''")  # noqa: S608
            while rows := cursor.fetchmany(BATCH):
                yield from (str(name) for (name,) in rows)


def last_given(table: Source) -> int | None:
    """Return the last key that the database gave, which may be of a row that is gone: it is not given twice."""
    if not table.counted:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
        else:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table.name), table.key])
            sequence = cursor.fetchone()[0]
            if sequence is None:
                return None
            cursor.execute(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608 -- PostgreSQL's own quoting
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _out(table: Source, key: object, column: tuple[str, str], value: Any) -> Any:
    if value is None:
        return None
    try:
        return OUT[column[1]](value)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise UnreadableRowError(UNREADABLE.format(table=table.name, key=str(key)[:60], column=column[0])) from error


def _only(kind: type) -> Callable[[Any], Any]:
    def said(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(kind.__name__)
        return value

    return said


def _moment_out(value: datetime) -> str:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _json_out(value: Any) -> str:
    text: str = _only(str)(value)
    json.loads(text)
    return text


OUT: dict[str, Callable[[Any], Any]] = {
    TEXT: _only(str),
    WHOLE: _only(int),
    FLAG: lambda value: _only(bool)(bool(value) if value in {0, 1} else value),
    MOMENT: _moment_out,
    DAY: lambda value: _only(date)(value).isoformat(),
    HOUR: lambda value: _only(time)(value).isoformat(),
    JSON: _json_out,
    UUID: lambda value: uuid.UUID(str(value)).hex,
    FLOAT: float,
    EXACT: lambda value: str(Decimal(str(value)).normalize()),
    BYTES: lambda value: base64.b64encode(bytes(value)).decode(),
    SPAN: lambda value: value if isinstance(value, int) else value // timedelta(microseconds=1),
}


def line_of(row: Row) -> bytes:
    """Return a row as it is written."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


class Fingerprint:
    """How many rows, and a digest over all of them that is the same in whichever order, and on whichever database, they are read."""

    def __init__(self, columns: Iterable[tuple[str, str]]) -> None:
        self.rows, self._sum = 0, 0
        self._json = [place for place, (_name, kind) in enumerate(columns) if kind == JSON]

    def add(self, row: Row) -> None:
        """Take in one row; what JSON says counts, not how it is spaced."""
        plain = list(row)
        for place in self._json:
            if plain[place] is not None:
                plain[place] = json.dumps(json.loads(plain[place]), sort_keys=True)
        self._sum += int.from_bytes(hashlib.sha256(line_of(plain)).digest(), "big")
        self.rows += 1

    @property
    def digest(self) -> str:
        """Return the digest of all so far."""
        return f"{self._sum % (1 << 256):064x}"


# ── into the database ────────────────────────────────────────────────────────────────────────────
def put(table: Source, rows: Iterable[Row], *, of: str) -> None:
    """Write rows into an empty table; `of` is the kind of database that they come from."""
    converts = [_into(kind, of) for _column, kind in table.columns]
    ready = ([None if value is None else into(value) for into, value in zip(converts, row, strict=True)] for row in rows)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column, _kind in table.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["?"] * len(table.columns))
            insert = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({places})"  # noqa: S608
            connection.connection.cursor().executemany(insert, ready)
        else:
            with cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)


def give_on(table: Source, last: int | None) -> None:
    """Let the database give keys from behind the last one that was given."""
    if not table.counted:
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX({quote(table.key)}) FROM {quote(table.name)}")  # noqa: S608
        behind = max(cursor.fetchone()[0] or 0, last or 0)
        if not behind:
            return
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, behind])
        else:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [quote(table.name), table.key, behind])


def _into(kind: str, of: str) -> Callable[[Any], Any]:
    ops = connection.ops
    native = connection.features.has_native_uuid_field
    known: dict[str, Callable[[Any], Any]] = {
        MOMENT: lambda value: ops.adapt_datetimefield_value(datetime.fromisoformat(value)),
        DAY: lambda value: ops.adapt_datefield_value(date.fromisoformat(value)),
        HOUR: lambda value: ops.adapt_timefield_value(time.fromisoformat(value)),
        UUID: lambda value: uuid.UUID(value) if native else value,
        EXACT: lambda value: Decimal(value) if connection.vendor == "postgresql" else value,
        # SQLite keeps what JSON says as it is spelt, and ours has one spelling; PostgreSQL has another
        JSON: lambda value: json.dumps(json.loads(value)) if connection.vendor == "sqlite" and of != "sqlite" else value,
        BYTES: base64.b64decode,
        SPAN: lambda value: timedelta(microseconds=value) if connection.features.has_native_duration_field else value,
    }
    return known.get(kind, lambda value: value)


def same(one: Iterable[tuple[str, str]], other: Iterable[tuple[str, str]]) -> bool:
    """Say whether two tables have the same columns, in whichever order."""
    return sorted(one) == sorted(other)
