"""Whether two members can be made one, what will happen then, who went into whom, and whether that can be taken back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import full_day
from tongxin.members import carrying, joining
from tongxin.members.choices import CONTACT_FIELDS
from tongxin.members.models import Member, Seat
from tongxin.members.queries.doubling import OWN, label_of
from tongxin.members.queries.inviting import closes_with
from tongxin.members.queries.reading import suspended_now
from tongxin.members.rules import is_dead
from tongxin.privacy.queries import was_erased

MERGE = "members.merge"
PARTED = ("members.part", "members.part_from")
CONTACTS = "departed_contacts"  # what of a member is erased some years after the last seat (`members.privacy`)


# ── whether they can be one ──
def why_not_merged(one: Member, other: Member) -> str:
    """Say why two rows cannot be made one; nothing when they can."""
    if one.pk == other.pk:
        return _("这是同一条委员资料")
    if one.committee_id != other.committee_id:
        return _("两条资料不在同一个政协，不能合并；一人在几个政协任职的，用一个账户关联")
    for member in (one, other):
        if member.merged_into is not None:
            return was_merged(member)
    for member, double in ((one, other), (other, one)):
        if contacts_erased(member):
            said = _("%(name)s（编号 %(number)s）的联系方式已经按保存期限清除，资料不全，不能合并")
            return said % {"name": member.name, "number": member.number}
        if why := _contradicts(member, double):
            return why
    return ""


def was_merged(member: Member) -> str:
    """Say into whom a row went that somebody still has before him."""
    said = _("%(name)s（编号 %(number)s）已经并入编号 %(into)s，请刷新后再看")
    return said % {"name": member.name, "number": member.number, "into": member.merged_into.number if member.merged_into else ""}


def contacts_erased(member: Member) -> bool:
    """Say whether the time of what is kept of somebody who left was over, and it was taken away."""
    if any(getattr(member, name) for name in CONTACT_FIELDS) or not member.seats.exists():
        return False
    last = max((seat.ends_on or date.max for seat in member.seats.all()), default=date.max)
    return last != date.max and was_erased(member.committee, CONTACTS, since=last)


def _contradicts(member: Member, double: Member) -> str:
    """Say where one of both left, or died, and the other sat on: one person cannot have done both."""
    who = {"name": member.name, "number": member.number, "other": double.number}
    held, theirs = list(member.seats.all()), list(double.seats.all())
    if is_dead(member):
        ended = [seat for seat in held if seat.ends_on]  # one that was to begin later ended on its own first day
        died = max(seat.ends_on for seat in [s for s in ended if not s.never_began] or ended if seat.ends_on)
        if any(_goes_on(seat, died) for seat in theirs):
            said = _(
                "编号 %(number)s 于 %(on)s登记去世，编号 %(other)s 在那以后还有席位；请先在“委员变动”中核实、办理一致，再合并"
            )
            return said % (who | {"on": full_day(died)})
    for seat in held:
        left = seat.ends_on
        if left is None or left == seat.starts_on:
            continue
        for other in theirs:
            if other.term_id == seat.term_id and other.starts_on < left and _goes_on(other, left):
                said = _(
                    "编号 %(number)s 的席位 %(on)s起终止（%(why)s），编号 %(other)s 同一届的席位在那以后还在任；"
                    "请先在“委员变动”中核实、办理一致，再合并"
                )
                why = seat.get_ending_display() or _("原因没有记录")
                return said % (who | {"on": full_day(left), "why": why})
    return ""


def _goes_on(seat: Seat, day: date) -> bool:
    return seat.ends_on is None or seat.ends_on > day


# ── what will happen ──
def what_follows_merging(stays: Member, goes: Member, taken: Collection[str]) -> list[str]:
    """Say what will happen when two rows become one (将发生什么)."""
    numbers = {"stays": stays.number, "goes": goes.number}
    found = [
        _("保留编号 %(stays)s，席位、职务、停止履职、提案署名和附议都归到这一条") % numbers,
        _("编号 %(goes)s 不再列入名册、不再计数；它的记录都保留，原来的网址转到保留的一条，用这个编号仍可登录、导入时仍认得")
        % numbers,
    ]
    if fields := [label_of(field) for field in OWN if field in taken]:
        found.append(_("%(fields)s改用编号 %(goes)s 的") % (numbers | {"fields": "、".join(fields)}))
    found += _of_seats(stays, goes, taken)
    found += carrying.foreseen(stays, goes)
    found += _of_accounts(stays, goes, taken)
    return [*found, _("合并错了可以撤销；合并以后席位、账户又有变动的，不能再撤销")]


def _of_seats(stays: Member, goes: Member, taken: Collection[str]) -> Iterator[str]:
    rows = joining.rows_of(stays, goes)
    whose = goes if "seat" in taken else stays
    for change in joining.joined(stays, goes, rows, seats_of=whose):
        if change.joins and change.member == stays:
            what = str(change.row).partition("　")[2]
            yield _("两条都有的“%(what)s”并为一条，自 %(on)s起") % {"what": what, "on": full_day(change.starts_on)}
    if suspended_now(goes, timezone.localdate()) is not None:
        yield _("编号 %(goes)s 正在停止履职，合并以后这位委员停止履职") % {"goes": goes.number}


def kept_account(stays: Member, goes: Member, taken: Collection[str]) -> tuple[Account | None, Account | None]:
    """Return the account that stays in use, and the other one."""
    if stays.account is None or goes.account is None:
        return stays.account or goes.account, None
    return (goes.account, stays.account) if "account" in taken else (stays.account, goes.account)


def other_closes(other: Account, stays: Member, goes: Member) -> bool:
    """Say whether the other account was for these rows alone, and so closes."""
    return closes_with(stays if stays.account == other else goes)


def _of_accounts(stays: Member, goes: Member, taken: Collection[str]) -> Iterator[str]:
    kept, other = kept_account(stays, goes, taken)
    if kept is None:
        yield _("两条都没有账户；没有用过的邀请码作废，请重新发登录邀请")
        return
    if other is None:
        moved = _("登录账户归到保留的一条，密码不变") if stays.account is None else _("登录账户不变")
        yield _("%(what)s；没有用过的邀请码、重置码作废") % {"what": moved}
        return
    number = {"n": (stays if stays.account == kept else goes).number, "m": (stays if stays.account == other else goes).number}
    yield _("今后用编号 %(n)s 原来的账户登录，密码不变") % number
    if other_closes(other, stays, goes):
        yield (
            _(
                "编号 %(m)s 原来的账户关闭：不能再登录，已登录的随即退出，没有用过的码作废，以后的消息和邮件不再发给它；"
                "其中已有的消息不转移，请告诉本人"
            )
            % number
        )
    else:
        yield _("编号 %(m)s 原来的账户不再关联本会委员身份；它在别处的委员身份和承担的职责不变，密码不变") % number
    yield _("立即告知本人和审计管理员")


# ── who went into whom ──
def gone_into(*members: Member) -> list[Member]:
    """Return who went into some members, and who into those, oldest first."""
    found = list(Member.everybody.filter(merged_into__in=members).select_related("committee", "merged_into").order_by("pk"))
    return [*found, *gone_into(*found)] if found else []


@dataclass(frozen=True)
class Merger:
    """A merger as its event remembers it."""

    goes: Member
    event: Event


def mergers(member: Member) -> list[Merger]:
    """Return the mergers into a member that stand, newest first."""
    gone = {row.uid: row for row in Member.everybody.filter(merged_into=member)}
    if not gone:
        return []
    told = Event.objects.filter(kind=MERGE, subject_type="members.member", subject_id=member.pk).order_by("-id")
    latest: dict[str, Event] = {}
    for event in told:
        latest.setdefault(str(event.data.get("other")), event)
    return [Merger(gone[uid], event) for uid, event in latest.items() if uid in gone]


def merged_away(member: Member) -> Event | None:
    """Return the act by which a member went into another: who did it, when and why."""
    told = Event.objects.filter(kind="members.merge_away", subject_type="members.member", subject_id=member.pk)
    return told.order_by("-id").first()


def parted(member: Member, other: str) -> Event | None:
    """Return the act that took back that another, named by its uid, had gone into a member."""
    return next((event for event in partings(member) if event.kind == PARTED[0] and event.data.get("other") == other), None)


def partings(member: Member) -> list[Event]:
    """Return the mergers of a member that were taken back, into him or of him into another, newest first."""
    told = Event.objects.filter(kind__in=PARTED, subject_type="members.member", subject_id=member.pk)
    return list(told.order_by("-id"))


def why_not_parted(member: Member, merger: Merger) -> str:
    """Say why a merger cannot be taken back; nothing when it can."""
    remembered = merger.event.data
    if member.merged_into is not None:
        return was_merged(member)
    if contacts_erased(member):
        return _("联系方式已经按保存期限清除，不能撤销合并")
    if (newest := mergers(member)[0]).event.pk != merger.event.pk:
        said = {"number": newest.goes.number}
        return _("后来又并入了编号 %(number)s，请先撤销那一次合并") % said
    rows = {row.uid: row for row in joining.rows_of(member, merger.goes)}
    for kept in remembered["rows"]:
        row = rows.get(kept["uid"])
        if row is None or (kept["joins"] and joining.days_of(row) != kept["after"]):
            return _("合并以后，并为一条的席位、职务或者停止履职又有变动，分不清是谁的，不能撤销合并")
    accounts = remembered["accounts"]
    linked = [row.account.uid if row.account is not None else None for row in (member, merger.goes)]
    if linked != accounts["after"]:
        return _("合并以后，账户的关联又有变动，不能撤销合并")
    return ""


def what_follows_parting(member: Member, merger: Merger) -> list[str]:
    """Say what will happen when a merger is taken back (将发生什么)."""
    numbers = {"stays": member.number, "goes": merger.goes.number}
    found = [
        _("编号 %(goes)s 重新列入名册；合并时归过来的席位、职务、停止履职、署名和附议归还给它") % numbers,
        _("合并时选用的对方资料各自换回；合并以后新提出、联名、附议的，留在编号 %(stays)s") % numbers,
    ]
    if merger.event.data["accounts"]["before"] != merger.event.data["accounts"]["after"]:
        found.append(_("账户各归原处"))
    if merger.event.data["accounts"]["closed"]:
        found.append(_("合并时关闭的账户重新开放"))
    since = carrying.Since(member, merger.goes, merger.event)
    if stands := carrying.stands(since):
        said = _("合并期间在编号 %(number)s 名下办理的仍然有效，要更正的请逐件办理：%(acts)s")
        found.append(said % {"number": since.other.number, "acts": "；".join(stands)})
    found += [*carrying.follows(since), _("告知两人和审计管理员")]
    return [*found, _("没有用过的邀请码、重置码作废，需要的请重新发")]
