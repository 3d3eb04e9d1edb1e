"""Sentences of what also runs without Django: of the command line, in the language of the terminal.

Of arithmetic on a page, in the page's.
"""

from collections.abc import Callable
from gettext import translation
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "locale"
_of_the_terminal = translation("django", LOCALE, fallback=True).gettext
_say: Callable[[str], str] = _of_the_terminal


def ask(gettext: Callable[[str], str]) -> None:
    """Ask from now on somebody who knows the language of each request."""
    global _say  # noqa: PLW0603 -- one for the process, set when Django stands
    _say = gettext


class later:  # noqa: N801 -- read as a function, as gettext's are
    """A sentence whose language is found when it is said: for tables, which are made before anybody asks."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __str__(self) -> str:
        return _say(self.message)

    def format(self, **values: object) -> str:
        """Say it with its values."""
        return str(self).format(**values)


def _(message: str) -> str:
    return _say(message)
