"""What cannot be done with a proposal now, in words for people."""

from tongxin.proposals.choices import States
from tongxin.proposals.models import StaleCopy


class ProposalError(Exception):
    """Something that cannot be done with a proposal now; the message is for people."""


class StaleError(ProposalError):
    """A save that started from an old version. `copy` is what was kept beside."""

    def __init__(self, copy: StaleCopy) -> None:
        self.copy = copy
        self.closed = copy.proposal.state not in States.with_the_proposer
        super().__init__(
            "这份提案已经提交，正文不能再改。您刚写的内容已另存一份，退回修改时可以取用"
            if self.closed
            else "这份提案在别处已经保存过新的内容，您刚写的内容已另存一份，请对照后选定"
        )
