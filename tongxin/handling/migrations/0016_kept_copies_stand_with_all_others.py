"""Saves kept beside a reply go to the one table of all matters, under the uid of the unit's part that the reply answers for."""

from django.db import migrations

KIND = "handling.reply"
SAME = ("uid", "committee_id", "account_id", "started_from", "fields", "kept_at", "settled_at")


def carry(apps, schema_editor):
    database = schema_editor.connection.alias
    kept = apps.get_model("drafts", "KeptCopy").objects.using(database)
    rows = apps.get_model("handling", "StaleReply").objects.using(database).order_by("pk")
    for subject, *values in rows.values_list("reply__task__uid", *SAME).iterator(chunk_size=500):
        kept.create(kind=KIND, subject=subject, **dict(zip(SAME, values, strict=True)))


def carry_back(apps, schema_editor):
    database = schema_editor.connection.alias
    replies = apps.get_model("handling", "Reply").objects.using(database)
    former = apps.get_model("handling", "StaleReply").objects.using(database)
    rows = apps.get_model("drafts", "KeptCopy").objects.using(database).filter(kind=KIND)
    for subject, *values in rows.order_by("pk").values_list("subject", *SAME):
        newest = replies.filter(task__uid=subject).order_by("-round", "-id").first()
        if newest is not None:
            former.create(reply_id=newest.pk, **dict(zip(SAME, values, strict=True)))
    rows.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("drafts", "0001_initial"),
        ("handling", "0015_unique_within_a_committee"),
    ]

    operations = [migrations.RunPython(carry, carry_back), migrations.DeleteModel(name="StaleReply")]
