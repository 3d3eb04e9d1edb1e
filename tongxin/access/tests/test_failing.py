"""The database away, the disk full: a page says so, and what was written comes back."""

import errno
import re
from html import unescape
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils.functional import SimpleLazyObject

from config import urls
from tongxin.access import labels
from tongxin.access.failing import is_passing
from tongxin.core.database import NotThereError

TEXT = "建议由卫生院药房排班值守到零点，县里给予夜班补助，先行试点半年。<em>" * 3
NAMES = {
    "title": "关于延长夜间药房服务的建议",
    "situation": TEXT,
    "analysis": "人手不足",
    "consents_to_publication": "1",
    "version": "3",
}
MOVED = OperationalError("数据库文件不在那里")  # as Django says on what the connection raised
MOVED.__cause__ = NotThereError("数据库文件不在那里")
ERRORS: dict[str, Exception] = {
    "moved": MOVED,
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "away": OperationalError("unable to open database file"),
    "ours": ValueError("写坏了"),
}


class Held(forms.Form):
    on = forms.CharField(label="去世日期")
    reason = forms.CharField(label="说明")
    why = forms.ChoiceField(label="原因", choices=[("1", "乙"), ("2", "丙")])


def fails(request: HttpRequest, how: str) -> HttpResponse:
    if how == "held":
        held = Held(request.POST)
        assert held.is_valid()
    raise ERRORS.get(how, ERRORS["full"])


handler500 = urls.handler500
urlpatterns = [*urls.urlpatterns, path("fails/<str:how>/", fails)]


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("how", ["full", "away", "moved"])
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


def test_a_full_disk_is_named_in_a_header_and_a_database_that_is_away_is_not_one(client: Client) -> None:
    assert client.post("/fails/full/", {"version": "3"}).headers["X-Tongxin-Reason"] == "disk-full"
    assert "X-Tongxin-Reason" not in client.post("/fails/away/", {"version": "3"}).headers


def test_files_that_were_not_kept_are_named_and_must_be_chosen_again(client: Client) -> None:
    sent = {"uploads": [SimpleUploadedFile("走访.txt", b"x"), SimpleUploadedFile("照片.jpg", b"y")], "suggestions": TEXT}
    page = client.post("/fails/full/", sent, headers={"referer": "http://testserver/proposals/k7/edit/?tab=files"}).text
    assert "您选的文件没有保存下来：“走访.txt”“照片.jpg”。恢复以后请回到原来的页面，重新选择文件再提交。" in page
    assert ("再提交一次" in page, "<form" in page, 'href="/proposals/k7/edit/?tab=files"' in page) == (False, False, True)
    assert TEXT.replace("<", "&lt;").replace(">", "&gt;") in page


def test_a_body_that_was_cut_off_leads_back_and_never_to_another_site(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_said: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(HttpRequest, "parse_file_upload", full)
    for came, back in (("http://testserver/imports/", "/imports/"), ("http://elsewhere.example/imports/", "/"), ("", "/")):
        answer = client.post("/fails/full/", {"uploads": SimpleUploadedFile("委员.xlsx", b"x")}, headers={"referer": came})
        assert (answer.status_code, "您选的文件没有保存下来。" in answer.text, f'href="{back}"' in answer.text) == (
            503,
            True,
            True,
        )


def test_a_form_for_files_that_came_without_one_is_sent_again_as_it_was(client: Client) -> None:
    page = client.post("/fails/full/", {"suggestions": TEXT}).text
    assert ("再提交一次" in page, "没有保存下来" in page) == (True, False)


def test_a_page_that_could_not_be_read_is_asked_for_again(client: Client) -> None:
    answer = client.get("/fails/away/")
    assert (answer.status_code, "<form" in answer.content.decode()) == (503, False)
    assert 'href="/fails/away/"' in answer.content.decode()


@pytest.fixture
def at_the_editor(monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a text is handed in while nothing can be read: the view is not reached."""

    def away(*_said: Any) -> Any:
        raise OperationalError("unable to open database file")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    return "/proposals/abcdefghijkl/edit/"


def shown(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'<label class="label" for="written-\d+">([^<]*)</label>\s*<textarea[^>]*>\n([^<]*)</textarea>', page)
    return [(label, unescape(text)) for label, text in found]


def test_what_was_written_comes_back_under_the_labels_of_the_form_before_the_view_was_reached(
    client: Client, at_the_editor: str
) -> None:
    client.cookies["sessionid"] = "x" * 32
    answer = client.post(at_the_editor, NAMES)
    assert answer.status_code == 503
    assert shown(answer.content.decode()) == [
        ("案由", NAMES["title"]),
        ("情况", TEXT),
        ("分析", "人手不足"),
        ("是否同意公开", "同意全文公开"),
    ]
    assert all(f'name="{name}"' in answer.content.decode() for name in NAMES)


def test_the_form_that_the_failed_work_held_names_its_own_labels(client: Client) -> None:
    answer = client.post("/fails/held/", {"on": "2026-03-02", "reason": "病故", "why": "2"})
    assert shown(answer.content.decode()) == [("去世日期", "2026-03-02"), ("说明", "病故"), ("原因", "丙")]


def test_the_questions_of_a_step_are_known_by_its_address(client: Client, at_the_editor: str) -> None:
    client.cookies["sessionid"] = "x" * 32
    answer = client.post("/go/proposals/abcdefghijkl/return_for_revision/", {"reason": "请写清由谁做"})
    assert (answer.status_code, shown(answer.content.decode())) == (503, [("退回理由", "请写清由谁做")])


def test_a_password_does_not_come_back(client: Client) -> None:
    answer = client.post("/fails/away/", {"login": "office", "password": "x" * 60})
    assert (answer.status_code, "xxx" in answer.content.decode(), "office" in answer.content.decode()) == (503, False, False)


def test_a_fault_of_ours_is_not_called_a_full_disk(client: Client) -> None:
    answer = client.post("/fails/ours/", {"suggestions": TEXT})
    assert (answer.status_code, "系统出了问题" in answer.content.decode()) == (500, True)
    assert is_passing(OperationalError("no such table: x")) is (connection.vendor != "sqlite")


def test_who_cannot_be_read_is_not_asked_again_for_the_labels() -> None:
    asked = []

    def load() -> None:
        asked.append(1)
        raise RuntimeError

    def reads_the_user() -> None:
        user = SimpleLazyObject(load)
        str(user)

    with pytest.raises(RuntimeError) as failed:
        reads_the_user()
    assert (list(labels._held(failed.value)), asked) == ([], [1])
