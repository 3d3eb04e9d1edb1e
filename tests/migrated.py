"""The empty database of tests on SQLite: migrated once a checkout, then copied until a migration or a package changes.

On PostgreSQL every run migrates. So do the processes of tests in which making the tables is the point; the others begin
with `ready()`, and take the copy where they would migrate from nothing to the newest schema: that is most of what they
cost.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".pytest_cache" / "migrated"


READY = """
import sqlite3
from contextlib import closing
from django.db.migrations.executor import MigrationExecutor

def migrate_or_copy(self, targets, plan=None, **more):
    plan = self.migration_plan(targets) if plan is None else plan
    nothing = self.connection.vendor == "sqlite" and not self.connection.introspection.table_names()
    if not nothing or {{step for step, _backwards in plan}} != set(self.loader.graph.nodes.values()):
        return migrate_from_here(self, targets, plan, **more)
    with closing(sqlite3.connect({ready!r})) as ready:
        ready.backup(self.connection.connection)
    self.loader.build_graph()
    return self._create_project_state(with_applied_migrations=True)

migrate_from_here, MigrationExecutor.migrate = MigrationExecutor.migrate, migrate_or_copy
"""


def ready() -> str:
    """Return what a process of a test does first, in order to copy the empty database instead of making it."""
    return READY.format(ready=str(empty_database()))


def empty_database() -> Path:
    """Return a migrated database without rows of ours; one process makes it, the others wait for it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{_digest()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _make(kept)
    return kept


def _digest() -> str:
    """Digest everything that the database comes from."""
    found = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for path in (ROOT / "config" / "settings.py", *sorted(ROOT.glob("tongxin/*/migrations/*.py"))):
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:24]


def _make(kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=KEPT) as home:
        # of a suite on PostgreSQL
        kept_out = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own = {"TONGXIN_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"]
        subprocess.run(command, env=kept_out | own, cwd=ROOT, check=True)  # noqa: S603 -- our own words
        whole = Path(home) / "whole.sqlite3"
        with closing(sqlite3.connect(next(Path(home).glob("*.sqlite3")))) as base:
            base.execute("VACUUM INTO ?", (str(whole),))  # with what stands in its journal
        for former in KEPT.glob("*.sqlite3"):
            former.unlink()
        whole.rename(kept)
