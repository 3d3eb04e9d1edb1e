"""Replies that are public already get a copy covered by the machine: they stay public, and wait for somebody to confirm them."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from tongxin.texts.redaction import find, redact

BATCH = 500


def copy_of(model: Any, reply: Any, at: datetime) -> Any:
    marks = find(reply.text)
    return model(
        committee_id=reply.committee_id, reply=reply, text=redact(reply.text, marks), is_shown=True, made_at=at,
        marks=[[m.start, m.end, m.kind] for m in marks],
    )  # fmt: skip


def cover(apps: Any, _schema: Any) -> None:
    model, at = apps.get_model("handling", "PublicReply"), datetime.now(UTC)
    sent = apps.get_model("handling", "Reply").objects.filter(
        sent_at__isnull=False, task__case__proposal__released_at__isnull=False, public_copy=None
    )
    batch = []
    for reply in sent.order_by("pk").iterator(chunk_size=BATCH):
        batch.append(copy_of(model, reply, at))
        if len(batch) == BATCH:
            model.objects.bulk_create(batch)
            batch = []
    model.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("handling", "0006_public_replies"), ("proposals", "0006_copies_of_published")]

    operations = [migrations.RunPython(cover, migrations.RunPython.noop)]
