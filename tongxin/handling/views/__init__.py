"""The pages of handling."""

from tongxin.handling.views.assigning import assign, assign_desk, assign_together, units
from tongxin.handling.views.publishing import public_reply
from tongxin.handling.views.rating import confirm_contact, rate, rate_for, ratings
from tongxin.handling.views.replying import detach, former_copy, preview_reply, reply
from tongxin.handling.views.supervising import remind, review, supervise_desk
from tongxin.handling.views.working import inbox, record_contact, task

__all__ = [
    "assign",
    "assign_desk",
    "assign_together",
    "confirm_contact",
    "detach",
    "former_copy",
    "inbox",
    "preview_reply",
    "public_reply",
    "rate",
    "rate_for",
    "ratings",
    "record_contact",
    "remind",
    "reply",
    "review",
    "supervise_desk",
    "task",
    "units",
]
