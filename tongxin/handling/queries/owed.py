"""What becomes of the ratings that wait when members no longer act: foreseen before they leave.

How many of them a member has given himself is not told here: whoever keeps members learns nothing of who rated.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case
from tongxin.members.consequences import Foreseen
from tongxin.members.models import Member
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature


def _asked(members: Any) -> Any:
    """Ask of a case whether any of some members signed its proposal, or one that was merged into it."""
    of_it = Q(proposal=OuterRef("proposal")) | Q(proposal__merged_into=OuterRef("proposal"))
    return Exists(Signature.objects.filter(of_it, members, answer=Answer.ACCEPTED))


def _waiting(members: Collection[int]) -> QuerySet[Case]:
    """Return the cases in which members that sit are asked to rate now."""
    sitting = Member.objects.sitting(timezone.localdate()).filter(pk__in=members).values("pk")
    return Case.objects.filter(_asked(Q(member__in=sitting)), state=CaseState.RATING)


def _said(members: Collection[int]) -> Iterable[str]:
    waiting = _waiting(members)
    number = waiting.count()
    if not number:
        return
    others = Member.objects.sitting(timezone.localdate()).exclude(pk__in=members).values("pk")
    alone = waiting.exclude(_asked(Q(member=None) | Q(member__in=others))).count()
    again = _("截止以前恢复履职的，仍可以评价")
    yield (
        _("待评价的提案 %(number)s 件，已经作出的评价有效，还没有评价的不再请其评价，由其他提案人评价；%(again)s")
        % {"number": number, "again": again}
    ) + (_("。其中 %(alone)s 件没有其他在任的提案人，没有人评价的，按未评价办结") % {"alone": alone} if alone else "")


def foresee(member: Member, _user: Any) -> Iterable[Foreseen]:
    """Say in how many cases a member is not asked to rate any more, and what becomes of them."""
    yield from (Foreseen(sentence) for sentence in _said([member.pk]))


def foresee_together(members: Collection[int]) -> Iterable[str]:
    """Say in how many cases members who leave at once are not asked to rate any more."""
    return _said(members)
