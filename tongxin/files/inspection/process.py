"""Asking the child: a bounded time for an answer, a bounded number of children at once over all processes of an installation."""

import contextlib
import fcntl
import json
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tongxin.core.catalogue import _
from tongxin.files.inspection.names import ending_of
from tongxin.files.inspection.reasons import Reason, Refused

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[3]
START = "import sys; sys.path.insert(0, sys.argv[1]); from tongxin.files.inspection import child; child.main(sys.argv[2])"
TIME_IS_OVER = {-signal.SIGXCPU, -signal.SIGKILL}
POLL = 0.02


@dataclass(frozen=True)
class Limits:
    """What the files of one request may cost together; with the wait for a place it stays under six seconds.

    Two children: one fewer than `serve` has processes, so that files that are hard to look into never hold up all of
    them.
    """

    cpu_seconds: int = 4
    wall_seconds: float = 5.0
    memory_mb: int = 1024
    wait_seconds: float = 1.0
    children: int = 2


def kinds(files: Sequence[tuple[Path, str]], *, places: Path, limits: Limits) -> Iterator[str]:
    """Return the kind of each (path, name), one after the other. Raises Refused at the first that is not taken."""
    with _place(places, limits):
        until = time.monotonic() + limits.wall_seconds
        for number, (path, name) in enumerate(files):
            left = until - time.monotonic()
            try:
                yield _answer(*_ask(path, ending_of(name), limits, seconds=left))
            except Refused as refused:
                if refused.reason == Reason.TOO_LONG and number > 0:
                    raise Refused(Reason.TOO_MANY) from refused
                raise


def _answer(code: int, said: bytes) -> str:
    if code in TIME_IS_OVER:
        raise Refused(Reason.TOO_LONG)
    try:
        answer = json.loads(said)
    except ValueError as error:
        logger.warning(_("检查附件的进程没有答复就结束了，退出码 %s"), code)
        raise Refused(Reason.TOO_HEAVY) from error
    if "reason" in answer:
        raise Refused(Reason(answer["reason"]), answer["kind"])
    return str(answer["kind"])


def _ask(path: Path, ending: str, limits: Limits, *, seconds: float) -> tuple[int, bytes]:
    """Start a child that knows nothing of the installation but this file; end it when its time is over."""
    request = json.dumps({"cpu_seconds": limits.cpu_seconds, "memory_mb": limits.memory_mb, "ending": ending})
    with path.open("rb") as content:
        try:
            child = subprocess.Popen(  # noqa: S603 -- our own module
                [sys.executable, "-I", "-c", START, str(ROOT), request],
                stdin=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:  # the machine has no process or memory to give now
            raise Refused(Reason.BUSY) from error
    with child:
        try:
            said, _nothing = child.communicate(timeout=max(seconds, POLL))
        except subprocess.TimeoutExpired:
            child.kill()
            return -signal.SIGKILL, b""
        except BaseException:
            child.kill()
            raise
    return child.returncode, said


@contextlib.contextmanager
def _place(places: Path, limits: Limits) -> Iterator[None]:
    """Hold one of the installation's few places; a lock goes with its process, however that ends."""
    places.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + limits.wait_seconds
    with contextlib.ExitStack() as held:
        while not any(_locked(held, places / f"{number}.lock") for number in range(limits.children)):
            if time.monotonic() > until:
                raise Refused(Reason.BUSY)
            time.sleep(POLL)
        yield


def _locked(held: contextlib.ExitStack, path: Path) -> bool:
    """Take the lock of a place if it is free, and keep its file open in `held`."""
    place = path.open("ab")
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        place.close()
        return False
    held.enter_context(place)
    return True
