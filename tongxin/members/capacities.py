"""In whose name an appointed person acts: the unit's, the body's that the appointment names, else the committee's."""

from collections.abc import Collection
from typing import Any

from tongxin.committees.models import Unit
from tongxin.committees.queries import appointments_of


def capacity(actor: Any, committee_id: int, duties: Collection[str], *, unit: Unit | None = None) -> str:
    """Say in whose name somebody acts in a committee by one of these duties, or as one of a unit's people.

    Nothing for others.
    """
    held = [one for one in appointments_of(actor) if one.committee_id == committee_id]
    if unit is not None and any(one.unit_id == unit.pk for one in held):
        return unit.name
    return next((one.body or str(one.committee.short_name) for one in held if one.duty in duties), "")
