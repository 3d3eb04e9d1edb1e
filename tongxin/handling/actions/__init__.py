"""Every write of handling that is not the move itself: assigning, replies, contacts, ratings, closing a round."""

from tongxin.handling.actions.assigning import assign, assign_again, check_parts
from tongxin.handling.actions.contacting import confirm_contact, record_contact, remind, tell_deadline
from tongxin.handling.actions.moving import assigned_anew, begin_moved, follow_end_of_unit, moving_said, recall_parts
from tongxin.handling.actions.problems import HandlingError, StaleError
from tongxin.handling.actions.publishing import (
    begin_public_replies,
    begin_public_reply,
    confirm_public_reply,
    copies_by_machine,
)
from tongxin.handling.actions.rating import close_round, note_reading, rate, rate_all, reopen, resume_dissatisfied, send_back
from tongxin.handling.actions.reckoning import set_again
from tongxin.handling.actions.replying import (
    REPLY_FIELDS,
    SUBMITTED,
    attach_to_reply,
    detach_from_reply,
    reply_of,
    save_reply,
    settle_copy,
)
from tongxin.handling.actions.steps import (
    begun_again,
    category_reviewed,
    closed_now,
    leader_signs,
    open_rating_when_all_answered,
    opinion_said,
    rating_opened,
    return_asked,
    return_refused,
    settled_now,
    signed_now,
    unit_named,
)

__all__ = [
    "REPLY_FIELDS",
    "SUBMITTED",
    "HandlingError",
    "StaleError",
    "assign",
    "assign_again",
    "assigned_anew",
    "attach_to_reply",
    "begin_moved",
    "begin_public_replies",
    "begin_public_reply",
    "begun_again",
    "category_reviewed",
    "check_parts",
    "close_round",
    "closed_now",
    "confirm_contact",
    "confirm_public_reply",
    "copies_by_machine",
    "detach_from_reply",
    "follow_end_of_unit",
    "leader_signs",
    "moving_said",
    "note_reading",
    "open_rating_when_all_answered",
    "opinion_said",
    "rate",
    "rate_all",
    "rating_opened",
    "recall_parts",
    "record_contact",
    "remind",
    "reopen",
    "reply_of",
    "resume_dissatisfied",
    "return_asked",
    "return_refused",
    "save_reply",
    "send_back",
    "set_again",
    "settle_copy",
    "settled_now",
    "signed_now",
    "tell_deadline",
    "unit_named",
]
