"""Names of the bench's people, sectors and units: the demo's, as often as a county of any size needs them."""

from tongxin.demo.names import nth
from tongxin.demo.places import SECTORS as PLANS
from tongxin.demo.places import UNITS

PLACE, DEMO = "云泽", "云溪"  # the bench's county is another one
SECTORS = [plan.name for plan in PLANS]


def is_woman(number: int) -> bool:
    """Say whether the person with a number is a woman."""
    return number % 3 == 0


def person(number: int) -> str:
    """Return the name of the person with a number; names come again after some fifty thousand."""
    return nth(number, woman=is_woman(number))


def units() -> list[tuple[str, str]]:
    """Return sixty or so units with their 归口."""
    return [(name.replace(DEMO, PLACE), str(system)) for system, names in UNITS.items() for name in names]
