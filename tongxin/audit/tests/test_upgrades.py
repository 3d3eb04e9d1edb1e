"""What an upgrade gives to what stands there is given once: whoever makes it be done again has nothing signed anew."""

import shutil
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit import acts, digests, sealing, truth, verifying
from tongxin.audit.models import Event, Head
from tongxin.audit.tests.forging import NIGHT, found, raw
from tongxin.committees import vouching
from tongxin.handling.models import Rating


def test_rows_written_in_bulk_are_vouched_for_once(rated: Cast) -> None:

    assert vouching.vouch_for_what_is_there(at=NIGHT) == len(truth.declared())
    assert verifying.verify().ok
    assert vouching.vouch_for_what_is_there(at=NIGHT) == 0


def test_a_row_that_an_event_tells_of_is_not_vouched_for_in_bulk_as_it_stands(rated: Cast) -> None:
    """Else whoever forged it would only have to wait for the next upgrade."""
    forged = Rating.objects.get(result="dissatisfied")
    raw(Rating).filter(pk=forged.pk).update(result="satisfied")
    vouching.vouch_for_what_is_there(at=NIGHT)
    assert found() == (f"handling.rating:{forged.uid}", "数据被改动过")


@pytest.mark.parametrize(
    "said", ['{"rows": 7, "label": "handling.rating", "rows": 0}', '{"label": "handling.rating", "rows": 1}', "{}"]
)
def test_nothing_is_vouched_for_while_the_record_of_it_is_not_as_written(rated: Cast, said: str) -> None:
    vouching.vouch_for_what_is_there(at=NIGHT)
    forged = Rating.objects.get(result="dissatisfied")
    raw(Rating).filter(pk=forged.pk).update(result="satisfied")
    marker = next(e for e in Event.objects.filter(kind="audit.vouch") if e.data == {"label": "handling.rating", "rows": 0})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET data = %s WHERE id = %s", [said, marker.pk])
    before = Event.objects.count()
    # read as before: nothing is to be done, or PostgreSQL put it right
    if Event.objects.get(pk=marker.pk).data == marker.data:
        assert vouching.vouch_for_what_is_there(at=NIGHT) == 0
    else:
        with pytest.raises(vouching.UnsoundRecordError):
            vouching.vouch_for_what_is_there(at=NIGHT)
    assert Event.objects.count() == before
    assert f"handling.rating:{forged.uid}" in {problem.where for problem in verifying.verify().problems}


def test_nothing_is_vouched_for_anew_because_an_account_is_called_otherwise(rated: Cast) -> None:
    vouching.vouch_for_what_is_there(at=NIGHT)
    raw(Account).filter(username="system").update(username="system0")
    assert vouching.vouch_for_what_is_there(at=NIGHT) == 0


def test_nothing_is_vouched_for_while_what_is_kept_outside_says_otherwise(sealed: Cast) -> None:
    """Who emptied the record, or put an older one in its place, could else begin anew."""
    sealing.heads_file().write_bytes(b"garbage\n")
    before = Event.objects.count()
    with pytest.raises(vouching.UnsoundRecordError):
        vouching.vouch_for_what_is_there(at=NIGHT)
    assert Event.objects.count() == before


def give_digests() -> None:
    """Do the step of the upgrade, which whoever has the database can take out of its own list of steps."""
    import_module("tongxin.audit.migrations.0003_give_digests").give_digests(apps, connection.schema_editor())


def test_events_that_have_digests_are_given_none_again(rated: Cast) -> None:
    with pytest.raises(digests.AlreadyGivenError, match="操作记录已有摘要"):
        give_digests()


@pytest.mark.parametrize("left", ["audit/heads.jsonl", "audit/acts", "keys/heads"])
def test_events_whose_digests_were_taken_away_are_given_none_either(
    rated: Cast, django_capture_on_commit_callbacks: Any, left: str
) -> None:
    """One of the files outside is enough: those of the audit folder go with the database, that of the keys does not."""
    with django_capture_on_commit_callbacks(execute=True):
        rated.draft()
    sealing.seal(at=NIGHT)
    raw(Event).update(digest="", proofs={}, veils={})
    raw(Head).delete()
    for path in (sealing.heads_file(), acts.folder(), sealing.growth_file()):
        if not str(path).endswith(left):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(digests.AlreadyGivenError, match="早已有摘要"):
        give_digests()
    assert not raw(Event).exclude(digest="").exists()
