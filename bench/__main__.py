"""`make bench`: every size in a database of its own, on SQLite and on PostgreSQL, then the page.

`python -m bench --sizes 1k,100k`.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

HOMES, OUT = Path("var/bench"), Path("bench/out")
COMMAND = [sys.executable, "-m", "tongxin.cli", "bench"]


def main() -> int:
    """Seed what is missing, measure, report.

    PostgreSQL: the server of DATABASE_URL, or one that lives as long as the run.
    """
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default="1k,10k,100k", help="1k, 10k, 100k, 1m, or numbers, with commas")
    parser.add_argument("--on", default="sqlite,postgresql", help="which databases, with commas")
    parser.add_argument("--seconds", default="4", help="at most so long a page")
    parser.add_argument("--out", default="docs/benchmarks.md")
    given = parser.parse_args()
    sizes, results = given.sizes.split(","), []
    for database in given.on.split(","):
        if database == "postgresql" and not os.environ.get("DATABASE_URL"):
            again = [sys.executable, "-m", "bench", *sys.argv[1:], "--on", "postgresql", "--out", os.devnull]
            subprocess.run(["tools/postgres", *again], env=os.environ | {"DURABLE": "1"}, check=True)
        else:
            for size in sizes:
                _measure(database, size, given.seconds)
        results += [OUT / f"{database}-{size}.json" for size in sizes]
    if given.out == os.devnull:
        return 0
    return subprocess.run([*COMMAND, "report", *map(str, results), "--out", given.out], check=False).returncode


def _measure(database: str, size: str, seconds: str) -> None:
    home = (HOMES / f"{database}-{size}").resolve()
    home.mkdir(parents=True, exist_ok=True)
    OUT.mkdir(parents=True, exist_ok=True)
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"TONGXIN_HOME": str(home)}
    if database == "postgresql":
        own["DATABASE_URL"], seeded = _database(f"tongxin_bench_{size}")
    else:
        seeded = (home / "tongxin.sqlite3").exists()
    if not seeded:
        subprocess.run([*COMMAND, "seed", "--scale", size], env=own, check=True)
    out = str(OUT / f"{database}-{size}.json")
    subprocess.run([*COMMAND, "run", "--seconds", seconds, "--json", out], env=own, check=True)


def _database(name: str) -> tuple[str, bool]:
    """Return where a database of the server is, made when it is missing, and whether it was there."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        if not there:
            server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    kept = conninfo_to_dict(url)["dbname"]
    return url.removesuffix(str(kept)) + name, there


if __name__ == "__main__":
    sys.exit(main())
