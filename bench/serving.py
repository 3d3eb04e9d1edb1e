"""The real server as a child process, sessions without passwords, and how much memory its processes took."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

HOST = "127.0.0.1"
STARTS_WITHIN = 180
QUIET, IDLE = 3, 0.1  # so many seconds in a row with less work than this
CSRF = "b" * 32


class NotStartedError(Exception):
    """The server did not answer in time."""


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def server(*, workers: int = 2) -> Iterator[tuple[int, int]]:
    """Run `tongxin serve` on a free port; give the port and the process id."""
    port = free_port()
    command = [sys.executable, "-m", "tongxin.cli", "serve", "--port", str(port), "--workers", str(workers)]
    child = subprocess.Popen(command, env=os.environ.copy(), stdout=subprocess.DEVNULL)
    try:
        _wait(port, child)
        yield port, child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(port: int, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and child.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection(HOST, port, timeout=10)
            link.request("GET", "/accounts/login/")
            if link.getresponse().status < http.client.INTERNAL_SERVER_ERROR:
                return
        time.sleep(0.2)
    raise NotStartedError


def cookie_for(account_id: int | None) -> str:
    """Return the cookies of a signed-in person: a session row is made, no password is asked."""
    from django.conf import settings

    from tongxin.accounts.models import Account

    if account_id is None:
        return f"csrftoken={CSRF}"
    account = Account.objects.get(pk=account_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["_auth_user_id"] = str(account.pk)
    store["_auth_user_backend"] = "tongxin.accounts.backends.SignInName"
    store["_auth_user_hash"] = account.get_session_auth_hash()
    store.create()
    return f"sessionid={store.session_key}; csrftoken={CSRF}"


def peak_memory(pid: int) -> float:
    """Return the highest memory of a process and its children, summed, in MB."""
    total = 0.0
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            total += int(line.split()[1]) / 1024
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        with contextlib.suppress(OSError):
            total += peak_memory(int(child))
    return round(total, 1)


def until_idle(pid: int, *, at_most: float = 900) -> float:
    """Wait until a server has read what it reads after its start (texts, for the likeness).

    Return the seconds it took.
    """
    begun, quiet, last = time.monotonic(), 0, processor_seconds(pid)
    while quiet < QUIET and time.monotonic() - begun < at_most:
        time.sleep(1)
        now = processor_seconds(pid)
        quiet, last = quiet + 1 if now - last < IDLE else 0, now
    return round(time.monotonic() - begun - QUIET, 1)


def processor_seconds(pid: int) -> float:
    """Return how long the processors have worked for a process and its children."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    total = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        with contextlib.suppress(OSError):
            total += processor_seconds(int(child))
    return total
