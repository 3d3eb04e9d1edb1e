"""Marks of secrecy (绝密★, 机密★, 秘密★: 国家秘密定密管理暂行规定, GB/T 9704), found in text that comes in pieces."""

import unicodedata

from tongxin.core.words import normal

MARKS = tuple(word + star for word in ("绝密", "机密", "秘密") for star in "★☆")
NAME_WORDS = ("绝密", "机密", *(mark for mark in MARKS if mark.startswith("秘密")))
_LONGEST = max(map(len, MARKS))
_BREAK = "|"


def _solid(text: str) -> str:
    """Drop what does not show: white space, invisible characters; full-width forms become plain ones."""
    plain = "".join(normal(text).split())
    if not plain.isprintable():
        for character in {c for c in set(plain) if unicodedata.category(c) == "Cf"}:
            plain = plain.replace(character, "")
    return plain


class Scanner:
    """Reads text piece by piece, as a document's runs give it, and remembers whether a mark went by."""

    def __init__(self) -> None:
        self.found = False
        self._tail = ""

    def feed(self, text: str) -> None:
        """Read on in the same line."""
        window = self._tail + _solid(text)
        self.found = self.found or any(mark in window for mark in MARKS)
        self._tail = window[1 - _LONGEST :]

    def pause(self) -> None:
        """A paragraph or a cell ends: no mark goes across."""
        self._tail = ""

    def read(self, text: str) -> None:
        """Read a whole text, each line by itself."""
        self.feed(_BREAK.join(text.splitlines()))
        self.pause()


def marks_name(name: str) -> bool:
    """Say whether a file's name carries a mark; the name of a law about secrets does not."""
    solid = _solid(name)
    return any(word in solid for word in NAME_WORDS)
