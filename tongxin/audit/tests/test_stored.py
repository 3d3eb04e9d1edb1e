"""SQLite keeps whatever it is given: what reads like ours and compares otherwise is found, and not vouched for again.

PostgreSQL refuses each of these values: its columns hold nothing but their type.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from tests.cast import Cast
from tongxin.audit import actions, stored, verifying
from tongxin.audit.models import Chain, Event, Head, Seal
from tongxin.audit.tests.forging import NIGHT, found
from tongxin.committees import actions as bodies
from tongxin.committees.models import Appointment
from tongxin.handling.models import Rating, Reply, Task
from tongxin.members.models import Post, Seat, Suspension
from tongxin.proposals.models import Proposal, Signature


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
    return f"{model._meta.label_lower}:{stored.odd(model)}"


@pytest.mark.parametrize(
    ("model", "column", "said"),
    [
        (Appointment, "starts_on", "'2024-W10-1'"), (Appointment, "starts_on", "replace(starts_on, '-', '')"),
        (Appointment, "starts_on", "starts_on || ' '"), (Appointment, "starts_on", "starts_on || ' 00:00:00'"),
        (Appointment, "starts_on", "CAST(starts_on AS blob)"), (Appointment, "starts_on", "'2024-02-31'"),
        (Seat, "starts_on", "'2024-W10-1'"), (Seat, "convenes", "2"), (Seat, "convenes", "0.5"),
        (Task, "due_on", "'2024-W10-1'"), (Task, "assigned_at", "replace(assigned_at, ' ', 'T')"),
        (Task, "assigned_at", "assigned_at || '+00:00'"), (Task, "assigned_at", "assigned_at || '.000000'"),
        (Task, "assigned_at", "'gestern'"), (Rating, "result", "CAST('satisfied' AS blob)"), (Rating, "passes_on", "2"),
        (Reply, "text", "CAST(text AS blob)"), (Proposal, "number", "'n'"), (Proposal, "number", "number || '.5'"),
        (Signature, "signed_version", "'x'"), (Event, "veils", "'['"), (Event, "data", "replace(hex(zeroblob(100000)), '00', '[')"),
        (Event, "recorded_at", "'2026-13-45 00:00:00'"), (Event, "committee_code", "CAST(committee_code AS blob)"),
        (Head, "events", "'many'"), (Chain, "number", "'1.5'"), (Seal, "sealed_at", "7"),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_in_a_form_that_we_never_write_is_found(sealed: Cast, model: Any, column: str, said: str) -> None:
    assert stored.odd(model) is None
    if name := put(model, column, said):
        assert found() == (name, verifying.ODD_FORM)
    else:
        assert verifying.verify().ok


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
    assert stored.odd(Appointment) is None  # … and is none of ours until it is written as one


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
    assert found() == (f"committees.appointment:{made.uid}", verifying.ODD_FORM)
    assert not actions.intact(Appointment.objects.get(pk=made.pk))


@pytest.mark.parametrize("model", [Post, Suspension], ids=str)
def test_what_nobody_touched_is_in_our_form(sealed: Cast, model: Any) -> None:
    assert stored.odd(model) is None


@pytest.mark.parametrize("moment", ["2026-05-04 03:02:01", "2026-05-04 03:02:01.000001", "2026-05-04 23:59:59.999600"])
def test_a_moment_as_we_write_it_is_in_our_form(cast: Cast, moment: str) -> None:
    models.QuerySet(Task).update(assigned_at=datetime.fromisoformat(f"{moment}+00:00"))
    assert stored.odd(Task) is None
