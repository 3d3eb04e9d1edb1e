"""What is asked of accounts.

Which code opens what, whether somebody has a second factor, whether a password was reset.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts import seats
from tongxin.accounts.models import Account, Invitation
from tongxin.core.templatetags.chinese import moment
from tongxin.core.words import normal

LONGEST_CODE = 40  # with the hyphens and blanks that somebody types
TAKEN = gettext_lazy("这个委员身份已经有账户，请直接登录；忘记密码的，请与机关联系发密码重置单")


class InvitationError(Exception):
    """An invitation that cannot be used; the message is for people."""


class UnknownCodeError(InvitationError):
    """No such code: it may have been mistyped."""


class NotLinkedError(InvitationError):
    """A good code that this account cannot use; somebody else perhaps can."""


# ── the second factor ────────────────────────────────────────────────────────────────────────────
def second_factors(user: Account | OuterRef) -> QuerySet[Authenticator]:
    """Return what somebody makes one-time codes with: of one account, or of each row of a list."""
    return _all_second_factors().filter(user=user)


def _all_second_factors() -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator] = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    return found


def second_factors_of(accounts: Collection[int]) -> set[int]:
    """Keep the accounts that have a second factor."""
    return set(_all_second_factors().filter(user__in=accounts).values_list("user_id", flat=True))


def has_second_factor(account: Account) -> bool:
    """Say whether somebody signs in with one-time codes too."""
    return second_factors(account).exists()


def must_set_up_factor(account: Account) -> bool:
    """Say whether the next sign-in leads to the page on which a second factor is set up."""
    return account.needs_second_factor and not has_second_factor(account)


# ── codes ────────────────────────────────────────────────────────────────────────────────────────
def code_hash(code: str) -> str:
    """Return what is kept of a code; width, hyphens, blanks and case do not count."""
    plain = "".join(c for c in normal(code[:LONGEST_CODE]).lower() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def codes_waiting(account: Any, *, seat: Any, at: datetime) -> QuerySet[Invitation]:
    """Return the open codes that open nothing yet, which were made for a seat and whoever has it.

    An account, or nobody.

    Of one seat, or (OuterRef) of each row of a list. A code of the same account that was made for another seat is
    another committee's, and waits for the people there. With a second factor none waits.
    """
    owner = Q(account=None) | Q(account=account)
    found = Invitation.objects.filter(owner, seat=seat, used_at=None, revoked_at=None, expires_at__gte=at, works_from__gt=at)
    return found.exclude(Exists(second_factors(OuterRef("account"))))


def code_waiting(account: Account | None, *, seat: str, at: datetime) -> Invitation | None:
    """Return the code of a seat that opens nothing yet, the newest."""
    return codes_waiting(account, seat=seat, at=at).select_related("made_by").order_by("-made_at", "-pk").first()


def with_reset_password(accounts: Collection[int], *, at: datetime) -> set[int]:
    """Keep the accounts for which a code for a new password is open, or was used while nobody has signed in since."""
    is_open = Q(used_at=None, revoked_at=None, expires_at__gte=at)
    used = Q(used_at__isnull=False, account__last_login=None) | Q(used_at__gt=F("account__last_login"))
    return set(Invitation.objects.filter(is_open | used, account__in=accounts).values_list("account_id", flat=True))


def find(code: str, *, at: datetime) -> Invitation:
    """Return the invitation a code opens. Raises InvitationError saying what to do."""
    found = Invitation.objects.select_related("account").filter(code_hash=code_hash(code)).first()
    account = found.account if found is not None else None
    if found is None or (account is not None and not account.is_active):
        raise UnknownCodeError(_("没有这个邀请码，请核对邀请单，或与机关联系"))
    if found.used_at is not None:
        message = _("这个邀请码已经用过，请直接登录；忘记密码的，请与机关联系发密码重置单")
    elif found.revoked_at is not None or at > found.expires_at:
        message = _("这个邀请码已经失效，请与机关联系重新发")
    elif account is not None and found.seat and seats.holds_duty(account):
        message = _("这个账户已承担职责，请用原来的密码登录；忘记密码的，请安全管理员发重置码")
    elif _waits(found, account, at=at):
        message = _("这个码还没有生效：请机关另一位工作人员确认；没有人确认的，%(when)s 起可以使用") % {
            "when": moment(found.works_from)
        }
    elif account is None and (seat := seats.describe(found.seat)) is None:
        raise UnknownCodeError(_("没有这个邀请码，请核对邀请单，或与机关联系"))
    elif account is None and seat is not None and seat.taken:
        message = str(TAKEN)
    else:
        return found
    raise InvitationError(message)


def _waits(found: Invitation, account: Account | None, *, at: datetime) -> bool:
    """Asked when the code is used, not when it was made: a second factor that was there then may be gone by now."""
    return found.works_from is not None and at < found.works_from and (account is None or not has_second_factor(account))


def why_not_linked(found: Invitation, account: Account) -> str:
    """Say why somebody who is signed in cannot link the seat of a code, and what to do.

    Nothing when it may be linked.
    """
    seat = seats.describe(found.seat) if found.account is None else None
    if seat is None:
        return _("这个码是用来设定密码的，不能关联委员身份；请先退出登录，再用它设定密码")
    if account.name != seat.name:
        return _("邀请单上的姓名与您的账户不符。不是您本人的，请退出登录，再用邀请单；是您本人的，请与机关联系更正姓名")
    if any(held.code == seat.code for held in seats.held(account)):
        message = _(
            "您在%(committee)s已经有委员身份，一人不能有两个席位。"
            "邀请单是给另一位同名委员的，请退出登录，再用邀请单；是给您本人的，请与机关联系"
        )
        return message % {"committee": seat.committee}
    return ""
