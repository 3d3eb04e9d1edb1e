"""The algebra of predicates: small named questions about (actor, subject), joined with &, |, ~."""

from collections.abc import Callable
from typing import Any

import rules
from rules.predicates import Predicate

__all__ = ["Predicate", "anyone", "is_signed_in", "nobody", "predicate"]


SENTENCES: dict[str, str] = {}


def predicate(function: Callable[[Any, Any], bool]) -> Predicate:
    """Make a predicate of a function on (actor, subject).

    Its name is the function's, its docstring the sentence in the documents.
    """
    made: Predicate = rules.predicate(function)
    SENTENCES[function.__name__] = (function.__doc__ or "").partition("\n")[0]
    return made


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
