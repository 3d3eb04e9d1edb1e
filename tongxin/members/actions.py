"""Writes about members: invitations, contact data, how a seat ends and comes back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.accounts.queries import has_second_factor
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.committees import actions as bodies
from tongxin.committees.models import Term
from tongxin.committees.queries import not_over, running
from tongxin.core.secrets import phone_hash
from tongxin.core.shown import Values, demand_as_shown
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import clean_line
from tongxin.members import closing, consequences, queries
from tongxin.members.choices import CONTACT_FIELDS, ENDING_EVENTS, Ending
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.members.regulations import Reinvitation
from tongxin.members.rules import is_reset, is_second_person, waiting_code, was_released
from tongxin.regulations.queries import in_force

Held = TypeVar("Held", Seat, Post, Suspension)


class NotInvitedError(Exception):
    """A member who cannot be invited; the message is for people."""


class StandingError(Exception):
    """A change of a member's standing that cannot be made; the message is for people."""


class MergedError(NotInvitedError, StandingError):
    """A member who was merged into another while somebody had the page open; the message is for people."""


@transaction.atomic
def invite(member: Member, *, actor: Account | None, at: datetime) -> str:
    """Give a member a one-time code: for the seat, or for a new password where there is an account. Returns the code, kept nowhere.

    An account that holds a duty, or is at home in another committee, is not touched: whoever keeps the members must not reset
    the password of a clerk, nor of another county's member. The code for a seat that was released before waits like that for a
    new password: releasing and inviting are not one hand's. Raises NotInvitedError.
    """
    member = hold(member)
    if refusal := queries.why_not_invited(member):
        raise NotInvitedError(refusal)
    if member.account is not None:
        return _invite_again(member, member.account, actor=actor, at=at)
    works_from = _waits_until(member, at) if was_released(member) else None
    code = accounts.invite_to_seat(member.uid, actor=actor, at=at, works_from=works_from)
    data = {"name": member.name, "waits_until": works_from.isoformat() if works_from else ""}
    audit.record("members.invite", member, actor=actor, at=at, data=data)
    return code


def _waits_until(member: Member, at: datetime) -> datetime:
    """Since when a code works that nobody confirmed."""
    return at + timedelta(hours=in_force(member.committee, Reinvitation, timezone.localdate(at)).wait_hours)


def _invite_again(member: Member, account: Account, *, actor: Account | None, at: datetime) -> str:
    """Make a code for a new password: told at once to the member and the auditors, and waiting where it alone opens the account.

    Whoever has a second factor when the code is used is asked for it besides. For who has none then, a second person of the
    office confirms the code, or it waits for the hours of the regulation; a sign-in ends it (decision 0018).
    """
    if not is_reset(member):  # never used: nothing to take over
        return accounts.invite(account, seat=member.uid, actor=actor, at=at)
    works_from = _waits_until(member, at)
    code = accounts.invite(account, seat=member.uid, actor=actor, at=at, works_from=works_from)
    data = {"name": member.name, "waits_until": "" if has_second_factor(account) else works_from.isoformat()}
    audit.record("members.reinvite", member, actor=actor, at=at, data=data)
    return code


@transaction.atomic
def confirm_reinvitation(member: Member, *, code: str, actor: Account, at: datetime) -> None:
    """Let a member's waiting code work at once, by a second person of the office: the very one (its uid) on the screen.

    Raises NotInvitedError saying why not.
    """
    waiting = waiting_code(member, at=at)
    if waiting is None:
        raise NotInvitedError(_("%(name)s没有等待确认的码") % {"name": member.name})
    if waiting.uid != code:
        raise NotInvitedError(_("%(name)s的码已经重新发过，请看清是谁发的，再确认") % {"name": member.name})
    if not is_second_person(actor, waiting):
        raise NotInvitedError(_("自己发的码不能由自己确认，请机关另一位工作人员办理"))
    rules = in_force(member.committee, Reinvitation, timezone.localdate(at))
    if actor.joined_at > at - timedelta(days=rules.known_days):
        raise NotInvitedError(_("您的账户建立不满 %(n)s 天，不能确认，请机关另一位工作人员办理") % {"n": rules.known_days})
    if not accounts.confirm(waiting, at=at):
        raise NotInvitedError(_("%(name)s没有等待确认的码") % {"name": member.name})
    audit.record("members.confirm_reinvitation", member, actor=actor, at=at, data={"name": member.name})


