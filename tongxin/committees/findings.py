"""What a verdict names, in words.

Which rows, whether they are found in the record, and what was erased under which rule.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tongxin.audit.naming import row_names
from tongxin.audit.outside import Problem
from tongxin.audit.queries import traceable
from tongxin.core.words import on_one_line


def in_words(code: str, problems: Iterable[Problem]) -> list[tuple[str, Problem]]:
    """Return problems of a verdict, each with the words for what it names: which kind of row, and which one."""
    found = list(problems)
    words = {where: on_one_line(said) for where, said in row_names(code, [problem.where for problem in found]).items()}
    return [(words.get(problem.where, ""), problem) for problem in found]


Erasures = Callable[[str], Iterable[str]]

_erasures: list[Erasures] = []


def register_erasures(source: Erasures) -> None:
    """Add what an app above says of the personal values that were taken away in the stream with a code."""
    _erasures.append(source)


def erasures(code: str) -> list[str]:
    """Say of the values that are gone from a record that holds what they were, how many, when, under which rule."""
    return [said for source in _erasures for said in source(code)]


@dataclass(frozen=True)
class Finding:
    """What does not agree with the record: in words, with its key, and what finds it in the reader of events."""

    words: str
    problem: Problem
    search: str


def findings(code: str, problems: Iterable[Problem]) -> list[Finding]:
    """Return problems of a verdict as whoever audits reads them.

    Nothing is searched for where the reader has nothing of it.
    """
    found = in_words(code, problems)
    known = traceable({code}, {problem.where for _words, problem in found}) if found else set[str]()
    return [Finding(words, problem, problem.where if problem.where in known else "") for words, problem in found]
