"""What is told in public of a proposal's way.

Each thing once, nobody's unpublished title, never why it was handled again.
"""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from tongxin.audit.kinds import KINDS, Audience
from tongxin.audit.models import Event
from tongxin.audit.templatetags.timeline import Entry, entry
from tongxin.core.templatetags.chinese import day
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import Publication
from tongxin.regulations.queries import in_force

SENT = frozenset({"tasks.send", "tasks.sign_and_send"})
AGAIN = frozenset({"cases.rework", "cases.resume"})  # why, the public is never told
CLOSED = frozenset({"cases.close", "cases.settle"})
REOPENED, RECALLED = "cases.reopen", "tasks.recall"
UNDOING = frozenset({REOPENED, RECALLED})  # not told, and neither is what they undo


def public_events(events: Sequence[Event], proposal: Proposal, *, on: date) -> list[Event]:
    """Return what the public is told, newest first, each once.

    It was received when it first came, whatever was corrected afterwards, and published when it last was. A unit's
    second answer stands beside the first only where the second handling is told; otherwise the last one stands alone.
    """
    rules: Publication = in_force(proposal.committee, Publication, on)
    again = AGAIN if rules.tells_second_handling else frozenset()
    told = [event for event in events if KINDS[event.kind].audience == Audience.PUBLIC or event.kind in again]
    received = [event for event in told if event.kind == "proposals.submit"]
    seen: set[object] = set()
    kept = []
    undone: set[object] = set()  # what came after it took it back: it was no end, or is no answer
    for event in events:
        if event.kind in UNDOING:
            undone.add(_undone_by(event))
            continue
        if event not in told or _is_undone(event, undone):
            continue
        once = _once(event, second_told=rules.tells_second_handling)
        if once in seen or (event in received and event is not received[-1]):
            continue
        if once is not None:
            seen.add(once)
        kept.append(event)
    return kept


def _undone_by(event: Event) -> object:
    return ("closed", event.subject_id) if event.kind == REOPENED else ("sent", event.subject_id, event.data.get("round", 1))


def _is_undone(event: Event, undone: set[object]) -> bool:
    """Say whether a later act took back what an event tells: each act takes back the last one before it."""
    if event.kind in CLOSED:
        key: object = ("closed", event.subject_id)
    elif event.kind in SENT:
        key = ("sent", event.subject_id, event.data.get("round", 1))
    else:
        return False
    found = key in undone
    undone.discard(key)
    return found


def _once(event: Event, *, second_told: bool) -> object:
    """Name what is told only once, by its newest event; None for what may happen several times."""
    # filed again after its filing was revoked: as it stands now
    if event.kind in {"proposals.release", "proposals.file"}:
        return event.kind
    if event.kind in CLOSED:
        return "closed"
    if event.kind in SENT:
        return ("sent", event.subject_id, event.data.get("round", 1) if second_told else 0)
    if event.kind in AGAIN:
        return ("again", event.data.get("round"), event.pk if "round" not in event.data else 0)
    return None


def entries(events: Sequence[Event]) -> list[Entry]:
    """Say events in public; proposals that were merged into this one are counted, never named."""
    lines: list[Entry] = []
    joined, second_told = 0, any(event.kind in AGAIN for event in events)
    for event in events:
        joined = joined + 1 if event.kind == "proposals.absorb" else 0
        line = _told(event, joined, second_told=second_told)
        if joined > 1:
            lines[-1] = line
        else:
            lines.append(line)
    return lines


def _told(event: Event, joined: int, *, second_told: bool) -> Entry:
    """Say an event without names of clerks, changes made in review, titles that are not public."""
    said = entry(event)
    what = said.what
    if event.kind == "proposals.submit":
        what = _("收到提案")
    elif event.kind == "proposals.absorb":
        what = _("另有 %(n)s 件提案并入本案") % {"n": joined}
    elif event.kind in AGAIN:
        what = _("重新办理")
    elif event.kind in CLOSED:
        what = _("办结")
    elif event.kind in SENT:
        name = event.data.get("unit", "")
        again = second_told and event.data.get("round", 1) != 1
        what = (_("%(unit)s重新办理后的答复送达提案人") if again else _("%(unit)s的答复送达提案人")) % {"unit": name}
    return Entry(when=day(event.at) or _("日期不详"), what=what, key=said.key)
