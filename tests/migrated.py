"""The empty database of tests on SQLite: migrated once a checkout, then copied until a migration or a package changes.

On PostgreSQL every run migrates.
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
        kept_out = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}  # of a suite on PostgreSQL
        own = {"TONGXIN_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"]
        subprocess.run(command, env=kept_out | own, cwd=ROOT, check=True)  # noqa: S603 -- our own words
        whole = Path(home) / "whole.sqlite3"
        with closing(sqlite3.connect(next(Path(home).glob("*.sqlite3")))) as base:
            base.execute("VACUUM INTO ?", (str(whole),))  # with what stands in its journal
        for former in KEPT.glob("*.sqlite3"):
            former.unlink()
        whole.rename(kept)
