"""One row that somebody spoiled keeps no scheduled job from the others.

The rest is done, what was left is said, and it comes again.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client

from tests.cast import NOW, Cast, moment
from tongxin.accounts.models import Account
from tongxin.audit import looking, sealing, verifying
from tongxin.audit.models import Chain, Event, Mark, Seal
from tongxin.audit.tests.forging import own_copy
from tongxin.cli import checking
from tongxin.committees import reorganising
from tongxin.committees import tasks as units
from tongxin.committees.models import Unit, UnitChange
from tongxin.core.faults import SomeFailedError
from tongxin.files import tasks as files
from tongxin.files.models import File
from tongxin.handling import tasks as handling
from tongxin.handling.models import Case, Task, TentativeDate
from tongxin.members import tasks as members
from tongxin.members.choices import Ending
from tongxin.members.models import Seat
from tongxin.notices import health, letters
from tongxin.notices import tasks as notices
from tongxin.notices.models import Letter, Notice

LITE = connection.vendor == "sqlite"
DEEP = "'" + "[" * 1500 + "]" * 1500 + "'"
NO_TEXT = "CAST(X'59FF' AS TEXT)"
NO_DAY = "'0000-00-00'" if LITE else "'-infinity'"  # before every day, and none that can be read
NO_MOMENT = "'0000-00-00 00:00:00'" if LITE else NO_DAY
NIGHT, WEEKS_LATER = moment("2026-03-05", 2), NOW + timedelta(days=60)


@pytest.fixture(autouse=True)
def _own(cast: Cast) -> Iterator[None]:
    with own_copy() if LITE else nullcontext():
        yield


def spoil(row: Any, column: str, said: str) -> None:
    """Write into one row what we never write: on SQLite anything, on PostgreSQL JSON that is too much."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = 1" if LITE else "SELECT 1")
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = {said} WHERE id = {row.pk}")  # noqa: S608 -- words of this test


def value(model: type[models.Model], row: Any, column: str) -> str:
    """Return what stands in a column, as the database says it in a statement."""
    with connection.cursor() as cursor:
        asked = f"quote({column})" if LITE else f"quote_literal({column}::text)"
        cursor.execute(f"SELECT {asked} FROM {model._meta.db_table} WHERE id = {row.pk}")  # noqa: S608 -- as above
        [said] = cursor.fetchone()
    return str(said)


SPOILED = [
    ("data", DEEP),
    ("recorded_at", NO_MOMENT),
    *[("subject_label", NO_TEXT), ("digest", NO_TEXT), ("uid", "X'59'")] * LITE,
]


def test_events_that_cannot_be_read_keep_none_from_being_sealed(cast: Cast, client: Client) -> None:
    cast.submitted()
    odd = list(Event.objects.order_by("pk")[3 : 3 + len(SPOILED)])
    kept = [value(Event, event, column) for event, (column, _said) in zip(odd, SPOILED, strict=True)]
    for event, (column, said) in zip(odd, SPOILED, strict=True):
        spoil(event, column, said)
    for _round in range(2):
        with pytest.raises(SomeFailedError, match=f"第 {odd[0].pk} 条操作记录无法读取"):
            sealing.seal(at=NIGHT)
        left = {key for key in Event.objects.values_list("pk", flat=True) if not Seal.objects.filter(event=key).exists()}
        assert left == {event.pk for event in odd}
    assert sealing.waiting_longer(NIGHT + timedelta(days=9)) is None
    assert checking._sealing()[0].startswith(f"有 {len(odd)} 条操作记录无法读取，没有封存")
    assert verifying.verify().first_bad == f"audit.event:{odd[0].uid}"
    assert health.look(NIGHT).unsealed is None
    for event, (column, _said), whole in zip(odd, SPOILED, kept, strict=True):
        spoil(event, column, whole)
    assert (sealing.seal(at=NIGHT), sealing.count_unreadable(), verifying.verify().ok) == (len(odd), 0, True)


def test_an_event_of_a_kind_of_subject_that_is_none_of_ours_is_named_and_stops_nothing(cast: Cast) -> None:
    cast.submitted()
    odd = Event.objects.order_by("pk")[3]
    spoil(odd, "subject_type", "'nobody.knows'")
    assert sealing.seal(at=NIGHT) == Event.objects.count()
    assert Chain.objects.get(committee_code=odd.committee_code).mac == "broken"
    assert verifying.verify().first_bad == odd.uid


