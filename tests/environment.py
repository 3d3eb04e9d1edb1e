"""Set before the settings are read: a home of its own for the tests. Loaded by `-p` in pyproject.toml, first of all."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "TONGXIN_HOME" not in os.environ:
    os.environ["TONGXIN_HOME"] = tempfile.mkdtemp(prefix="tongxin-test-")
    atexit.register(shutil.rmtree, os.environ["TONGXIN_HOME"], ignore_errors=True)
home = Path(os.environ["TONGXIN_HOME"])
(home / "static").mkdir(parents=True, exist_ok=True)
os.environ["TONGXIN_TESTING"] = "1"
# Playwright's synchronous API keeps an event loop in the thread; the database is used from the same one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
