"""The shell: who one is, how large the letters are, how long the session lasts, and pages for when things go wrong."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import loader
from django.test import RequestFactory

from tongxin.ui import context, navigation
from tongxin.ui.context import shell


class Person:
    is_authenticated = True
    last_login = None

    def __init__(self, size=None):
        if size is not None:
            self.size = size


@pytest.fixture
def alone(monkeypatch):
    """No top app has said anything."""
    monkeypatch.setattr(navigation, "_provider", None)
    monkeypatch.setattr(navigation, "_save_size", None)


def asked(user=None, **cookies):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    request.COOKIES.update(cookies)
    return request


def test_without_a_provider_there_is_a_portal(alone):
    drawn = shell(asked())["shell"]
    assert (drawn.kind, drawn.template, drawn.size) == ("portal", "ui/portal.html", "")


def test_the_provider_is_asked_once_and_only_when_needed(alone):
    calls = []
    navigation.register(lambda request: calls.append(request) or navigation.Shell(kind="desk"))
    request = asked()
    first, second = shell(request)["shell"], shell(request)["shell"]
    assert calls == []
    assert (first.kind, second.kind) == ("desk", "desk")
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("user", "cookie", "size"),
    [
        (None, "elder", "elder"),
        (None, "huge", ""),
        (Person("elder"), "", "elder"),
        (Person(""), "elder", ""),
        (Person(), "elder", "elder"),
    ],
)
def test_the_accounts_choice_of_size_goes_before_the_devices(alone, user, cookie, size):
    assert context.size_of(asked(user, size=cookie)) == size


def test_choosing_a_size_sets_the_cookie_and_goes_back(client):
    answer = client.post("/size/", {"size": "elder", "next": "/components/?shell=desk"})
    assert (answer.status_code, answer["Location"]) == (302, "/components/?shell=desk")
    assert answer.cookies["size"].value == "elder"
    assert client.post("/size/", {"size": "x"}).cookies["size"].value == ""
    assert client.post("/size/", {"size": "", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert client.post("/size/", {"size": ""}, headers={"X-Requested-With": "fetch"}).status_code == 204
    assert client.get("/size/").status_code == 405


def test_choosing_a_size_is_told_to_the_top_app(alone, rf):
    from tongxin.ui import views

    kept = []
    navigation.register_size(lambda user, value: kept.append((user, value)))
    request = rf.post("/size/", {"size": "elder"})
    request.user = Person()
    views.size(request)
    assert kept == [(request.user, "elder")]


class Session(dict):
    def get_expiry_age(self):
        return 3600


def test_staying_begins_the_time_anew(rf):
    from tongxin.ui import views

    request = rf.post("/session/")
    request.user, request.session = Person(), Session(ends_at=time.time() + 100)
    assert context.seconds_left(request) <= 100
    assert views.stay(request).status_code == 200
    assert 3590 < context.seconds_left(request) <= 3600
    request.user = AnonymousUser()
    assert views.stay(request).status_code == 403
    assert context.seconds_left(request) == 0


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_when_things_go_wrong_a_page_says_what_and_what_next(name):
    text = loader.get_template(f"{name}.html").render()
    assert text.count("<h1>") == 1
    assert "回到首页" in text


def test_an_unknown_address_is_answered_in_words(client, db):
    answer = client.get("/nowhere/at/all/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_counts_are_read_as_words():
    from tongxin.ui import samples

    text = loader.get_template("ui/member.html").render({"shell": samples.shell("member", "")})
    assert 'aria-label="消息，3 条未读"' in text
    assert text.count("<main") == text.count("<header") == 1
    assert 'href="#main"' in text
