"""What is odd in the row of a new member, and taken all the same.

An age, a name that is there already, the form of a number.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from tongxin.core.words import plain_number
from tongxin.members.sheets.reading import Known, Person
from tongxin.sheets.kinds import Row
from tongxin.sheets.problems import Fault, Place

YOUNGEST, OLDEST = 18, 100
FEW = 3  # numbers of one form, from which on another form is odd
SHOWN = 3
_DIGITS = re.compile(r"[0-9]+")


def doubt_age(row: Row, on: date) -> None:
    """Say that somebody would be very young or very old."""
    born: date | None = row.parsed.born_in
    if born is None:
        return
    age = on.year - born.year - (on.month < born.month)
    if not YOUNGEST <= age <= OLDEST:
        row.warn("出生年月", _("今年 %(max)s 岁，请核对") % {"max": max(age, 0)})


def doubt_namesakes(row: Row, alike: Iterable[Known]) -> None:
    """Say that there is somebody of the name already."""
    numbers = [known.member.number for known in alike]
    if numbers:
        listed = "、".join(numbers[:SHOWN])
        row.warn(
            "姓名", _("与在册委员同名（编号 %(listed)s）；是同一个人的请改用原来的编号，确是两人的不用改") % {"listed": listed}
        )


def form_of(number: str) -> str:
    """Return how a number is built, whatever its digits: YX001 and YX12 are alike, 0503 is not."""
    return _DIGITS.sub("0", plain_number(number))


class Forms:
    """How the numbers are built, those there are and those that are brought."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self.found = Counter(form_of(number) for number in numbers)
        self.brought: list[tuple[Place, str, str]] = []

    def note(self, row: Row) -> None:
        """Note the number of a new member."""
        person: Person = row.parsed
        if person.number:
            form = form_of(person.number)
            self.found[form] += 1
            self.brought.append((row.place, person.number, form))

    def odd(self) -> list[Fault]:
        """Say which are built otherwise than nearly all others, once all are known."""
        if not self.found:
            return []
        usual, often = self.found.most_common(1)[0]
        if often < FEW or often * 2 <= self.found.total():
            return []
        said = _("编号的写法与其他委员的不同，请核对有没有漏写代码")
        return [Fault.at(place, "编号", said) for place, _number, form in self.brought if form != usual]
