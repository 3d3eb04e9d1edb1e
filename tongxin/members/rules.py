"""Who may see and keep the list of members. Phone numbers are masked; reading one in full is an event."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import predicate
from tongxin.accounts.models import Invitation
from tongxin.accounts.queries import code_waiting
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds
from tongxin.core.prepared import Prepared
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Seat

PLACES = Prepared(lambda account, on: Member.objects.filter(account=account).home_first(on))


def members_of(actor: Any) -> list[Member]:
    """Return the places of a person in all committees, the one at home first.

    Read once per request (kept on the account).

    At home is who sits, and took the place first: that committee answers for the account.
    """
    if actor is None or not actor.is_authenticated or not actor.is_active:
        return []
    if "_members" not in actor.__dict__:
        actor.__dict__["_members"] = PLACES.all(actor.pk, timezone.localdate())
    kept: list[Member] = actor.__dict__["_members"]
    return kept


def seated(accounts: Collection[int]) -> set[int]:
    """Keep the accounts that have a place in any committee: asked of many at once."""
    return set(Member.objects.filter(account__in=accounts).values_list("account_id", flat=True))


def member_of(actor: Any) -> Member | None:
    """Return the member in whose place somebody acts now, sitting or not: whose own file it is.

    The session's choice; without one the place last used, as long as he sits there; else the one at home.
    """
    mine = members_of(actor)
    chosen = next((m for m in mine if m.uid == actor.chosen_seat), None)
    used = next((m for m in mine if m.uid == actor.last_seat and m.sits), None)  # type: ignore[attr-defined]
    return chosen or used or next(iter(mine), None)


def sitting_member_of(actor: Any) -> Member | None:
    """Return the member in whose place somebody acts, while he sits: a seat in force, not suspended.

    Everybody asks this.
    """
    member = member_of(actor)
    return member if member is not None and member.sits else None  # type: ignore[attr-defined]


def seat_of(actor: Any) -> Member:
    """Return the member in whose place somebody acts. Raises PermissionDenied where he does not sit."""
    member = sitting_member_of(actor)
    if member is None:
        raise PermissionDenied
    return member


def who_it_is(member: Member) -> Member:
    """Return the member somebody is: who went into another is the other."""
    return member if member.merged_into is None else who_it_is(member.merged_into)


def is_name(written: str) -> bool:
    """Say whether something can be the name of a person.

    It has a letter or a character, not figures and marks alone.
    """
    return any(sign.isalpha() for sign in written)


def is_reset(member: Member) -> bool:
    """Say whether a code for signing in would be for a new password: there is one already."""
    return member.account is not None and member.account.has_usable_password()


def was_released(member: Member) -> bool:
    """Say whether an invitation would be for a seat that was taken off an account: it waits as a reset does."""
    return member.account is None and member.released_at is not None


@predicate
def is_fellow_member(actor: Any, subject: Any) -> bool:
    """A member who sits in the same committee."""
    own = sitting_member_of(actor)
    return own is not None and (subject is None or subject.committee_id == own.committee_id)


@predicate
def is_the_member(actor: Any, subject: Any) -> bool:
    """The member whose row it is (`subject.member`), also when he sits no longer."""
    own = member_of(actor)
    return own is not None and subject is not None and subject.member_id == own.pk


@predicate
def is_self(actor: Any, subject: Any) -> bool:
    """The member's own account, in whichever seat the person acts."""
    return subject is not None and actor is not None and actor.is_authenticated and subject.account_id == actor.pk


def is_dead(member: Member) -> bool:
    """Say whether a death is recorded of a member.

    A record that was taken back does not count: a seat was held after it.

    Not the seat that ended last: of who sat in two terms the old one may have ended for all after he died.
    """
    seats = list(member.seats.order_by("pk"))
    if any(seat.ends_on is None for seat in seats):
        return False
    return any(seat.ending == Ending.DIED and not _was_followed(seat, seats) for seat in seats)


def _was_followed(seat: Seat, seats: Iterable[Seat]) -> bool:
    later = (other for other in seats if other.pk > seat.pk and not other.never_began)
    return any(seat.ends_on is not None and other.starts_on >= seat.ends_on for other in later)


@predicate
def is_alive(_actor: Any, subject: Any) -> bool:
    """Not recorded as dead."""
    return subject is None or not is_dead(subject)


def is_second_person(actor: Any, code: Invitation) -> bool:
    """Say whether a code for a new password was made by somebody else: two people open it, not one twice."""
    return bool(code.made_by_id != actor.pk)


def waiting_code(member: Member, *, at: datetime) -> Invitation | None:
    """Return the code of a member that waits for a second person.

    For a new password, or for a seat that was released.
    """
    return code_waiting(member.account, seat=member.uid, at=at)


@predicate
def is_no_maker(actor: Any, subject: Any) -> bool:
    """Did not make the code that waits for a second person, if one waits."""
    if subject is None:
        return True
    code = waiting_code(subject, at=timezone.now())
    return code is None or is_second_person(actor, code)


@predicate
def has_waiting_code(_actor: Any, subject: Any) -> bool:
    """A code of this member waits for a second person."""
    return subject is not None and waiting_code(subject, at=timezone.now()) is not None


OFFICE = (
    Duty.PROPOSAL_OFFICE,
    Duty.PRE_EXAMINATION,
    Duty.FILING,
    Duty.PUBLICATION,
    Duty.MEMBER_AFFAIRS,
    Duty.LEADERSHIP,
)
# a code for a new password, made by somebody else
CONFIRM = (Duty.MEMBER_AFFAIRS, Duty.PROPOSAL_OFFICE, Duty.LEADERSHIP)
keeps_members = holds(Duty.MEMBER_AFFAIRS)
may_confirm = holds(*CONFIRM) & ~is_self & is_alive & is_no_maker

PERMISSIONS = {
    "members.view": (
        _("本会在任委员和机关可以查看委员名册，离任委员可以查看自己的资料"),
        is_fellow_member | is_self | holds(*OFFICE),
    ),
    "members.read_phone": (
        _("委员联络人员和本人可以查看手机号；有码等待确认的，可以确认的人为核实也可以查看；查看会留下记录"),
        keeps_members | is_self | (may_confirm & has_waiting_code),
    ),
    "members.invite": (_("委员联络人员可以向委员发登录邀请"), keeps_members & is_alive),
    "members.confirm_reinvitation": (
        _("委员联络、提案日常工作人员和主席会议成员可以确认别人发的密码重置码和重新关联的邀请码；不能确认自己发的、给自己的"),
        may_confirm,
    ),
    "members.change": (_("委员联络人员可以维护委员资料"), keeps_members),
    "members.see_departed": (_("委员联络人员可以查看离任委员和离任原因"), keeps_members),
    "members.change_standing": (_("委员联络人员可以办理委员变动；不能办理自己的"), keeps_members & ~is_self),
    "members.release_seat": (
        _("委员联络人员可以解除关联错的委员身份，限于还没有办理过事项的；不能办理自己的"),
        keeps_members & ~is_self & is_alive,
    ),
    "members.merge": (
        _("委员联络人员可以查看疑似重复的委员，合并重复的、撤销合并；不能办理自己的"),
        keeps_members & ~is_self,
    ),
    "members.end_term": (_("委员联络人员可以办理换届"), keeps_members),
}
grant(PERMISSIONS)
