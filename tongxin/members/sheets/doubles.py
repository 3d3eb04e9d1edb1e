"""Who stands in what is brought twice: by the number, the name, the mobile.

Each of the rows is wrong, the first one too.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.core.words import name_key, plain_number
from tongxin.members.sheets.reading import Person
from tongxin.sheets.kinds import Row
from tongxin.sheets.problems import Fault, Place, Sight

SAME_NUMBER = _("与{other}的编号相同；是同一个人的只留一行，不是的请改正编号")
SAME_PERSON = _("与{other}是同一个人；确是两人的，请写编号或出生年月")
SAME_PHONE = _("与{other}的手机号相同；手机号可以用来登录，一人一个，请核对")


@dataclass
class Doubles:
    """What was seen so far, and of the rows that went by what later ones showed to be wrong with them."""

    seen: dict[str, Sight] = field(default_factory=dict)  # by the plain number
    # by name: born, numbered, where
    people: dict[str, list[tuple[date | None, bool, Sight]]] = field(default_factory=dict)
    phones: dict[str, Sight] = field(default_factory=dict)  # of those who would be new
    earlier: dict[tuple[Place, str], Fault] = field(default_factory=dict)  # one a row and column

    def judge(self, row: Row) -> None:
        """Refuse a person who stands in the file twice; who has no number may be anybody of the name."""
        person: Person = row.parsed
        here, plain = Sight(row.place, person.name), plain_number(person.number)
        if plain and self._is_second(row, self.seen.setdefault(plain, here), "编号", SAME_NUMBER):
            return
        alike = self.people.setdefault(name_key(person.name), [])
        for born_in, numbered, first in alike:
            apart = (plain and numbered) or (born_in and person.born_in and born_in != person.born_in)
            if not apart and self._is_second(row, first, "姓名", SAME_PERSON):
                return
        alike.append((person.born_in, bool(plain), here))

    def judge_phone(self, row: Row) -> None:
        """Refuse one mobile of two people."""
        person: Person = row.parsed
        if person.phone:
            first = self.phones.setdefault(person.phone, Sight(row.place, person.name))
            self._is_second(row, first, "手机", SAME_PHONE)

    def _is_second(self, row: Row, first: Sight, column: str, said: Any) -> bool:
        """Say of both rows that they are alike, where they are two."""
        if first.place == row.place:
            return False
        row.fault(column, said.format(other=first.seen_from(row.place)))
        here = Sight(row.place, row.parsed.name).seen_from(first.place)
        self.earlier.setdefault((first.place, column), Fault.at(first.place, column, said.format(other=here)))
        return True
