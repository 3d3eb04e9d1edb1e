"""SQLite keeps whatever it is given: what reads like ours and compares otherwise is found, and not vouched for again.

PostgreSQL refuses each of these values but JSON that is too much: its columns hold nothing but their type.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from functools import wraps
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from tests.cast import Cast
from tests.sampling import some_of
from tongxin.accounts.models import Account
from tongxin.audit import accepting, actions, misstored, outside, sealing, stored, verifying, wholeness
from tongxin.audit.models import Chain, Event, Head, Seal
from tongxin.audit.outside import Problem
from tongxin.audit.tests.forging import NIGHT, found, raw
from tongxin.committees import actions as bodies
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.handling.models import Rating, Reply, Task
from tongxin.members.models import Post, Seat, Suspension
from tongxin.proposals.models import Proposal, Signature
from tongxin.regulations.models import Regulation


@contextmanager
def past_every_check() -> Iterator[None]:
    """Let SQLite keep what its own checks would refuse."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = 1")
        try:
            yield
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = 0")


def write(model: type[models.Model], column: str, said: str) -> None:
    """Write SQL's words into a column of the first row that has a value there."""
    table = model._meta.db_table
    first = f"(SELECT min(id) FROM {table} WHERE {column} IS NOT NULL)"  # noqa: S608 -- words of this test
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {said} WHERE id = {first}")  # noqa: S608 -- as above
        assert cursor.rowcount == 1


def put(model: type[models.Model], column: str, said: str) -> str | None:
    """Write SQL's words into a column of one row; return the row's name, nothing where the database refuses them."""
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic():
            write(model, column, said)
        return None
    with past_every_check():
        write(model, column, said)
    return f"{model._meta.label_lower}:{next(stored.names(model), None)}"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("model", "column", "said"),
    some_of(
        [
            (Appointment, "starts_on", "'2024-W10-1'"),
            (Appointment, "starts_on", "replace(starts_on, '-', '')"),
            (Appointment, "starts_on", "starts_on || ' '"),
            (Appointment, "starts_on", "starts_on || ' 00:00:00'"),
            (Appointment, "starts_on", "CAST(starts_on AS blob)"),
            (Appointment, "starts_on", "'0000-01-01'"),
            (Appointment, "starts_on", "'2024-02-31'"),
            (Seat, "starts_on", "'2024-W10-1'"),
            (Seat, "convenes", "2"),
            (Seat, "convenes", "0.5"),
            (Task, "due_on", "'2024-W10-1'"),
            (Task, "assigned_at", "replace(assigned_at, ' ', 'T')"),
            (Task, "assigned_at", "assigned_at || '+00:00'"),
            (Task, "assigned_at", "assigned_at || '.000000'"),
            (Task, "assigned_at", "'gestern'"),
            (Rating, "result", "CAST('satisfied' AS blob)"),
            (Rating, "passes_on", "2"),
            (Reply, "text", "CAST(text AS blob)"),
            (Proposal, "number", "'n'"),
            (Proposal, "number", "number || '.5'"),
            (Signature, "signed_version", "'x'"),
            (Event, "veils", "'['"),
            (Event, "data", "replace(hex(zeroblob(100000)), '00', '[')"),
            (Event, "recorded_at", "'2026-13-45 00:00:00'"),
            (Event, "committee_code", "CAST(committee_code AS blob)"),
            (Head, "events", "'many'"),
            (Chain, "number", "'1.5'"),
            (Seal, "sealed_at", "7"),
        ]
    ),
    ids=str,
)
def test_a_value_in_a_form_that_we_never_write_is_found(sealed: Cast, model: Any, column: str, said: str) -> None:
    assert next(stored.names(model), None) is None
    if name := put(model, column, said):
        assert found() == (name, misstored.MISSTORED)
    else:
        assert verifying.verify().ok


HALVES = '\'{"a":"\\ud800"}\''


def no_text(said: str) -> str:
    """Return SQL's words for bytes as text, which they are not: SQLite takes them."""
    return f"CAST(x'{said}' AS text)" if connection.vendor == "sqlite" else f"convert_from('\\x{said}', 'UTF8')"


def nest(said: bytes, levels: int) -> bytes:
    return b"[" * levels + said + b"]" * levels


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("model", "column", "said"),
    some_of(
        [
            (Reply, "text", no_text("e4b8")),
            (Proposal, "title", no_text("ff")),
            (Rating, "uid", no_text("c328")),
            (Account, "name", no_text("f0288cbc")),
            (Unit, "name", no_text("80")),
            (Event, "uid", no_text("ff")),
            (Event, "actor_name", no_text("ff")),
            (Event, "kind", no_text("ff")),
            (Event, "committee_code", no_text("ff")),
            (Event, "data", no_text("7b2261223a22ff227d")),
            (Event, "veils", HALVES),
            (Head, "digest", no_text("ff")),
            (Chain, "digest", no_text("ff")),
            (Chain, "committee_code", no_text("ff")),
            (Chain, "noted", no_text("ff")),
            (Seal, "digest", no_text("ff")),
        ]
    ),
    ids=str,
)
def test_what_is_no_text_is_found(sealed: Cast, model: Any, column: str, said: str) -> None:
    if name := put(model, column, said):
        assert found() == (name, misstored.MISSTORED)
        assert verifying.UNFINISHED[:8] not in " ".join(problem.reason for problem in verifying.verify().problems)
    else:
        assert verifying.verify().ok


