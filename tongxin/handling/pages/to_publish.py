"""What waits to be confirmed before, or after, the public reads it: texts of proposals and of replies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import case_number
from tongxin.handling.models import PublicReply
from tongxin.handling.queries import replies_to_publish
from tongxin.proposals.models import LONG, Proposal, long_of
from tongxin.proposals.queries import copy_of, to_confirm

SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """One text that waits: of which proposal, why, since when, and where it is confirmed."""

    title: str
    number: str
    what: str
    why: str
    since: datetime | None
    url: str


@dataclass(frozen=True)
class Desk:
    """Both queues, at most so many of each; `more` says that some are left out."""

    proposals: list[Waiting]
    replies: list[Waiting]
    more: bool


def waiting(user: Any) -> Desk:
    """Return what waits for somebody who publishes, in a fixed number of queries."""
    texts = list(to_confirm(user).select_related("public_copy").defer(*LONG).order_by("released_at", "id")[: SHOWN + 1])
    of = "reply__task__case__proposal"
    rows = replies_to_publish(user).select_related("reply__task__unit", of).defer("reply__task__unit__phone", *long_of(of))
    copies = list(rows.order_by("id")[: SHOWN + 1])
    return Desk([_text(p) for p in texts[:SHOWN]], [_reply(c) for c in copies[:SHOWN]], more=max(len(texts), len(copies)) > SHOWN)


def _text(proposal: Proposal) -> Waiting:
    current = copy_of(proposal)
    why = _("由系统隐去，正在公开，还没有人核对") if current else _("原文有改动，已暂停公开")
    url = reverse("office-release", args=[proposal.uid])
    return Waiting(str(proposal), case_number(proposal.number), _("提案正文"), why, proposal.released_at, url)


def _reply(copy: PublicReply) -> Waiting:
    proposal, unit = copy.reply.task.case.proposal, copy.reply.sent_by
    why = _("由系统隐去，正在公开，还没有人核对") if copy.is_shown else _("核对后公开")
    what = _("%(unit)s的答复") % {"unit": unit}
    return Waiting(str(proposal), case_number(proposal.number), what, why, copy.reply.sent_at, copy.confirm_url)