@transaction.atomic
def release_seat(member: Member, *, reason: str, actor: Account, at: datetime) -> None:
    """Take a seat off the account it was linked to by mistake (解除关联), so that it is invited and linked again.

    Only while nothing stands in its name. An account made for this seat alone closes. Raises StandingError.
    """
    member = hold(member)
    if refusal := queries.why_not_released(member):
        raise StandingError(refusal)
    account, closes = accounts.hold(member.account), queries.closes_with(member)  # type: ignore[arg-type]  # linked: asked above
    sound = audit.sound([member])
    Member.objects.filter(pk=member.pk).update(account=None, taken_at=None, released_at=at)
    member.account = None
    accounts.end_open_codes(account, at=at, seat=member.uid)  # this committee answers for the account no more
    if closes:
        accounts.close(account)
    audit.record(
        "members.release_seat", member, actor=actor, at=at, proves=[Saved(row, ("account",)) for row in sound],
        data={"name": member.name, "account": account.pk, "closed": closes, "reason": clean_line(reason)},
    )  # fmt: skip
    closing.close_of_the_dead([account.pk], at=at)


@transaction.atomic
def take_seat(uid: str, account: Account, at: datetime) -> bool:
    """Give a member an account, once: the slower of two answers False."""
    sound = audit.sound(Member.objects.filter(uid=uid))
    try:
        with transaction.atomic():
            taken = Member.objects.filter(uid=uid, account=None).update(account=account, taken_at=at)
    except IntegrityError:  # the account has a seat in this committee
        return False
    if not taken:
        return False
    member = Member.objects.select_related("committee").get(uid=uid)
    audit.record(
        "members.take_seat", member, actor=account, at=at, proves=[Saved(member)] if sound else (), data={"name": member.name}
    )
    return True


@transaction.atomic
def change_contact(
    member: Member, *, fields: Mapping[str, str], actor: Account, at: datetime, shown: Values | None = None
) -> list[str]:
    """Change how a member can be reached; the event names the fields, never the values. Returns the labels that changed.

    `shown`: what the page showed. Raises ChangedMeanwhileError where another changed something since.
    """
    member = hold(member)
    demand_as_shown(shown, queries.reached(member), {n: queries.as_reached(member, n, value) for n, value in fields.items()})
    changed, before = {}, member.email
    for name, label in CONTACT_FIELDS.items():
        if name in fields and (value := clean_line(fields[name])) != getattr(member, name):
            setattr(member, name, value)
            changed[name] = label
    if changed:
        member.phone_hash = phone_hash(member.phone)
        member.full_clean()
        member.save(update_fields=[*changed, "phone_hash"])
        if member.account is not None and "email" in changed:  # an address that the person chose stays
            Account.objects.filter(pk=member.account.pk, email__in=["", before]).update(email=member.email)
        audit.record("members.change", member, actor=actor, at=at, data={"name": member.name, "fields": [*changed.values()]})
    return list(changed.values())


def note_phone_read(member: Member, *, actor: Account, at: datetime) -> None:
    """Record that somebody read a member's phone number in full."""
    audit.record("audit.read_protected", member, actor=actor, at=at, data={"name": member.name, "field": "手机号"})


# ── how a seat ends and comes back ───────────────────────────────────────────────────────────────
@transaction.atomic
def end_seat(
    member: Member, *, ending: str, on: date, reason: str, document_number: str = "", actor: Account, at: datetime
) -> None:
    """End a member's seats and posts from a day on (today or earlier); what he has open elsewhere follows. Raises StandingError.

    He may still sign in and read the own file, unless he died: then the duties here end, and the account is closed where it
    belongs to no other committee.
    """
    _demand_day(on, at)
    if ending == Ending.REVOKED and not document_number.strip():
        message = "撤销委员资格须填写文号"
        raise StandingError(message)
    that_end = _all_of([hold(member)], timezone.localdate(at))
    said: dict[str, Any] = {"on": on, "reason": reason, "document_number": document_number, "actor": actor, "at": at}
    _end(that_end, ending=ending, **said)
    _follow(that_end, actor=actor, at=at)


@dataclass(frozen=True)
class _Ends:
    """What of one member ends together."""

    member: Member
    seats: Sequence[Seat]
    posts: Sequence[Post]
    suspensions: Sequence[Suspension] = ()
    goes_on: bool = False  # sits in the new term already: only what the old one gave him ends

    @property
    def rows(self) -> list[Seat | Post | Suspension]:
        return [*self.seats, *self.posts, *self.suspensions]


