"""``make bench-consensus``: measures, prints, writes bench/out/consensus.json and the section in docs/benchmarks.md.

``--quick`` leaves out a million people and a hundred million rows (about four minutes, 1.3 GB of disk, 7 GB of
memory); ``--no-docs`` leaves the documents alone.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.consensus.processes import FailedError, command, measured
from bench.consensus.report import machine, section, write_section

OUT = Path(__file__).parents[1] / "out"
SMALL, MIDDLE, LARGE = (1_000, 200, 50_000), (33_000, 800, 2_000_000), (1_000_000, 1_000, 95_000_000)
PEOPLE = [(people, 200, 50 * people) for people in (500, 1_000, 2_000, 5_000, 20_000, 50_000)]
STATEMENTS = [(5_000, statements, 250_000) for statements in (100, 200, 400, 800, 1_600)]
VOTES = [(20_000, 800, votes) for votes in (200_000, 500_000, 1_000_000, 2_000_000, 4_000_000)]
NEEDED_GB = 12
ROWS_TIMES = 2_000


def say(words: str) -> None:
    """Progress goes to stderr."""
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Runs every case and writes the results."""
    options = argparse.ArgumentParser(prog="bench.consensus", description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--no-docs", action="store_true")
    chosen = options.parse_args()
    results: dict[str, Any] = {"machine": machine(), "sizes": {"small": SMALL, "middle": MIDDLE, "large": LARGE}}
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(prefix="bench-consensus-") as folder:
        for name, size, repeat in (("small", SMALL, 15), ("middle", MIDDLE, 7)):
            results[name] = beside(name, size, repeat, Path(folder))
            loads.append(os.getloadavg()[0])
        say("1 000 new votes on 2 million")
        results["incremental"] = measured("incremental", *MIDDLE, 9)
        for axis, sizes in (("people", PEOPLE), ("statements", STATEMENTS), ("votes", VOTES)):
            results[axis] = []
            loads.append(os.getloadavg()[0])
            for size in sizes:
                say(f"growth with {axis}: {size}")
                results[axis].append({"size": size, **measured("core", *size, 5)})
        if not chosen.quick:
            results |= heavy(Path(folder))
    results["machine"]["load"] = [min(loads), max(loads)]
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "consensus.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(section(results))
    if not chosen.no_docs:
        write_section(results)


def beside(name: str, size: tuple[int, int, int], repeat: int, folder: Path) -> dict[str, Any]:
    """Ours and the published port on the same file of mixed rows, 5 % of the votes superseded."""
    path = folder / f"{name}.csv"
    measured("file", *size, path, "mixed")
    say(f"{name}: ours, computing")
    ours = measured("core", *size, repeat)
    say(f"{name}: ours, whole process")
    runs = sorted((command(path) for _ in range(3)), key=lambda run: run["process"])
    ours["whole"] = runs[1]
    say(f"{name}: red-dwarf")
    try:
        theirs: dict[str, Any] | None = measured("reddwarf", path)
    except FailedError as absent:
        say(f"red-dwarf left out ({absent}); it is in the group “bench”")
        theirs = None
    return {"ours": ours, "reddwarf": theirs}


def heavy(folder: Path) -> dict[str, Any]:
    """A million people with 95 million votes, and a hundred million rows of fifty thousand votes."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    free = shutil.disk_usage(folder).free / 1e9
    if min(memory, free) < NEEDED_GB:
        say(f"a million people left out: {memory:.0f} GB of memory and {free:.0f} GB of disk, {NEEDED_GB} needed")
        return {}
    path = folder / "large.csv"
    say("a million people: making the file")
    large = measured("file", *LARGE, path, "ordered")
    say("a million people: whole process")
    large |= command(path)
    path.unlink()
    return {"large": large, "rows": repeated_rows(folder)}


def repeated_rows(folder: Path) -> dict[str, Any]:
    """A hundred million rows in which the same fifty thousand votes are cast again and again."""
    rows = folder / "rows.csv"
    measured("file", *SMALL, rows, "ordered")
    head, body = rows.read_bytes().split(b"\n", 1)
    with rows.open("wb") as stream:
        stream.write(head + b"\n")
        for _ in range(ROWS_TIMES):
            stream.write(body)
    say("a hundred million rows: whole process")
    return {"rows": body.count(b"\n") * ROWS_TIMES, "distinct": body.count(b"\n"), **command(rows)}


if __name__ == "__main__":
    main()
