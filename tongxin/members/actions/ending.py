"""How a seat ends, of one member or of all whose term is over."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import Saved
from tongxin.committees import actions as bodies
from tongxin.committees.models import Term
from tongxin.committees.queries import not_over, running
from tongxin.core.words import clean_line
from tongxin.members import closing, consequences, queries
from tongxin.members.actions.holding import StandingError, demand_shown, hold
from tongxin.members.actions.standing import ENDED, Held, demand_after, demand_day, record, write
from tongxin.members.choices import ENDING_EVENTS, Ending
from tongxin.members.models import Member, Post, Seat, Suspension


@transaction.atomic
def end_seat(
    member: Member,
    *,
    ending: str,
    on: date,
    reason: str,
    document_number: str = "",
    shown: str = "",
    actor: Account,
    at: datetime,
) -> None:
    """End a member's seats and posts from a day on (today or earlier); what he has open elsewhere follows.

    Raises StandingError.

    `shown`: the mark of what the page said of it (`queries.as_it_stands`), where it was read on one.

    He may still sign in and read the own file, unless he died: then the duties here end, and the account is closed
    where it belongs to no other committee.
    """
    demand_day(on, at)
    if ending == Ending.REVOKED and not document_number.strip():
        message = _("撤销委员资格须填写文号")
        raise StandingError(message)
    member = hold(member)
    demand_shown(member, ending, shown)
    that_end = all_of([member], timezone.localdate(at), dies=ending == Ending.DIED)
    said: dict[str, Any] = {"on": on, "reason": reason, "document_number": document_number, "actor": actor, "at": at}
    end(that_end, ending=ending, **said)
    follow(that_end, actor=actor, at=at)


@dataclass(frozen=True)
class Ends:
    """What of one member ends together."""

    member: Member
    seats: Sequence[Seat]
    posts: Sequence[Post]
    suspensions: Sequence[Suspension] = ()
    goes_on: bool = False  # sits in the new term already: only what the old one gave him ends

    @property
    def rows(self) -> list[Seat | Post | Suspension]:
        """Return all of it."""
        return [*self.seats, *self.posts, *self.suspensions]


def all_of(
    members: Sequence[Member], today: date, *, going_on: Collection[int] = (), term: Term | None = None, dies: bool = False
) -> list[Ends]:
    """Return what of each member ends: of who goes on in another term what this one gave him, of the others everything.

    Of one who dies a seat that was still to begin too: he takes none.
    """
    leaving = Q(member__in=[member for member in members if member.pk not in going_on])
    of_term = Q(member__in=going_on, term=term, ends_on=None)
    seats = _by_member(members, Seat.objects.filter((leaving & (not_over(today) if dies else running(today))) | of_term))
    posts = _by_member(members, Post.objects.filter((leaving & not_over(today)) | of_term))
    suspensions = _by_member(members, Suspension.objects.filter(leaving, ends_on=None))
    return [Ends(m, seats[m.pk], posts[m.pk], suspensions[m.pk], goes_on=m.pk in going_on) for m in members]


def _by_member(members: Iterable[Member], rows: Iterable[Held]) -> dict[int, list[Held]]:
    """Sort rows to their members, in one query for all of them."""
    whose = {member.pk: member for member in members}
    found = defaultdict[int, list[Held]](list)
    for row in rows:
        row.member = whose[row.member_id]
        found[row.member_id].append(row)
    return found


def end(ended: Sequence[Ends], *, ending: str, on: date, reason: str, document_number: str, actor: Account, at: datetime) -> None:
    """End what members hold, with an event each.

    Of their rows those are vouched for that still are what was said of them.
    """
    for ends in ended:
        _demand_held(ends, on, timezone.localdate(at))
    rows = [row for ends in ended for row in ends.rows]
    sound = set(audit.sound(rows))  # once: each time reads the committee's whole life
    write(rows, on=on, ending=ending, reason=clean_line(reason), document_number=clean_line(document_number))
    said: dict[str, Any] = {"on": on, "reason": reason, "document_number": document_number, "actor": actor, "at": at}
    for ends in ended:
        proved = [Saved(row, ENDED[type(row)]) for row in ends.rows if row in sound]
        named = [f"{audit.label_of(row)}:{row.uid}" for row in ends.rows]
        record(ENDING_EVENTS[Ending(ending)], ends.member, proves=proved, more={"ended": named}, **said)
        if ending == Ending.DIED:
            _end_duties(ends.member, actor=actor, at=at)
    closing.close_of_the_dead([ends.member.account_id for ends in ended], at=at)


def follow(ended: Sequence[Ends], *, actor: Account, at: datetime) -> None:
    """Let happen what follows elsewhere for those who do not go on."""
    consequences.follow([ends.member for ends in ended if not ends.goes_on], actor=actor, at=at)


def _demand_held(ends: Ends, on: date, today: date) -> None:
    begun = [seat.starts_on for seat in ends.seats if seat.starts_on <= today]
    if not begun:
        message = _("%(member)s现在没有委员资格，无需再办理") % {"member": ends.member.name}
        raise StandingError(message)
    if not ends.goes_on:
        demand_after(on, max(begun))


def _end_duties(member: Member, *, actor: Account, at: datetime) -> None:
    """A dead person's duties here end, and nobody takes the seat with a code that was made for it.

    Another committee in which he sits or holds a duty decides for itself, and is told: one committee's record ends
    nothing there, and the account that belongs there too closes with the last of them (`closing`).
    """
    accounts.end_codes_of_seat(member.uid, at=at)
    for appointment in queries.duties_here(member, timezone.localdate(at)).select_related("account", "committee", "unit"):
        bodies.end_appointment(appointment, actor=actor, at=at, reason=str(Ending.DIED.label), even_the_last=True)


@transaction.atomic
def end_term(term: Term, *, on: date, reason: str, document_number: str = "", actor: Account, at: datetime) -> int:
    """End every seat of a term that is still held (任期届满), in one act with an event each. Returns how many members left.

    Raises StandingError, also while nobody sits in a later term: the committee would be without members.
    """
    demand_day(on, at)
    if not queries.later_seats(term, timezone.localdate(at)).exists():
        message = _("还没有委员在%(term)s以后的届任职，请先导入新一届委员名单") % {"term": term}
        raise StandingError(message)
    elsewhere = Seat.objects.filter(running(timezone.localdate(at)), committee=term.committee).exclude(term=term)
    members = _held_in(term)
    going_on = {member.pk for member in members} & set(elsewhere.values_list("member_id", flat=True))
    that_end = all_of(members, timezone.localdate(at), going_on=going_on, term=term)
    said: dict[str, Any] = {"on": on, "reason": reason, "document_number": document_number, "actor": actor, "at": at}
    end(that_end, ending=Ending.EXPIRED, **said)
    follow(that_end, actor=actor, at=at)
    return sum(not ends.goes_on for ends in that_end)


def _held_in(term: Term) -> list[Member]:
    """Hold the rows of all who still sit in a term."""
    sitting = Seat.objects.filter(term=term, ends_on=None).values("member_id")
    rows = Member.objects.select_for_update(of=("self",)).select_related("account", "committee")
    return list(rows.filter(pk__in=sitting).order_by("number"))