@pytest.mark.parametrize(
    ("model", "column"), [(Event, "data"), (Event, "veils"), (Event, "proofs"), (Regulation, "body")], ids=str
)
@pytest.mark.parametrize(
    "said", [nest(b"1", 400), nest(b"", 1500), b"7" * 5000, b"[-1e30]"], ids=["deep", "deeper", "long", "large"]
)
def test_json_that_is_too_much_is_found(sealed: Cast, model: Any, column: str, said: bytes) -> None:
    """PostgreSQL keeps it too."""
    with past_every_check() if connection.vendor == "sqlite" else nullcontext():
        write(model, column, f"'{said.decode()}'")
    name = f"{model._meta.label_lower}:{next(stored.names(model), None)}"
    assert found() == (name, misstored.MISSTORED)


def test_json_of_ours_is_read(sealed: Cast) -> None:
    ours = (b"{}", nest(b"", 64), nest(b"1", 64), nest(b"{}, " * 99 + b"{}", 1), b"9223372036854775807", b"-0.5", b"true")
    assert [stored.is_json(said) for said in ours] == [True] * len(ours)
    others = (
        b'{"a": 1, "a": 2}',  # Python takes the last, SQLite the first
        b'{"\\u0061": 1}',
        b' {"a": 1}',
        b'{"a":1}',
        nest(b"", 65),
        nest(b"1", 65),
        b"7" * 5000,
        b'"\\ud800"',
        b"nan",
        b"1e999",
        b"[-1e30]",
        b'{"a": 9223372036854775808}',
    )
    assert [stored.is_json(said) for said in others] == [False] * len(others)


def test_a_verification_that_is_broken_off_says_so_and_is_logged(
    sealed: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy() -> list[Problem]:
        message = "database is locked"
        raise DatabaseError(message)

    monkeypatch.setattr(wholeness, "doubled", busy)
    assert found() == ("database", verifying.UNFINISHED.format(said="DatabaseError: database is locked"))
    assert [record.exc_info is not None for record in caplog.records if record.name == verifying.__name__] == [True]


def test_a_row_stored_in_another_form_is_not_laundered_by_its_end(cast: Cast) -> None:
    made = Appointment.objects.order_by("pk")[0]
    assert actions.intact(made)
    name = put(Appointment, "starts_on", "substr(starts_on, 1, 4) || '-W10-1'")
    if name is None:
        assert actions.intact(made)
        return
    assert name == f"committees.appointment:{made.uid}"
    assert not actions.intact(made)
    day = Appointment.objects.get(pk=made.pk).starts_on
    assert isinstance(day, type(NIGHT.date()))  # it reads as a day …
    with connection.cursor() as cursor:
        cursor.execute("UPDATE committees_appointment SET starts_on = %s WHERE id = %s", [day.isoformat(), made.pk])
    assert next(stored.names(Appointment), None) is None  # … and is none of ours until it is written as one


def test_an_appointment_that_came_back_after_its_end_is_found(cast: Cast) -> None:
    made = Appointment.objects.get(account=cast.clerk)
    bodies.end_appointment(made, actor=cast.security_admin, at=NIGHT)
    ended = Appointment.objects.get(pk=made.pk).ends_on
    assert ended is not None
    year, week, weekday = ended.isocalendar()
    assert verifying.verify().ok
    if put(Appointment, "ends_on", f"'{year}-W{week:02}-{weekday}'") is None:
        assert verifying.verify().ok
        return
    assert Appointment.objects.get(pk=made.pk).ends_on == ended
    assert found() == (f"committees.appointment:{made.uid}", misstored.MISSTORED)
    assert not actions.intact(Appointment.objects.get(pk=made.pk))


# ── it hides nothing ─────────────────────────────────────────────────────────────────────────────
def named(code: str | None = None) -> list[tuple[str, str]]:
    return [(problem.where, problem.reason) for problem in verifying.verify(committee_code=code).problems]


class RefusedError(Exception):
    """PostgreSQL's columns hold nothing but their type: nothing is hidden behind what cannot be there."""


def where_it_is_kept(test: Callable[..., None]) -> Callable[..., None]:
    """Let a test end well where the database refuses what it would write."""

    @wraps(test)
    def tried(*args: Any, **kwargs: Any) -> None:
        with suppress(RefusedError):
            test(*args, **kwargs)

    return tried


def elsewhere(model: type[models.Model], column: str, said: str, **whose: Any) -> str:
    """Write SQL's words into a column of one row; return the row's name.

    Raises RefusedError where the database refuses them.
    """
    row = raw(model).filter(**whose).order_by("pk")[0]
    write = f"UPDATE {model._meta.db_table} SET {column} = {said} WHERE id = {row.pk}"  # noqa: S608 -- words of this test
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(write)
        raise RefusedError
    with past_every_check(), connection.cursor() as cursor:
        cursor.execute(write)
    return f"{model._meta.label_lower}:{getattr(row, 'uid', row.pk)}"


NOT_A_DAY = (Seat, "starts_on", "'gestern'", {"committee__code": "WC"})
SPOILED = [
    NOT_A_DAY,
    (Event, "recorded_at", "'gestern'", {"committee_code": "WC"}),
    (Head, "events", "'many'", {"committee_code": "WC"}),
    (Chain, "noted", "'1.5'", {"committee_code": "WC"}),
    (Seal, "sealed_at", "7", {"committee_code": "WC"}),
]


@where_it_is_kept
@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda said: str(said[0].__name__))
def test_one_value_that_cannot_be_read_hides_nothing_of_the_others(sealed: Cast, spoiled: Any) -> None:
    model, column, said, whose = spoiled
    one, other = Appointment.objects.get(account=sealed.clerk), Seat.objects.filter(committee=sealed.county).latest("pk")
    event = Event.objects.filter(committee_code="YX").earliest("pk")
    raw(Appointment).filter(pk=one.pk).update(affiliation="别处")
    raw(Seat).filter(pk=other.pk).update(convenes=True)
    raw(Event).filter(pk=event.pk).update(to_state="forged")
    sealing.heads_file().write_bytes(b"garbage\n")
    own = [
        ("audit/heads.jsonl", outside.HEADS_CUT),
        (event.uid, verifying.CHANGED),
        (f"committees.appointment:{one.uid}", "数据被改动过"),
        (f"members.seat:{other.uid}", "数据被改动过"),
    ]
    assert named("YX") == own
    name = elsewhere(model, column, said, **whose)
    assert named("YX") == own
    assert (name, misstored.MISSTORED) in named("WC")
    assert [problem for problem in [(name, misstored.MISSTORED), *own] if problem not in named()] == []
    assert verifying.verify().events >= verifying.verify(committee_code="YX").events > 0


