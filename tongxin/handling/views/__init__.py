"""The pages of handling."""

from tongxin.handling.views.assigning import assign, assign_desk, assign_together, units
from tongxin.handling.views.publishing import public_reply
from tongxin.handling.views.rating import confirm_contact, rate, rate_for, ratings
from tongxin.handling.views.replying import autosave_reply, detach, kept_copy, preview_reply, reply
from tongxin.handling.views.supervising import remind, review, supervise_desk
from tongxin.handling.views.working import inbox, record_contact

__all__ = [
    "assign",
    "assign_desk",
    "assign_together",
    "autosave_reply",
    "confirm_contact",
    "detach",
    "inbox",
    "kept_copy",
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
    "units",
]
