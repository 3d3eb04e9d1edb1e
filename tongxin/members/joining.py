"""How the dated rows of two members who are one person become one's: moved, or joined where they overlap."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongxin.members.models import Member, Post, Seat, Suspension

Dated = Seat | Post | Suspension
CHANGED = ("member", "starts_on", "ends_on")
LABELS: dict[str, type[Dated]] = {"seat": Seat, "post": Post, "suspension": Suspension}


@dataclass(frozen=True)
class Change:
    """What becomes of a row: whose it is afterwards, from when until when."""

    row: Dated
    member: Member
    starts_on: date
    ends_on: date | None
    joins: bool  # it changes its days, or another row took its place

    def remembered(self, stays: Member) -> dict[str, Any]:
        """Return what the row was and what it became, for the way back."""
        was = "stays" if self.row.member_id == stays.pk else "goes"
        label = next(label for label, model in LABELS.items() if isinstance(self.row, model))
        return {
            "sort": label,
            "uid": self.row.uid,
            "was": was,
            "joins": self.joins,
            "before": days_of(self.row),
            "after": [_said(self.starts_on), _said(self.ends_on)],
        }


def days_of(row: Dated) -> list[str]:
    """Return from when until when a row is, as it is remembered."""
    return [_said(row.starts_on), _said(row.ends_on)]


def _said(day: date | None) -> str:
    return day.isoformat() if day else ""


def rows_of(*members: Member) -> list[Dated]:
    """Return every dated row of some members, in a fixed order."""
    return [row for model in LABELS.values() for row in model._default_manager.filter(member__in=members).order_by("pk")]  # noqa: SLF001 -- Django's public-in-practice Meta


def together(one: Dated, other: Dated) -> bool:
    """Say whether two rows say the same for some day: a seat of one term, a post of one rank in it, a suspension."""
    return _key(one) == _key(other) and _overlap(one, other)


def _key(row: Dated) -> tuple[Any, ...]:
    if isinstance(row, Seat):
        return Seat, row.term_id
    return (Post, row.term_id, row.rank) if isinstance(row, Post) else (Suspension,)


def _overlap(one: Dated, other: Dated) -> bool:
    return _before_the_end(one.starts_on, other) and _before_the_end(other.starts_on, one) and not (_never(one) or _never(other))


def _before_the_end(day: date, row: Dated) -> bool:
    return row.ends_on is None or day < row.ends_on


def _never(row: Dated) -> bool:
    return row.ends_on == row.starts_on


def joined(stays: Member, goes: Member, rows: Sequence[Dated], *, seats_of: Member) -> Iterator[Change]:
    """Say what becomes of the rows of both: what overlaps becomes one, from the earlier day.

    What is over of it stays with who goes.

    `seats_of`: whose seat stands, with its sector, where both hold one of a term.
    """
    for own in _clusters(rows):
        whose = {row.member_id for row in own}
        if len(whose) == 1:
            yield from (Change(row, stays, row.starts_on, row.ends_on, joins=False) for row in own if row.member_id == goes.pk)
            continue
        preferred = seats_of.pk if isinstance(own[0], Seat) else stays.pk
        stands = next(row for row in own if row.member_id == preferred)
        for row in own:  # first what gives way: a member holds one seat of a term at a time
            if row is not stands:
                yield Change(row, goes, row.starts_on, row.starts_on, joins=True)
        ends = [row.ends_on for row in own]
        last = None if None in ends else max(end for end in ends if end)
        yield Change(stands, stays, min(row.starts_on for row in own), last, joins=True)


def _clusters(rows: Sequence[Dated]) -> Iterator[list[Dated]]:
    """Put together what overlaps, the earliest first."""
    by_key = defaultdict[tuple[Any, ...], list[Dated]](list)
    for row in sorted(rows, key=lambda row: (row.starts_on, row.pk)):
        by_key[_key(row)].append(row)
    for own in by_key.values():
        open_: list[list[Dated]] = []
        for row in own:
            met = next((cluster for cluster in open_ if any(_overlap(row, other) for other in cluster)), None)
            if met is None:
                open_.append([row])
            else:
                met.append(row)
        yield from open_


def write(change: Change) -> None:
    """Write what becomes of a row, in memory too."""
    change.row.member, change.row.starts_on, change.row.ends_on = change.member, change.starts_on, change.ends_on
    change.row.save(update_fields=list(CHANGED))
