"""`make bench`: every size in a database of its own, then the page. `python -m bench --sizes 1k,100k`."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

HOME = Path("var/bench")
COMMAND = [sys.executable, "-m", "tongxin.cli", "bench"]


def main() -> int:
    """Seed what is missing, measure, report. With DATABASE_URL there is one database, so one size at a time."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default="1k,100k", help="1k, 10k, 100k, 1m, or numbers, with commas")
    parser.add_argument("--seconds", default="4", help="at most so long a page")
    parser.add_argument("--out", default="docs/benchmarks.md")
    given = parser.parse_args()
    sizes, results = given.sizes.split(","), []
    if os.environ.get("DATABASE_URL") and len(sizes) > 1:
        parser.error("with DATABASE_URL give one size, and an empty database for each")
    for size in sizes:
        home = (HOME / size).resolve()
        home.mkdir(parents=True, exist_ok=True)
        own = os.environ | {"TONGXIN_HOME": str(home)}
        if os.environ.get("DATABASE_URL") or not (home / "tongxin.sqlite3").exists():
            subprocess.run([*COMMAND, "seed", "--scale", size], env=own, check=True)
        results.append(home / "result.json")
        subprocess.run([*COMMAND, "run", "--seconds", given.seconds, "--json", str(results[-1])], env=own, check=True)
    return subprocess.run([*COMMAND, "report", *map(str, results), "--out", given.out], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
