"""Every write of proposals that is not the move itself: drafting, co-signing, what filing and merging set."""

from tongxin.proposals.actions.agreeing import ask_again
from tongxin.proposals.actions.attaching import attach, detach
from tongxin.proposals.actions.correcting import change_season, pass_on, reclassify, reroute
from tongxin.proposals.actions.cosigning import (
    answer_invitation,
    confirm_text,
    endorse,
    invite_cosigners,
    leave,
    remove_invitation,
)
from tongxin.proposals.actions.doubles import CARRY
from tongxin.proposals.actions.drafting import draft, save_text
from tongxin.proposals.actions.leaving import CONSEQUENCE, drop_who_left, take_over
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.actions.publishing import (
    confirm_copy,
    copies_by_machine,
    covered,
    register_release,
    release,
    release_without_findings,
    unrelease,
)
from tongxin.proposals.actions.steps import (
    NO_LEAD,
    assign_numbers,
    categories_said,
    destination_cleared,
    destination_said,
    free_merged,
    gather_again,
    held,
    merged_into,
    note_in_former_lead,
    note_in_lead,
    on_submission,
    out_of_lead,
    settle_signatures,
    undecided,
)

__all__ = [
    "CARRY",
    "CONSEQUENCE",
    "NO_LEAD",
    "ProposalError",
    "answer_invitation",
    "ask_again",
    "assign_numbers",
    "attach",
    "categories_said",
    "change_season",
    "confirm_copy",
    "confirm_text",
    "copies_by_machine",
    "covered",
    "destination_cleared",
    "destination_said",
    "detach",
    "draft",
    "drop_who_left",
    "endorse",
    "free_merged",
    "gather_again",
    "held",
    "invite_cosigners",
    "leave",
    "merged_into",
    "note_in_former_lead",
    "note_in_lead",
    "on_submission",
    "out_of_lead",
    "pass_on",
    "reclassify",
    "register_release",
    "release",
    "release_without_findings",
    "remove_invitation",
    "reroute",
    "save_text",
    "settle_signatures",
    "take_over",
    "undecided",
    "unrelease",
]
