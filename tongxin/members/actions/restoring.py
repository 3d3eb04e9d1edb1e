"""A seat comes back: anew from a day on, or, where its end was a mistake, as if it had not ended."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.members import consequences, queries
from tongxin.members.actions.ending import all_of, end
from tongxin.members.actions.holding import StandingError, demand_shown, hold
from tongxin.members.actions.standing import ENDED, demand_after, demand_day, record
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Post, Seat, Suspension


@transaction.atomic
def restore(
    member: Member,
    *,
    on: date | None = None,
    reason: str,
    document_number: str = "",
    shown: str = "",
    actor: Account,
    at: datetime,
) -> None:
    """Give back the seats and posts that the last ending took (恢复委员资格): new rows from a day on; the ended ones stay.

    A death that was recorded by mistake never was: no day is asked for, the seat goes on as if it had not ended, and an
    account closed by it opens again; a seat of a term that is over since ends with its term. What followed elsewhere is
    not undone. Raises StandingError.
    """
    member = hold(member)
    demand_shown(member, "restore", shown)
    today = timezone.localdate(at)
    if Member.objects.seated(today).filter(pk=member.pk).exists():
        message = _("%(member)s现在有委员资格，无需恢复") % {"member": member.name}
        raise StandingError(message)
    coming = queries.what_comes_back(member, today)
    if coming.refusal:
        raise StandingError(coming.refusal)
    why: dict[str, Any] = {"reason": reason, "document_number": document_number, "actor": actor, "at": at}
    if coming.ended.by_death:
        _take_death_back(member, coming, **why)
    else:
        _give_back(member, coming, on or today, **why)
    if Member.objects.seated(today).filter(pk=member.pk).exists():
        consequences.come_back([member], actor=actor, at=at)


def _take_death_back(member: Member, coming: queries.Coming, *, at: datetime, **why: Any) -> None:
    """Let a death never have been, with all that it ended.

    A term that is over since ends what the member held of it.
    """
    ended = coming.ended
    proves = _never_ended([*ended.seats, *ended.posts, *ended.suspensions])
    if member.account is not None and not queries.is_dead_elsewhere(member):
        accounts.reopen(member.account)
    record("members.restore", member, on=None, proves=proves, more={"leaves": not coming.seats}, at=at, **why)
    for one in sorted(coming.over.values(), key=lambda one: one.term.number):
        _end_with_term(member, one, actor=why["actor"], at=at)


def _end_with_term(member: Member, over: queries.Over, *, actor: Account, at: datetime) -> None:
    """End what a member held of a term that is over, as it ended for the others."""
    open_seats = Seat.objects.filter(member=member, ends_on=None)
    goes_on = {member.pk} if open_seats.exclude(term=over.term).exists() else set[int]()
    that_end = all_of([member], timezone.localdate(at), going_on=goes_on, term=over.term)
    on = max(over.on, *(seat.starts_on for seat in open_seats.filter(term=over.term)))
    said: dict[str, Any] = {"reason": over.reason, "document_number": over.document_number, "actor": actor, "at": at}
    end(that_end, ending=Ending.EXPIRED, on=on, **said)


def _give_back(member: Member, coming: queries.Coming, on: date, *, at: datetime, **why: Any) -> None:
    """Let a member hold again from a day on what the last ending took, as far as its term is not over."""
    demand_day(on, at)
    demand_after(on, max(s.ends_on for s in coming.ended.seats if s.ends_on))
    made = _hold_again(member, coming.seats, coming.posts, on)
    named = [f"{audit.label_of(new)}:{new.uid}" for _old, new in made]
    sound = set(audit.sound([old for old, _new in made]))
    proves = [New(new) for old, new in made if old in sound]
    record("members.restore", member, on=on, proves=proves, more={"begun": named}, at=at, **why)


def _never_ended(rows: Sequence[Seat | Post | Suspension]) -> list[Saved]:
    """Take back that rows ended; of these are vouched for again those that still are what was said of them."""
    sound = set(audit.sound(rows))
    for row in rows:
        row.ends_on = None
        if isinstance(row, Seat):
            row.ending = row.reason = row.document_number = ""
        row.save(update_fields=ENDED[type(row)])
    return [Saved(row, ENDED[type(row)]) for row in rows if row in sound]


def _hold_again(member: Member, seats: Sequence[Seat], posts: Sequence[Post], on: date) -> list[tuple[Seat | Post, Seat | Post]]:
    """Make the same seats and posts anew.

    Return each with the one before: what was changed past the house is not vouched for.
    """
    again = {"committee": member.committee, "member": member}
    made: list[tuple[Seat | Post, Seat | Post]] = [
        (
            seat,
            Seat.objects.create(
                **again,
                term=seat.term,
                sector=seat.sector,
                special_committee=seat.special_committee,
                convenes=seat.convenes,
                starts_on=on,
            ),
        )
        for seat in seats
    ]
    made += [
        (post, Post.objects.create(**again, term=post.term, rank=post.rank, starts_on=max(on, post.starts_on))) for post in posts
    ]
    return made
