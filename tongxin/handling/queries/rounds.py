"""When a round of rating closes.

In one batch a day, so that the hour of closing tells nothing of the hour of a rating.
"""

from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from tongxin.committees.models import Committee
from tongxin.core import faults
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Rating, Reply
from tongxin.handling.queries.cases import counts_from, once_each, replies_to_rate
from tongxin.handling.regulations import Secrecy
from tongxin.proposals import queries as proposals
from tongxin.regulations.queries import in_force


def batch_before(committee: Committee, at: datetime) -> datetime:
    """Return the last daily closing of a committee that is not later than `at`."""
    rules: Secrecy = in_force(committee, Secrecy, timezone.localdate(at))
    today = timezone.make_aware(datetime.combine(timezone.localdate(at), time(rules.closing_hour)))
    return today if today <= at else today - timedelta(days=1)


def rounds_that_may_close(at: datetime) -> list[Case | faults.Unread]:
    """Return the cases whose round may close: its days are over, or somebody has rated.

    Whether it does, each is asked by itself.
    """
    rated = Rating.objects.filter(reply__task__case=OuterRef("pk"), reply__round=OuterRef("round"), reply__recalled_at=None)
    rows = Case.objects.filter(state=CaseState.RATING).filter(
        Q(rating_due_on__lt=timezone.localdate(at)) | Q(Exists(rated)) | Q(rating_due_on=None)
    )
    return faults.rows_of(rows.select_related("proposal", "committee__parent__parent").order_by("id"))


def closes_by_now(case: Case, at: datetime) -> bool:
    """Say whether a round closes with the last daily batch.

    Its days are over, or all have rated and the end gives nobody away.
    """
    return _closes(case, batch_before(case.committee, at))


def _closes(case: Case, batch: datetime) -> bool:
    if case.rating_due_on is not None and case.rating_due_on < timezone.localdate(batch):
        return True
    return closes_early(case, before=batch)


def closes_early(case: Case, *, before: datetime) -> bool:
    """Say whether a round may close before its last day.

    All have rated, and either all agreed to it or nobody is given away.

    Fewer raters than the rule asks for, or all of one mind: the early end would tell of each what he said, and when.
    """
    replies, raters = replies_to_rate(case), proposals.raters(case.proposal)
    if not replies or not raters:
        return bool(replies)
    rated = Rating.objects.filter(Q(rated_at=None) | Q(rated_at__lt=before), reply__in=replies)
    given = once_each(rated.select_related("signature"))
    if not {(reply.pk, s.signer) for reply in replies for s in raters} <= {(r.reply_id, r.signature.signer) for r in given}:
        return False
    if all(rating.closes_early for rating in given) or case.rating_due_on is None:
        return True
    return all(_gives_nobody_away(case, reply, [r for r in given if r.reply_id == reply.pk]) for reply in replies)


def _gives_nobody_away(case: Case, reply: Reply, given: list[Rating]) -> bool:
    people = {r.signature.signer for r in given}
    return len(people) >= counts_from(case, reply) and len({(r.attitude, r.result) for r in given}) > 1
