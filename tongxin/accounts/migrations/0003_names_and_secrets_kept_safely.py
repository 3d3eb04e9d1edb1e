"""Yesterday's data: sign-in names as they are compared, keys of the second factor encrypted, the tables of django-axes gone."""

from django.db import migrations

from tongxin.core import secrets
from tongxin.core.words import plain_staff_name

SYSTEM = "system"
ENCRYPTED = "gAAAA"  # how a Fernet token begins; TOTP keys are base32, seeds hexadecimal
AXES = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accessfailurelog", "axes_accesslog")


def write_names_plainly(apps, _editor):
    """Half width, no blanks, lower case; a name that would then be somebody else's stays, and goes on working as it is typed."""
    accounts = apps.get_model("accounts", "Account").objects
    taken = set(accounts.values_list("username", flat=True))
    for account in accounts.exclude(username=SYSTEM):
        plain = plain_staff_name(account.username)
        if plain and plain != SYSTEM and plain not in taken:
            taken.add(plain)
            accounts.filter(pk=account.pk).update(username=plain)


def _rewrite(apps, turn):
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]):
        for key in ("secret", "seed"):
            if key in row.data:
                row.data[key] = turn(row.data[key])
        if row.data.get("migrated_codes"):
            row.data["migrated_codes"] = [turn(code) for code in row.data["migrated_codes"]]
        row.save(update_fields=["data"])


def encrypt(apps, _editor):
    _rewrite(apps, lambda text: text if text.startswith(ENCRYPTED) else secrets.encrypt(text))


def decrypt(apps, _editor):
    _rewrite(apps, lambda text: secrets.decrypt(text) if text.startswith(ENCRYPTED) else text)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_failures_and_seats"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        migrations.RunPython(write_names_plainly, migrations.RunPython.noop),
        migrations.RunPython(encrypt, decrypt),
        # They kept typed names, addresses and browsers in plain text; failures are counted by keyed hashes now.
        *(migrations.RunSQL(f"DROP TABLE IF EXISTS {table}", migrations.RunSQL.noop) for table in AXES),
        migrations.RunSQL("DELETE FROM django_migrations WHERE app = 'axes'", migrations.RunSQL.noop),
    ]
