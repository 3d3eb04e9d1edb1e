"""Yesterday's data: open codes that would reset a member's password by one hand end; a new one waits, or is confirmed (decision 0018).

Those that who appoints gave to a member with a duty end with them, as nothing tells them apart: a new one is given.
"""

from django.db import migrations
from django.utils import timezone

UNUSABLE = "!"


def revoke(apps, _editor):
    members = apps.get_model("members", "Member").objects.filter(account__isnull=False).values("account")
    invitations = apps.get_model("accounts", "Invitation").objects.filter(
        used_at=None, revoked_at=None, works_from=None, account__in=members
    )
    invitations.exclude(account__password__startswith=UNUSABLE).update(revoked_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0005_a_seat_released_from_an_account"),
        ("accounts", "0005_a_new_password_waits_or_is_confirmed"),
    ]

    operations = [migrations.RunPython(revoke, migrations.RunPython.noop)]