def _all_of(members: Sequence[Member], today: date, *, going_on: Collection[int] = (), term: Term | None = None) -> list[_Ends]:
    """Return what of each member ends: of who goes on in another term what this one gave him, of the others everything."""
    leaving = Q(member__in=[member for member in members if member.pk not in going_on])
    of_term = Q(member__in=going_on, term=term, ends_on=None)
    seats = _by_member(members, Seat.objects.filter((leaving & running(today)) | of_term))
    posts = _by_member(members, Post.objects.filter((leaving & not_over(today)) | of_term))
    suspensions = _by_member(members, Suspension.objects.filter(leaving, ends_on=None))
    return [_Ends(m, seats[m.pk], posts[m.pk], suspensions[m.pk], goes_on=m.pk in going_on) for m in members]


def _by_member(members: Iterable[Member], rows: Iterable[Held]) -> dict[int, list[Held]]:
    """Sort rows to their members, in one query for all of them."""
    whose = {member.pk: member for member in members}
    found = defaultdict[int, list[Held]](list)
    for row in rows:
        row.member = whose[row.member_id]
        found[row.member_id].append(row)
    return found


def _end(
    ended: Sequence[_Ends], *, ending: str, on: date, reason: str, document_number: str, actor: Account, at: datetime
) -> None:
    """End what members hold, with an event each; of their rows those are vouched for that still are what was said of them."""
    for ends in ended:
        _demand_held(ends, on)
    rows = [row for ends in ended for row in ends.rows]
    sound = set(audit.sound(rows))  # once: each time reads the committee's whole life
    _write(rows, on=on, ending=ending, reason=clean_line(reason), document_number=clean_line(document_number))
    said: dict[str, Any] = {"on": on, "reason": reason, "document_number": document_number, "actor": actor, "at": at}
    for ends in ended:
        proved = [Saved(row, ENDED[type(row)]) for row in ends.rows if row in sound]
        named = [f"{audit.label_of(row)}:{row.uid}" for row in ends.rows]
        _record(ENDING_EVENTS[Ending(ending)], ends.member, proves=proved, more={"ended": named}, **said)
        if ending == Ending.DIED:
            _end_duties(ends.member, actor=actor, at=at)
    closing.close_of_the_dead([ends.member.account_id for ends in ended], at=at)


def _follow(ended: Sequence[_Ends], *, actor: Account, at: datetime) -> None:
    """Let happen what follows elsewhere for those who do not go on."""
    consequences.follow([ends.member for ends in ended if not ends.goes_on], actor=actor, at=at)


def _demand_held(ends: _Ends, on: date) -> None:
    if not ends.seats:
        message = f"{ends.member.name}现在没有委员资格，不用再办理"
        raise StandingError(message)
    if not ends.goes_on:
        _demand_after(on, max(s.starts_on for s in ends.seats))


TOGETHER = 100  # rows that are written at a time
ENDED: dict[type[Seat | Post | Suspension], tuple[str, ...]] = {
    Seat: ("ends_on", "ending", "reason", "document_number"), Post: ("ends_on",), Suspension: ("ends_on",),
}  # fmt: skip


def _write(rows: Iterable[Seat | Post | Suspension], *, on: date, **why: str) -> None:
    """Write from which day on rows are over, of seats also why; what began later never began."""
    by_model = defaultdict[type[Seat | Post | Suspension], list[Any]](list)
    for row in rows:
        row.ends_on = max(on, row.starts_on)
        for name, value in why.items() if isinstance(row, Seat) else ():
            setattr(row, name, value)
        by_model[type(row)].append(row)
    for model, own in by_model.items():
        model.objects.bulk_update(own, ENDED[model], batch_size=TOGETHER)


def _end_duties(member: Member, *, actor: Account, at: datetime) -> None:
    """A dead person's duties here end, and nobody takes the seat with a code that was made for it.

    Another committee in which he sits or holds a duty decides for itself, and is told: one committee's record ends nothing there,
    and the account that belongs there too closes with the last of them (`closing`).
    """
    accounts.end_codes_of_seat(member.uid, at=at)
    for appointment in queries.duties_here(member, timezone.localdate(at)).select_related("account", "committee", "unit"):
        bodies.end_appointment(appointment, actor=actor, at=at, reason=str(Ending.DIED.label), even_the_last=True)


