"""What proposals are told of their handling: in a short word, what they were answered.

And whether an answer is still to come.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import full_day
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Reply


def answer_words(proposals: Iterable[Any]) -> dict[int, str]:
    """Return, for proposals that were answered, the category of the newest answer: 答复 B 类."""
    ids = [proposal.pk for proposal in proposals]
    rows = Reply.objects.filter(task__case__proposal__in=ids, sent_at__isnull=False, recalled_at=None).order_by("round", "-pk")
    found = dict(rows.values_list("task__case__proposal_id", "category"))
    return {pk: _("答复 %(category)s 类") % {"category": category} for pk, category in found.items()}


def answers_sent(proposal: Any) -> str:
    """Name the answers that stand: 县卫生健康局 2026 年 3 月 5 日的答复（B 类）. Nothing where none was sent."""
    rows = Reply.objects.filter(task__case__proposal=proposal, sent_at__isnull=False, recalled_at=None)
    words = _("%(unit)s %(day)s的答复（%(category)s 类）")
    return "、".join(
        words % {"unit": reply.sent_by, "day": full_day(reply.sent_at), "category": reply.category}
        for reply in rows.select_related("task__unit").defer("task__unit__phone").order_by("round", "id")
    )


def cases_in_hand() -> Q:
    """Return which proposals are still to be answered: for the first time or again, or once they are assigned again."""
    return Q(case__state__in=(CaseState.IN_HAND, CaseState.RECALLED))


def cases_open() -> Q:
    """Return of which proposals the handling is not over: in hand, being rated, with the office."""
    return ~Q(case__state=CaseState.CLOSED)


def hold_case(uid: str) -> None:
    """Hold the case of a proposal, when there is one, to the end of the transaction."""
    list(Case.objects.select_for_update(of=("self",)).filter(proposal__uid=uid).values_list("pk", flat=True))
