from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Constraint and indexes, apart from the rows that are written before: PostgreSQL does not do both in one transaction."""

    dependencies = [("notices", "0002_together_and_by_itself")]

    operations = [
        migrations.RemoveConstraint("notice", "notice_once"),
        migrations.AddConstraint("notice", models.UniqueConstraint(fields=["account", "event"], name="notice_once")),
        migrations.RemoveIndex("letter", "letter_waiting"),
        migrations.AddIndex(
            "letter",
            models.Index(
                condition=Q(("dropped_at", None), ("given_up_at", None), ("sent_at", None)),
                fields=["next_try_at"], name="letter_open",
            ),
        ),
        migrations.AddIndex("notice", models.Index(fields=["account", "-day", "-matter"], name="notice_entries")),
        migrations.AddIndex(
            "notice",
            models.Index(condition=Q(("read_at", None)), fields=["account", "day", "matter"], name="notice_unread"),
        ),
        migrations.AddIndex("notice", models.Index(fields=["matter", "id"], name="notice_matter")),
    ]
