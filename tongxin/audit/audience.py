"""Who is told of an event.

One answer for timelines, the public page, notes of being overtaken, exports and the interface.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from tongxin.access.predicates import Predicate
from tongxin.audit import kinds
from tongxin.audit.kinds import Audience
from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import moment

Circles = Callable[[Any, Any], frozenset[Audience]]
EVERYBODY = frozenset({Audience.PUBLIC})

_sources: dict[str, list[Circles]] = {}


def register(subject_type: str, source: Circles) -> None:
    """Say for one kind of subject which audiences (reader, subject) is of.

    `subject_type` as in events: proposals.proposal.

    An app above may add to it: whoever handles a proposal is of its parties too.
    """
    _sources.setdefault(subject_type, []).append(source)


def open_to(subject_type: str, *, parties: Predicate, office: Predicate) -> None:
    """Say of one kind of subject who may open it, and who keeps it.

    For whoever has no narrower circles, that is all.
    """

    def source(user: Any, subject: Any) -> frozenset[Audience]:
        said = ((Audience.PARTIES, parties), (Audience.OFFICE, office))
        return frozenset(audience for audience, who in said if who.test(user, subject))

    register(subject_type, source)


def is_told_of(subject_type: str) -> bool:
    """Say whether some app says who is told of a kind of subject."""
    return subject_type in _sources


def circles(user: Any, subject: models.Model) -> frozenset[Audience]:
    """Return the audiences that somebody is of for a subject; the public's alone where no app says more."""
    sources = _sources.get(subject._meta.label_lower, ())  # noqa: SLF001 -- Django's public-in-practice Meta
    return EVERYBODY.union(*(source(user, subject) for source in sources))


def reads(user: Any, subject: models.Model, event: Event) -> bool:
    """Say whether somebody who may open `subject` is told of this event of it."""
    return kinds.KINDS[event.kind].audience in circles(user, subject)


def tells_the_record(event: Event) -> bool:
    """Say whether who reads the whole record is told the smaller facts of an event too: why, which fields, how many.

    Of what the office did, he is. Proposals, cases and their parts say themselves to whom they tell theirs: opinions,
    reasons for sending back, notes of a talk. He is of none of their circles, he reads that it happened; so he does
    where the fact is a person's own, as why a member left.
    """
    kind = kinds.KINDS[event.kind]
    return kind.audience == Audience.OFFICE and not kind.of_a_person and event.subject_type not in _sources


def said_to(user: Any, subject: models.Model, event: Event | None) -> str:
    """Say who did what in the meantime, to whoever is told of it.

    To others only that things are no longer as they were.
    """
    if event is None or not reads(user, subject, event):
        return _("情况已经变了，这一步没有办理。")
    who = _("您") if event.actor_id == user.pk else (event.acting_as or event.actor_name or _("系统"))
    what = "　".join(part for part in (kinds.sentence(event), kinds.detail(event)) if part)
    said = {
        "who": who,
        "when": moment(event.at) or _("较早时候"),
        "what": what.rstrip("。"),
    }  # what somebody wrote ends in its own
    return _("%(who)s已于 %(when)s 办理：%(what)s。") % said


def told(user: Any, subjects: Iterable[models.Model], events: Iterable[Event]) -> list[Event]:
    """Keep the events of several subjects (a case and its parts) that somebody is told of.

    Others' events are left out.
    """
    own = {(s._meta.label_lower, s.pk): circles(user, s) for s in subjects}  # noqa: SLF001 -- as above
    return [e for e in events if kinds.KINDS[e.kind].audience in own.get((e.subject_type, e.subject_id), ())]
