"""What a page showed, what is kept now, what somebody wrote: three values of each field, and what follows from them.

Values are plain: as a form sends them, so that they can travel along with a page.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

Plain = str | list[str]
Values = Mapping[str, Plain]


class ChangedMeanwhileError(Exception):
    """What is kept is no longer what the page showed, and nothing was done.

    The page says of each field what it is now.
    """


def plain(value: Any) -> Plain:
    """Return a value as a form sends it: a row by its key, several choices in one order, nothing as the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set)):
        return sorted(str(one) for one in value)
    return str(getattr(value, "pk", value))


def changed_meanwhile(shown: Values, now: Values) -> set[str]:
    """Return the names of what is no longer as it was shown; what there was not, or is not any more, too."""
    return {name for name in {*shown, *now} if shown.get(name) != now.get(name)}


def demand_as_shown(shown: Values | None, now: Values, wanted: Values) -> None:
    """Refuse to write over what another changed unseen; without `shown` nothing was seen before.

    Raises ChangedMeanwhileError.

    What is already as wanted is no reason: who presses twice has been told the truth the first time.
    """
    already = {name for name, value in wanted.items() if now.get(name) == value}
    if shown is not None and wanted.keys() - already and changed_meanwhile(shown, now) - already:
        raise ChangedMeanwhileError
