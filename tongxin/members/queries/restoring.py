"""What comes back with a member whose seat ended, and what does not.

What ended together, and which terms are over since.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees.models import Term
from tongxin.committees.queries import not_over
from tongxin.core.templatetags.chinese import full_day
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Post, Seat
from tongxin.members.queries.last_ending import Ended, last_ending
from tongxin.members.queries.reading import is_dead_elsewhere, later_seats, suspended_now


@dataclass(frozen=True)
class Over:
    """How a term ended for all: since which day, why and by which paper."""

    term: Term
    on: date
    reason: str = ""
    document_number: str = ""


def terms_over(member: Member, seats: Collection[Seat], on: date) -> dict[int, Over]:
    """Return of a member's seats those terms, by id, that ended for all.

    A later one has members, and nobody else sits in it.
    """
    found = (_how_over(seat.term, on, without=member) for seat in seats)
    return {over.term.pk: over for over in found if over is not None}


def _how_over(term: Term, on: date, *, without: Member) -> Over | None:
    later, others = later_seats(term, on), Seat.objects.filter(term=term).exclude(member=without)
    begun = later.aggregate(first=Min("starts_on"))["first"]
    if begun is None or others.filter(not_over(on)).exists():
        return None
    last = others.filter(ending=Ending.EXPIRED).order_by("-ends_on", "-id").first()
    if last is None or last.ends_on is None:
        return Over(term, begun)
    return Over(term, last.ends_on, last.reason, last.document_number)


@dataclass(frozen=True)
class Coming:
    """What comes back with a member: of what ended last, as far as its term is not over.

    What is known of the terms that are.
    """

    ended: Ended
    over: dict[int, Over]
    held: list[Seat]  # of the same terms, not over: given anew since, to begin some day

    @property
    def seats(self) -> list[Seat]:
        """Return the seats that are held again: of a term that is over only where it was its end that is taken back."""
        return [seat for seat in self.ended.seats if seat.term_id not in self.over or seat.ending == Ending.EXPIRED]

    @property
    def posts(self) -> list[Post]:
        """Return the posts that go with these seats."""
        terms = {seat.term_id for seat in self.seats}
        return [post for post in self.ended.posts if post.term_id in terms]

    @property
    def refusal(self) -> str:
        """Say why nothing comes back; nothing when something does."""
        if not self.ended.seats:
            return _("没有可以恢复的席位，请重新增加")
        if self.held:
            seats = "、".join(
                _("%(term)s，%(starts_on)s起") % {"term": seat.term, "starts_on": full_day(seat.starts_on)} for seat in self.held
            )
            return _("同一届已经另外登记了席位（%(seats)s），不能再恢复这一届的席位") % {"seats": seats}
        if self.seats or self.ended.by_death:
            return ""
        terms = "、".join(dict.fromkeys(str(seat.term) for seat in self.ended.seats))
        return _("%(terms)s已经届满，不能恢复席位；继续任委员的，请在新一届名单中增加") % {"terms": terms}


def what_comes_back(member: Member, on: date) -> Coming:
    """Return what comes back with a member whose seat ended: the page says it, the act does it."""
    ended = last_ending(member)
    terms = [seat.term_id for seat in ended.seats]
    held = member.seats.filter(term__in=terms, ends_on=None).select_related("term").order_by("pk")
    return Coming(ended, terms_over(member, ended.seats, on), list(held))


def coming_back(member: Member) -> list[str]:
    """Say what comes back with a member, and what does not."""
    if suspended_now(member, timezone.localdate()) is not None:
        return [str(_ACTS), str(_LOST)]
    coming = what_comes_back(member, timezone.localdate())
    if coming.refusal:
        return [coming.refusal]
    if coming.ended.by_death:
        return _never_died(member, coming)
    over = [
        _("%(term)s已经没有委员在任；已经换届的，不要恢复，请在新一届名单中增加") % {"term": one.term}
        for one in coming.over.values()
    ]
    return [str(_ACTS), _restored(coming), *over, str(_LOST)]


_ACTS = gettext_lazy("可以重新提出、联名、附议提案，评价办理结果")
_LOST = gettext_lazy("已经失效的联名邀请、已经退出的联名不自动恢复，可以重新邀请")


def _restored(coming: Coming) -> str:
    """Name the seats, with their terms where there are several, and the posts."""
    several = len(coming.seats) > 1
    seats = "、".join(f"{seat.term}{seat.sector}" if several else str(seat.sector) for seat in coming.seats)
    ranks = "、".join(dict.fromkeys(str(post.get_rank_display()) for post in coming.posts))
    return (_("恢复席位：%(seats)s") % {"seats": seats}) + (_("；恢复职务：%(ranks)s") % {"ranks": ranks} if ranks else "")


def _never_died(member: Member, coming: Coming) -> list[str]:
    """Say what comes back with who was recorded dead by mistake.

    Nothing was interrupted, but a term may be over since.
    """
    ended = [
        _("%(term)s已于 %(on)s届满，席位到届满为止") % {"term": one.term, "on": full_day(one.on)} for one in coming.over.values()
    ]
    if coming.seats:
        found = [
            str(_ACTS),
            _("%(restored)s；任职不中断，仍从原来的日期算起，去世的登记作为误登更正") % {"restored": _restored(coming)},
            *ended,
        ]
    else:
        terms = "、".join(str(one.term) for one in coming.over.values())
        found = [
            _("%(terms)s已经届满，恢复后不在任；继续任委员的，请在新一届名单中增加") % {"terms": terms},
            _("去世的登记作为误登更正；%(ended)s") % {"ended": "；".join(ended)},
        ]
    if member.account is not None and not is_dead_elsewhere(member):
        found.append(_("登录账户重新开放；已经终止的其他职责不自动恢复，请安全管理员重新任命"))
    return [*found, *([str(_LOST)] if coming.seats else [])]
