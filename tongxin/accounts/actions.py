"""Writes about accounts: invitations, the second factor, the text size."""

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tongxin.accounts import seats, signals
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.queries import TAKEN, InvitationError, NotLinkedError, code_hash, find, why_not_linked
from tongxin.core.ids import new_code, new_uid

VALID = timedelta(days=14)


def hold(account: Account) -> Account:
    """Hold an account's row, so that whoever makes codes or resets a factor takes turns. Returns it as it is now."""
    return Account.objects.select_for_update().get(pk=account.pk)


@transaction.atomic
def invite(account: Account, *, seat: str = "", actor: Account | None, at: datetime, works_from: datetime | None = None) -> str:
    """Make a one-time code with which the person sets the own password; earlier open ones end.

    Returns the code, kept nowhere.

    `seat`: made by those who keep the members, so it ends as soon as the account holds a duty. A second factor stays:
    the code replaces the password alone. `works_from`: until then it opens nothing where there is no second factor at
    the time it is used, unless somebody else confirms it (`confirm`). The account's row is held: two codes at once do
    not both stay open. `audit` stands above this app and listens to its signals.
    """
    hold(account)
    end_open_codes(account, at=at)
    code = _make(account=account, seat=seat, at=at, made_by=actor, works_from=works_from)
    signals.invited.send(Account, account=account, actor=actor, at=at, seat=seat)
    return code


@transaction.atomic
def invite_to_seat(seat: str, *, actor: Account | None, at: datetime, works_from: datetime | None = None) -> str:
    """Make a one-time code for a seat that has no account yet; earlier open ones end. The caller records it.

    `works_from`: until then it opens nothing, unless somebody else confirms it: of a seat that was taken before.
    """
    end_codes_of_seat(seat, at=at)
    return _make(account=None, seat=seat, at=at, made_by=actor, works_from=works_from)


def _make(*, account: Account | None, seat: str, at: datetime, **more: Any) -> str:
    code = new_code()
    Invitation.objects.create(account=account, seat=seat, code_hash=code_hash(code), made_at=at, expires_at=at + VALID, **more)
    return code


def confirm(invitation: Invitation, *, at: datetime) -> bool:
    """Let a waiting code work from now on. False when it waits no more.

    Who may, and that it is recorded, is the caller's.
    """
    waits = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None, works_from__gt=at)
    return bool(waits.update(works_from=at))


def end_open_codes(account: Account, *, at: datetime, seat: str = "") -> None:
    """Let no code of an account open anything any more.

    Who signed in, or proved the second factor, has not lost the password.

    Every one ends, also one that somebody confirmed or that works at once: it was made for who cannot sign in. `seat`:
    only those that were made for this seat.
    """
    found = account.invitations.filter(used_at=None, revoked_at=None)
    (found.filter(seat=seat) if seat else found).update(revoked_at=at)


def end_codes_of_seat(seat: str, *, at: datetime) -> None:
    """Let no code that was made for a seat open anything any more, with an account or without."""
    Invitation.objects.filter(seat=seat, used_at=None, revoked_at=None).update(revoked_at=at)


@transaction.atomic
def reset_second_factor(account: Account, *, at: datetime) -> None:
    """Remove the authenticator and the recovery codes; every session and every open code of the account ends.

    The caller records it.
    """
    Authenticator.objects.filter(user=account).delete()
    end_open_codes(account, at=at)
    note_factor_change(account)


def _use(found: Invitation, *, at: datetime) -> None:
    """Use a code up. Raises InvitationError when somebody was faster."""
    if not Invitation.objects.filter(pk=found.pk, used_at=None, revoked_at=None).update(used_at=at):
        raise InvitationError(_("这个邀请码已经用过，请直接登录"))


@transaction.atomic
def accept(code: str, *, password: str, at: datetime) -> Account:
    """Set the password with a code, once; a seat without account gets one. Raises InvitationError."""
    found = find(code, at=at)
    _use(found, at=at)
    account = found.account or _open_account(found.seat, at=at)
    resets = account.has_usable_password()
    account.set_password(password)
    account.save(update_fields=["password"])
    signals.accepted.send(Account, account=account, at=at, resets=resets)
    return account


def _open_account(uid: str, *, at: datetime) -> Account:
    seat = seats.describe(uid)
    if seat is None:
        raise InvitationError(_("没有这个邀请码，请核对邀请单，或与机关联系"))
    taken = Account.objects.filter(username=seat.inner_name).exists()  # a number that was given before
    name = f"{seat.code}/{new_uid()}".upper() if taken else seat.inner_name
    account = Account(username=name, name=seat.name, email=seat.email)
    account.set_unusable_password()
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:  # two slips of one seat in the same moment
        raise InvitationError(str(TAKEN)) from error
    if not seats.take(uid, account, at=at):
        raise InvitationError(str(TAKEN))
    return account


@transaction.atomic
def link(code: str, *, account: Account, at: datetime) -> seats.Seat:
    """Link the seat a code is for to the account of the person who is signed in. Raises InvitationError."""
    found = find(code, at=at)
    seat = seats.describe(found.seat)
    if (refusal := why_not_linked(found, account)) or seat is None:
        raise NotLinkedError(refusal)
    _use(found, at=at)
    end_open_codes(account, at=at)  # none opens the seat behind it
    if not seats.take(seat.uid, account, at=at):
        raise InvitationError(str(TAKEN))
    return seat


def choose_seat(account: Account, uid: str) -> seats.Held | None:
    """Keep in which of the own seats somebody acts, for the next sign-in too. Returns it; nothing for a foreign one."""
    seat = next((seat for seat in seats.held(account) if seat.uid == uid), None)
    if seat is not None:
        Account.objects.filter(pk=account.pk).update(last_seat=uid)
    return seat


def act_in(request: HttpRequest, uid: str) -> seats.Held | None:
    """Act in another of the own seats from now on, in this session. Returns it; nothing for a foreign one."""
    seat = choose_seat(request.user, uid)  # type: ignore[arg-type]  # asked of who is signed in
    if seat is not None:
        request.session[seats.SESSION_KEY] = request.user.chosen_seat = seat.uid  # type: ignore[union-attr]
    return seat


def close(account: Account) -> None:
    """Let nobody sign in to an account any more; its sessions end with the next request. The caller records it."""
    Account.objects.filter(pk=account.pk).update(is_active=False)


def reopen(account: Account) -> None:
    """Let the owner of an account that was closed by mistake sign in again. The caller records it."""
    Account.objects.filter(pk=account.pk).update(is_active=True)


def save_size(account: Any, value: str) -> None:
    """Keep the chosen text size."""
    size = Account.Size.ELDER if value == "elder" else Account.Size.NORMAL
    Account.objects.filter(pk=account.pk).update(size=size)


def save_settings(account: Account, *, size: str, email: str, by_mail: bool) -> None:
    """Keep one's own settings."""
    account.size, account.email, account.by_mail = size, email, by_mail
    account.full_clean(exclude=["password"])
    account.save(update_fields=["size", "email", "by_mail"])


def note_factor_change(account: Account) -> None:
    """The second factor was added, removed or made anew.

    Sessions begun before it end (`Account._get_session_auth_hash`).
    """
    Account.objects.filter(pk=account.pk).update(factor_changes=F("factor_changes") + 1)
    account.refresh_from_db(fields=["factor_changes"])


def take_code_step(account: Account, step: int) -> bool:
    """Take the time step of a one-time code, once for all processes.

    An earlier or the same one is refused afterwards.
    """
    return bool(Account.objects.filter(pk=account.pk, last_code_step__lt=step).update(last_code_step=step))
