"""An installation on the tests' own database.

Server and worker as processes that can be killed, people who ask by HTTP.
"""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from bench.serving import CSRF, HOST, cookie_for, free_port
from tongxin.accounts.models import Account

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 120
ROUNDS = int(os.environ.get("TONGXIN_FAULTS") or 0)  # `make faults`: so many; nothing: one, and small


class Process:
    """A command of ours in a group of its own, which dies as a whole."""

    def __init__(self, *words: str, home: Path, **more: str) -> None:
        command = [sys.executable, "-m", "tongxin.cli", *words]
        said = environment(home) | more
        with (home / "processes.log").open("ab") as log:
            self.child = subprocess.Popen(command, cwd=ROOT, env=said, stdout=log, stderr=log, start_new_session=True)  # noqa: S603

    def kill(self) -> None:
        """Take it away with all it started, as a power cut does: nothing of ours runs any more."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait(30)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a process beside the tests: their database, their keys."""
    said = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "PYTEST_"))}
    said |= {
        "TONGXIN_HOME": str(home),
        "TONGXIN_SECRET_KEY": settings.SECRET_KEY,
        "TONGXIN_FIELD_KEY": settings.FIELD_KEY,
        "TONGXIN_AUDIT_KEY": settings.AUDIT_KEY,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    own: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        place = home / "tongxin.sqlite3"
        if not place.exists():
            place.symlink_to(own["NAME"])
    else:
        said["DATABASE_URL"] = f"postgresql://{own['USER']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    return said


class Server:
    """`tongxin serve`, and how to ask it."""

    def __init__(self, home: Path, *, port: int = 0, **more: str) -> None:
        self.port = port or free_port()
        self.process = Process("serve", "--port", str(self.port), "--workers", "2", home=home, **more)

    def wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and self.process.child.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                link = http.client.HTTPConnection(HOST, self.port, timeout=20)
                link.request("GET", "/accounts/login/")
                if link.getresponse().status == http.client.OK:
                    return
            time.sleep(0.1)
        message = "the server did not start"
        raise AssertionError(message)

    def pids(self) -> list[int]:
        """Return the processes that answer."""
        own = self.process.child.pid
        said = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
        return [own, *map(int, said)]


class Person:
    """Somebody who is signed in."""

    def __init__(self, account: Account) -> None:
        self.cookie = cookie_for(account.pk)

    def ask(self, port: int, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Ask once; return the status and the page, or 0 where nothing answered."""
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}
        link = http.client.HTTPConnection(HOST, port, timeout=60)
        try:
            link.request("GET" if form is None else "POST", path, None if form is None else urlencode(form), headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            link.close()


@contextmanager
def serving(home: Path, **more: str) -> Iterator[Server]:
    """Run a server until the end of a test."""
    server = Server(home, **more)
    try:
        server.wait()
        yield server
    finally:
        server.process.kill()
