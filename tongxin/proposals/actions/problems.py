"""What cannot be done with a proposal now, in words for people."""


class ProposalError(Exception):
    """Something that cannot be done with a proposal now; the message is for people."""
