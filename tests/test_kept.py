"""A kept cast is the cast: the same rows, vouched for, and each test has its own."""

import pytest
from django.db import transaction

from tests import kept
from tests.cast import Cast, everybody
from tongxin.accounts.models import Account
from tongxin.audit import verifying
from tongxin.audit.models import Event


def rows_after_a_cast() -> dict[str, kept.Rows]:
    """Return what a cast leaves in the database, which is then as it was."""
    with transaction.atomic():
        kept.done_once(("cast",), everybody)
        found = kept._tables()
        transaction.set_rollback(True)
    return found


@pytest.fixture(autouse=True)
def _no_cast_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_done", {})


def test_a_kept_cast_has_the_rows_of_the_one_that_was_made(db: None) -> None:
    made = rows_after_a_cast()
    assert len(kept._done) == 1
    again = rows_after_a_cast()
    assert again == made  # keys, digests and uids too: nothing was made a second time
    assert made["accounts_account"]
    assert made["audit_event"]


def test_a_kept_cast_is_proved_and_gives_new_rows_new_keys(db: None) -> None:
    rows_after_a_cast()
    cast = kept.done_once(("cast",), everybody)
    newest = Event.objects.order_by("pk").last()
    assert newest is not None
    cast.draft()
    verdict = verifying.verify()
    assert (verdict.ok, verdict.reason) == (True, "")
    assert Event.objects.filter(pk__gt=newest.pk).exists()


def test_what_one_test_does_to_the_cast_no_other_sees(db: None) -> None:
    names = []
    for _test in range(2):
        with transaction.atomic():
            cast: Cast = kept.done_once(("cast",), everybody)
            names.append(cast.office.name)
            cast.office.name = "别人"
            transaction.set_rollback(True)
    assert names == ["秦若水", "秦若水"]


def test_what_was_made_long_ago_is_made_anew(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = rows_after_a_cast()
    monkeypatch.setattr(kept, "MOST_SECONDS", 0)
    assert rows_after_a_cast()["accounts_account"] != made["accounts_account"]


def test_where_the_database_is_not_as_it_was_the_cast_is_made(db: None) -> None:
    usual = len(rows_after_a_cast()["accounts_account"])
    Account.objects.create(username="first", name="先来", password="!")
    made = kept.done_once(("cast",), everybody)
    assert Account.objects.count() == usual + 1
    assert made.office.pk == Account.objects.get(username="office").pk
