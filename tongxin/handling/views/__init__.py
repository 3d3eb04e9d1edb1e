"""The pages of handling."""

from tongxin.handling.views.assigning import assign, units
from tongxin.handling.views.publishing import public_reply
from tongxin.handling.views.rating import confirm_contact, rate, rate_for, ratings
from tongxin.handling.views.replying import detach, former_copy, preview_reply, reply
from tongxin.handling.views.supervising import remind, review
from tongxin.handling.views.working import phone, record_contact

__all__ = [
    "assign",
    "confirm_contact",
    "detach",
    "former_copy",
    "phone",
    "preview_reply",
    "public_reply",
    "rate",
    "rate_for",
    "ratings",
    "record_contact",
    "remind",
    "reply",
    "review",
    "units",
]
