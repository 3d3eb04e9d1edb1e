"""Who is on the list, what a member held and holds, and what follows when it ends."""

from collections.abc import Collection
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.describing import Line
from tongxin.accounts.models import Invitation
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee, Term
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import number_writings, sought
from tongxin.members import consequences
from tongxin.members.choices import Ending
from tongxin.members.models import Member, MemberQuerySet, Post, Seat, Suspension, has_seat, is_suspended
from tongxin.members.rules import OFFICE, is_dead, members_of, sitting_member_of


def visible_to(user: Any) -> MemberQuerySet:
    """Return the members `user` may see: the twin of members.view."""
    if not user.is_authenticated or not user.is_active:
        return Member.objects.none()
    committees = bodies.committees_with(user, *OFFICE)
    own = sitting_member_of(user)
    if own is not None:
        committees = committees | {own.committee_id}
    return Member.objects.filter(Q(committee_id__in=committees) | Q(account=user))


def current_term(committee: Committee, on: date) -> Term | None:
    """Return the term a day falls in."""
    return committee.terms.filter(starts_on__lte=on).order_by("-starts_on").first()


def departed(rows: QuerySet[Member], on: date) -> QuerySet[Member]:
    """Keep those who held a seat and hold none on a day."""
    had = Seat.objects.filter(member=OuterRef("pk"), ends_on__lte=on)
    return rows.filter(Exists(had)).exclude(Exists(Seat.objects.filter(bodies.running(on), member=OuterRef("pk"))))


def kept_by(user: Any) -> set[int]:
    """Return the ids of the committees whose members somebody keeps."""
    return bodies.committees_with(user, Duty.MEMBER_AFFAIRS)


def held_in(sector: str, on: date | None) -> Q:
    """Keep who holds a seat in a sector on a day, or held one at any time."""
    seats = Seat.objects.filter(sector__uid=sector)
    return Q(pk__in=(seats.filter(bodies.running(on)) if on else seats).values("member"))


def what_follows(member: Member, kind: str) -> list[str]:
    """Say what will happen when a member stops sitting, before it is confirmed (将发生什么)."""
    died = kind == Ending.DIED
    on = timezone.localdate()
    duties = (duties_here(member, on) if died else duties_held(member, on)).count()
    if kind == "suspend":
        found = [
            _("停止履职期间不能提出、联名、附议提案，不能评价办理结果；可以登录查看自己提出、联名的提案和答复"),
            _("席位和职务保留，恢复履职后照常行使；草稿和退回修改的提案，恢复履职时还没有人接手的，可以接着修改、提交"),
        ]
    else:
        found = [] if died else [_("不再提出、联名、附议提案，不再评价办理结果；可以登录查看自己提出、联名的提案和答复")]
        found.append(_("席位和政协职务同时终止，转入离任名单；") + (_("登记错了可以恢复") if died else _("以后可以恢复")))
    if died and member.account is not None:
        found.append(
            _("在其他政协的席位、职责和登录账户不变，告知那里的工作人员核实办理")
            if belongs_elsewhere(member)
            else _("登录账户关闭，不再发送消息和邮件")
        )
        found += [_("在本系统担任的其他职责 %(duties)s 项同时终止") % {"duties": duties}] if duties else []
    elif duties:
        found.append(_("在本系统担任的其他职责 %(duties)s 项不变；要免去的，请安全管理员办理") % {"duties": duties})
    if died and has_open_code(member, timezone.now()):
        found.append(_("还没有用过的登录邀请码作废"))
    return found


def has_open_code(member: Member, at: datetime) -> bool:
    """Say whether a code that was made for a member's seat may still be used, now or later."""
    return Invitation.objects.filter(seat=member.uid, used_at=None, revoked_at=None, expires_at__gte=at).exists()


def duties_held(member: Member, on: date) -> QuerySet[Appointment]:
    """Return the duties in force or to come of the person a member is, in any committee."""
    return Appointment.objects.filter(bodies.not_over(on), account=member.account_id, account__isnull=False)


def duties_here(member: Member, on: date) -> QuerySet[Appointment]:
    """Return those of them in the member's committee: what ends with a death, counted before and ended by the act."""
    return duties_held(member, on).filter(committee=member.committee_id)


