"""What was overdue when a unit got it is signed for in the usual time: the database keeps it so. As 0012, the column is made anew."""

from django.db import migrations, models

from tongxin.core.columns import DayHere

INDEXES = (
    models.Index(fields=["committee", "clock_on", "id"], name="task_clock"),
    models.Index(fields=["case", "clock_on", "state", "id"], name="task_case_clock"),
    models.Index(fields=["committee", "state", "clock_on", "id"], name="task_state_clock"),
)


class Migration(migrations.Migration):

    dependencies = [
        ("handling", "0012_signing_ends_with_the_answer"),
    ]

    operations = [
        *(migrations.RemoveIndex(model_name="task", name=index.name) for index in INDEXES),
        migrations.RemoveField(model_name="task", name="clock_on"),
        migrations.AddField(
            model_name="task",
            name="clock_on",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        state="awaiting",
                        due_on__lt=models.F("sign_due_on"),
                        due_on__gte=DayHere("assigned_at"),
                        then=models.F("due_on"),
                    ),
                    models.When(state="awaiting", then=models.F("sign_due_on")),
                    models.When(state="return_asked", then=models.F("return_answer_due_on")),
                    models.When(state__in=["in_hand", "with_leader", "under_review"], then=models.F("due_on")),
                    default=None,
                ),
                output_field=models.DateField(),
            ),
        ),
        *(migrations.AddIndex(model_name="task", index=index) for index in INDEXES),
    ]