@transaction.atomic
def end_term(term: Term, *, on: date, reason: str, document_number: str = "", actor: Account, at: datetime) -> int:
    """End every seat of a term that is still held (任期届满), in one act with an event each. Returns how many members left.

    Raises StandingError, also while nobody sits in a later term: the committee would be without members.
    """
    _demand_day(on, at)
    if not queries.later_seats(term, timezone.localdate(at)).exists():
        message = f"还没有委员在{term}以后的届任职，请先导入新一届委员名单"
        raise StandingError(message)
    elsewhere = Seat.objects.filter(running(timezone.localdate(at)), committee=term.committee).exclude(term=term)
    members = _held_in(term)
    going_on = {member.pk for member in members} & set(elsewhere.values_list("member_id", flat=True))
    that_end = _all_of(members, timezone.localdate(at), going_on=going_on, term=term)
    said: dict[str, Any] = {"on": on, "reason": reason, "document_number": document_number, "actor": actor, "at": at}
    _end(that_end, ending=Ending.EXPIRED, **said)
    _follow(that_end, actor=actor, at=at)
    return sum(not ends.goes_on for ends in that_end)


def _held_in(term: Term) -> list[Member]:
    """Hold the rows of all who still sit in a term."""
    sitting = Seat.objects.filter(term=term, ends_on=None).values("member_id")
    rows = Member.objects.select_for_update(of=("self",)).select_related("account", "committee")
    return list(rows.filter(pk__in=sitting).order_by("number"))


@transaction.atomic
def suspend(member: Member, *, on: date, reason: str, document_number: str = "", actor: Account, at: datetime) -> Suspension:
    """Let a member keep the seat and do nothing (停止履职), from today or an earlier day on. Raises StandingError."""
    _demand_day(on, at)
    member = hold(member)
    today = timezone.localdate(at)
    if not Member.objects.sitting(today).filter(pk=member.pk).exists():
        message = f"{member.name}现在不在任，或者已经停止履职"
        raise StandingError(message)
    _demand_after(on, queries.acts_since(member, today))
    made = Suspension.objects.create(
        committee=member.committee, member=member, starts_on=on, reason=clean_line(reason),
        document_number=clean_line(document_number),
    )  # fmt: skip
    why = {"reason": reason, "document_number": document_number}
    _record("members.suspend", member, on=on, proves=[New(made)], actor=actor, at=at, **why)
    consequences.follow([member], actor=actor, at=at)
    return made


@transaction.atomic
def resume(member: Member, *, on: date, reason: str, document_number: str = "", actor: Account, at: datetime) -> None:
    """Lift a suspension (恢复履职). Raises StandingError."""
    _demand_day(on, at)
    member = hold(member)
    kept = member.suspensions.filter(running(timezone.localdate(at))).first()
    if kept is None:
        message = f"{member.name}没有停止履职，不用恢复"
        raise StandingError(message)
    _demand_after(on, kept.starts_on)
    sound = audit.sound([kept])
    _write([kept], on=on)
    why = {"reason": reason, "document_number": document_number}
    _record("members.resume", member, on=on, proves=[Saved(row, ENDED[type(row)]) for row in sound], actor=actor, at=at, **why)
    consequences.come_back([member], actor=actor, at=at)


@transaction.atomic
def restore(
    member: Member, *, on: date | None = None, reason: str, document_number: str = "", actor: Account, at: datetime
) -> None:
    """Give back the seats and posts that the last ending took (恢复委员资格): new rows from a day on; the ended ones stay.

    A death that was recorded by mistake never was: no day is asked for, the seat goes on as if it had not ended, and an account
    closed by it opens again; a seat of a term that is over since ends with its term. What followed elsewhere is not undone.
    Raises StandingError.
    """
    member = hold(member)
    today = timezone.localdate(at)
    if Member.objects.seated(today).filter(pk=member.pk).exists():
        message = f"{member.name}现在有委员资格，不用恢复"
        raise StandingError(message)
    seats = queries.seats_last_held(member)
    if not seats:
        message = f"{member.name}没有可以恢复的席位，请重新增加"
        raise StandingError(message)
    why: dict[str, Any] = {"reason": reason, "document_number": document_number, "actor": actor, "at": at}
    if queries.ended_by_death(seats):
        _take_death_back(member, seats, **why)
    else:
        _give_back(member, seats, on or today, **why)
    if Member.objects.seated(today).filter(pk=member.pk).exists():
        consequences.come_back([member], actor=actor, at=at)


