"""What is asked of accounts: which code opens what, whether somebody has a second factor, whether a password was reset."""

import hashlib
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts import seats
from tongxin.accounts.models import Account, Invitation
from tongxin.core.templatetags.chinese import moment
from tongxin.core.words import normal

LONGEST_CODE = 40  # with the hyphens and blanks that somebody types
TAKEN = gettext_lazy("这个委员身份已经有账户，请直接登录；忘记密码的，请与机关联系发密码重置码")


class InvitationError(Exception):
    """An invitation that cannot be used; the message is for people."""


# ── the second factor ────────────────────────────────────────────────────────────────────────────
def second_factors(user: Account | OuterRef) -> QuerySet[Authenticator]:
    """Return what somebody makes one-time codes with: of one account, or of each row of a list."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return found


def has_second_factor(account: Account) -> bool:
    """Say whether somebody signs in with one-time codes too."""
    return second_factors(account).exists()


# ── codes ────────────────────────────────────────────────────────────────────────────────────────
def code_hash(code: str) -> str:
    """Return what is kept of a code; width, hyphens, blanks and case do not count."""
    plain = "".join(c for c in normal(code[:LONGEST_CODE]).lower() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def waiting(account: Account | None, *, seat: str = "", at: datetime) -> Invitation | None:
    """Return the open code that opens nothing yet, of an account or, without one, of a seat; with a second factor none waits."""
    owner = Q(account=account) if account is not None else Q(account=None, seat=seat)
    open_ = Invitation.objects.filter(owner, used_at=None, revoked_at=None, expires_at__gte=at, works_from__gt=at)
    found = open_.select_related("made_by").order_by("-made_at", "-pk").first()
    return None if found is None or (account is not None and has_second_factor(account)) else found


def password_was_reset(account: Account, *, at: datetime) -> bool:
    """Say whether a code for a new password is open, or was used and the person has not signed in since."""
    is_open = Q(used_at=None, revoked_at=None, expires_at__gte=at)
    used = Q(used_at__gt=account.last_login) if account.last_login else Q(used_at__isnull=False)
    return account.invitations.filter(is_open | used).exists()


def find(code: str, *, at: datetime) -> Invitation:
    """Return the invitation a code opens. Raises InvitationError saying what to do."""
    found = Invitation.objects.select_related("account").filter(code_hash=code_hash(code)).first()
    account = found.account if found is not None else None
    if found is None or (account is not None and not account.is_active):
        message = _("没有这个邀请码，请核对邀请单，或与机关联系")
    elif found.used_at is not None:
        message = _("这个邀请码已经用过，请直接登录；忘记密码的，请与机关联系发密码重置码")
    elif found.revoked_at is not None or at > found.expires_at:
        message = _("这个邀请码已经失效，请与机关联系重新发")
    elif account is not None and found.seat and seats.holds_duty(account):
        message = _("这个账户已承担职责，请用原来的密码登录；忘记密码的，请安全管理员发重置码")
    elif _waits(found, account, at=at):
        message = _("这个码还没有生效：请机关另一位工作人员确认；没有人确认的，%(when)s 起可以使用") % {
            "when": moment(found.works_from)
        }
    elif account is None and (seat := seats.describe(found.seat)) is None:
        message = _("没有这个邀请码，请核对邀请单，或与机关联系")
    elif account is None and seat is not None and seat.taken:
        message = str(TAKEN)
    else:
        return found
    raise InvitationError(message)


def _waits(found: Invitation, account: Account | None, *, at: datetime) -> bool:
    """Asked when the code is used, not when it was made: a second factor that was there then may be gone by now."""
    return found.works_from is not None and at < found.works_from and (account is None or not has_second_factor(account))
