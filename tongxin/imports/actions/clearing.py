"""Uploads and what was found in them go when their time is over; the history stays."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.core import faults
from tongxin.imports import queries
from tongxin.imports.choices import WAITING, Stage
from tongxin.imports.models import Finding, Import, Listed, Source


def clear(*, at: datetime) -> int:
    """Take away what imports that are long over still keep, and drop what nobody decided about. Returns of how many.

    The files themselves go as all do that belong to nothing.
    """
    due = queries.keeping_files(before=at - timedelta(days=settings.IMPORT_KEEP_DAYS))

    @transaction.atomic
    def over(run: Import) -> bool:
        held = Import.objects.select_for_update().filter(pk=run.pk, stage=run.stage)
        if not held.exists():
            return False
        Import.objects.filter(pk=run.pk, stage__in=WAITING).update(stage=Stage.DROPPED, ended_at=at)
        forget(run)
        return True

    return faults.each(list(due), over, what=_("清除导入用过的文件"))


def forget(run: Import) -> None:
    """Let go of what was uploaded and what was found in it."""
    Import.objects.filter(pk=run.pk).update(rejects=None)
    Source.objects.filter(imported=run).update(file=None)
    Finding.objects.filter(imported=run).delete()
    Listed.objects.filter(imported=run).delete()
