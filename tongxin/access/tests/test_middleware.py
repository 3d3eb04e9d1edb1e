"""The two walls around every view."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, QueryDict
from django.test import Client, RequestFactory

from tests.cast import Cast
from tongxin.core import charsets, headers
from tongxin.core.asked import without_nul
from tongxin.proposals.models import Proposal


def test_form_data_without_nul_is_left_as_it_is() -> None:
    data = QueryDict("q=夜间&m=1&m=2")
    assert without_nul(data) is data


def test_nul_is_dropped_from_names_and_values_and_the_rest_stays() -> None:
    clean = without_nul(QueryDict("q=夜%00间&m=1&m=2&%00a=b"))
    assert list(clean.lists()) == [("q", ["夜间"]), ("m", ["1", "2"]), ("a", ["b"])]
    with pytest.raises(AttributeError):
        clean["q"] = "other"


def test_words_with_nul_are_searched_without_it(cast: Cast, client: Client) -> None:
    cast.filed()
    client.force_login(cast.proposer)
    page = client.get("/proposals/?tab=filed&q=夜间%00值班")
    assert page.status_code == 200
    found = page.context["list"]
    assert (found.question.words, len(found.rows)) == ("夜间值班", 1)


def test_a_text_with_nul_is_saved_without_it(cast: Cast, client: Client) -> None:
    draft = cast.draft()
    client.force_login(cast.proposer)
    answer = client.post(f"/drafts/proposals.text/{draft.uid}/", {"title": "夜间\x00药房", "version": draft.version})
    assert answer.status_code == 200
    assert Proposal.objects.get(pk=draft.pk).title == "夜间药房"


def test_an_address_with_nul_is_read_without_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    assert client.get(f"/proposals/{cast.filed().uid}%00/").status_code == 200
    assert client.get("/public/%00/").status_code == 404


def test_a_session_cookie_with_nul_is_nobody(cast: Cast, client: Client) -> None:
    client.cookies["sessionid"] = "abcdefgh\x00ijkl"
    assert client.get("/home/").status_code == 302


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/invitation/", "/home/", "/no/such/page/", "/static/none.css"])
def test_what_a_view_answers_is_kept_by_nobody(cast: Cast, client: Client, path: str) -> None:
    for account in (None, cast.proposer):
        if account is not None:
            client.force_login(account)
        said = {part.strip() for part in client.get(path)["Cache-Control"].split(",")}
        assert said >= {"private", "no-store"}, (account, path)


def test_exports_are_kept_by_nobody(cast: Cast, client: Client) -> None:
    cast.filed()
    client.force_login(cast.office)
    for kind in ("csv", "xlsx"):
        answer = client.post("/desk/proposals/sheet/", {"format": kind, "query": "stage=received"})
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"


@cache
def _costly() -> str:
    """Return a query that takes seconds to be decoded, and to be written."""
    return "xn--" + "".join(chr(0x4E00 + i) for i in range(4000)).encode("punycode").decode()


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize(
    "said", ["charset=utf-16", "charset=idna", "charset=rot13", "charset=undefined", "charset*=idna''%78n--"]
)
def test_another_charset_is_refused_with_a_sentence_before_anything_is_decoded(method: str, said: str) -> None:
    """The query of a request is decoded by it before the first middleware: with some of them for minutes."""
    kind = f"application/x-www-form-urlencoded; {said}"
    request = RequestFactory().generic(method, "/accounts/login/", b"login=a&password=b")
    environ = request.environ | {
        "CONTENT_TYPE": kind,
        "QUERY_STRING": _costly(),
    }
    answered: list[str] = []
    body = b"".join(charsets.Utf8Alone(WSGIHandler())(environ, lambda status, _headers: answered.append(status)))
    assert (answered, body.decode()) == (["415 Unsupported Media Type"], charsets.REFUSED)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CONTENT_TYPE", 'text/plain; x="' + ";" * 300),
        ("CONTENT_TYPE", 'text/plain; x="' + ";" * 30_000),
        ("CONTENT_LENGTH", "9" * 9000),
        *(
            (f"HTTP_{name}", 'csrftoken="' + "\\" * 60_000 + '"')
            for name in (
                "COOKIE",
                "HOST",
                "ACCEPT",
                "ACCEPT_LANGUAGE",
                "RANGE",
                "REFERER",
                "ORIGIN",
                "X_FORWARDED_FOR",
                "X_FORWARDED_PROTO",
                "IF_NONE_MATCH",
                "IF_MODIFIED_SINCE",
                "AUTHORIZATION",
                "HX_CURRENT_URL",
                "USER_AGENT",
                "NEVER_HEARD_OF",
            )
        ),
    ],
)
def test_a_header_longer_than_any_of_ours_is_refused_before_anything_reads_it(name: str, said: str) -> None:
    """Reading such a Content-Type takes 9 seconds, such a cookie 15, before anybody is asked who he is."""
    answered: list[str] = []
    asked: list[str] = []

    def served(environ: dict[str, Any], _start_response: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        return []

    environ = RequestFactory().get("/").environ | {name: said}
    body = b"".join(headers.ShortAlone(served)(environ, lambda status, _headers: answered.append(status)))
    assert (answered, body.decode(), asked) == (["431 Request Header Fields Too Large"], headers.REFUSED, [])


def test_headers_of_a_browser_pass() -> None:
    longest = {"CONTENT_TYPE": "multipart/form-data; boundary=" + "-" * 70, "HTTP_COOKIE": "a" * 7000}
    assert list(headers.ShortAlone(lambda _environ, _start: [b"served"])(longest, None)) == [b"served"]


def test_what_the_server_runs_has_both_walls_before_it() -> None:
    served = Path(__file__).resolve().parents[3] / "config" / "wsgi.py"  # importing it warms the likeness in a thread
    assert "application = ShortAlone(Utf8Alone(get_wsgi_application()))" in served.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_a_form_in_another_charset_is_refused_where_nothing_stands_before(client: Client) -> None:
    kind = "application/x-www-form-urlencoded; charset=utf-16"
    answer = client.generic("POST", "/accounts/login/", b"login=a&password=b", content_type=kind)
    assert (answer.status_code, answer.text) == (415, charsets.REFUSED)


@pytest.mark.django_db
def test_parts_of_a_form_from_nobody_are_not_read(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part has headers of its own, whose reading costs: a megabyte of them held a process for seconds."""
    part = b'--x\r\nx: a;b="' + b";" * 900 + b'"\r\n\r\n\r\n'
    kind, parsed = "multipart/form-data; boundary=x", list[str]()
    monkeypatch.setattr("django.http.HttpRequest.parse_file_upload", _noting(parsed))

    def sent(body: bytes) -> tuple[int, str, int]:
        answer = client.generic("POST", "/proposals/new/", body, content_type=kind)
        return answer.status_code, answer.headers.get("Location", "").partition("?")[0], len(parsed)

    assert sent(part * 100 + b"--x--\r\n") == (302, "/accounts/login/", 0)
    assert sent(part + b"--x--\r\n")[2] == 1  # a short one is read as any form
    client.force_login(cast.proposer)
    sent(part * 100 + b"--x--\r\n")
    assert len(parsed) == 2  # whoever is signed in sends files


def _noting(parsed: list[str]) -> Any:
    real = HttpRequest.parse_file_upload

    def parse(request: HttpRequest, meta: Any, body: Any) -> Any:
        parsed.append(request.path)
        return real(request, meta, body)

    return parse
