"""In a word, what the handling of earlier proposals came to: for lists of proposals above."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tongxin.handling.models import Reply


def outcome_words(proposals: Iterable[Any]) -> dict[int, str]:
    """Return, for proposals that were answered, the category of the newest answer: 答复 B 类."""
    ids = [proposal.pk for proposal in proposals]
    rows = Reply.objects.filter(task__case__proposal__in=ids, sent_at__isnull=False, recalled_at=None).order_by("round", "-pk")
    found = dict(rows.values_list("task__case__proposal_id", "category"))
    return {pk: _("答复 %(category)s 类") % {"category": category} for pk, category in found.items()}