def what_follows_elsewhere(member: Member, user: Any) -> list[consequences.Foreseen]:
    """Say what will become of the matters that a member has open; those that `user` may know of are named."""
    return consequences.foreseen(member, user)


def history(member: Member) -> list[Seat]:
    """Return every seat of a member, newest first."""
    return list(member.seats.select_related("term", "sector", "special_committee").order_by("-starts_on", "-id"))


def telling_absence(rows: QuerySet[Any], on: date, *, member: str = "member") -> QuerySet[Any]:
    """Fetch with each row what `absence` says of its member on a day."""
    last = Seat.objects.filter(member=OuterRef(member)).order_by(F("ends_on").desc(nulls_first=True), "-id")
    seated, paused = (ExpressionWrapper(said, BooleanField()) for said in (has_seat(on, member), is_suspended(on, member)))
    return rows.annotate(seated=seated, paused=paused, ending=Subquery(last.values("ending")[:1]))


def absence(row: Any) -> str:
    """Say that somebody does not act, in as few words as anybody may know who has to do with him.

    Nothing of who sits.
    """
    if row.seated:
        return _("暂停履职") if row.paused else ""
    return _("已去世") if row.ending == Ending.DIED else _("已离任")


def absences(members: Collection[int], on: date) -> dict[int, str]:
    """Say of those members who do not act on a day that they do not."""
    return {row.pk: said for row in ABSENCES.all(members, on) if (said := absence(row))}


ABSENCES = Prepared(lambda members, on: telling_absence(Member.everybody.filter(pk__in=members), on, member="pk").only("pk"))


def suspended_now(member: Member, on: date) -> Suspension | None:
    """Return the suspension in force on a day."""
    return member.suspensions.filter(bodies.running(on)).first()


def acts_since(member: Member, on: date) -> date:
    """Return since when a sitting member acts as one.

    Since the first seat that he holds began, or the last suspension was over.
    """
    begun = min(member.seats.filter(bodies.running(on)).values_list("starts_on", flat=True))
    resumed = member.suspensions.exclude(ends_on=None).values_list("ends_on", flat=True)
    return max((begun, *(day for day in resumed if day)))


def find(rows: QuerySet[Member], words: str) -> QuerySet[Member]:
    """Keep those whose name, sound (pinyin or initials), number or workplace has the words."""
    words = words.strip()
    if not words:
        return rows
    sound = words.lower().replace(" ", "")
    named = reduce(or_, (Q(name__contains=name) for name in sought(words)))
    return rows.filter(
        named
        | Q(sound__contains=sound)
        | Q(number__iexact=words)
        | Q(number__in=number_writings(words))
        | Q(workplace__contains=words)
    )


def with_seats(rows: QuerySet[Member], on: date) -> QuerySet[Member]:
    """Fetch the seats and posts in force, for lists: two queries, however many members."""
    return rows.prefetch_related(
        Prefetch("seats", Seat.objects.filter(bodies.running(on)).select_related("sector", "special_committee"), "seats_now"),
        Prefetch("posts", Post.objects.filter(bodies.running(on)), "posts_now"),
    )


def row_of(member: Member, *, came: str = "") -> dict[str, Any]:
    """Return what a line of the list, and the head of the page, show of a member."""
    seats, posts = member.seats_now, member.posts_now  # type: ignore[attr-defined]
    return {
        "member": member,
        "sector": seats[0].sector if seats else "",
        "special": (seats[0].special_committee or "") if seats else "",
        "posts": "、".join(p.get_rank_display() for p in posts if p.rank != "member") or _("委员"),
        "came": came,
    }


def about(account: Any) -> list[Line]:
    """Say where somebody sits, or sat, for the own account page."""
    return [line for own in members_of(account) for line in _about(own, timezone.localdate())]


