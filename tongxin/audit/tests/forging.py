"""What somebody with the database can do to it, past everything of ours; and what verifying names then."""

from typing import Any

from django.db import connection, models

from tests.cast import moment
from tongxin.audit import verifying
from tongxin.audit.models import Event, Mark, Seal

NIGHT = moment("2026-03-03", 2)


def raw(model: type[models.Model]) -> models.QuerySet[Any]:
    """Return a queryset that nothing of ours guards, as somebody with the database has it."""
    return models.QuerySet(model)


def delete(*events: Event) -> None:
    """Take events out of the database with everything that points to them."""
    keys = [event.pk for event in events]
    raw(Mark).filter(event__in=keys).delete()
    raw(Seal).filter(event__in=keys).delete()
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("DELETE FROM audit_event WHERE id = %s", [key])


def found() -> tuple[str | None, str]:
    """Return what verifying names, and why."""
    verdict = verifying.verify()
    assert verdict.ok == (verdict.first_bad is None)
    return verdict.first_bad, verdict.reason
