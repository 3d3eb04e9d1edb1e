"""Codes with which a member signs in: made, confirmed by a second person, used.

And a seat taken off an account again.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.accounts.queries import has_second_factor
from tongxin.audit import actions as audit
from tongxin.audit.truth import Saved
from tongxin.core.words import clean_line
from tongxin.members import closing, queries
from tongxin.members.actions.holding import NotInvitedError, StandingError, hold
from tongxin.members.models import Member
from tongxin.members.regulations import Reinvitation
from tongxin.members.rules import is_reset, is_second_person, waiting_code, was_released
from tongxin.regulations.queries import in_force


@transaction.atomic
def invite(member: Member, *, actor: Account | None, at: datetime) -> str:
    """Give a member a one-time code: for the seat, or for a new password where there is an account.

    Returns the code, kept nowhere.

    An account that holds a duty, or is at home in another committee, is not touched: whoever keeps the members must not
    reset the password of a clerk, nor of another county's member. The code for a seat that was released before waits
    like that for a new password: releasing and inviting are not one hand's. Raises NotInvitedError.
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
    """Make a code for a new password.

    Told at once to the member and the auditors, and waiting where it alone opens the account.

    Whoever has a second factor when the code is used is asked for it besides. For who has none then, a second person of
    the office confirms the code, or it waits for the hours of the regulation; a sign-in ends it (decision 0018).
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
        raise NotInvitedError(_("%(name)s没有待确认的邀请码或重置码") % {"name": member.name})
    if waiting.uid != code:
        raise NotInvitedError(_("%(name)s的码已经重新发过，请看清是谁发的，再确认") % {"name": member.name})
    if not is_second_person(actor, waiting):
        raise NotInvitedError(_("自己发的码不能由自己确认，请机关另一位工作人员办理"))
    rules = in_force(member.committee, Reinvitation, timezone.localdate(at))
    if actor.joined_at > at - timedelta(days=rules.known_days):
        raise NotInvitedError(_("您的账户建立不满 %(n)s 天，不能确认，请机关另一位工作人员办理") % {"n": rules.known_days})
    if not accounts.confirm(waiting, at=at):
        raise NotInvitedError(_("%(name)s没有待确认的邀请码或重置码") % {"name": member.name})
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
        "members.release_seat",
        member,
        actor=actor,
        at=at,
        proves=[Saved(row, ("account",)) for row in sound],
        data={"name": member.name, "account": account.pk, "closed": closes, "reason": clean_line(reason)},
    )
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
