"""What a co-handler tells the lead is called advice: an opinion is 社情民意. The rows stay, in their order, with their uids.

The table is made anew: renamed, it would keep the names of its indexes, which `tongxin audit verify` then takes for somebody's else.
"""

import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids

COLUMNS = "uid, round, text, given_at, committee_id, task_id"


class Migration(migrations.Migration):
    dependencies = [
        ("committees", "0001_initial"),
        ("handling", "0013_overdue_parts_are_signed_for_in_the_usual_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.CharField(default=tongxin.core.ids.new_uid, editable=False, max_length=12, unique=True)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("text", models.TextField(verbose_name="会办意见")),
                ("given_at", models.DateTimeField(blank=True, null=True)),
                (
                    "committee",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="committees.committee"),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="advice", to="handling.task"),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.RunSQL(
            f"INSERT INTO handling_advice ({COLUMNS}) SELECT {COLUMNS} FROM handling_coopinion ORDER BY id",
            f"INSERT INTO handling_coopinion ({COLUMNS}) SELECT {COLUMNS} FROM handling_advice ORDER BY id",
        ),
        migrations.DeleteModel(name="CoOpinion"),
    ]
