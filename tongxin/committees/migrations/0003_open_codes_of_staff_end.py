"""Yesterday's data: open invitations that would reset the password of somebody who holds a duty end."""

from django.db import migrations
from django.utils import timezone

UNUSABLE = "!"


def revoke(apps, _editor):
    holders = apps.get_model("committees", "Appointment").objects.values("account")
    invitations = apps.get_model("accounts", "Invitation").objects.filter(used_at=None, revoked_at=None, account__in=holders)
    invitations.exclude(account__password__startswith=UNUSABLE).update(revoked_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("committees", "0002_duties_end_at_once"), ("accounts", "0002_failures_and_seats")]

    operations = [migrations.RunPython(revoke, migrations.RunPython.noop)]
