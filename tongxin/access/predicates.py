"""The algebra of predicates: small named questions about (actor, subject), joined with &, |, ~."""

from collections.abc import Callable
from typing import Any

from rules import predicates

__all__ = ["Predicate", "anyone", "is_signed_in", "nobody", "predicate"]


SENTENCES: dict[str, str] = {}
Question = Callable[[Any, Any], bool]


class Predicate(predicates.Predicate):
    """A question about an actor and a subject that answers yes or no, and nothing else.

    The library's own keeps a context of each question and writes a log line of every part of it: asked a hundred times for a
    page, that took longer than the answers.
    """

    def test(self, obj: Any = None, target: Any = None) -> bool:
        """Ask it."""
        return bool(self.fn(obj, target))

    def __and__(self, other: "Predicate") -> "Predicate":
        ask, further = self.fn, other.fn
        return type(self)(lambda actor, subject: ask(actor, subject) and further(actor, subject), f"({self} & {other})")

    def __or__(self, other: "Predicate") -> "Predicate":
        ask, further = self.fn, other.fn
        return type(self)(lambda actor, subject: ask(actor, subject) or further(actor, subject), f"({self} | {other})")

    def __invert__(self) -> "Predicate":
        ask, name = self.fn, self.name
        return type(self)(lambda actor, subject: not ask(actor, subject), name[1:] if name.startswith("~") else f"~{name}")


def predicate(function: Question) -> Predicate:
    """Make a predicate of a function on (actor, subject).

    Its name is the function's, its docstring the sentence in the documents.
    """
    made = Predicate(function)
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
