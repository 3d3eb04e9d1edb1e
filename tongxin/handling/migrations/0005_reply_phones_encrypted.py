"""Telephone numbers of replies, and of saves kept beside them, are encrypted like every other."""

from django.db import migrations, models

import tongxin.core.secrets
from tongxin.core.secrets import decrypt, encrypt

COLUMNS = (("Reply", "phone"), ("StaleReply", "fields"))


def rewrite(apps, schema_editor, change, columns=COLUMNS):
    """Change every filled value of the columns, row by row: the columns are plain text at this moment."""
    database = schema_editor.connection.alias
    for name, column in columns:
        rows = apps.get_model("handling", name).objects.using(database)
        for pk, value in rows.exclude(**{column: ""}).values_list("pk", column).iterator(chunk_size=500):
            rows.filter(pk=pk).update(**{column: change(value)})


def encrypt_them(apps, schema_editor):
    rewrite(apps, schema_editor, encrypt)


def decrypt_them(apps, schema_editor):
    rewrite(apps, schema_editor, decrypt)


class Migration(migrations.Migration):
    dependencies = [("handling", "0004_ratings_stay_secret")]

    operations = [
        migrations.AlterField("reply", "phone", models.TextField(blank=True, default="", verbose_name="联系电话")),
        migrations.AlterField("stalereply", "fields", models.TextField()),
        migrations.RunPython(encrypt_them, decrypt_them),
        migrations.AlterField(
            "reply",
            "phone",
            tongxin.core.secrets.EncryptedField(blank=True, default="", max_length=30, verbose_name="联系电话"),
        ),
        migrations.AlterField("stalereply", "fields", tongxin.core.secrets.EncryptedJSON()),
    ]
