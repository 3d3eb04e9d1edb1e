"""Questions that are put together once and asked often.

Django takes longer over the words of one than the database over its answer.

Its compiler writes the statement once, with marks where the values stand that are asked about; from then on these alone
are put in. The compiler is nothing that Django promises to keep: `core/tests/test_prepared.py` compares with what a
QuerySet answers.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators

Key = int | str
Form = tuple[Any, ...]
SIZES = (1, 4, 16, 64, 256, 1000, 4000)  # how many keys a statement takes: some stand in it twice
STRIDE = 100_000
FIRST_MARK = 1_900_000_000  # in every column of numbers, and no number of ours
FIRST_DAY, FIRST_MOMENT, LAST_YEAR = date(1601, 1, 1), datetime(1601, 1, 1, 12, tzinfo=UTC), 1700
DAYS = SIZES[-1]
AT_ONCE = 2000  # rows


# ── one statement ────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Statement:
    """One that was written: where in its parameters which value of which argument stands, and who reads what is answered."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int, int], ...]
    compiler: Any
    read: Callable[[Iterable[Any]], list[Any]]

    def filled(self, asked: Sequence[Sequence[Any]]) -> list[Any]:
        params = list(self.params)
        for place, which, number in self.places:
            values = asked[which]
            params[place] = values[number % len(values)]
        return params


class _Kept(threading.local):
    """The statements of one thread, by the forms of what is asked about."""

    def __init__(self) -> None:
        self.statements: dict[Form, _Statement | None] = {}


class Prepared:
    """A question: `build` makes its QuerySet of what it is asked about, in the same words for all of one form.

    A list is looked for by `__in`; a number, a text, a day, a moment by itself. What is true, false or nothing is part
    of the words, and so is whatever is given by its name. `build` may hand values on and may not look at them: it is
    given marks, and what it made of one in any other way is an error. What it reads by itself (the day, a rule) would
    stay in the words for good: that is handed in too. Statements are kept by thread: so are connections.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept = _Kept()

    def rows(self, *asked: Any) -> Iterator[dict[str, Any]]:
        """Answer as `values()` does, a part after the other."""
        statement, found = self._streamed(asked)
        if statement is not None:
            names = list(statement.compiler.query.selected)
            for row in found:
                yield dict(zip(names, row, strict=True))

    def objects(self, *asked: Any) -> Iterator[Any]:
        """Answer with objects of the model, as a QuerySet without relations does, a part after the other."""
        statement, found = self._streamed(asked)
        if statement is not None:
            model, names = statement.compiler.query.model, [column.target.attname for column, *_more in statement.compiler.select]
            for row in found:
                yield model.from_db(connection.alias, names, row)

    def all(self, *asked: Any, **worded: Any) -> list[Any]:
        """Answer as the QuerySet does.

        With objects and what was selected beside them, with values or with lists of values.
        """
        return self._answered("all", asked, worded)

    def first(self, *asked: Any, **worded: Any) -> Any:
        """Answer with the first of its rows, or nothing; the QuerySet says the order."""
        return next(iter(self._answered("first", asked, worded)), None)

    def count(self, *asked: Any, **worded: Any) -> int:
        """Count its rows."""
        return next(iter(self._answered("count", asked, worded)), 0)

    def exists(self, *asked: Any, **worded: Any) -> bool:
        """Say whether there is a row."""
        return bool(self._answered("exists", asked, worded))

    def _answered(self, kind: str, asked: Sequence[Any], worded: dict[str, Any]) -> list[Any]:
        statement, values = self._statement(kind, asked, worded)
        if statement is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(values))
            return statement.read(cursor.fetchall())

    def _streamed(self, asked: Sequence[Any]) -> tuple[_Statement | None, Iterator[Sequence[Any]]]:
        statement, values = self._statement("all", asked, {})
        return statement, iter(()) if statement is None else _stream(statement, values)

    def _statement(
        self, kind: str, asked: Sequence[Any], worded: dict[str, Any]
    ) -> tuple[_Statement | None, list[Sequence[Any]]]:
        values: list[Sequence[Any]] = []
        form: list[Any] = [kind, *worded.items()]
        for one in asked:
            shape, found = _shape(one)
            form.append(shape)
            values.append(found)
        key, statements = tuple(form), self._kept.statements
        if key not in statements:
            statements[key] = _written(self._build, kind, key[-len(asked) :] if asked else (), worded)
        return statements[key], values


def _stream(statement: _Statement, values: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.filled(values))
        yield from statement.compiler.results_iter(iter(lambda: cursor.fetchmany(AT_ONCE), []))


# ── what is asked about ──────────────────────────────────────────────────────────────────────────
class _Shape(NamedTuple):
    """How an argument stands in a statement: as so many values of a type, or in the words themselves."""

    size: int  # 0: no value, but `worded`
    type: type
    listed: bool = False
    worded: Any = None


def _shape(asked: Any) -> tuple[_Shape, Sequence[Any]]:
    """Return how an argument stands in a statement, and its values as the database takes them."""
    if asked is None or isinstance(asked, bool):
        return _Shape(0, type(asked), worded=asked), ()
    if (kind := _kind_of(asked)) is not None:
        return _Shape(1, kind), (str(asked) if kind is str else _taken(asked),)
    keys = [key for key in asked if key is not None]  # as Django does: nothing is nothing
    if not keys:
        return _Shape(0, list, listed=True), ()
    kind = _kind_of(keys[0]) or str
    return _Shape(_size(len(keys)), kind, listed=True), [_taken(key) for key in keys] if kind in {date, datetime} else keys


def _kind_of(asked: Any) -> type | None:
    return next((kind for kind in (str, int, datetime, date) if isinstance(asked, kind)), None)


def _size(count: int) -> int:
    return next((size for size in SIZES if size >= count), -(-count // SIZES[-1]) * SIZES[-1])


def _taken(value: Any) -> Any:
    """Return a day or a moment as this database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


