"""Walking over all pages as everybody: signing in fast, undoing what a request did, seeing what it wrote."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import HttpHeaders
from django.http.response import HttpResponseBase
from django.template import Template
from django.test import Client
from django.test.utils import _TestState
from django.utils import timezone
from django.views.defaults import page_not_found, permission_denied

from tests.architecture.addresses import Route
from tests.architecture.world import World
from tests.cast import Cast, who_keeps_the_system
from tests.sampling import THOROUGH
from tongxin.accounts.models import Account
from tongxin.drafts.actions import keep
from tongxin.files import queries as files
from tongxin.files.models import File
from tongxin.files.tests.samples import PDF
from tongxin.handling import actions as handling
from tongxin.handling.choices import CaseState, TaskState
from tongxin.imports import actions as imports
from tongxin.imports.choices import Stage
from tongxin.imports.models import Import, Source
from tongxin.members import merging
from tongxin.members.models import Member
from tongxin.notices import actions as notices
from tongxin.notices.models import Letter, Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Attachment, Proposal

OK, NOT_ALLOWED = 200, 405

# Rows that a request may write although it only reads, with the reason.
BOOKKEEPING = {"django_session": "that somebody is there: how long the session lasts, messages already shown, codes being set up"}
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


def ours(number: int) -> bool:
    """Say whether the n-th of a walk is asked for here.

    In daily runs SQLite and PostgreSQL take turns, `make thorough` leaves nothing out.
    """
    return THOROUGH or number % 2 == (connection.vendor == "postgresql")


class WroteError(Exception):
    """A request that only reads wanted to write."""


@dataclass
class Watch:
    """Sees every statement; notes the tables written to, or refuses when told so."""

    refuses: bool = False
    tables: list[str] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        """Let the statement through unless it writes and may not."""
        written = WRITES.match(sql)
        if written and written[1] not in BOOKKEEPING:
            self.tables.append(written[1])
            if self.refuses:
                raise WroteError(sql[:200])
        return execute(sql, params, many, context)


_undoing: list[Watch] = []


@contextmanager
def undone(*, refuses: bool = False) -> Iterator[Watch]:
    """Watch what happens inside and undo it afterwards, also when the database itself failed."""
    watch = Watch(refuses)
    point = transaction.savepoint()
    _undoing.append(watch)
    try:
        with connection.execute_wrapper(watch):
            yield watch
    finally:
        _undoing.pop()
        transaction.set_rollback(False)  # a failure inside is undone with the rest
        transaction.savepoint_rollback(point)
        transaction.savepoint_commit(point)  # or each request would stand inside the one before, thousands deep


def rows_of(tables: set[str]) -> dict[str, int]:
    """Return a digest of some tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 -- a name that Django itself wrote
            found[table] = hash(tuple(map(str, cursor.fetchall())))
    return found


class Visitors:
    """One signed-in client for each person, made once."""

    def __init__(self) -> None:
        self.kept: dict[int | None, tuple[Client, str]] = {}

    def of(self, account: Account | None) -> Client:
        """Return the person's client; sign-in itself is not what is tested.

        What a request did is undone, signing out too: the client gets its cookies anew, or all walked on as nobody.
        """
        key = account.pk if account else None
        if key not in self.kept:
            assert not _undoing, "the sign-in would be undone with the request, and everybody walk on as nobody"
            client = Client()
            if account is not None:
                client.force_login(account, backend="tongxin.accounts.backends.SignInName")
                session = client.session
                session["second_factor"] = account.factor_changes  # or staff walked on its set-up page alone
                session.save()
            self.kept[key] = client, client.cookies.output(header="", sep=";")
        client, cookies = self.kept[key]
        client.cookies = SimpleCookie(cookies)
        return client


