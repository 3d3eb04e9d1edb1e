"""Telephone numbers of replies lie encrypted in the database, also those of saves kept beside.

Old rows are carried along.
"""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.cast import NOW, Cast
from tongxin.core.secrets import decrypt, encrypt
from tongxin.drafts.actions import StaleError
from tongxin.drafts.models import KeptCopy
from tongxin.handling import actions
from tongxin.handling.models import Reply
from tongxin.handling.workflow import SignFor
from tongxin.workflow.engine import perform

PHONE = "0871-63210987"


def raw(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" ORDER BY id')  # noqa: S608 -- names of this file
        return [row[0] for row in cursor.fetchall()]


def written(cast: Cast) -> Reply:
    task = cast.task(cast.assigned())
    perform(task, "sign_for", actor=cast.clerk, at=NOW, payload=SignFor("孟时雨"))
    reply = actions.reply_of(cast.task(task.case))
    return actions.save_reply(reply, fields={"phone": PHONE, "text": "答复"}, started_from=1, actor=cast.clerk, at=NOW)


def test_a_reply_keeps_its_phone_encrypted(cast: Cast) -> None:
    reply = written(cast)
    [kept] = raw("handling_reply", "phone")
    assert PHONE not in kept
    assert decrypt(kept) == PHONE
    assert Reply.objects.get(pk=reply.pk).phone == PHONE


def test_a_save_kept_beside_is_encrypted_whole(cast: Cast) -> None:
    reply = written(cast)
    with pytest.raises(StaleError):
        actions.save_reply(reply, fields={"phone": "123456", "text": "另一处"}, started_from=1, actor=cast.clerk, at=NOW)
    [kept] = raw("drafts_keptcopy", "fields")
    assert "123456" not in kept
    assert "另一处" not in kept
    assert KeptCopy.objects.get().fields == {"phone": "123456", "text": "另一处"}


def test_what_was_plain_yesterday_is_encrypted_by_the_upgrade_and_can_be_taken_back(cast: Cast) -> None:
    reply = written(cast)
    migration = import_module("tongxin.handling.migrations.0005_reply_phones_encrypted")
    # both columns as they were
    plain = MigrationLoader(connection).project_state(("handling", "0003_faster_desk")).apps
    editor = SimpleNamespace(connection=connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE handling_reply SET phone = %s WHERE id = %s", [PHONE, reply.pk])
    migration.rewrite(plain, editor, encrypt, (("Reply", "phone"),))
    assert PHONE not in raw("handling_reply", "phone")[0]
    assert Reply.objects.get(pk=reply.pk).phone == PHONE
    migration.rewrite(plain, editor, decrypt, (("Reply", "phone"),))
    assert raw("handling_reply", "phone") == [PHONE]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("０９００ — １２３４５６７", "0900-1234567"), ("＋８６　１３９ ００００ ００１１", "13900000011"), ("　", "")],
)
def test_the_number_under_a_reply_is_kept_as_an_office_writes_it(cast: Cast, typed: str, kept: str) -> None:
    reply = written(cast)
    actions.save_reply(reply, fields={"phone": typed}, started_from=reply.version, actor=cast.clerk, at=NOW)
    assert Reply.objects.get(pk=reply.pk).phone == kept
