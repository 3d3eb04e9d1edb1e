"""Of a row that was passed over, and of one that would be new, the sheet is kept too; and how many were passed over in all."""

from typing import Any

from django.db import migrations, models

import tongxin.core.secrets


def give_places(apps: Any, _schema: Any) -> None:
    """Rows that were passed over before stand without their file; of how many they were the first is not known any more."""
    for run in apps.get_model("imports", "Import").objects.exclude(passed=[]):
        run.passed = [["", "", *some] for some in run.passed]
        run.passed_rows = len(run.passed)
        run.save(update_fields=["passed", "passed_rows"])
    for listed in apps.get_model("imports", "Listed").objects.all():
        listed.rows = [[row, file, "", name, number] for row, file, name, number in listed.rows]
        listed.save(update_fields=["rows"])


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_what_a_sheet_brings_is_listed")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="passed_rows",
            field=models.PositiveIntegerField(default=0, verbose_name="跳过的行"),
        ),
        migrations.AlterField(
            model_name="listed",
            name="rows",
            field=tongxin.core.secrets.EncryptedJSON(default=list),
        ),
        migrations.RunPython(give_places, migrations.RunPython.noop),
    ]
