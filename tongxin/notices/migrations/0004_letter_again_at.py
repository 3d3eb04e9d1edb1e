"""When somebody had a letter tried anew: the time it was written stays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_once_by_event")]

    operations = [
        migrations.AddField(model_name="letter", name="again_at", field=models.DateTimeField(blank=True, null=True)),
    ]
