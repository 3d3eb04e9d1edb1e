"""Members as a spreadsheet: the columns, and what goes out; how rows come in is `importing`'s."""

from collections.abc import Iterator, Mapping
from datetime import date

from tongxin.committees.models import Committee
from tongxin.committees.queries import not_over
from tongxin.members.models import Member, Seat
from tongxin.members.sheets.columns import COLUMNS
from tongxin.members.sheets.importing import MemberImporter
from tongxin.members.sheets.reading import of_member, with_current_seats
from tongxin.sheets import exporting
from tongxin.sheets.kinds import Kind, register, words_of

__all__ = ["MEMBERS", "MemberImporter"]


def rows(committee: Committee, *, year: int | None, on: date) -> Iterator[Mapping[str, str]]:
    """Yield the members who hold a seat (of a year: those who held one in it) as rows of the sheet.

    Who left has no row: the sheet cannot say so, and read in elsewhere he would sit again.
    """
    found = Member.objects.filter(committee=committee).order_by("number", "id")
    if year is None:
        found = found.seated(on)
    else:
        held = Seat.objects.filter(committee=committee, starts_on__lte=date(year, 12, 31))
        held = held.filter(not_over(date(year, 1, 1)))
        found, on = found.filter(pk__in=held.values("member")), date(year, 12, 31)
    for member in exporting.in_parts(with_current_seats(found, on)):
        yield words_of(COLUMNS, of_member(member))


MEMBERS = register(
    Kind(
        name="members",
        label="委员",
        columns=COLUMNS,
        importer=MemberImporter,
        rows=rows,
    )
)
