"""The algebra of predicates: small named questions about (actor, subject), joined with &, |, ~."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from rules import predicates

__all__ = ["Predicate", "anyone", "dated", "is_signed_in", "nobody", "predicate"]


SENTENCES: dict[str, str] = {}


class Predicate(predicates.Predicate):
    """A predicate that may be asked for a moment: a step is judged by the rules of its own time."""

    def __and__(self, other: Any) -> "Predicate":
        return cast("Predicate", super().__and__(other))

    def __or__(self, other: Any) -> "Predicate":
        return cast("Predicate", super().__or__(other))

    def __invert__(self) -> "Predicate":
        return cast("Predicate", super().__invert__())

    def test_at(self, actor: Any, subject: Any, at: datetime) -> bool:
        """Ask for the moment at which the step is taken."""
        return bool(self._apply(actor, subject, at))


def predicate(function: Callable[[Any, Any], bool]) -> Predicate:
    """Make a predicate of a function on (actor, subject).

    Its name is the function's, its docstring the sentence in the documents.
    """
    SENTENCES[function.__name__] = (function.__doc__ or "").partition("\n")[0]
    return Predicate(function)


def dated(function: Callable[[Any, Any, datetime], bool]) -> Predicate:
    """Make a predicate of a function on (actor, subject, at): a switch of the rules in force at that time.

    It can be asked by `test_at` alone.
    """

    def asked(*given: Any) -> bool:
        actor, subject, at = given
        return function(actor, subject, at)

    SENTENCES[function.__name__] = (function.__doc__ or "").partition("\n")[0]
    return Predicate(asked, function.__name__)


@predicate
def is_signed_in(actor: Any, _subject: Any) -> bool:
    """A person who has signed in and may still work here."""
    return bool(actor is not None and actor.is_authenticated and actor.is_active)


@predicate
def anyone(_actor: Any, _subject: Any) -> bool:
    """Everybody, the public too."""
    return True


@predicate
def nobody(_actor: Any, _subject: Any) -> bool:
    """Nobody by hand: the system account or an effect does it."""
    return False
