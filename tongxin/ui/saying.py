"""What became of an act is said where the act was, to who opens the page next.

Nothing that a page asks for by itself takes it away.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage

if TYPE_CHECKING:
    from django.contrib.messages.storage.base import Message
    from django.http import HttpRequest

PLACE = "at-"  # begins the tag of a message that belongs to one part of a page


class ForWholePages(FallbackStorage):
    """Where messages wait. A page that is read by a script, in part or whole, shows none and leaves them for who opens one."""

    def __iter__(self) -> Iterator["Message"]:
        return iter(()) if by_script(self.request) else super().__iter__()

    def __len__(self) -> int:
        return 0 if by_script(self.request) else super().__len__()


def by_script(request: Any) -> bool:
    """Say whether a script of ours asks, not somebody who opens a page."""
    return request.headers.get("HX-Request") == "true" or request.headers.get("X-Requested-With") == "fetch"


def refuse(request: "HttpRequest", sentence: str, *, at: str) -> None:
    """Say why something was not done, in the part of the next page where it was tried.

    `{% refused at %}` stands there.
    """
    messages.error(request, sentence, extra_tags=f"{PLACE}{at}")


def belongs_to(message: Any) -> str:
    """Return to which part of a page a message belongs; nothing where it concerns the whole."""
    tag = message.extra_tags or ""
    return tag.removeprefix(PLACE) if tag.startswith(PLACE) else ""
