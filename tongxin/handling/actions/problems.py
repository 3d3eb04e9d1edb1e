"""What cannot be done in handling, said to people."""

from tongxin.handling.models import StaleReply


class HandlingError(Exception):
    """Something that cannot be done in handling now; the message is for people."""


class StaleError(HandlingError):
    """A save of a reply that started from an old version. `copy` is what was kept beside."""

    def __init__(self, copy: StaleReply) -> None:
        super().__init__("这份答复稿在别处已经保存过新的内容，您刚写的内容已另存一份，请对照后选定")
        self.copy = copy
