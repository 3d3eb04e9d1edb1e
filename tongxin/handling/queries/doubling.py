"""What stands in the other's name after two people were kept as one.

Ratings of rounds that are not over, acts at talks.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Rating, Reply
from tongxin.handling.queries.cases import ratings_awaited
from tongxin.members.carrying import Since
from tongxin.proposals.models import Signature
from tongxin.proposals.queries import doubling as proposals

OVER = (CaseState.CLOSED, CaseState.WITH_OFFICE, CaseState.RECALLED)


def _cases(since: Since) -> QuerySet[Case]:
    """Return the cases that the other's names are asked about, those of merged proposals too."""
    pairs = proposals.names_of_the_other(since).values_list("proposal", "proposal__merged_into")
    return Case.objects.filter(proposal__in={key for pair in pairs for key in pair if key}).order_by("pk")


def open_rounds(since: Since) -> QuerySet[Case]:
    """Return those of a round that has answers, and is not over: whether anybody rated makes no difference."""
    sent = Reply.objects.filter(task__case=OuterRef("pk"), round=OuterRef("round"), sent_at__isnull=False)
    return _cases(since).filter(Exists(sent)).exclude(state__in=OVER)


def given_by_another(since: Since, cases: list[Case]) -> list[Rating]:
    """Return what was rated in the other's name since: of the present rounds alone."""
    told = since.told("handling.case", [case.pk for case in cases]).filter(kind="handling.rate")
    given = set(told.values_list("data__reply", "data__signature"))
    rows = Rating.objects.filter(
        signature__in=proposals.names_of_the_other(since), reply__task__case__in=cases, reply__round=F("reply__task__case__round")
    )
    return [row for row in rows.select_related("reply__task").order_by("pk") if (row.reply_id, row.signature_id) in given]


def what_stands(since: Since) -> Iterator[str]:
    """Say by cases what the other's hand did at talks and the like; of ratings nothing."""
    cases = {case.pk: case for case in _cases(since).select_related("proposal")}
    acts = defaultdict[int, list[Event]](list)
    for event in since.acts("handling.case", cases):
        acts[event.subject_id or 0].append(event)
    for key, events in acts.items():
        yield proposals.acts_said(cases[key].proposal, events)


def what_follows(since: Since) -> Iterator[str]:
    """Say what becomes of ratings, in the same words whether or not anybody rated."""
    number = {"number": since.other.number}
    for case in open_rounds(since).select_related("proposal"):
        said = _("《%(title)s》的评价还没有截止：合并期间在编号 %(number)s 署名下作出的评价作废，请本人评价")
        yield said % (number | {"title": case.proposal.title})
    if _cases(since).exists():
        yield _("已经截止的评价不变")


def asked_himself(case: Case, member: int | None) -> list[Signature]:
    """Return the name under which a member's rating is awaited now."""
    if case.state != CaseState.RATING:
        return []
    return [signature for _reply, signature in ratings_awaited(case) if signature.member_id == member]
