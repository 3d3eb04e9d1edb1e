"""Every write of handling that is not the move itself: assigning, replies, contacts, ratings, closing a round."""

from tongxin.handling.actions.again import answer_recalled, begin_again, resume_chosen, suspend_rating
from tongxin.handling.actions.assigning import assign, assign_again, check_parts
from tongxin.handling.actions.contacting import confirm_contact, deny_contact, note_phone_read, record_contact, remind, tell_deadline
from tongxin.handling.actions.following import go_on_elsewhere
from tongxin.handling.actions.moving import assigned_anew, begin_moved, follow_end_of_unit, moving_said, recall_parts
from tongxin.handling.actions.problems import HandlingError
from tongxin.handling.actions.publishing import (
    begin_public_replies,
    begin_public_reply,
    confirm_public_reply,
    copies_by_machine,
)
from tongxin.handling.actions.rating import close_round, note_reading, rate, rate_all, send_back
from tongxin.handling.actions.reckoning import note_rating, set_again
from tongxin.handling.actions.replying import (
    REPLY_FIELDS,
    SUBMITTED,
    attach_to_reply,
    detach_from_reply,
    reply_of,
    save_reply,
)
from tongxin.handling.actions.steps import (
    advice_due,
    begun_again,
    category_reviewed,
    closed_no_more,
    closed_now,
    keep_advice,
    leader_signs,
    open_rating_when_all_answered,
    rating_opened,
    rating_suspended,
    return_asked,
    return_refused,
    settled_now,
    signed_now,
    unit_named,
    units_chosen,
)

__all__ = [
    "REPLY_FIELDS",
    "SUBMITTED",
    "HandlingError",
    "advice_due",
    "answer_recalled",
    "assign",
    "assign_again",
    "assigned_anew",
    "attach_to_reply",
    "begin_again",
    "begin_moved",
    "begin_public_replies",
    "begin_public_reply",
    "begun_again",
    "category_reviewed",
    "check_parts",
    "close_round",
    "closed_no_more",
    "closed_now",
    "confirm_contact",
    "confirm_public_reply",
    "copies_by_machine",
    "deny_contact",
    "detach_from_reply",
    "follow_end_of_unit",
    "go_on_elsewhere",
    "keep_advice",
    "leader_signs",
    "moving_said",
    "note_phone_read",
    "note_rating",
    "note_reading",
    "open_rating_when_all_answered",
    "rate",
    "rate_all",
    "rating_opened",
    "rating_suspended",
    "recall_parts",
    "record_contact",
    "remind",
    "reply_of",
    "resume_chosen",
    "return_asked",
    "return_refused",
    "save_reply",
    "send_back",
    "set_again",
    "settled_now",
    "signed_now",
    "suspend_rating",
    "tell_deadline",
    "unit_named",
    "units_chosen",
]
