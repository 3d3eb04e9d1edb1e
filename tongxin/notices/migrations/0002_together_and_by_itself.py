import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Min

BATCH = 2000


def once_a_person_and_event(apps, _editor):
    """Of two notices of one event to one person the first stays: read, when either was."""
    Notice = apps.get_model("notices", "Notice")
    doubles = Notice.objects.order_by().values("account", "event").annotate(first=Min("id"), n=models.Count("id")).filter(n__gt=1)
    for found in doubles:
        others = Notice.objects.filter(account=found["account"], event=found["event"]).exclude(pk=found["first"])
        read = others.filter(read_at__isnull=False).order_by("read_at").values_list("read_at", flat=True).first()
        if read is not None:
            Notice.objects.filter(pk=found["first"], read_at=None).update(read_at=read)
        others.delete()


def matter_and_day(apps, _editor):
    """What was told before stands together by its own subject: which proposal is behind a case, these tables do not know."""
    Notice = apps.get_model("notices", "Notice")
    last = 0
    while rows := list(Notice.objects.filter(pk__gt=last).select_related("event").order_by("pk")[:BATCH]):
        for row in rows:
            row.matter = f"{row.event.subject_type}:{row.event.subject_uid or row.event.subject_id}"
            row.day = django.utils.timezone.localdate(row.made_at)
        Notice.objects.bulk_update(rows, ["matter", "day"])
        last = rows[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0005_failures_of_marks"),
        ("notices", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("label", models.CharField(blank=True, max_length=60)),
                ("every_seconds", models.PositiveIntegerField()),
                ("begun_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.AddField("notice", "matter", models.CharField(blank=True, max_length=80)),
        migrations.AddField("notice", "day", models.DateField(default=django.utils.timezone.localdate)),
        migrations.AddField("letter", "parcel", models.CharField(blank=True, db_index=True, default="", max_length=200), preserve_default=False),
        migrations.AddField("letter", "claim", models.CharField(blank=True, default="", max_length=12), preserve_default=False),
        migrations.AddField("letter", "claimed_until", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("letter", "dropped_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(once_a_person_and_event, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(matter_and_day, migrations.RunPython.noop, elidable=True),
    ]
