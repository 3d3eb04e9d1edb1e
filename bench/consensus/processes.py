"""Runs a measurement in a process of its own and takes its time and its peak memory from the system."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tongxin.deliberation.consensus import synthetic
from tongxin.deliberation.consensus.votes import Votes

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


def mixed_csv(votes: Votes, path: Path, repeated: float = 0.05, seed: int = 0) -> None:
    """Writes votes in random order, some of them cast before in another way and therefore superseded."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(votes.values))
    rows, columns, values = votes.rows[order], votes.columns[order], votes.values[order]
    again = random.random(len(order)) < repeated
    people = votes.participants
    statements = votes.statements
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("participant_id,statement_id,vote\n")
        for first in (True, False):
            chosen = again if first else slice(None)
            stream.writelines(
                f"{people[row]},{statements[column]},{0 if first else value}\n"
                for row, column, value in zip(
                    rows[chosen].tolist(), columns[chosen].tolist(), values[chosen].tolist(), strict=True
                )
            )


def made(people: int, statements: int, votes: int) -> Votes:
    """A conversation with three planted groups."""
    return synthetic.conversation(people=people, statements=statements, votes=votes, separation=2.0).votes
