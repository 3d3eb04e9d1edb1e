"""Which number comes next once an import is taken back: behind what stays, where nothing was numbered since.

A number that was given since keeps all before it: the series goes on behind it, and what went stays empty.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.committees.models import Counter, Session
from tongxin.core.templatetags.chinese import case_number
from tongxin.core.words import plain_number
from tongxin.imports.models import Import
from tongxin.imports.queries.records import AT_ONCE
from tongxin.members.models import Member
from tongxin.proposals.models import Proposal
from tongxin.sheets.reading import batches

OF_MEMBERS, DIGITS = "member.number", 3
UNCLASSIFIED = "unclassified"
Numbered = tuple[int, int]  # key of a row, its number
Last = Mapping[str, int]  # series → the last number that was given


@dataclass(frozen=True)
class Series:
    """A series of numbers of which some go: the highest of those, and the highest that stays.

    `is_main`: people read it every day.
    """

    name: str
    label: str
    went: int
    stays: int
    last: int  # that was given
    is_main: bool
    write: Callable[[int], str] = str

    @property
    def goes_back(self) -> bool:
        """Whether the last number given is one of those that go."""
        return self.stays < self.went == self.last

    @property
    def following(self) -> int:
        """The number that comes next."""
        return (self.stays if self.goes_back else self.last) + 1

    def words(self) -> str:
        """Say which number comes next."""
        said = {"label": self.label, "next": self.write(self.following), "last": self.write(self.last)}
        if self.goes_back:
            return _("%(label)s退回，撤销以后从%(next)s续编。") % said
        return _("%(label)s已经编到%(last)s，撤销以后从%(next)s续编，撤回的号空着不用。") % said


def series_of(run: Import, label: str, going: Collection[int], *, held: bool = False) -> list[Series]:
    """Return the series of which numbers go with records of an import, by their keys.

    `held`: nobody numbers anything in the committee until the transaction ends.
    """
    if label not in _SERIES or not going:
        return []
    counters = Counter.objects.filter(committee=run.committee_id).order_by("pk")
    last = dict((counters.select_for_update() if held else counters).values_list("series", "last"))
    return [one for one in _SERIES[label](run, going, last) if one.went]


def _highest(rows: Iterable[Numbered], going: Collection[int]) -> tuple[int, int]:
    """Of rows from the highest number down, return the highest that goes, and the highest that stays."""
    went = stays = 0
    for key, number in rows:
        if key in going:
            went = went or number
        else:
            stays = stays or number
        if went and stays:
            break
    return went, stays


def _series(
    name: str,
    label: str,
    last: Last,
    highest: tuple[int, int],
    *,
    is_main: bool = False,
    write: Callable[[int], str] = str,
) -> Series:
    return Series(name, label, *highest, last.get(name, 0), is_main, write)


def _downwards(rows: QuerySet[Proposal], field: str) -> Iterator[Numbered]:
    numbered = rows.exclude(**{field: None}).order_by(f"-{field}").values_list("pk", field)
    return numbered.iterator(chunk_size=AT_ONCE)


def _of_proposals(run: Import, going: Collection[int], last: Last) -> Iterator[Series]:
    own = Proposal._base_manager.filter(committee=run.committee_id)  # noqa: SLF001 -- every row, whatever its manager hides
    kinds = {
        said
        for some in batches(going, AT_ONCE)
        for said in own.filter(pk__in=some).values_list("session", "construction", "category_label").distinct()
    }
    yield _series("proposal.serial", _("收件号"), last, _highest(_downwards(own, "serial"), going))
    sessions = Session.objects.select_related("term").in_bulk([pk for pk, _code, _label in kinds if pk is not None])
    for pk, session in sorted(sessions.items()):
        rows = own.filter(session=pk)
        said = _("%(session)s提案号") % {"session": session}
        yield _series(f"proposal.{pk}", said, last, _highest(_downwards(rows, "number"), going), is_main=True, write=case_number)
        for code in sorted({construction for one, construction, _label in kinds if one == pk}):
            labels = {label for one, construction, label in kinds if (one, construction) == (pk, code) and label}
            alike = rows.filter(Q(construction=code) | Q(category_label__in=labels))
            said = _("%(session)s类别号（%(category)s）") % {"session": session, "category": "、".join(sorted(labels))}
            found = _highest(_downwards(alike, "category_number"), going)
            yield _series(f"proposal.{pk}.{code or UNCLASSIFIED}", said, last, found)


def _of_members(run: Import, going: Collection[int], last: Last) -> Iterator[Series]:
    code = run.committee.code
    plain = plain_number(code)
    rows = Member._base_manager.filter(committee=run.committee_id).values_list("pk", "number")  # noqa: SLF001 -- as above
    figures = [(key, plain_number(number).removeprefix(plain)) for key, number in rows if plain_number(number).startswith(plain)]
    numbered = sorted(((key, int(said)) for key, said in figures if said.isdecimal()), key=lambda one: -one[1])

    def write(number: int) -> str:
        return f"{code}{number:0{DIGITS}d}"

    yield _series(OF_MEMBERS, _("委员编号"), last, _highest(numbered, going), is_main=True, write=write)


_SERIES = {"proposals.proposal": _of_proposals, "members.member": _of_members}
