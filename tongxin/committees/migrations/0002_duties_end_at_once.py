"""A duty ends at the beginning of its last date, not at its end: yesterday's last days become the first days without."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import F, Q


def to_open_bound(apps, _editor):
    """Whoever held a duty through a day goes on to hold it through that day."""
    for row in apps.get_model("committees", "Appointment").objects.exclude(ends_on=None).iterator():
        row.ends_on = max(row.ends_on + timedelta(days=1), row.starts_on)
        row.save(update_fields=["ends_on"])


def to_last_day(apps, _editor):
    """Go back."""
    for row in apps.get_model("committees", "Appointment").objects.exclude(ends_on=None).iterator():
        row.ends_on = row.ends_on - timedelta(days=1)
        row.save(update_fields=["ends_on"])


class Migration(migrations.Migration):

    dependencies = [("committees", "0001_initial")]

    operations = [
        migrations.RunPython(to_open_bound, to_last_day),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_it_begins"
            ),
        ),
    ]
