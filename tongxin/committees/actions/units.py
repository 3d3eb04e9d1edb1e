"""Handling units: held while somebody decides about them, added, and their data changed."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.committees import successions
from tongxin.committees.models import Committee, Unit


def hold_names(committee: int) -> None:
    """Hold what the units of a committee are called: who gives, promises or takes a name waits for the other.

    Before any unit.
    """
    list(Committee.objects.select_for_update(no_key=True).filter(pk=committee).values_list("pk", flat=True))


def hold_units(*units: int) -> dict[int, Unit]:
    """Hold units, in one order for everybody and before what belongs to them, and read them anew.

    Who gives work or people to a unit waits for who ends it, and sees then that it has ended.
    """
    rows = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("committee")
    return {unit.pk: unit for unit in rows.filter(pk__in=units).order_by("pk")}


@transaction.atomic
def save_unit(committee: Committee, unit: Unit | None, *, fields: dict[str, str], actor: Account, at: datetime) -> Unit:
    """Add a unit, or change its data. Raises ValidationError, also of a new name that is not free."""
    new = unit is None
    hold_names(committee.pk)
    saved = (
        Unit.objects.select_for_update().get(pk=unit.pk)
        if unit
        else Unit(committee=committee, active_from=timezone.localdate(at))
    )
    if never := successions.why_never(saved):
        raise ValidationError(never)
    sound, called = unit is not None and audit.intact(saved), saved.name
    for name, value in fields.items():
        setattr(saved, name, value)
    if (new or saved.name != called) and (taken := successions.why_not_free(committee, saved.name, but=saved.pk)):
        raise ValidationError({"name": taken})
    saved.full_clean(exclude=["uid"])
    saved.save()
    audit.record(
        "committees.add_unit" if new else "committees.change_unit",
        saved,
        actor=actor,
        at=at,
        data={"name": saved.name},
        proves=[New(saved)] if new else [Saved(saved, tuple(fields))] if sound else [],
    )
    return saved