# ── writing it ───────────────────────────────────────────────────────────────────────────────────
def _written(
    build: Callable[..., QuerySet[Any, Any]], kind: str, form: Sequence[_Shape], worded: dict[str, Any]
) -> _Statement | None:
    """Write the statement of a form; nothing where Django knows that there is nothing to find."""
    marks: dict[Any, tuple[int, int]] = {}
    given: list[Any] = []
    for which, shape in enumerate(form):
        made = [_mark(shape.type, which, number) for number in range(shape.size)]
        marks |= {_taken(mark): (which, number) for number, mark in enumerate(made)}
        given.append(made if shape.listed else made[0] if made else shape.worded)
    rows = build(*given, **worded)
    if rows._prefetch_related_lookups:  # type: ignore[attr-defined]  # noqa: SLF001 -- it would be left out silently
        message = "what is prefetched is not part of a prepared question"
        raise ValueError(message)
    query = rows.query.exists() if kind == "exists" else rows[:1].query if kind == "first" else rows.query
    compiler = query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    known = (int, str, date)
    places = tuple((place, *marks[said]) for place, said in enumerate(params) if isinstance(said, known) and said in marks)
    missing = set(marks.values()) - {(which, number) for _place, which, number in places}
    changed = [said for said in params if _comes_of_a_mark(said) and said not in marks]
    if changed or any(form[which].listed for which, _number in missing):
        message = "what the question is asked about does not stand in its statement as it was given"
        raise ValueError(message)
    if kind == "count":
        sql = f"SELECT COUNT(*) FROM ({sql}) counted"  # noqa: S608 -- the compiler's own
    return _Statement(sql, tuple(params), places, compiler, _reader(kind, rows, compiler))