def drain(answer: HttpResponseBase) -> bytes:
    """Read an answer to its end: only so is a streamed one closed, and the connection of the test left open."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined, no-any-return]


def address(route: Route, values: dict[str, str], account: Account | None) -> str:
    """Return an address as its reader would follow it: a file's with the reader's own link."""
    if route.name == "file" and account is not None:
        return files.link(File.objects.get(uid=values["uid"]), account)
    return route.path(values)


def furnish(cast: Cast) -> None:
    """Fill a mixed world with everything else that has an address: files, kept copies, public copies, notices."""
    world = World(cast)
    _publish(cast, world)
    draft = world.row("proposals", State.DRAFT)
    proposals.attach(draft, uploads=[SimpleUploadedFile("走访.pdf", PDF)], actor=cast.proposer, at=world.at)
    keep("proposals.text", draft, fields={"title": "另一处写的"}, started_from=1, actor=cast.proposer, at=world.at)
    task = world.row("tasks", TaskState.IN_HAND)
    reply = handling.reply_of(task)
    handling.attach_to_reply(reply, upload=SimpleUploadedFile("测算.pdf", PDF), actor=cast.clerk, at=world.at)
    keep("handling.reply", task, fields={"text": "另一处写的"}, started_from=1, actor=cast.clerk, at=timezone.now())
    import_sheets(cast, world.at)
    kept_twice(cast, at=world.at)
    who_keeps_the_system(cast)
    notices.deliver()
    told = Notice.objects.filter(committee_code=cast.county.code).order_by("pk")[0]
    Letter.objects.create(
        notice=told, address="x@example.invalid", made_at=world.at, next_try_at=world.at, given_up_at=world.at, problem="没有寄成"
    )


def import_sheets(cast: Cast, at: datetime) -> tuple[Import, Import]:
    """An import that waits for a decision, a row of it being wrong, and one that is done and can be undone."""
    sheet = "姓名,出生年月,界别\n曾贤,1975-13,农业界\n苏闻,,农业界\n".encode()
    waiting = imports.upload("members", [SimpleUploadedFile("名单.csv", sheet)], committee=cast.county, actor=cast.office, at=at)
    imports.work(waiting.uid, now=lambda: at)
    done = Import.objects.create(
        committee=cast.county,
        kind="units",
        stage=Stage.IMPORTED,
        account=cast.office,
        begun_at=at,
        ended_at=at,
        rows=1,
        created=1,
    )
    Source.objects.create(committee=cast.county, imported=done, name="单位.xlsx")
    return Import.objects.get(pk=waiting.pk), done


def kept_twice(cast: Cast, *, at: datetime) -> Member:
    """Keep a member of the county a second time, and make the two one. Returns the row that went."""
    stays = cast.member(cast.bystander)
    goes = Member.objects.create(committee=cast.county, number="YX0004", name=stays.name)
    merging.merge(stays, goes, taken=(), reason="导入了两次", actor=cast.office, at=at)
    return Member.everybody.select_related("merged_into").get(pk=goes.pk)


def _publish(cast: Cast, world: World) -> None:
    """An answered proposal that the public reads, with a file of it; its reply waits for the office."""
    draft = cast.draft()
    proposals.attach(draft, uploads=[SimpleUploadedFile("公开.pdf", PDF)], actor=cast.proposer, at=world.at)
    closed = Proposal.objects.get(pk=world.row("cases", CaseState.RATING).proposal_id)
    Attachment.objects.filter(proposal=draft).update(proposal=closed)
    proposals.release(closed, actor=cast.office, at=world.at, files=list(closed.attachments.all()))


class Refusals:
    """Draws the page of a refusal once for each person, and from then on says in a word what could differ.

    To one person every refusal is the same page; it costs as much as any other, and two answers of three are refusals.
    Who is not signed in gets it drawn each time, as the public's frame is chosen by the address.
    """

    def __init__(self) -> None:
        self.drawn: set[tuple[int, int]] = set()

    def answer(self, draw: Callable[..., HttpResponse], code: int, request: HttpRequest, exception: Exception) -> HttpResponse:
        """Return the page, or the address with everything that the exception says."""
        key = (request.user.pk, code)
        if request.user.is_authenticated and key in self.drawn:
            return HttpResponse(f"{request.get_full_path()} {exception}", status=code)
        self.drawn.add(key)
        return draw(request, exception)


class Headers(HttpHeaders):
    """The headers of a request, which remember whether a piece of a page was asked about.

    Where not, it is the same answer.
    """

    asked_for_piece = False

    def __getitem__(self, key: str) -> str:
        """Note what is looked up."""
        if key.lower() == "hx-request":
            Headers.asked_for_piece = True
        return super().__getitem__(key)


def draw_without_note(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let templates be drawn as they are outside tests, where nobody keeps a copy of what each of their parts was drawn with."""
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the log silent and refusals short: they are what a walk is about, and cost more than the request."""
    refusals = Refusals()
    draw_without_note(monkeypatch)
    for code, draw in ((403, permission_denied), (404, page_not_found)):
        monkeypatch.setattr(f"config.urls.handler{code}", partial(refusals.answer, draw, code), raising=False)
    monkeypatch.setattr("django.http.request.HttpHeaders", Headers)
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)
