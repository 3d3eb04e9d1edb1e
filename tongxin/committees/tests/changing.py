"""What the tests of units that change do again and again.

The acts of the office on the cast's unit, and whom a kind of event told.
"""

from datetime import timedelta

from django.utils import timezone

from tests.cast import Cast
from tongxin.committees import reorganising, successions
from tongxin.committees.models import Unit
from tongxin.committees.reorganising import Ending
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice

NOW = timezone.localtime()
TODAY = NOW.date()
WHY = "云发〔2026〕3 号"


def rename(cast: Cast, name: str, *, days: int = 0) -> None:
    unit = Unit.objects.get(pk=cast.unit.pk)
    reorganising.rename(unit, name=name, short_name="", on=TODAY + timedelta(days=days), reason=WHY, actor=cast.office, at=NOW)


def end(cast: Cast, kind: str, *successors: Unit, days: int = 0, **more) -> None:
    unit = Unit.objects.get(pk=cast.unit.pk)
    how = Ending(kind, successors, **more)
    reorganising.end(unit, how=how, on=TODAY + timedelta(days=days), reason=WHY, actor=cast.office, at=NOW)


def shown(cast: Cast) -> str:
    undo = successions.what_may_be_undone(Unit.objects.get(pk=cast.unit.pk))
    return undo.key if undo is not None else ""


def undo(cast: Cast, seen: str = "", reason: str = "办理有误") -> None:
    """Undo what was shown, by default what is there."""
    reorganising.undo(cast.unit, shown=seen or shown(cast), reason=reason, actor=cast.office, at=NOW)


def told(kind: str) -> set[str]:
    notices.deliver()
    return set(Notice.objects.filter(event__kind=kind).values_list("account__username", flat=True))