def _about(own: Member, on: date) -> list[Line]:
    seats = list(Seat.objects.filter(member=own).select_related("sector", "committee").order_by("-starts_on", "-id"))
    held = [s for s in seats if s.starts_on <= on and (s.ends_on is None or s.ends_on > on)]
    lines = [Line(_("界别"), f"{s.committee.short_name}　{s.sector}") for s in held]
    if not held and seats and (last := seats[0]).ends_on:
        lines.append(
            Line(
                _("委员资格"),
                _("%(committee)s　%(ends_on)s起离任（%(ending)s）")
                % {
                    "committee": last.committee.short_name,
                    "ends_on": full_day(last.ends_on),
                    "ending": last.get_ending_display(),
                },
            )
        )
    if held and (paused := suspended_now(own, on)) is not None:
        lines.append(Line(_("履职"), _("%(starts_on)s起停止履职") % {"starts_on": full_day(paused.starts_on)}))
    return lines


def seat_committee(account: Any) -> Committee | None:
    """Return the committee in which somebody sits and acts now."""
    own = sitting_member_of(account)
    return own.committee if own else None


def terms_held(committee: Committee) -> QuerySet[Term]:
    """Return the terms of which seats are still held, oldest first."""
    return committee.terms.filter(Exists(Seat.objects.filter(term=OuterRef("pk"), ends_on=None))).order_by("number")


def later_seats(term: Term, on: date) -> QuerySet[Seat]:
    """Return the seats of later terms that are held on a day: without any, a term cannot end for all."""
    return Seat.objects.filter(bodies.running(on), committee=term.committee, term__number__gt=term.number)


def terms_to_end(committee: Committee, on: date) -> list[Term]:
    """Return the terms that may end for all: a later one has members already."""
    return [term for term in terms_held(committee) if later_seats(term, on).exists()]


def what_follows_for_all(term: Term, on: date) -> list[str]:
    """Say in numbers what will happen when a term ends for all who still hold a seat of it (将发生什么)."""
    held = set(Seat.objects.filter(term=term, ends_on=None).values_list("member_id", flat=True))
    others = Seat.objects.filter(bodies.running(on), committee=term.committee).exclude(term=term)
    leaving = held - set(others.values_list("member_id", flat=True))
    found = [
        _("%(n)s 名委员离任：席位和政协职务同时终止，转入离任名单") % {"n": len(leaving)},
        _("离任的委员不再提出、联名、附议提案，不再评价办理结果；可以登录查看自己提出、联名的提案和答复"),
        _("%(n)s 名委员在新一届继续担任，只终止原席位") % {"n": len(held) - len(leaving)},
    ]
    return found + consequences.foreseen_together(leaving)


# ── one person in several committees ─────────────────────────────────────────────────────────────
def sits_elsewhere(member: Member) -> QuerySet[Member]:
    """Return the places in force of the same person in other committees."""
    seated = Member.objects.seated(timezone.localdate()).filter(account=member.account_id, account__isnull=False)
    return seated.exclude(pk=member.pk).select_related("committee")


def serves_elsewhere(member: Member) -> QuerySet[Committee]:
    """Return the other committees in which the same person holds a duty, now or later."""
    held = Appointment.objects.filter(bodies.not_over(timezone.localdate()), account=member.account_id, account__isnull=False)
    return Committee.objects.filter(pk__in=held.values("committee")).exclude(pk=member.committee_id).order_by("pk")


def belongs_elsewhere(member: Member) -> bool:
    """Say whether the account is another committee's too."""
    return sits_elsewhere(member).exists() or serves_elsewhere(member).exists()


def dead_with_open_account(accounts: Collection[int | None] | None = None) -> list[Member]:
    """Return who is recorded dead and may sign in still, because the account belonged to another committee too."""
    rows = Member.objects.filter(pk__in=Seat.objects.filter(ending=Ending.DIED).values("member"), account__is_active=True)
    if accounts is not None:
        rows = rows.filter(account__in=[pk for pk in accounts if pk is not None])
    return [member for member in rows.select_related("account", "committee").order_by("pk") if is_dead(member)]


def accounts_of_the_dead() -> list[int]:
    """Return the accounts of who may be dead and sign in still; whether it is so is asked of each by itself."""
    rows = Member.objects.filter(pk__in=Seat.objects.filter(ending=Ending.DIED).values("member"), account__is_active=True)
    return list(rows.order_by("account").values_list("account", flat=True).distinct())


def is_dead_elsewhere(member: Member) -> bool:
    """Say whether another committee recorded the same person's death."""
    others = Member.objects.filter(account=member.account_id, account__isnull=False).exclude(pk=member.pk)
    return any(is_dead(other) for other in others)
