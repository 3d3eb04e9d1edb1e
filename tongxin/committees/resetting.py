"""Whose password and second factor may be reset by whom, and why not: one answer for the list, the page and the act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts import seats
from tongxin.accounts.models import Account
from tongxin.accounts.queries import second_factors_of, with_reset_password
from tongxin.audit.models import Event
from tongxin.committees.models import Appointment
from tongxin.committees.queries import is_own_guard, not_over, running


@dataclass(frozen=True)
class Locks:
    """What decides whether passwords and second factors may be reset here.

    Ids of accounts, and of appointments (`_opens`).
    """

    running: frozenset[int]
    homes: dict[int, int]  # the committee in which an account works
    coded: set[int]  # they have a second factor
    lost: set[int]  # somebody else took theirs away, and they have set up none since
    reset: set[int]  # their password was reset, and they have not signed in since
    seated: set[int]


def _opens(on: date) -> Q:
    """Keep appointments in force.

    And those still to begin of who has set no password yet: a lost slip is replaced before.
    """
    return running(on) | (not_over(on) & Q(account__password__startswith=UNUSABLE_PASSWORD_PREFIX))


def locks(appointments: Iterable[Appointment], *, at: datetime) -> Locks:
    """Read what `why_no_reset_code` and `why_no_factor_reset` ask.

    The same few queries for one appointment and for a list.
    """
    accounts = {a.account_id for a in appointments}
    opening = Appointment.objects.filter(_opens(timezone.localdate(at)), account__in=accounts).order_by("-id")
    rows = list(opening.values_list("account_id", "committee_id", "pk"))
    coded = set(second_factors_of(accounts))
    return Locks(
        running=frozenset(pk for _account, _committee, pk in rows),
        homes={account: committee for account, committee, _pk in rows},  # the first one, as the rows come last first
        coded=coded,
        lost=_factors_taken_away(accounts - coded),
        reset=with_reset_password(accounts, at=at),
        seated=seats.seated(accounts),
    )


BOTH_LOST = gettext_lazy("两者都丢失的，请服务器操作人员办理（tongxin reset-factor --with-code）")


def _why_nothing_is_reset(appointment: Appointment, of: Locks, what: str) -> str:
    """What opens an account is reset where it is at home: else whoever appoints could appoint anybody here first."""
    account = appointment.account
    if appointment.pk not in of.running:
        return _("这项任命已经终止或者还没有开始，不能办理")
    if not account.is_active:
        return _("%(account)s的账户已经关闭，不能%(what)s") % {"account": account.name, "what": what}
    if of.homes[account.pk] != appointment.committee_id:
        return _("%(account)s主要在另一个政协任职，请那里的安全管理员%(what)s") % {"account": account.name, "what": what}
    return ""


def why_no_reset_code(appointment: Appointment, actor: Account, of: Locks) -> str:
    """Say why `actor` makes no code for a new password of who holds this appointment; nothing where he may.

    Nobody makes one for himself: whoever sits down at a screen left open does not know the password. An account that is
    a member's seat too is not opened by an appointment alone: without a second factor whoever appoints could appoint
    any member and walk in.
    """
    account = appointment.account
    if actor.pk == account.pk:
        return _("不能给自己发重置码；知道现在密码的，请在“我的账户”修改密码")
    return _why_nothing_is_reset(appointment, of, _("发重置码")) or _why_an_appointment_opens_nothing(account, of)


def _why_an_appointment_opens_nothing(account: Account, of: Locks) -> str:
    if account.pk in of.lost:
        return _("%(account)s的动态口令重置过，还没有重新设置，不能同时重置密码；%(both_lost)s") % {
            "account": account.name,
            "both_lost": BOTH_LOST,
        }
    if account.pk in of.seated - of.coded:
        return _("这个账户还是委员账户，又没有设动态口令，不能凭任命重设密码；请先免去职责，再由委员联络人员发密码重置单")
    return ""


def why_no_code_by_appointment(account: Account, *, at: datetime) -> str:
    """Say why no security administrator makes a code for who holds a duty, or will hold one; nothing where one does."""
    own = list(Appointment.objects.filter(not_over(timezone.localdate(at)), account=account).select_related("account"))
    of = locks(own, at=at)
    if not any(appointment.pk in of.running for appointment in own):
        return _("任职还没有开始，现在不能发重置码；忘记密码的，请先免去，再由委员联络人员发密码重置单")
    return _why_an_appointment_opens_nothing(account, of)


def why_no_factor_reset(appointment: Appointment, actor: Account, of: Locks) -> str:
    """Say why `actor` does not take away the second factor of who holds this appointment; nothing where he may."""
    account = appointment.account
    if actor.pk == account.pk:
        return _("不能重置自己的动态口令，请由另一位安全管理员办理，或者由服务器操作人员办理")
    if why := _why_nothing_is_reset(appointment, of, _("重置动态口令")):
        return why
    if account.pk not in of.coded:
        return _("%(account)s没有启用动态口令，无需重置") % {"account": account.name}
    if account.pk in of.reset:
        return _("%(account)s的密码刚发过重置码，还没有登录过，不能同时重置动态口令；%(both_lost)s") % {
            "account": account.name,
            "both_lost": BOTH_LOST,
        }
    return ""


@dataclass(frozen=True)
class Offer:
    """An appointment in a list, with the steps that somebody may take.

    No button leads to a refusal that is known before.

    A step that waits for something somebody can do is there, grey, and says for what; one that is nobody's is not
    there.
    """

    appointment: Appointment
    others_end: bool  # it is his own, and another one ends it
    resets: bool
    resets_factor: bool
    reset_waits: str  # why there is no reset yet, and who changes that
    factor_waits: str


def offers(appointments: list[Appointment], actor: Account, *, at: datetime) -> list[Offer]:
    """Return appointments with what `actor` may do about each."""
    of = locks(appointments, at=at)
    return [_offer(appointment, actor, of) for appointment in appointments]


def _offer(appointment: Appointment, actor: Account, of: Locks) -> Offer:
    account = appointment.account
    no_code, no_factor = why_no_reset_code(appointment, actor, of), why_no_factor_reset(appointment, actor, of)
    waits = appointment.pk in of.running and account.is_active and account.pk != actor.pk
    return Offer(
        appointment,
        is_own_guard(appointment, actor),
        resets=not no_code,
        resets_factor=not no_factor,
        reset_waits=no_code if waits else "",
        factor_waits=no_factor if waits and account.pk in of.coded else "",
    )


FACTOR_RESETS = ("committees.reset_second_factor", "committees.break_glass_factor")


def _factors_taken_away(accounts: set[int]) -> set[int]:
    """Keep the accounts whose second factor somebody else took away, and that have set up none since.

    Who switched it off himself is not meant: the record tells the two apart.
    """
    taken = Event.objects.filter(kind__in=FACTOR_RESETS, data__account__in=accounts).order_by("id").values_list("data", "id")
    last = {data["account"]: pk for data, pk in taken}
    own = Event.objects.filter(subject_type="accounts.account", subject_id__in=last, kind="accounts.second_factor")
    set_up = own.filter(data__change="启用").values_list("subject_id", "id")
    return set(last) - {account for account, pk in set_up if pk > last[account]}
