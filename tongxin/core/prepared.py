"""Questions that are put together once and asked often: Django takes longer over the words of one than the database over its answer.

Its compiler writes the statement once, with marks where the keys stand that are looked for; from then on these alone are put
in. The compiler is nothing that Django promises to keep: `core/tests/test_prepared.py` compares with what a QuerySet answers.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Key = int | str
SIZES = (1, 4, 16, 64, 256, 1000, 4000)  # how many keys a statement takes: some stand in it twice
STRIDE = 100_000
AT_ONCE = 2000  # rows


@dataclass(frozen=True)
class _Statement:
    """One that was written: where in its parameters which key of which list stands, and who reads what is answered."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int, int], ...]
    compiler: Any

    def filled(self, lists: Sequence[Sequence[Key]]) -> list[Any]:
        params = list(self.params)
        for place, which, number in self.places:
            keys = lists[which]
            params[place] = keys[number % len(keys)]
        return params


class _Kept(threading.local):
    """The statements of one thread, by how many keys of which type each list has."""

    def __init__(self) -> None:
        self.statements: dict[tuple[tuple[int, bool], ...], _Statement] = {}


class Prepared:
    """A question by one or more lists of keys: `build` makes its QuerySet of them, each looked for by `__in`, in the same words for all.

    Statements are kept by thread: so are connections.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept = _Kept()

    def rows(self, *lists: Iterable[Key]) -> Iterator[dict[str, Any]]:
        """Answer as `values()` does."""
        statement, found = self._ask(lists)
        if statement is not None:
            names = list(statement.compiler.query.selected)
            for row in found:
                yield dict(zip(names, row, strict=True))

    def objects(self, *lists: Iterable[Key]) -> Iterator[Any]:
        """Answer with objects of the model, as a QuerySet without relations does."""
        statement, found = self._ask(lists)
        if statement is not None:
            model, names = statement.compiler.query.model, [column.target.attname for column, *_more in statement.compiler.select]
            for row in found:
                yield model.from_db(connection.alias, names, row)

    def _ask(self, lists: Sequence[Iterable[Key]]) -> tuple[_Statement | None, Iterator[Sequence[Any]]]:
        keys = [[key for key in some if key is not None] for some in lists]  # as Django does: nothing is nothing
        if not all(keys):
            return None, iter(())
        form = tuple((_size(len(some)), isinstance(some[0], int)) for some in keys)
        statements = self._kept.statements
        if form not in statements:
            statements[form] = _written(self._build, form)
        return statements[form], _answered(statements[form], keys)


def _size(count: int) -> int:
    return next((size for size in SIZES if size >= count), -(-count // SIZES[-1]) * SIZES[-1])


def _answered(statement: _Statement, keys: Sequence[Sequence[Key]]) -> Iterator[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.filled(keys))
        yield from statement.compiler.results_iter(iter(lambda: cursor.fetchmany(AT_ONCE), []))


def _written(build: Callable[..., QuerySet[Any, Any]], form: Sequence[tuple[int, bool]]) -> _Statement:
    marks = {
        _mark(which, number, is_int=is_int): (which, number)
        for which, (size, is_int) in enumerate(form)
        for number in range(size)
    }
    lists = [[mark for mark, (which, _number) in marks.items() if which == one] for one in range(len(form))]
    compiler = build(*lists).query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    places = tuple((place, *marks[said]) for place, said in enumerate(params) if isinstance(said, int | str) and said in marks)
    if {(which, number) for _place, which, number in places} != set(marks.values()):
        message = "not every key of the question stands in its statement as it was given"
        raise ValueError(message)
    return _Statement(sql, tuple(params), places, compiler)


def _mark(which: int, number: int, *, is_int: bool) -> Key:
    place = (which + 1) * STRIDE + number
    return -(10**12) - place if is_int else f"\x00{place}"