def _mark(kind: type, which: int, number: int) -> Any:
    place = (which + 1) * STRIDE + number
    if kind is int:
        return FIRST_MARK + place
    if kind is datetime:
        return FIRST_MOMENT + timedelta(microseconds=place)
    return FIRST_DAY + timedelta(days=which * DAYS + number) if kind is date else f"\x00{place}"


def _comes_of_a_mark(said: Any) -> bool:
    """Say whether a value was made of a mark, or is one: no other lies there."""
    if isinstance(said, date):
        return said.year < LAST_YEAR
    if isinstance(said, str):
        return "\x00" in said or (said[:2] == FIRST_DAY.isoformat()[:2] and said[4:5] == "-")
    return isinstance(said, int) and FIRST_MARK <= said < FIRST_MARK + STRIDE**2


# ── reading what is answered ─────────────────────────────────────────────────────────────────────
def _reader(kind: str, rows: QuerySet[Any, Any], compiler: Any) -> Callable[[Iterable[Any]], list[Any]]:
    """Return what makes of rows of the database what the QuerySet would answer."""
    if kind in {"count", "exists"}:
        return lambda found: [row[0] for row in found]
    plain = _converted(compiler)
    if rows._iterable_class is ModelIterable:  # noqa: SLF001 -- whether it answers with objects
        return _objects(compiler, plain)
    answers = rows._iterable_class  # noqa: SLF001 -- makes of each row what values() or values_list() answers
    return lambda found: [*answers(_Held(rows, compiler, plain(found)))]  # type: ignore[arg-type, misc]  # it asks no more of it


def _converted(compiler: Any) -> Callable[[Iterable[Any]], Iterable[Any]]:
    columns = [one[0] for one in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(columns)
    if not converters:
        return lambda found: found
    return lambda found: compiler.apply_converters(found, converters)


def _objects(compiler: Any, plain: Callable[[Iterable[Any]], Iterable[Any]]) -> Callable[[Iterable[Any]], list[Any]]:
    selected, named, alias = compiler.klass_info, compiler.annotation_col_map or {}, connection.alias
    first, last = selected["select_fields"][0], selected["select_fields"][-1] + 1
    names = [one[0].target.attname for one in compiler.select[first:last]]
    model, related = selected["model"], get_related_populators(selected, compiler.select, alias)  # type: ignore[call-arg]  # the stubs are newer

    def read(found: Iterable[Any]) -> list[Any]:
        made = []
        seen: dict[Any, Any] = {}
        for row in plain(found):
            one = model.from_db(alias, names, row[first:last])
            for populator in related:
                _populate(populator, row, one, seen)
            for name, column in named.items():
                setattr(one, name, row[column])
            made.append(one)
        return made

    return read


def _populate(populator: Any, row: Any, owner: Any, seen: dict[Any, Any]) -> None:
    """Give an object what was selected with it, as Django's populator does; the same related row is made once."""
    values = populator.reorder_for_init(row) if populator.reorder_for_init else row[populator.cols_start : populator.cols_end]
    pk = values[populator.pk_idx]
    related = None if pk is None else seen.get((populator, pk))
    if related is None and pk is not None:
        related = seen[populator, pk] = populator.model_cls.from_db(populator.db, populator.init_list, values)
        for further in populator.related_populators:
            _populate(further, row, related, seen)
    populator.local_setter(owner, related)
    if related is not None:
        populator.remote_setter(related, owner)


class _Held:
    """Stands for a QuerySet whose rows are there: what makes values of rows is Django's own."""

    def __init__(self, rows: QuerySet[Any, Any], compiler: Any, found: Iterable[Any]) -> None:
        self._fields, self._compiler, self._found = rows._fields, compiler, found  # type: ignore[attr-defined]
        self.db, self.query = connection.alias, self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiler.query, name)

    def get_compiler(self, *_using: Any, **_more: Any) -> "_Held":
        return self

    def results_iter(self, *_given: Any, tuple_expected: bool = False, **_more: Any) -> Iterable[Any]:
        return map(tuple, self._found) if tuple_expected else self._found
