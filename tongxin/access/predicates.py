"""The algebra of predicates: small named questions about (actor, subject), joined with &, |, ~."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rules import predicates

__all__ = ["Predicate", "anyone", "dated", "is_signed_in", "nobody", "predicate"]


SENTENCES: dict[str, str] = {}
Question = Callable[[Any, Any], bool]


class Predicate(predicates.Predicate):
    """A question about an actor and a subject that answers yes or no.

    It may be asked for a moment: a step is judged by the rules of its own time. The library's own keeps a context of
    each question and writes a log line of every part of it: asked a hundred times for a page, that took longer than the
    answers.
    """

    @classmethod
    def joined(cls, asked: Callable[..., bool], name: str) -> "Predicate":
        """Make one of others: what it takes is known, the library would look into the function each time."""
        made = cls.__new__(cls)
        made.fn, made.num_args, made.var_args, made.name = asked, 0, True, name
        return made

    def ask(self, *given: Any) -> bool:
        """Ask it of an actor and a subject, and of a moment where one is given."""
        return bool(self.fn(*given) if self.var_args else self.fn(*given[:2]))

    def test(self, obj: Any = None, target: Any = None) -> bool:
        """Ask it of an actor and a subject."""
        return self.ask(obj, target)

    def test_at(self, actor: Any, subject: Any, at: datetime) -> bool:
        """Ask for the moment at which the step is taken."""
        return self.ask(actor, subject, at)

    def __and__(self, other: "Predicate") -> "Predicate":
        def both(*given: Any) -> bool:
            return self.ask(*given) and other.ask(*given)

        return self.joined(both, f"({self} & {other})")

    def __or__(self, other: "Predicate") -> "Predicate":
        def either(*given: Any) -> bool:
            return self.ask(*given) or other.ask(*given)

        return self.joined(either, f"({self} | {other})")

    def __invert__(self) -> "Predicate":
        def neither(*given: Any) -> bool:
            return not self.ask(*given)

        return self.joined(neither, self.name[1:] if self.name.startswith("~") else f"~{self.name}")


def predicate(function: Question) -> Predicate:
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
