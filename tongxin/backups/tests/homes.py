"""Installations of their own beside the test's, and what is done in them.

As an office does it, by commands in other processes.
"""

import json
import os
import pickle
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tests.migrated import ready

ROOT = Path(__file__).resolve().parents[3]
TONGXIN = """
import sys
from tongxin.cli.entrance import main
sys.exit(main())
"""
WORK = """
import pickle, sys
import django
django.setup()
from django.utils import timezone
from tests.cast import moment
from tongxin.audit import sealing, verifying
cast = pickle.load(open(sys.argv[1], "rb"))
case = cast.assigned(moment("2026-03-03"), title="关于在北山乡开通夜间诊疗专线的建议")
case.proposal.refresh_from_db()
sealing.seal(at=timezone.now())
verdict = verifying.verify()
print(case.proposal.state, case.state, verdict.problems)
"""


OLDER = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", "audit", "0002", verbosity=0)
call_command("migrate", "committees", "0001", verbosity=0)
"""


@dataclass(frozen=True)
class Home:
    """One installation: its directory, and its database where that is PostgreSQL's."""

    place: Path
    database: str | None = None

    def _environment(self, *, keys: bool) -> dict[str, str]:
        left = {n: v for n, v in os.environ.items() if n not in {"DATABASE_URL", "TONGXIN_ORIGINS", "TONGXIN_TESTING"}}
        mine = {"TONGXIN_HOME": str(self.place), "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"}
        mine |= {"DATABASE_URL": self.database} if self.database else {}
        if keys:
            mine |= {f"TONGXIN_{n.upper()}_KEY": getattr(settings, f"{n.upper()}_KEY") for n in ("field", "audit")}
            mine["TONGXIN_SECRET_KEY"] = settings.SECRET_KEY
        return left | mine

    def run(self, *words: str | Path, keys: bool = True) -> tuple[int, Any, str]:
        """Run a command; return its exit code, what it printed as JSON, and what it said."""
        done = subprocess.run(  # noqa: S603 -- our own module
            [sys.executable, "-c", f"{ready()}{TONGXIN}", *map(str, words)],
            cwd=ROOT,
            env=self._environment(keys=keys),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout) if "--json" in words and done.stdout else done.stdout, done.stderr

    def handles_a_proposal(self, cast: object, place: Path) -> str:
        """Let the people of the cast hand in, file and assign a proposal here.

        Return the states, and what verifying names then.
        """
        kept = place / f"cast-{uuid.uuid4().hex}"
        kept.write_bytes(pickle.dumps(cast))
        return self._do(WORK, str(kept))

    def begins_with_an_older_schema(self) -> str:
        """Make the tables of a few apps as they once were; return what went wrong."""
        return self._do(OLDER)

    def _do(self, *words: str) -> str:
        done = subprocess.run(  # noqa: S603 -- our own words
            [sys.executable, "-c", *words],
            cwd=ROOT,
            env=self._environment(keys=True),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or done.stderr


@contextmanager
def another_database() -> Iterator[str]:
    """Give the address of an empty database beside the test's, on the same PostgreSQL."""
    name, about = f"restored_{uuid.uuid4().hex[:8]}", connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        user = f"{about['USER']}:{about['PASSWORD']}" if about["PASSWORD"] else about["USER"]
        yield f"postgresql://{user}@{about['HOST']}:{about['PORT'] or 5432}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
