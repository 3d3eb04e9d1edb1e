"""Ratings say what may be passed on, and replies from how many ratings on counts are told."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

MINIMUM = 3  # the national default: what was rated before the rule is kept at least as well as under it


def keep_what_was_said(apps: Any, _editor: Any) -> None:
    """Sent replies get the minimum; reasons of the dissatisfied, which their form asked for "供承办单位改进", stay told."""
    apps.get_model("handling", "Reply").objects.exclude(sent_at=None).update(counts_from=MINIMUM)
    against = Q(attitude="dissatisfied") | Q(result="dissatisfied")
    apps.get_model("handling", "Rating").objects.filter(against).exclude(comment="").update(passes_on=True)


class Migration(migrations.Migration):
    dependencies = [("handling", "0003_faster_desk")]

    operations = [
        migrations.AddField("rating", "passes_on", models.BooleanField(default=False, verbose_name="理由可以转告")),
        migrations.AddField("rating", "closes_early", models.BooleanField(default=False, verbose_name="同意提前办结")),
        migrations.AddField("reply", "counts_from", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.RunPython(keep_what_was_said, migrations.RunPython.noop),
    ]
