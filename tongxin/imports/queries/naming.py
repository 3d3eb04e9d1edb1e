"""Rows that name others by their uids within a column of JSON: no key of the database's tells of that, and none refuses.

Which columns name rows stands here, and which cannot, with the reason; a test holds that none is forgotten.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.apps import apps

NAMING = {
    "committees.unitchange": ("successors", "plan", "dates"),  # who goes on with which open matter, from a day to come
}
NAMES_NOTHING = {
    "audit.event": "what is told outlives what it is told of",
    "imports.import": "names and rows as the sheet has them",
    "imports.listed": "rows as the sheet has them",
    "imports.made": "what imports made, by which their undoing finds it",
    "regulations.regulation": "rules name kinds and codes",
    "proposals.publiccopy": "places in a text",
    "drafts.keptcopy": "a text that was typed",
    "handling.publicreply": "places in a text",
}


def named_by(committee_id: int) -> dict[str, list[str]]:
    """Return which uids rows of a committee name so, each with the labels of the models whose rows do."""
    found = defaultdict[str, list[str]](list)
    for label, columns in NAMING.items():
        rows = apps.get_model(label)._base_manager.filter(committee=committee_id)  # noqa: SLF001 -- every row
        for values in rows.order_by("pk").values_list(*columns):
            for text in _texts(list(values)):
                found[text].append(label)
    return found


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in what a column of JSON holds, the names of its keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
