"""One person kept twice becomes one: the row that goes stays as a row, listed nowhere, and leads to the one that stays.

What is remembered for the way back stands in the event: rows by their uids, never a value. Values are exchanged between the
two rows, so that the one that goes keeps what the other no longer says.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import Saved
from tongxin.committees.models import Committee
from tongxin.core.words import clean_line
from tongxin.members import carrying, closing, joining
from tongxin.members.actions import StandingError
from tongxin.members.models import Member
from tongxin.members.queries import doubling, uniting

BESIDE = {"name": ("sound",), "phone": ("phone_hash",)}  # what is kept beside a value, so that it is found
LINKED = ("account", "merged_into")
SEAT, ACCOUNT = "seat", "account"  # what may be taken from the one that goes, beside the values of its own


@transaction.atomic
def tell_apart(one: Member, other: Member, *, reason: str, actor: Account, at: datetime) -> None:
    """Say of two members who look like one person that they are two (不是同一人): the pair does not come back.

    It stands in both lives: what brought one of them in has been worked on since.
    """
    first, second = _hold(one, other)
    if why := _refused(first, second):
        raise StandingError(why)
    said = {"reason": clean_line(reason)}
    audit.record(doubling.APART, first, actor=actor, at=at, data=_named(first, second) | said)
    audit.record("members.tell_apart_from", second, actor=actor, at=at, data=_named(second, first) | said)


def _refused(one: Member, other: Member) -> str:
    gone = next((member for member in (one, other) if member.merged_into is not None), None)
    return uniting.was_merged(gone) if gone is not None else ""


@transaction.atomic
def merge(stays: Member, goes: Member, *, taken: Collection[str], reason: str, actor: Account, at: datetime) -> None:
    """Make one of two members: the number and the uid of `stays`, and of the one that goes everything that refers to it.

    `taken` names what is taken over from the one that goes: values of its own, the seat where both hold one, the account that
    stays in use. Raises StandingError saying why not.
    """
    first, second = _hold(stays, goes)
    stays, goes = (first, second) if first.pk == stays.pk else (second, first)
    if why := uniting.why_not_merged(stays, goes):
        raise StandingError(why)
    rows = joining.rows_of(stays, goes)
    sound = set(audit.sound([stays, goes, *rows]))
    seats_of = goes if SEAT in taken else stays
    changes = list(joining.joined(stays, goes, rows, seats_of=seats_of))
    remembered: dict[str, Any] = {"rows": [change.remembered(stays) for change in changes]}
    for change in changes:
        joining.write(change)
    fields = [name for name in doubling.differing(stays, goes) if name in taken]
    _exchange(stays, goes, fields)
    remembered |= {"fields": fields, "accounts": _join_accounts(stays, goes, taken, at)}
    goes.merged_into = stays
    _save(stays, goes, fields)
    said = {"reason": clean_line(reason)}
    changed = [Saved(change.row, joining.CHANGED) for change in changes if change.row in sound]
    linked = [Saved(member, LINKED) for member in (stays, goes) if member in sound]
    remembered["carried"] = carrying.carry(carrying.Pair(stays, goes, actor, at))
    audit.record(
        uniting.MERGE, stays, actor=actor, at=at,
        proves=[proof for proof in [*changed, *linked] if _belongs(proof.row, stays)],
        data=_named(stays, goes) | said | remembered | {"account": _other(remembered["accounts"])},
    )  # fmt: skip
    audit.record(
        "members.merge_away", goes, actor=actor, at=at,
        proves=[proof for proof in [*changed, *linked] if _belongs(proof.row, goes)], data=_named(goes, stays) | said,
    )  # fmt: skip
    closing.close_of_the_dead([stays.account_id, goes.account_id], at=at)


@transaction.atomic
def part(stays: Member, goes: Member, *, reason: str, actor: Account, at: datetime) -> None:
    """Take a merger back (撤销合并): what was moved goes back, what was exchanged too. Raises StandingError saying why not."""
    first, second = _hold(stays, goes)
    stays, goes = (first, second) if first.pk == stays.pk else (second, first)
    merger = next((found for found in uniting.mergers(stays) if found.goes == goes), None)
    if merger is None:
        message = _("%(goes)s（编号 %(number)s）没有并入编号 %(number2)s，无需撤销") % {
            "goes": goes.name,
            "number": goes.number,
            "number2": stays.number,
        }
        raise StandingError(message)
    if why := uniting.why_not_parted(stays, merger):
        raise StandingError(why)
    remembered, since = merger.event.data, carrying.Since(stays, goes, merger.event)
    stands, pair = carrying.stands(since), carrying.Pair(stays, goes, actor, at)
    rows = {row.uid: row for row in joining.rows_of(stays, goes)}
    sound = set(audit.sound([stays, goes, *rows.values()]))
    carrying.give_back(pair, remembered["carried"])
    written = [_put_back(rows[kept["uid"]], kept, stays, goes) for kept in _what_gives_way_first(remembered["rows"])]
    _exchange(stays, goes, remembered["fields"])
    _part_accounts(stays, goes, remembered["accounts"], at)
    goes.merged_into = None
    _save(stays, goes, remembered["fields"])
    carrying.set_right(since, pair)
    said = {"reason": clean_line(reason), "stands": stands, "in_whose_name": since.other.number}
    changed = [Saved(row, joining.CHANGED) for row in written if row in sound]
    linked = [Saved(member, LINKED) for member in (stays, goes) if member in sound]
    audit.record(
        "members.part", stays, actor=actor, at=at,
        proves=[proof for proof in [*changed, *linked] if _belongs(proof.row, stays)], data=_named(stays, goes) | said,
    )  # fmt: skip
    audit.record(
        "members.part_from", goes, actor=actor, at=at,
        proves=[proof for proof in [*changed, *linked] if _belongs(proof.row, goes)], data=_named(goes, stays) | said,
    )  # fmt: skip
    closing.close_of_the_dead([stays.account_id, goes.account_id], at=at)


def _hold(*members: Member) -> list[Member]:
    """Hold rows in one order for everybody, so that two clerks take turns; those merged into another too.

    The committee first, as an import does: what a sheet signs is not signed for a row that goes in the same moment.
    What they point to is read afterwards: whoever waited would else see, joined, what stood there before.
    """
    bodies = Committee.objects.filter(pk__in={member.committee_id for member in members})
    list(bodies.select_for_update(no_key=True).order_by("pk"))
    rows = Member.everybody.select_for_update(of=("self",)).filter(pk__in=[member.pk for member in members])
    return list(rows.select_related("committee").order_by("pk"))


def _named(member: Member, other: Member) -> dict[str, str]:
    return {
        "name": member.name, "number": member.number, "other": other.uid, "other_name": other.name, "other_number": other.number,
    }  # fmt: skip


def _belongs(row: Any, member: Member) -> bool:
    """Say whether a row is told of in a member's life: its own, or that of what is the member's."""
    return bool(row == member if isinstance(row, Member) else row.member_id == member.pk)


# ── values ──
def _exchange(stays: Member, goes: Member, fields: Iterable[str]) -> None:
    for name in [beside for field in fields for beside in (field, *BESIDE.get(field, ()))]:
        mine, theirs = getattr(stays, name), getattr(goes, name)
        setattr(stays, name, theirs)
        setattr(goes, name, mine)


def _save(stays: Member, goes: Member, fields: Iterable[str]) -> None:
    """Write both rows; an account is free before the other takes it."""
    changed = [beside for field in fields for beside in (field, *BESIDE.get(field, ()))]
    Member.everybody.filter(pk__in=[stays.pk, goes.pk]).update(account=None)
    for member in (stays, goes):
        member.save(update_fields=[*changed, "account", "taken_at", "released_at", "merged_into"])


# ── accounts ──
def _accounts_of(stays: Member, goes: Member) -> list[str | None]:
    """Return whose accounts they are, by uid: an event is for good, and may move house."""
    return [member.account.uid if member.account is not None else None for member in (stays, goes)]


def _join_accounts(stays: Member, goes: Member, taken: Collection[str], at: datetime) -> dict[str, Any]:
    """Let one account stay in use; return what was and is linked, and which account closed."""
    before = _accounts_of(stays, goes)
    _end_codes(stays, goes, at=at)
    kept, other = uniting.kept_account(stays, goes, taken)
    closed = other is not None and other.is_active and uniting.other_closes(other, stays, goes)
    if kept == goes.account and kept is not None:
        stays.taken_at, goes.taken_at = goes.taken_at, stays.taken_at
    if kept is None:  # the next code takes two people, where the next one of either did
        stays.released_at = stays.released_at or goes.released_at
    stays.account, goes.account = kept, other if closed else None
    if closed and other is not None:
        accounts.close(other)
    return {"before": before, "after": _accounts_of(stays, goes), "closed": other.uid if closed and other else None}


def _part_accounts(stays: Member, goes: Member, remembered: dict[str, Any], at: datetime) -> None:
    _end_codes(stays, goes, at=at)
    mine, theirs = remembered["before"]
    found = Account.objects.in_bulk([uid for uid in (mine, theirs) if uid], field_name="uid")
    if stays.account is not None and stays.account.uid == theirs:
        stays.taken_at, goes.taken_at = goes.taken_at, stays.taken_at
    stays.account, goes.account = found.get(mine), found.get(theirs)
    if remembered["closed"]:
        accounts.reopen(found[remembered["closed"]])


def _other(accounts_: dict[str, Any]) -> int | None:
    """Return the account that this committee's member has no more, where there were two: its owner is told."""
    lost = [uid for uid in accounts_["before"] if uid and uid != accounts_["after"][0]]
    return Account.objects.values_list("pk", flat=True).filter(uid__in=lost).first()


def _end_codes(*members: Member, at: datetime) -> None:
    """Let no code that this committee made for either of both open anything."""
    held = sorted((member.account for member in members if member.account is not None), key=lambda account: account.pk)
    for account in held:
        accounts.hold(account)
    for member in members:
        accounts.end_codes_of_seat(member.uid, at=at)


# ── the way back of rows ──
def _what_gives_way_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order rows so that what was widened shrinks before what gave way to it is there again."""
    return sorted(rows, key=lambda kept: kept["after"][0] == kept["after"][1])


def _put_back(row: joining.Dated, kept: dict[str, Any], stays: Member, goes: Member) -> joining.Dated:
    """Give a row back to whose it was; one that was joined with another has its own days again."""
    starts_on, ends_on = kept["before"] if kept["joins"] else joining.days_of(row)
    owner = stays if kept["was"] == "stays" else goes
    since, until = date.fromisoformat(starts_on), date.fromisoformat(ends_on) if ends_on else None
    joining.write(joining.Change(row, owner, since, until, joins=kept["joins"]))
    return row
