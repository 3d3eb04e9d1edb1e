"""What `tongxin serve` takes in, asked of a server that runs."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVE = "from tongxin.cli.running import run_server; run_server(host='127.0.0.1', port={port}, workers=1, threads=1)"
PAGE = "/static/ui/app.css"  # what is answered without a database


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Start the server as the command does, on a port that was free."""
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TONGXIN_ORIGINS"}}
    environment |= {"TONGXIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)}
    prepare = "from tongxin.cli import start; start.django(asks=False); from tongxin.cli.demonstration import prepare_static; prepare_static()"
    subprocess.run([sys.executable, "-c", prepare], cwd=ROOT, env=environment, check=True, capture_output=True)  # noqa: S603
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        number = int(free.getsockname()[1])
    server = subprocess.Popen([sys.executable, "-c", SERVE.format(port=number)], cwd=ROOT, env=environment)  # noqa: S603
    try:
        _wait_for(number)
        yield number
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(port: int) -> None:
    for _again in range(600):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    message = "the server did not start"
    raise AssertionError(message)


def _asked(port: int, headers: dict[str, str], *, body: bytes = b"") -> int:
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST" if body else "GET", PAGE, body or None, headers)
        return connection.getresponse().status


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Type", 'text/plain; x="' + ";" * 30_000),
        ("Cookie", 'csrftoken="' + "\\" * 60_000 + '"'),
        ("X-Forwarded-For", "1" * 9000),
    ],
)
def test_a_request_with_a_long_header_is_refused_before_python_reads_it(port: int, name: str, value: str) -> None:
    """Read by Python the first two take 9 and 15 seconds."""
    assert _asked(port, {name: value}) == 431


def test_a_long_kind_of_body_is_refused_before_django(port: int) -> None:
    assert _asked(port, {"Content-Type": "text/plain; x=" + ";" * 300}) == 431


def test_headers_of_a_browser_and_large_bodies_pass(port: int) -> None:
    assert _asked(port, {"Cookie": "a" * 7000}) == 200
    assert _asked(port, {"Content-Type": "application/octet-stream"}, body=b"a" * 3_000_000) == 405


def test_the_other_protocol_with_its_own_bounds_is_not_spoken(port: int) -> None:
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), 30)) as plain:
        plain.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert not plain.recv(64).startswith(b"\x00\x00")  # a frame of HTTP/2: its settings
