"""Whatever goes wrong under /api/ is a problem in JSON, whoever answers it; pages stay pages."""

import json
import sqlite3
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.api.problems import TYPE, problem
from tongxin.core import charsets

LISTS = "/api/v1/lists/"


def told(answer: Any) -> tuple[int, str, str]:
    """Return a problem's status, which stands in it too, its code and its words."""
    assert answer.headers["Content-Type"] == TYPE
    said = answer.json()
    assert set(said) == {"type", "title", "status", "detail", "code", "reasons", "fields"}
    assert said["status"] == answer.status_code
    assert {"no-store", "private"} <= {
        part.strip() for part in answer.headers.get("Cache-Control", "private, no-store").split(",")
    }
    return answer.status_code, said["code"], said["detail"]


def test_addresses_that_are_not_there_and_methods_that_are_not_taken(cast: Cast) -> None:
    client = as_(cast.office)
    assert told(client.get("/api/v1/nothing/"))[:2] == (404, "not-found")
    assert told(client.get("/api/"))[:2] == (404, "not-found")
    refused = client.delete(LISTS)
    assert told(refused)[:2] == (405, "method-not-allowed")
    assert "GET" in refused.headers["Allow"]
    assert client.get("/api/v1/lists").headers["Location"] == LISTS
    assert client.get("/nothing/").headers["Content-Type"].startswith("text/html")


def test_staff_without_a_second_factor_is_told_what_comes_first(cast: Cast) -> None:
    Account.objects.filter(pk=cast.office.pk).update(needs_second_factor=True, factor_changes=3)
    client = Client()
    client.force_login(Account.objects.get(pk=cast.office.pk))
    answer = client.get(LISTS)
    assert told(answer)[:2] == (403, "page-first")
    assert reverse("mfa_activate_totp") in answer.json()["detail"]
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("a fault of ours"), 500),
        (OperationalError("disk I/O error"), 503),
        (SuspiciousOperation("odd"), 400),
    ],
)
def test_what_nobody_foresaw(cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int) -> None:
    def fails(*_said: Any, **_more: Any) -> None:
        raise error from (sqlite3.OperationalError() if status == 503 else None)

    monkeypatch.setattr("tongxin.api.rows.described_to", fails)
    monkeypatch.setattr("tongxin.access.failing.is_passing", lambda raised: isinstance(raised, OperationalError))
    client = as_(cast.office)
    client.raise_request_exception = False
    answer = client.get(LISTS)
    assert told(answer)[0] == status
    assert str(error) not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b'{"seen": "\\ud800"}', 400),
        ("application/json", b'{"seen": "", "said": {"\\ud800": ""}}', 400),
        ("application/json", b'{"seen": "", "said": {"reason": "\\ud800"}}', 400),
        ("application/json", b'{"seen": "", "more": 1}', 422),
        ("application/json", b"", 422),
        ("application/json", b"[1", 400),
        ("application/json", b"[" * 2000, 400),
        ("application/json", b"\xff\xfe", 400),
        ("text/plain", b'{"seen": ""}', 400),
        ("application/x-www-form-urlencoded", b"seen=x", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="seen"\r\n\r\nx\r\n--x--\r\n', 400),
        ("application/json; charset=gbk", b"{}", 415),
    ],
)
def test_bodies_that_cannot_be_read(cast: Cast, kind: str, body: bytes, status: int) -> None:
    step = reverse("api:step", args=["proposals", cast.submitted().uid, "return_for_revision"])
    answer = as_(cast.office).generic("POST", step, body, kind)
    assert told(answer)[0] == status
    json.loads(answer.content)


def test_a_program_is_told_of_another_charset_as_of_every_error() -> None:
    environ = RequestFactory().get("/api/v1/lists/").environ | {"CONTENT_TYPE": "application/json; charset=gbk"}
    answered: list[Any] = []
    body = b"".join(charsets.Utf8Alone(WSGIHandler())(environ, lambda status, said: answered.append((status, dict(said)))))
    expected = problem(415)
    assert (answered[0][0], answered[0][1]["Content-Type"]) == ("415 Unsupported Media Type", expected["Content-Type"])
    assert json.loads(body) == json.loads(expected.content)
