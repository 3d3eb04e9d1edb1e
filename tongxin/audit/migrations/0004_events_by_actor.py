from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_give_digests"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "kind", "id"], name="event_actor"),
        ),
    ]
