"""Whose a number is: given to two rows of what is brought, or to another proposal of the system."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import fuzz

from tongxin.core.numerals import session_label
from tongxin.proposals.sheets.bodies import Key
from tongxin.proposals.sheets.reading import Draft
from tongxin.sheets.kinds import Row
from tongxin.sheets.problems import Fault, Place, Sight

SAME_NUMBER = gettext_lazy("与{other}的提案号相同")
UNITS = gettext_lazy("；几个承办单位的，请写在同一行，用顿号隔开")
TAKEN = gettext_lazy("{number} 号已是另一件提案{whose}；号写错的请改正，还没有提案号的请留空，由系统编号")
ALIKE = 85  # how alike two titles are of which one is a correction of the other


@dataclass
class Numbers:
    """The numbers of all rows so far, also of those in which something else is wrong."""

    seen: dict[tuple[Key, int], Sight] = field(default_factory=dict)
    sound: set[tuple[Key, int]] = field(default_factory=set)  # of rows that come in: nobody else is given those
    # rows of earlier batches whose number a later row has too
    earlier: dict[Place, Fault] = field(default_factory=dict)

    def is_second(self, row: Row, draft: Draft, key: Key, batch: Mapping[Place, Row]) -> bool:
        """Refuse a number that stands in the file twice, in each of the rows: whose it is nobody can say."""
        assert draft.number is not None  # noqa: S101 -- asked of numbered rows alone
        here = Sight(row.place, f"《{draft.title}》" if draft.title else "")
        first = self.seen.setdefault((key, draft.number), here)
        if first.place == row.place:
            return False
        self.sound.discard((key, draft.number))
        more = UNITS if row.has("承办单位") else ""
        row.fault("提案号", SAME_NUMBER.format(other=first.seen_from(row.place)) + more)
        said = SAME_NUMBER.format(other=here.seen_from(first.place)) + more
        before = batch.get(first.place)
        if before is None:
            self.earlier.setdefault(first.place, Fault.at(first.place, "提案号", said))
        elif not before.complained("提案号"):
            before.fault("提案号", said)
        return True


def is_another(said: Draft, kept: Draft) -> bool:
    """Say whether a row that has a proposal's number means another.

    The title differs, and who raises it, or title and text widely.
    """
    if said.title == kept.title:
        return False
    if said.signers and kept.signers and said.signers[0].key != kept.signers[0].key:
        return True
    return said.whole_text != kept.whole_text and fuzz.ratio(said.title, kept.title) < ALIKE


def taken_by(kept: Draft) -> str:
    """Say whose a number is already, and what to do."""
    whose = f"《{kept.title}》（{kept.signers[0].name}）" if kept.signers else f"《{kept.title}》"
    session = session_label(*kept.session) if kept.session else ""
    return TAKEN.format(number=_("%(session)s第 %(number)s") % {"session": session, "number": kept.number}, whose=whose)
