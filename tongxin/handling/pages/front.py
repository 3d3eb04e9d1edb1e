"""The front of the public pages: how the session stands so far, and the published proposals."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.queries import remembered
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.desks.paging import capped, counted
from tongxin.handling.choices import CaseState
from tongxin.handling.pages.figures import Figure
from tongxin.handling.pages.public import Asked, Line, lines, list_url, matching, released
from tongxin.handling.pages.stages import STAGES
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal

SHOWN_ON_FRONT = 5


def latest(committee: Committee) -> list[Line]:
    """Return the newest published proposals for the front."""
    ids = released(committee).order_by("-released_at", "-id").values_list("pk", flat=True)[:SHOWN_ON_FRONT]
    return lines(committee, list(ids))


@dataclass(frozen=True)
class Count:
    """A figure of the front; `progress` opens its rows."""

    label: str
    number: str
    progress: str


def counts(committee: Committee) -> list[Count]:
    """Return how the published proposals stand: each figure opens to them."""
    words = [("", _("公开提案")), ("handling", _("办理中")), ("answered", _("已答复")), ("closed", _("已办结"))]
    numbers = remembered(
        [committee.code],
        ("front", committee.pk),
        lambda: {key: capped(matching(Asked(committee, progress=key))) for key, _label in words},
    )
    return [Count(label, counted(numbers[key]), key) for key, label in words]


def so_far(committee: Committee) -> tuple[str, list[Figure]]:
    """Return which session runs, and how many proposals of it were received, filed, are in hand and answered until today.

    Numbers alone, of all of them: what is not published is opened to nobody here.
    """
    session = bodies.session_on(committee, timezone.localdate())
    if session is None:
        return "", []
    of_session = Proposal.objects.filter(committee=committee, session=session)
    in_hand = Q(case__state=CaseState.IN_HAND) | Q(state=State.FILED)
    wanted = {key: STAGES[key].where(committee) for key in ("received", "filed", "answered")} | {"handling": in_hand}
    numbers = remembered(
        [committee.code],
        ("so far", committee.pk, session.pk),
        lambda: {key: capped(of_session.filter(where)) for key, where in wanted.items()},
    )
    words = {"received": _("收到"), "filed": _("立案"), "handling": _("办理中"), "answered": _("已答复")}
    return str(session), [Figure(key, word, numbers[key]) for key, word in words.items()]


def front(committee: Committee) -> dict[str, Any]:
    """Return what a committee's front shows: how its proposals of this year stand, and those that are published."""
    session, figures = so_far(committee)
    return {
        "session": session,
        "figures": figures,
        "lines": latest(committee),
        "list_url": list_url(committee),
        "counts": [(c, list_url(committee, progress=c.progress)) for c in counts(committee) if c.number != "0"],
    }
