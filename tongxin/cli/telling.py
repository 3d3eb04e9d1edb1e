"""Telling beside the worker's other work, in a thread of its own.

Who acts waits for nobody, and who is told for a second.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from tongxin.cli.scheduled import Scheduled

logger = logging.getLogger("tongxin.worker")
LOOK = 0.25  # how soon it notices that it is to end
ENDS_WITHIN = 10.0


def parted(jobs: Iterable[Scheduled]) -> tuple[list[Scheduled], list[Scheduled]]:
    """Part the jobs into those that wait for no other one, each second, and those that are done one after the other."""
    jobs = list(jobs)
    return [job for job in jobs if job.is_prompt], [job for job in jobs if not job.is_prompt]


@contextmanager
def beside(jobs: list[Scheduled], stop: Callable[[], bool]) -> Iterator[None]:
    """Run jobs in a thread until the end of the block.

    A long import, a backup, the reading of all files hold up none of them. Two workers may be at it at once: each event
    is taken by one. A thread that is in the middle of an event when the process ends loses nothing: the mark stands
    until the transaction in which it is told.
    """
    over = threading.Event()
    thread = threading.Thread(target=_run, args=(jobs, lambda: over.is_set() or stop()), name="telling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(ENDS_WITHIN)


def _run(jobs: list[Scheduled], is_over: Callable[[], bool]) -> None:
    """Run what is due until it is over; whatever goes wrong, the next second tries again."""
    from django.db import close_old_connections, connection

    while not is_over():
        try:
            now = time.monotonic()
            if any(job.is_due(now) for job in jobs):
                close_old_connections()
            for job in jobs:
                job.run_if_due(now)
        except Exception:
            logger.exception("通知没有发送，稍后再试")
        time.sleep(LOOK)
    connection.close()
