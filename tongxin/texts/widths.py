"""A text as its figures are meant: full-width and styled characters made plain, invisible ones taken out. Pure."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from tongxin.core.words import normal

DASHES = "‐‑‒–—―−﹣－─ー﹘"
GONE = "\u200b"  # stands for whatever is not seen, until it is taken out


class _Widths(dict[int, str]):
    """What each character is read as, always one for one; worked out when it first comes."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = plain = _plain(char)
        return plain


def _plain(char: str) -> str:
    if char in DASHES:
        return "-"
    kind = unicodedata.category(char)
    if kind == "Cf":
        return GONE
    if kind == "Zs":
        return " "
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "No":
        return char  # ① counts points, it is no figure of a number
    shaped = normal(char)
    return shaped if len(shaped) == 1 else char


_WIDTHS = _Widths()


@dataclass(frozen=True)
class Plain:
    """A text made plain, and where each of its characters stood."""

    text: str
    at: Callable[[int], int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the part of the original that a part of the plain text stands for."""
        return self.at(start), self.at(end - 1) + 1


def plain(text: str) -> Plain:
    """Read a text plainly: １３８　→ 138, ＠ → @; characters that are not seen are gone."""
    shaped = text.translate(_WIDTHS)
    if GONE not in shaped:
        return Plain(shaped, int)
    places = [place for place, char in enumerate(shaped) if char != GONE]
    return Plain(shaped.replace(GONE, ""), places.__getitem__)
