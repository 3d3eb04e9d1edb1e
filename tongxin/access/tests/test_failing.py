"""The database away, the disk full: a page says so, and what was written comes back."""

import errno
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config import urls
from tongxin.access.failing import is_passing

TEXT = "建议由卫生院药房排班值守到零点，县里给予夜班补助，先行试点半年。<em>" * 3
ERRORS: dict[str, Exception] = {
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "away": OperationalError("unable to open database file"),
    "ours": ValueError("写坏了"),
}


def fails(_request: HttpRequest, how: str) -> HttpResponse:
    raise ERRORS[how]


handler500 = urls.handler500
urlpatterns = [*urls.urlpatterns, path("fails/<str:how>/", fails)]


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("how", ["full", "away"])
def test_a_text_that_could_not_be_taken_comes_back_to_be_sent_again(client: Client, how: str) -> None:
    answer = client.post(f"/fails/{how}/?next=1", {"suggestions": TEXT, "version": "3", "tick": ["a", "b"]})
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "系统暂时不能办理" in page
    assert f'action="/fails/{how}/?next=1"' in page
    assert TEXT.replace("<", "&lt;").replace(">", "&gt;") in page
    assert [f'name="{name}" value="{value}"' in page for name, value in (("version", "3"), ("tick", "a"), ("tick", "b"))] == [
        True
    ] * 3
    assert "<em>" not in page


def test_a_page_that_could_not_be_read_is_asked_for_again(client: Client) -> None:
    answer = client.get("/fails/away/")
    assert (answer.status_code, "<form" in answer.content.decode()) == (503, False)
    assert 'href="/fails/away/"' in answer.content.decode()


def test_a_password_does_not_come_back(client: Client) -> None:
    answer = client.post("/fails/away/", {"login": "office", "password": "x" * 60})
    assert (answer.status_code, "xxx" in answer.content.decode(), "office" in answer.content.decode()) == (503, False, False)


def test_a_fault_of_ours_is_not_called_a_full_disk(client: Client) -> None:
    answer = client.post("/fails/ours/", {"suggestions": TEXT})
    assert (answer.status_code, "系统出了问题" in answer.content.decode()) == (500, True)
    assert is_passing(OperationalError("no such table: x")) is (connection.vendor != "sqlite")
