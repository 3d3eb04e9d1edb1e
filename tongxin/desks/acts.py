"""What is done to ticked rows of a list: each is asked again, done for itself, and reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.desks.listings import Act, Listing, Question
from tongxin.workflow.engine import Overtaken, WorkflowError

MOST = 500  # rows at once


@dataclass(frozen=True)
class Ticked:
    """The ticked lines that are still there: those the act is open for, and the others with why it is not."""

    open: Sequence[Any]
    shut: Sequence[tuple[Any, str]]
    gone: int  # how many are not there any more


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


def ticked(listing: Listing, question: Question, act: Act, uids: Sequence[str]) -> Ticked:
    """Return ticked rows by whether an act is open for them."""
    lines = ticked_lines(listing, question, uids)
    return Ticked(
        [line for line in lines if not act.shut(line)],
        [(line, why) for line in lines if (why := act.shut(line))],
        len(uids) - len(lines),
    )


def to_each(act: Act, found: Ticked, question: Question, said: Mapping[str, Any]) -> Outcome:
    """Do an act to each row in a transaction of its own; what cannot be done is left and said."""
    outcome = Outcome(left=[(str(act.subject(line)), why) for line, why in found.shut], gone=found.gone)
    for line in found.open:
        subject = act.subject(line)
        try:
            with transaction.atomic():
                if not allowed(question.user, act.permission, subject):
                    outcome.left.append((str(subject), _("您不能这样办")))
                    continue
                act.does(line, said, actor=question.user, at=question.at)
        except Overtaken:
            outcome.left.append((str(subject), _("已由他人办理")))
        except (WorkflowError, *act.refusals) as error:  # type: ignore[misc]
            outcome.left.append((str(subject), str(error)))
        else:
            outcome.done += 1
    return outcome
