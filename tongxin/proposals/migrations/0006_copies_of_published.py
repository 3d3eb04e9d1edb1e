"""What is public already gets a copy covered by the machine: it stays public, and waits for somebody to confirm it."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from tongxin.texts.redaction import find, redact

FIELDS = ("title", "situation", "analysis", "suggestions", "suggested_units")
BATCH = 500


def copy_of(model: Any, proposal: Any, at: datetime) -> Any:
    marks = {name: find(getattr(proposal, name)) for name in FIELDS}
    texts = {name: redact(getattr(proposal, name), found) for name, found in marks.items()}
    places = {name: [[m.start, m.end, m.kind] for m in found] for name, found in marks.items() if found}
    return model(
        committee_id=proposal.committee_id, proposal=proposal, of_version=proposal.version, marks=places, made_at=at, **texts
    )


def cover(apps: Any, _schema: Any) -> None:
    model, at = apps.get_model("proposals", "PublicCopy"), datetime.now(UTC)
    released = apps.get_model("proposals", "Proposal").objects.filter(released_at__isnull=False, public_copy=None)
    batch = []
    for proposal in released.order_by("pk").iterator(chunk_size=BATCH):
        batch.append(copy_of(model, proposal, at))
        if len(batch) == BATCH:
            model.objects.bulk_create(batch)
            batch = []
    model.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = [("proposals", "0005_public_copies")]

    operations = [migrations.RunPython(cover, migrations.RunPython.noop)]
