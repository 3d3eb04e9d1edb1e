"""The process in which a stranger's file is opened.

It limits itself, judges one file, answers in one line, and ends.
"""

import contextlib
import json
import os
import resource
import sys

MB = 1024 * 1024


def main(request: str) -> None:
    """Judge the file on standard input. `request` is JSON: limits, and the name's ending."""
    asked = json.loads(request)
    _limit(cpu_seconds=asked["cpu_seconds"], memory_mb=asked["memory_mb"])
    print(json.dumps(_answer(asked)), flush=True)  # noqa: T201 -- how it answers
    os._exit(0)  # nothing to tidy up: a broken file's objects are not worth their destructors


def _limit(*, cpu_seconds: int, memory_mb: int) -> None:
    """Bound time, memory, files and children before a single byte is read."""
    os.nice(10)  # requests go first
    for what, most in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory_mb * MB),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with contextlib.suppress(ValueError):  # a lower limit stands already
            resource.setrlimit(what, (most, most))


def _answer(asked: dict) -> dict[str, str]:
    from tongxin.files.inspection.judging import judge  # noqa: PLC0415 -- under the limits
    from tongxin.files.inspection.reasons import Reason, Refused  # noqa: PLC0415 -- the same

    try:
        return {"kind": judge(sys.stdin.buffer, ending=asked["ending"])}
    except Refused as refused:
        return {"reason": refused.reason, "kind": refused.kind}
    except MemoryError:
        return {"reason": Reason.TOO_HEAVY, "kind": ""}
