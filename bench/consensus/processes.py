"""Runs a measurement in a process of its own and takes its time and its peak memory from the system.

A child's peak counts from its parent's memory at the fork, so the parent stays small: files are made by children too.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_MEGABYTE = 1024  # the system counts in kilobytes


class FailedError(Exception):
    """A measurement that ended with an error: its arguments and exit code."""


def measured(case: str, *arguments: object) -> dict[str, Any]:
    """What ``measure`` prints, with the process' seconds and megabytes."""
    return _run([sys.executable, "-W", "ignore", "-m", "bench.consensus.measure", case, *map(str, arguments)])


def command(path: Path) -> dict[str, Any]:
    """The command on a file: seconds from start to end, megabytes at the peak, size of the answer."""
    return _run([sys.executable, "-m", "tongxin.deliberation.consensus", str(path), "--json"], keep=False)


def _run(arguments: list[str], *, keep: bool = True) -> dict[str, Any]:
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=output, cwd=Path(__file__).parents[2])
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise FailedError(arguments, process.returncode)
        output.seek(0)
        found: dict[str, Any] = json.loads(output.read()) if keep else {}
    return {**found, "process": seconds, "busy": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / _MEGABYTE}
