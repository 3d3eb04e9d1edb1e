"""What stands in SQLite's list of tables, compared with the tables and indexes that our models make: all else is named.

Whoever owns the file can write into that list what no statement would put there: a trigger of another type's name, a
table that lost its UNIQUE, an index of another name. A list of what is forbidden would be too short; this one is of
what is ours. It is made from the models in a tenth of a second; columns stand in the order in which migrations added
them, so of a table the pieces are compared and not their order.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

LISTED = """
SELECT CAST(type AS blob), CAST(name AS blob), CAST(tbl_name AS blob), CAST(sql AS blob) FROM sqlite_master ORDER BY 3, 2, 1
"""
INDEX = re.compile('INDEX "([^"]+)" ON "([^"]+)"')
BLANKS = " \t\n\r\f"
BLANK = re.compile(f"[{BLANKS}]+")
QUOTE = "[\"'`\\[\\]]?"
OWN_INDEX = "sqlite_autoindex_"  # SQLite's own, of a UNIQUE or a key in the table's words


class Entry(NamedTuple):
    """One line of SQLite's list: its type's name is compared without case, as SQLite does."""

    kind: str
    name: str
    table: str
    sql: str


def listed() -> list[Entry]:
    """Return SQLite's list: as bytes, for what somebody put there may be no text."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED)
        return [_entry(*(_text(value) for value in row)) for row in cursor.fetchall()]


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")


def _entry(kind: str, name: str, table: str, sql: str) -> Entry:
    return Entry(kind.lower(), name.lower(), table.lower(), sql)


@cache  # a process has one set of models; nobody writes into it
def made() -> dict[str, Entry]:
    """Return what our models make, by name: their tables, and the indexes on them."""
    editor: Any = connection.schema_editor(collect_sql=True)
    models: list[Any] = [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]
    found: list[Entry] = []
    for model in (model for model in models if model._meta.managed and not model._meta.proxy):  # noqa: SLF001 -- Django's public-in-practice Meta
        editor.deferred_sql = []
        sql, _values = editor.table_sql(model)
        table = model._meta.db_table  # noqa: SLF001 -- as above
        found.append(_entry("table", table, table, sql))
        for statement in (*editor.deferred_sql, *editor._model_indexes_sql(model)):  # noqa: SLF001 -- nothing public says it
            name, _on = INDEX.search(str(statement)).groups()  # type: ignore[union-attr]  # Django quotes both
            found.append(_entry("index", name, table, str(statement)))
    return {entry.name: entry for entry in found}


def is_alike(one: Entry, other: Entry) -> bool:
    """Say whether two entries are the same thing: an index word for word, a table piece by piece."""
    said = _pieces if one.kind == "table" else _words
    return one[:3] == other[:3] and said(one.sql) == said(other.sql)


def _words(sql: str) -> list[str]:
    """Split at what SQLite takes for a blank, and at nothing else: other blanks stand inside its names."""
    return BLANK.split(sql.strip(BLANKS))


@lru_cache(maxsize=500)  # some hundred tables, the same words each time
def _pieces(sql: str) -> list[list[str]]:
    """Take a table's words apart: what stands before and after the brackets, and each column and constraint, sorted."""
    head, _bracket, rest = sql.partition("(")
    depth, quoted, pieces = 1, False, [""]
    for sign in rest:
        quoted ^= sign == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(sign, 0)
        if (sign == "," and depth == 1 and not quoted) or (sign == ")" and depth == 0):
            pieces.append("")
        else:
            pieces[-1] += sign
    *inside, tail = pieces
    return [_words(head), _words(tail), *sorted(_words(piece) for piece in inside)]


def is_harmless(entry: Entry, ours: dict[str, Entry]) -> bool:
    """Say whether what is not ours leaves ours alone.

    A table, an index on it or a view of another name, in its own words.

    SQLite goes by the words and not by the type or the name beside them.
    """
    if entry.name in ours and ours[entry.name].kind == "table":
        return False
    name, table = (f"{QUOTE}{re.escape(said)}{QUOTE}" for said in (entry.name, entry.table))
    if entry.kind in {"table", "view"}:
        return re.match(rf"CREATE {entry.kind} {name}\s*(\(|AS\b)", entry.sql, re.IGNORECASE) is not None
    if entry.kind != "index":
        return False
    if not entry.sql:
        return entry.name.startswith(f"{OWN_INDEX}{entry.table}_")
    on_ours = entry.table in ours
    return not on_ours and re.match(rf"CREATE (UNIQUE )?INDEX {name} ON {table}\s*\(", entry.sql, re.IGNORECASE) is not None


def odd() -> Iterator[Entry]:
    """Return what is not ours and not harmless, and of ours what is missing or of another make.

    Of a table that is not there as it was made the indexes are not named besides.
    """
    ours, there = made(), listed()
    kept = {entry.name for entry in there if entry.name in ours and is_alike(entry, ours[entry.name])}
    lost = {name for name, entry in ours.items() if entry.kind == "table" and name not in kept}
    seen = set[str]()
    for entry in there:
        fits = entry.name in kept and entry.name not in seen and is_alike(entry, ours[entry.name])
        seen.add(entry.name)
        if not fits and not is_harmless(entry, ours):
            yield entry
    for name in sorted(ours.keys() - kept):
        if name not in seen and (name in lost or ours[name].table not in lost):
            yield ours[name]._replace(kind="missing")
