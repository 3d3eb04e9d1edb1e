"""Two server processes on one database: what one is told, the other knows."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import pytest

from tests.migrated import empty_database
from tongxin.accounts.tests import codes
from tongxin.accounts.tests.conftest import PASSWORD

ROOT = Path(__file__).resolve().parents[3]
SERVE = """
from wsgiref.simple_server import make_server, WSGIRequestHandler
WSGIRequestHandler.log_message = lambda *a: None
from django.core.wsgi import get_wsgi_application
server = make_server("127.0.0.1", 0, get_wsgi_application())
print(server.server_port, flush=True)  # from now on whoever asks is answered
server.serve_forever()
"""
FOUND = """
import django; django.setup()
from django.conf import settings
from django.utils import timezone
from tongxin.accounts.models import Account
from tongxin.committees import actions
from tongxin.regulations.actions import load_library
load_library(settings.LIBRARY_DIR / "national", None, actor=None, at=timezone.now())
committee = actions.found(code="YX", name="政协云溪县委员会", tier="county", actor=None, at=timezone.now())
for name in ("clerk", "newcomer"):
    account = Account(username=name, name=name)
    account.set_password({password!r})
    account.save()
    actions.appoint(account, committee=committee, duty="proposal.filing", starts_on=timezone.localdate(), actor=None, at=timezone.now())
Account.objects.filter(username="clerk").update(needs_second_factor=False)
"""


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Person:
    """A browser with one cookie jar, talking now to one process and now to the other."""

    def __init__(self, ports: list[int]) -> None:
        self.ports, self.jar = ports, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar), _Stay())

    def ask(self, process: int, path: str, **form: str) -> tuple[int, str, str]:
        """Return status, where it leads, and text."""
        origin = f"http://127.0.0.1:{self.ports[process]}"
        token = next((c.value or "" for c in self.jar if c.name == "csrftoken"), "")
        data = urlencode(form | {"csrfmiddlewaretoken": token}).encode() if form else None
        request = Request(f"{origin}{path}", data, {"Origin": origin} if form else {})  # noqa: S310 -- our own servers
        try:
            answer = self.opener.open(request, timeout=60)
        except HTTPError as error:
            answer = error
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()

    def sign_in(self, process: int, name: str) -> None:
        """Sign in with the password."""
        self.ask(process, "/accounts/login/")
        status, _where, _text = self.ask(process, "/accounts/login/", login=name, password=PASSWORD)
        assert status == 302


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def ports(home: Path) -> Iterator[list[int]]:
    """Start two servers on one new database."""
    hashers = "from config.settings import *\nPASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']\n"
    (home / "quick.py").write_text(hashers)
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TONGXIN_ORIGINS"}},
        "TONGXIN_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "quick",
        "PYTHONPATH": f"{home}:{ROOT}",
        "TONGXIN_TESTING": "1",
    }

    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True)  # noqa: S603

    shutil.copyfile(empty_database(), home / "tongxin.sqlite3")
    run("-c", FOUND.format(password=PASSWORD))
    command = [sys.executable, "-c", SERVE]
    servers = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _n in range(2)]  # noqa: S603
    try:
        yield [_port(server) for server in servers]
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            _end(server)


def _port(server: "subprocess.Popen[str]") -> int:
    """Return the port that a server took; it says so as soon as it listens, and nothing when it is gone."""
    assert server.stdout is not None
    said = server.stdout.readline()
    assert said, f"a server did not start: {server.wait(60)}"
    return int(said)


def _end(server: "subprocess.Popen[str]") -> None:
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@pytest.fixture(autouse=True)
def _one_hour_and_one_half_minute() -> None:
    """Let the clock of the codes go: the servers' goes too."""


def test_signed_out_in_one_process_is_signed_out_in_both(ports: list[int]) -> None:
    person = Person(ports)
    person.sign_in(0, "clerk")
    assert [person.ask(process, "/account/")[0] for process in (0, 1, 0)] == [200, 200, 200]
    stolen = Person(ports)
    for cookie in person.jar:
        stolen.jar.set_cookie(cookie)
    assert person.ask(1, "/accounts/logout/", leave="1")[0] == 302
    assert [stolen.ask(process, "/account/")[:2] for process in (0, 1)] == [(302, "/accounts/login/?next=/account/")] * 2


def _last_step(home: Path, name: str) -> int:
    """Return the half minute of the last code taken from somebody, as it stands in the database of both processes."""
    with closing(sqlite3.connect(f"file:{home}/tongxin.sqlite3?mode=ro", uri=True)) as database:
        asked = "SELECT last_code_step FROM accounts_account WHERE username = ?"
        return int(database.execute(asked, (name,)).fetchone()[0])


def test_setting_up_the_second_factor_does_not_go_in_circles(home: Path, ports: list[int]) -> None:
    person, page = Person(ports), "/accounts/2fa/totp/activate/"
    person.sign_in(0, "newcomer")
    assert person.ask(1, "/home/")[1] == page
    person.ask(0, page)
    status, _where, text = person.ask(0, page)
    secret = re.search(r'data-copy="([A-Z2-7]{32})"', text)
    assert (status, secret is not None) == (200, True)
    assert secret is not None
    code = codes.shown(secret[1])
    assert person.ask(1, page, code=code)[0] == 302
    assert [person.ask(process, "/home/")[0] for process in (0, 1)] == [200, 200]
    second = Person(ports)
    second.sign_in(0, "newcomer")
    taken = _last_step(home, "newcomer")
    assert codes.of_step(secret[1], taken) == code  # recorded by the process that took it
    _is_used_up_in_the_other(home, second, secret[1])


def _is_used_up_in_the_other(home: Path, person: Person, secret: str) -> None:
    """See a code refused that the other process has taken, and one of the next half minute taken, while both still hold."""
    for _busy in range(5):
        taken = _last_step(home, "newcomer")
        assert person.ask(0, "/accounts/2fa/authenticate/", code=codes.of_step(secret, taken))[0] == 200
        in_time = codes.step() <= taken + 1
        if in_time:
            assert _last_step(home, "newcomer") == taken
        fresh = codes.step() + 1
        assert person.ask(0, "/accounts/2fa/authenticate/", code=codes.of_step(secret, fresh))[0] == 302
        assert _last_step(home, "newcomer") == fresh
        if in_time:
            return
        # so busy a machine that the code ran out meanwhile: that it was refused says nothing
        person = Person(person.ports[::-1])
        person.sign_in(0, "newcomer")
    pytest.fail("five codes ran out before they were asked for again")


def test_wrong_passwords_in_two_processes_are_one_count(ports: list[int]) -> None:
    person = Person(ports)
    person.ask(0, "/accounts/login/")
    answers = [person.ask(n % 2, "/accounts/login/", login="nobody", password=f"错的{n}")[0] for n in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]
