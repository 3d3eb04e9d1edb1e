"""Saves kept beside a proposal's text go to the one table of all matters, under the uids that their pages had."""

from django.db import migrations

KIND = "proposals.text"
SAME = ("uid", "committee_id", "account_id", "started_from", "fields", "kept_at", "settled_at")


def carry(apps, schema_editor):
    database = schema_editor.connection.alias
    kept = apps.get_model("drafts", "KeptCopy").objects.using(database)
    rows = apps.get_model("proposals", "StaleCopy").objects.using(database).order_by("pk")
    for subject, *values in rows.values_list("proposal__uid", *SAME).iterator(chunk_size=500):
        kept.create(kind=KIND, subject=subject, **dict(zip(SAME, values, strict=True)))


def carry_back(apps, schema_editor):
    database = schema_editor.connection.alias
    keys = dict(apps.get_model("proposals", "Proposal").objects.using(database).values_list("uid", "pk"))
    former = apps.get_model("proposals", "StaleCopy").objects.using(database)
    rows = apps.get_model("drafts", "KeptCopy").objects.using(database).filter(kind=KIND)
    for subject, *values in rows.order_by("pk").values_list("subject", *SAME):
        if subject in keys:
            former.create(proposal_id=keys[subject], **dict(zip(SAME, values, strict=True)))
    rows.delete()


class Migration(migrations.Migration):
    dependencies = [("drafts", "0001_initial"), ("proposals", "0010_unique_within_a_committee")]

    operations = [migrations.RunPython(carry, carry_back), migrations.DeleteModel(name="StaleCopy")]
