"""Yesterday's data: an account named by a bare member number is named with its committee; phones are found however written."""

from django.db import migrations

from tongxin.core.secrets import phone_hash
from tongxin.core.words import plain_sign_in_name


def _inner_name(member):
    return plain_sign_in_name(f"{member.committee.code}/{member.number or member.uid}").upper()


def name_with_committee(apps, _editor):
    """Numbers go on working: on the page of the committee, or alone where there is one committee. Demonstrations stay."""
    accounts = apps.get_model("accounts", "Account").objects
    members = apps.get_model("members", "Member").objects.exclude(account=None).select_related("account", "committee")
    for member in members.filter(committee__fictional=False):
        by_number = plain_sign_in_name(member.account.username) == plain_sign_in_name(member.number)
        if by_number and not accounts.filter(username=_inner_name(member)).exists():
            accounts.filter(pk=member.account.pk).update(username=_inner_name(member))


def hash_phones(apps, _editor):
    members = apps.get_model("members", "Member").objects
    for member in members.exclude(phone="").only("phone", "phone_hash").iterator(chunk_size=2000):
        if (hashed := phone_hash(member.phone)) != member.phone_hash:
            members.filter(pk=member.pk).update(phone_hash=hashed)


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial"), ("accounts", "0003_names_and_secrets_kept_safely")]

    operations = [
        migrations.RunPython(name_with_committee, migrations.RunPython.noop),
        migrations.RunPython(hash_phones, migrations.RunPython.noop),
    ]
