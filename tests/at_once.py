"""Two hands in the same moment: threads with connections of their own on PostgreSQL, one after the other on SQLite."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tongxin.workflow import engine

REFUSALS = (engine.Invalid, engine.Overtaken, engine.Blocked, engine.NotAllowed)


@contextmanager
def in_between(statement: str, act: Callable[[], object]) -> Iterator[None]:
    """Let something happen just before the first statement of a kind."""
    waiting = [act]

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 -- Django's
        if waiting and sql.startswith(statement):
            waiting.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert not waiting


@contextmanager
def another_hand(statement: str, act: Callable[[], object]) -> Iterator[None]:
    """Let somebody with a connection of his own begin just before our first statement of a kind, and end if nothing holds him.

    On SQLite, where who writes holds everything, he has been before us.
    """
    if connection.vendor == "sqlite":
        act()
        yield
        return

    def on_own_connection() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[None]] = []

        def begin() -> None:
            begun.append(pool.submit(on_own_connection))
            wait(begun, timeout=2)

        with in_between(statement, begin):
            yield
        begun[0].result(60)


def both(*works: Callable[[], object], refusals: tuple[type[Exception], ...] = REFUSALS) -> list[str]:
    """Do several things at once, each with a connection of its own; return the names of the refusals.

    Other errors are raised.
    """
    assert not connection.in_atomic_block, "mark the test django_db(transaction=True): others see nothing of an open transaction"
    ready = threading.Barrier(len(works))

    def attempt(work: Callable[[], object]) -> str:
        try:
            work()
        except refusals as error:
            return type(error).__name__
        return ""

    def on_own_connection(work: Callable[[], object]) -> str:
        ready.wait(20)
        try:
            return attempt(work)
        finally:
            connection.close()

    # writers wait for each other: one after the other, with what each had read before
    if connection.vendor == "sqlite":
        answers = [attempt(work) for work in works]
    else:
        with ThreadPoolExecutor(len(works)) as pool:
            answers = list(pool.map(on_own_connection, works, timeout=60))
    return [name for name in answers if name]
