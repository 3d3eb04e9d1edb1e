"""The pages of a proposal and of a unit's part, as they are declared: what stands on them, where, and for whom."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import allowed
from tongxin.access.views import Unsigned
from tongxin.desks.objects import ABOVE_THE_BUTTONS, BELOW_THE_COURSE, SIDE, TOP, Acts, ObjectPage, Reading, Section
from tongxin.handling import queries
from tongxin.handling.models import Task
from tongxin.handling.pages import buttons, heads, proposal, task
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal

LEAVABLE = (State.GATHERING, State.RETURNED, State.SUBMITTED, State.IN_DECISION)

PROPOSAL = ObjectPage(
    name="proposal",
    model=Proposal,
    permission="handling.open_proposal",
    unsigned=Unsigned.PUBLISHED,
    load=proposal.load,
    instead=heads.instead,
    read=lambda reading: proposal.page(reading.user, reading.subject),
    head=heads.head,
    way=heads.way,
    steps=lambda reading: reading.facts.steps,
    course=lambda reading: reading.facts.entries,
)
TASK = ObjectPage(
    name="handling-task",
    model=Task,
    permission="handling.view",
    load=task.load_among_others,
    read=task.page,
    head=task.head,
    way=task.way,
    steps=lambda _reading: (),  # the case's stages are on the proposal's page; of its own the badge tells
    course=task.course,
)


def _whole(reading: Reading) -> Any:
    return reading.facts


def _handling(reading: Reading) -> Any:
    """Return what the reader sees of the handling; None before there is any."""
    return reading.facts.sections


def _replies(reading: Reading) -> dict[str, Any] | None:
    found = reading.facts.sections
    if found is None or not found.replies:
        return None
    return {"replies": found.replies, "hides_verdict": getattr(reading.facts, "hides_verdict", False)}


def _rating(reading: Reading) -> Any:
    found = reading.facts.sections
    return found if found is not None and found.may_rate else None


def _raters(reading: Reading) -> Any:
    found = reading.facts.sections
    return found if found is not None and found.ratings_url else None


def _talks(reading: Reading) -> Any:
    found = reading.facts.sections
    return found if found is not None and found.viewer.inside else None


def _joined(reading: Reading) -> Any:
    found = reading.facts
    return found if found.joined or found.joined_unnamed else None


def _people(reading: Reading) -> dict[str, Any]:
    user, subject = reading.user, reading.subject
    return {
        "page": reading.facts,
        "may_endorse": allowed(user, "proposals.endorse", subject),
        "may_leave": subject.state in LEAVABLE and allowed(user, "proposals.leave", subject),
    }


def _notes(reading: Reading) -> Any:
    return reading.facts if reading.facts.way_back or reading.subject.merged_into else None


def _below_the_course(reading: Reading) -> dict[str, Any]:
    told = allowed(reading.user, "handling.view_told", reading.subject)
    return {"tentative": reading.facts.tentative, "told_of": reading.subject if told else None}


def _likeness(reading: Reading) -> Any:
    return reading.subject if reading.facts.reader.office else None


def _number(reading: Reading) -> Any:
    return queries.number_of(reading.subject) if allowed(reading.user, "handling.read_phone", reading.subject) else None


def _why_again(reading: Reading) -> Any:
    return reading.facts if reading.facts.verdict or reading.facts.again else None


def _requirements(reading: Reading) -> Any:
    return reading.facts if reading.facts.limits else None


def _other_units(reading: Reading) -> Any:
    found = reading.facts.sections
    return found if any(line.task.pk != reading.subject.pk for line in found.tasks) else None


OBJECTS = (PROPOSAL, TASK)
SECTIONS = (
    Section(Proposal, "handling/_notes.html", _notes, TOP),
    Section(Proposal, "handling/_replies.html", _replies, order=10),
    Section(Proposal, "handling/_rate.html", _rating, order=20),
    Section(Proposal, "handling/_raters.html", _raters, order=30),
    Section(Proposal, "handling/_text.html", _whole, order=40, first_on_paper=True),
    Section(Proposal, "handling/_contacts.html", _talks, order=50),
    Section(Proposal, "handling/_joined.html", _joined, order=60, label=_("并入本案的提案")),
    Section(Proposal, "handling/_proposal_people.html", _people, order=70, label=_("提案人")),
    Section(Proposal, "handling/_tasks.html", _handling, SIDE, 10),
    Section(Proposal, "handling/_below_the_course.html", _below_the_course, BELOW_THE_COURSE),
    Section(Proposal, "handling/_likeness.html", _likeness, SIDE, 60),
    Section(Task, "handling/_part.html", _whole, ABOVE_THE_BUTTONS),
    Section(Task, "handling/_number.html", _number, ABOVE_THE_BUTTONS, 20),
    Section(Task, "handling/_again.html", _why_again, TOP, label=_("重新办理的原因")),
    Section(Task, "handling/_replies.html", _replies, order=10),
    Section(Task, "handling/_raters.html", _raters, order=20),
    Section(Task, "handling/_task_text.html", _whole, order=30, first_on_paper=True),
    Section(Task, "handling/_contacts.html", _talks, order=40),
    Section(Task, "handling/_requirements.html", _requirements, SIDE, 10, label=_("办理要求")),
    Section(Task, "handling/_tasks.html", _other_units, SIDE, 20),
)
ACTS = (
    Acts(Proposal, buttons.own_pages, -20),
    Acts(Proposal, buttons.of_case, -10),
    Acts(Proposal, buttons.of_office, 10),
    Acts(Task, task.own_pages, -10),
    Acts(Task, task.beside_the_steps, 10),
)