@where_it_is_kept
def test_every_row_in_another_form_is_named_once_and_nothing_else_of_it(sealed: Cast) -> None:
    rows = list(Appointment.objects.filter(committee=sealed.county).order_by("pk")[:2])
    for row in rows:
        elsewhere(Appointment, "starts_on", "'gestern'", pk=row.pk)
    file = elsewhere(Seat, "convenes", "2", committee__code="YX")
    all_of_them = [(f"committees.appointment:{row.uid}", misstored.MISSTORED) for row in rows]
    assert sorted(named()) == sorted([*all_of_them, (file, misstored.MISSTORED)])
    assert named("WC") == []


@where_it_is_kept
def test_a_row_in_another_form_hides_no_difference_outside_from_who_accepts_it(sealed: Cast) -> None:
    sealing.heads_file().write_bytes(b"garbage\n")
    model, column, said, whose = NOT_A_DAY
    name = elsewhere(model, column, said, **whose)
    assert [problem.where for problem in accepting.differences()] == ["audit/heads.jsonl"]
    accepting.accept([sealed.county], where={"audit/heads.jsonl"}, reason="恢复了备份", at=NIGHT)
    assert named() == [(name, misstored.MISSTORED)]


@where_it_is_kept
@pytest.mark.parametrize("spoiled", SPOILED[1:], ids=lambda said: str(said[0].__name__))
def test_nothing_is_accepted_while_a_row_of_the_record_cannot_be_read(sealed: Cast, spoiled: Any) -> None:
    model, column, said, whose = spoiled
    sealing.heads_file().write_bytes(b"garbage\n")
    name = elsewhere(model, column, said, **whose)
    with pytest.raises(accepting.UnreadableRecordError) as refused:
        accepting.accept([sealed.county], where={"audit/heads.jsonl"}, reason="恢复了备份", at=NIGHT)
    assert refused.value.found.where == name
    assert (sealing.heads_file().read_bytes(), raw(Event).filter(kind=accepting.KIND).count()) == (b"garbage\n", 0)


@pytest.mark.parametrize("model", [Post, Suspension], ids=str)
def test_what_nobody_touched_is_in_our_form(sealed: Cast, model: Any) -> None:
    assert next(stored.names(model), None) is None


@pytest.mark.parametrize("moment", ["2026-05-04 03:02:01", "2026-05-04 03:02:01.000001", "2026-05-04 23:59:59.999600"])
def test_a_moment_as_we_write_it_is_in_our_form(cast: Cast, moment: str) -> None:
    models.QuerySet(Task).update(assigned_at=datetime.fromisoformat(f"{moment}+00:00"))
    assert next(stored.names(Task), None) is None


def test_one_committee_or_none_may_be_asked_for(sealed: Cast) -> None:
    codes = ("", *Committee.objects.values_list("code", flat=True))
    assert [misstored.look(code).problems for code in codes] == [()] * len(codes)
