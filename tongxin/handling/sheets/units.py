"""The units that a sheet names.

Known ones found under the names offices give them, others noted, near ones asked about.
"""

import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from tongxin.audit import actions as audit
from tongxin.committees.models import Committee, Unit
from tongxin.committees.sheets import system_of
from tongxin.committees.successions import names_of_units
from tongxin.core.words import clean_line, clean_name, normal
from tongxin.sheets import cells
from tongxin.sheets.kinds import Context

LONGEST = 60  # the field's length
ALIKE = 75  # how like each other names of three characters and more must be to be asked about
SHORT = 2  # characters: 民政 and 财政 are half alike, and two bureaus
_LABEL = re.compile(r"(主办|承办|牵头|分办|会办|协办|配合)(?:单位|部门)?\s{0,3}[:：]")
_CO = {"会办", "协办", "配合"}
_BETWEEN = re.compile(r"[\s/／|&+]+|(?<=[局委办院部会府])[和及与]")
_AREA = re.compile(r"(?:中国人民政治协商会议|政协)?(.{1,12}?[省市州县区旗])(?:委员会)?")
_ENDING = re.compile(
    r"(街道办事处|镇人民政府|乡人民政府|社区居委会|村委会|委员会|管理局|委办公室|办公室|分局|局|委|厅|部|办|处|中心|公司|政府)$"
)


def parts_of(written: str, *, co: bool) -> Iterator[tuple[bool, str]]:
    """Yield each unit as written, with whether it is a co-handler: what stands behind 会办： is, whatever the column."""
    begun = 0
    for label in [*_LABEL.finditer(written), None]:
        for part in cells.several(written[begun : label.start() if label else len(written)]):
            yield co, part
        if label:
            begun, co = label.end(), label[1] in _CO


class Units:
    """The committee's units by name and short name, and the names that are not among them yet."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.committee: Committee = context.committee
        self.wanted: dict[str, None] = {}
        self.known = names_of_units(self.committee)
        match = _AREA.match(self.committee.name)
        self.area = match[1] if match else ""
        self.plain: dict[str, set[str]] = {}  # without the place in front: of those there were before the import
        for name, unit in self.known.items():
            self.plain.setdefault(self._plain(name), set()).add(unit.name)
        self.cores = {name: self._core(name) for name in self.known}

    def _plain(self, name: str) -> str:
        """Return a name without the committee's own place in front: 云溪县财政局, 县财政局 → 财政局."""
        written = normal(name).replace(" ", "")
        if self.area and written.startswith(self.area):
            return written.removeprefix(self.area)
        return written.removeprefix(self.area[-1:])

    def _core(self, name: str) -> str:
        plain = self._plain(name)
        return _ENDING.sub("", plain) or plain

    def name_of(self, written: str) -> str:
        """Return a unit's full name."""
        return self.known[written].name if written in self.known else written

    def meant(self, written: str) -> tuple[list[str], str]:
        """Return the units that a part of a cell means, and what is worth noting. Raises ValueError with a sentence."""
        if found := self._same(written):
            return [found], "" if written in self.known else _("“%(written)s”按“%(found)s”读取") % {
                "written": written,
                "found": found,
            }
        parts = [clean_name(part) for part in _BETWEEN.split(written) if part.strip()]
        if len(parts) > 1:
            names = [self._same(part) for part in parts]
            if all(names):
                return [name for name in names if name], _("“%(written)s”按 %(n)s 个单位读取") % {
                    "written": written,
                    "n": len(parts),
                }
            if any(names) or any(_ENDING.search(part) for part in parts[:-1]):
                message = _("“%(written)s”像是几个单位，请用顿号隔开") % {"written": written[:40]}
                raise ValueError(message)
        name = clean_line(written)
        if len(name) > LONGEST:
            message = _("单位名称“%(name)s……”过长，几个单位请用顿号隔开") % {"name": name[:20]}
            raise ValueError(message)
        if near := self._near(name):
            message = _(
                "没有叫“%(name)s”的单位，是不是“%(near)s”？是的请改成这个名称；确是另一个单位的，请先在系统里或用单位表增加"
            ) % {"name": name, "near": near}
            raise ValueError(message)
        return [name], ""

    def _same(self, written: str) -> str:
        if written in self.known:
            return self.known[written].name
        alike = self.plain.get(self._plain(written), set())
        return next(iter(alike)) if len(alike) == 1 else ""

    def _near(self, name: str) -> str:
        """Return the known unit whose name one may have meant: an abbreviation, or nearly the same characters."""
        mine = self._core(name)
        best, best_score = "", 0.0
        for known, theirs in self.cores.items():
            score = _likeness(mine, theirs)
            if score > best_score:
                best, best_score = self.known[known].name, score
        return best

    def make(self, names: Sequence[str]) -> None:
        """Add units."""
        missing = [name for name in names if name not in self.known]
        made = Unit.objects.bulk_create(Unit(committee=self.committee, name=name, system=system_of(name)) for name in missing)
        audit.vouch(self.committee, made, at=self.context.at)
        self.context.keep(made)
        self.known |= {unit.name: unit for unit in made}


def _likeness(one: str, other: str) -> float:
    """Return how alike two names are beyond what all names share; nothing where they are different units."""
    short, long = sorted((one, other), key=len)
    if len(short) < SHORT:
        return 0
    if short == long or (short[0] == long[0] and _goes_through(short, long)):
        return 100
    ratio = fuzz.ratio(short, long)
    return ratio if len(short) > SHORT and short[0] == long[0] and ratio >= ALIKE else 0


def _goes_through(short: str, long: str) -> bool:
    """Whether an abbreviation takes its characters, in order, from the long name: 卫健 from 卫生健康."""
    rest = iter(long)
    return all(char in rest for char in short)
