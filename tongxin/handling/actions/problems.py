"""What cannot be done in handling, said to people."""


class HandlingError(Exception):
    """Something that cannot be done in handling now; the message is for people."""
