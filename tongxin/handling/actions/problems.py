"""What cannot be done in handling, said to people; and the limits that most of it asks for."""

from datetime import date

from tongxin.handling.models import StaleReply
from tongxin.handling.regulations import Deadlines
from tongxin.proposals.models import Proposal
from tongxin.regulations.queries import in_force


class HandlingError(Exception):
    """Something that cannot be done in handling now; the message is for people."""


class StaleError(HandlingError):
    """A save of a reply that started from an old version. `copy` is what was kept beside."""

    def __init__(self, copy: StaleReply) -> None:
        super().__init__("这份答复稿在别处已经保存过新的内容，您刚写的内容已另存一份，请对照后选定")
        self.copy = copy


def rules_on(proposal: Proposal, on: date) -> Deadlines:
    """Return the limits of handling in force for a proposal on a day."""
    rules: Deadlines = in_force(proposal.committee, Deadlines, on)
    return rules
