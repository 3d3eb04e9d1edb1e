"""What is done to ticked rows of a list: each is asked again, done for itself, and reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.desks.listings import Act, Listing, Question
from tongxin.workflow import engine
from tongxin.workflow.engine import Overtaken, WorkflowError

MOST = 500  # rows at once
# uids of ticked rows, each with what the confirmation showed of it, where there was one
Picks = Mapping[str, str | None]


@dataclass(frozen=True)
class Ticked:
    """The ticked lines that are still there.

    Those the act is open for as they were shown, and the others with why it is not.

    `seen` says of each uid what is decided on.
    """

    open: Sequence[Any]
    shut: Sequence[tuple[Any, str]]
    gone: int  # how many are not there, or not any more
    seen: Mapping[str, str]


@dataclass
class Outcome:
    """What became of ticked rows: how many were done, and of each other its name and why not."""

    done: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
    gone: int = 0

    @property
    def sentence(self) -> str:
        """Say it: 3 件完成，1 件未办."""
        said = _("%(n)s 件完成") % {"n": self.done}
        missed = len(self.left) + self.gone
        return _("%(said)s，%(n)s 件未办。") % {"said": said, "n": missed} if missed else f"{said}。"


def ticked_lines(listing: Listing, question: Question, uids: Sequence[str]) -> Sequence[Any]:
    """Return the lines of ticked rows that are still there."""
    if listing.ticked:
        return listing.ticked.lines(question, uids)
    tab = listing.tab(question.tab, question)
    rows = list(tab.rows(question).filter(uid__in=uids).order_by("pk"))
    return list(tab.lines(rows, question) if tab.lines else rows)


def picks_in(said: Sequence[str]) -> Picks:
    """Read which rows were ticked; the confirmation says with each what it showed.

    >>> picks_in(["a", "b:x.1", "a"])
    {'a': None, 'b': 'x.1'}
    """
    found = (one.partition(":") for one in said)
    return {uid: seen if colon else None for uid, colon, seen in found}


def seen_of(act: Act, line: Any, last: Any) -> str:
    """Name what an act on a line is decided on: the object as it stands, and what else the act uses of the line."""
    return ".".join([engine.seen_of(act.subject(line), last), *(str(value) for value in act.rests_on(line))])


def ticked(listing: Listing, question: Question, act: Act, picks: Picks) -> Ticked:
    """Return ticked rows by whether an act is open for them; it is not for what became another than was shown."""
    lines = ticked_lines(listing, question, list(picks))
    last = engine.last_moves([act.subject(line) for line in lines])
    seen = {listing.uid_of_line(line): seen_of(act, line, last.get(act.subject(line).pk)) for line in lines}
    opened, shut = list[Any](), list[tuple[Any, str]]()
    for line in lines:
        uid = listing.uid_of_line(line)
        why = _("已由他人办理") if picks[uid] not in {None, seen[uid]} else act.shut(line)
        if why:
            shut.append((line, why))
        else:
            opened.append(line)
    return Ticked(opened, shut, len(picks) - len(lines), seen)


def to_each(listing: Listing, act: Act, found: Ticked, question: Question, said: Mapping[str, Any]) -> Outcome:
    """Do an act to each row in a transaction of its own.

    What cannot be done, or was moved since it was read, is left and said.
    """
    outcome = Outcome(left=[(str(act.subject(line)), why) for line, why in found.shut], gone=found.gone)
    for line in found.open:
        subject = act.subject(line)
        try:
            with transaction.atomic():
                if not allowed(question.user, act.permission, subject):
                    outcome.left.append((str(subject), _("您不能这样办")))
                    continue
                _do(act, line, said, question, found.seen[listing.uid_of_line(line)])
        except Overtaken:
            outcome.left.append((str(subject), _("已由他人办理")))
        except (WorkflowError, *act.refusals) as error:  # type: ignore[misc]
            outcome.left.append((str(subject), str(error)))
        else:
            outcome.done += 1
    return outcome


def _do(act: Act, line: Any, said: Mapping[str, Any], question: Question, seen: str) -> None:
    last = engine.last_event(act.subject(line))
    if seen_of(act, line, last) != seen:
        raise Overtaken(last)
    act.does(line, said, actor=question.user, at=question.at, seen=last.uid if last else "")