# ── every other scheduled job ──
def test_a_round_a_deadline_and_a_date_are_each_done_by_themselves(cast: Cast) -> None:
    first, second = cast.answered(title="关于夜间药房的建议"), cast.answered(title="关于停车的建议")
    late = [cast.task(cast.assigned(title=title)) for title in ("关于路灯的建议", "关于公交的建议")]
    dates = [
        TentativeDate.objects.create(
            committee=cast.county,
            case=task.case,
            task=task,
            field="due_on",
            due_on=task.due_on,
            began_on=NOW.date(),
            count=3,
            counted="months",
            end_later=True,
        )
        for task in late
    ]
    spoil(first, "rating_due_on", NO_DAY)
    for part in Task.objects.filter(case=late[0].case).order_by("pk"):
        spoil(part, "due_on", NO_DAY)
    spoil(dates[0], "began_on", NO_DAY)
    with pytest.raises(SomeFailedError, match="有 1 件"):
        handling.close_rounds(WEEKS_LATER)
    assert Case.objects.values_list("state", flat=True).get(pk=second.pk) == "closed"
    with pytest.raises(SomeFailedError, match="有 2 件"):  # a part of the case is the lead's, another the co-handler's
        handling.tell_deadlines(WEEKS_LATER)
    assert Event.objects.filter(kind__in=("handling.due_soon", "handling.overdue"), subject_id=late[1].case_id).count() == 2
    with pytest.raises(SomeFailedError, match="有 1 件"):
        handling.set_dates_again(NOW)
    assert list(TentativeDate.objects.values_list("pk", flat=True)) == [dates[0].pk]


def test_a_change_of_a_unit_is_carried_out_beside_one_that_cannot_be_read(cast: Cast) -> None:
    for unit, name in ((cast.unit, "县健康局"), (cast.other_unit, "县水利局")):
        reorganising.rename(
            unit, name=name, short_name="", on=NOW.date() + timedelta(days=1), reason="改名", actor=cast.office, at=NOW
        )
    spoil(UnitChange.objects.get(unit=cast.unit), "starts_on", NO_DAY)
    with pytest.raises(SomeFailedError, match="2 件中有 1 件"):
        units.carry_out_changes(NOW + timedelta(days=2))
    assert Unit.objects.values_list("name", flat=True).get(pk=cast.other_unit.pk) == "县水利局"


def test_an_account_is_closed_beside_a_member_that_cannot_be_read(cast: Cast) -> None:
    gone = [cast.member(account) for account in (cast.proposer, cast.cosigner)]
    Seat.objects.filter(member__in=gone).update(ending=Ending.DIED, ends_on=NOW.date())
    spoil(gone[0], "born_in", NO_DAY)
    with pytest.raises(SomeFailedError, match="2 件中有 1 件"):
        members.close_accounts(WEEKS_LATER)
    accounts = Account.objects.filter(pk__in=[member.account_id for member in gone]).order_by("pk")
    assert list(accounts.values_list("is_active", flat=True)) == [True, False]


def test_an_upload_goes_beside_one_that_cannot_be_read(cast: Cast) -> None:
    loose = [
        File.objects.create(
            committee=cast.county, owner=cast.proposer, name=name, kind="pdf", size=1, digest="0" * 64, uploaded_at=NOW
        )
        for name in ("甲.pdf", "乙.pdf")
    ]
    spoil(loose[0], "uploaded_at", NO_MOMENT)
    with pytest.raises(SomeFailedError, match="2 件中有 1 件"):
        files.clear_orphans(NOW + timedelta(days=3))
    assert list(File.objects.values_list("pk", flat=True)) == [loose[0].pk]
    assert looking.look_through(at=NOW) == 0


def test_a_notice_is_told_beside_an_event_that_cannot_be_read(cast: Cast) -> None:
    cast.submitted()
    [odd, *_more] = Mark.objects.order_by("pk").select_related("event")
    spoil(odd.event, *SPOILED[2 if LITE else 1])
    notices.deliver_left_over(NOW)
    assert list(Mark.objects.values_list("pk", "tries")) == [(odd.pk, 1)]
    assert Notice.objects.exists()


def test_a_letter_is_sent_beside_one_that_cannot_be_read(cast: Cast, settings: Any) -> None:
    settings.EMAIL_HOST = "localhost"
    cast.submitted()
    events = Event.objects.order_by("-pk")
    written = []
    for account, event in zip((cast.proposer, cast.cosigner), events[:2], strict=True):
        account.email = "x@example.invalid"
        account.save()
        said = {"committee_code": "YX", "text": "一件事", "urgent": True, "made_at": NOW, "day": NOW.date()}
        notice = Notice.objects.create(account=account, event=event, **said)
        written.append(Letter.objects.create(notice=notice, address=account.email, made_at=NOW, next_try_at=NOW))
    spoil(written[0].notice, "made_at", NO_MOMENT)
    assert notices.send_letters(NOW) == 1
    rows = Letter.objects.order_by("pk").values_list("problem", "tries", "sent_at")
    assert list(rows) == [(letters.UNREAD, 1, None), ("", 1, rows[1][2])]
    assert rows[1][2] is not None