def _take_death_back(member: Member, seats: Sequence[Seat], *, at: datetime, **why: Any) -> None:
    """Let a death never have been, with all that it ended; a term that is over since ends what the member held of it."""
    over = queries.terms_over(member, seats, timezone.localdate(at))
    posts, pauses = queries.ended_with(member, seats)
    proves = _never_ended([*seats, *posts, *pauses])
    if member.account is not None and not queries.is_dead_elsewhere(member):
        accounts.reopen(member.account)
    leaves = all(seat.term_id in over for seat in seats)
    _record("members.restore", member, on=None, proves=proves, more={"leaves": leaves}, at=at, **why)
    for one in sorted(over.values(), key=lambda one: one.term.number):
        _end_with_term(member, one, actor=why["actor"], at=at)


def _end_with_term(member: Member, over: queries.Over, *, actor: Account, at: datetime) -> None:
    """End what a member held of a term that is over, as it ended for the others."""
    open_seats = Seat.objects.filter(member=member, ends_on=None)
    goes_on = {member.pk} if open_seats.exclude(term=over.term).exists() else set[int]()
    that_end = _all_of([member], timezone.localdate(at), going_on=goes_on, term=over.term)
    on = max(over.on, *(seat.starts_on for seat in open_seats.filter(term=over.term)))
    said: dict[str, Any] = {"reason": over.reason, "document_number": over.document_number, "actor": actor, "at": at}
    _end(that_end, ending=Ending.EXPIRED, on=on, **said)


def _give_back(member: Member, seats: Sequence[Seat], on: date, *, at: datetime, **why: Any) -> None:
    """Let a member hold again from a day on what the last ending took, as far as its term is not over."""
    _demand_day(on, at)
    _demand_after(on, max(s.ends_on for s in seats if s.ends_on))
    again = queries.to_hold_again(seats, queries.terms_over(member, seats, timezone.localdate(at)))
    if not again:
        raise StandingError(queries.why_not_held_again(seats))
    terms = {seat.term_id for seat in again}
    posts = [post for post in queries.ended_with(member, seats)[0] if post.term_id in terms]
    _record("members.restore", member, on=on, proves=_hold_again(member, again, posts, on), at=at, **why)


def _never_ended(rows: Sequence[Seat | Post | Suspension]) -> list[Saved]:
    """Take back that rows ended; of these are vouched for again those that still are what was said of them."""
    sound = set(audit.sound(rows))
    for row in rows:
        row.ends_on = None
        if isinstance(row, Seat):
            row.ending = row.reason = row.document_number = ""
        row.save(update_fields=ENDED[type(row)])
    return [Saved(row, ENDED[type(row)]) for row in rows if row in sound]


def _hold_again(member: Member, seats: Sequence[Seat], posts: Sequence[Post], on: date) -> list[New]:
    """Make the same seats and posts anew; return those to vouch for: what was changed past the house is not, as a copy either."""
    sound, again = set(audit.sound([*seats, *posts])), {"committee": member.committee, "member": member}
    made: list[tuple[Seat | Post, Seat | Post]] = [
        (seat, Seat.objects.create(
            **again, term=seat.term, sector=seat.sector, special_committee=seat.special_committee, convenes=seat.convenes,
            starts_on=on,
        ))
        for seat in seats
    ]  # fmt: skip
    made += [
        (post, Post.objects.create(**again, term=post.term, rank=post.rank, starts_on=max(on, post.starts_on)))
        for post in posts
    ]  # fmt: skip
    return [New(new) for old, new in made if old in sound]


def hold(member: Member) -> Member:
    """Hold the member's row, so that two clerks take turns. Raises MergedError where it went into another meanwhile."""
    rows = Member.everybody.select_for_update(of=("self",)).select_related("account", "committee")
    held = rows.get(pk=member.pk)
    if held.merged_into is not None:
        raise MergedError(queries.was_merged(held))
    return held


def _demand_day(on: date, at: datetime) -> None:
    if on > timezone.localdate(at):
        message = "日期不能在今天以后，请到那一天再办理"
        raise StandingError(message)


def _demand_after(on: date, first: date) -> None:
    if on < first:
        message = f"日期不能早于 {full_day(first)}"
        raise StandingError(message)


def _record(
    kind: str, member: Member, *, on: date | None, reason: str, document_number: str, proves: Iterable[Model | Saved],
    actor: Account, at: datetime, more: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    audit.record(
        kind, member, actor=actor, at=at, proves=proves,
        data={
            "name": member.name, "on": on.isoformat() if on else "", "reason": clean_line(reason),
            "document_number": clean_line(document_number), **(more or {}),
        },
    )  # fmt: skip
