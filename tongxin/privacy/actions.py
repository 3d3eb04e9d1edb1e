"""Taking away what is over.

People decide, one sort at a time, in one transaction, with an event that says under which rule.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import erasing
from tongxin.committees.models import Committee
from tongxin.privacy.queries import Keeping
from tongxin.privacy.table import Erased

AT_ONCE = 2000  # rows that one confirmation takes; the next one takes what remains
CHUNK = 500


@dataclass(frozen=True)
class Outcome:
    """How many rows went, and how many are still due."""

    done: int
    left: int


@transaction.atomic
def erase(keeping: Keeping, *, seen: str, actor: Account, at: datetime) -> Outcome:
    """Erase what is due of one sort, up to AT_ONCE rows, and record it. Nothing due: nothing recorded.

    `seen` is the digest of the list that was looked at: nothing else goes. Raises ListChangedError. The committee's row
    is locked, so that of two people who confirm at once the second finds another list, or nothing left.
    """
    Committee.objects.select_for_update().get(pk=keeping.committee.pk)
    keys = keeping.demand_unchanged(seen)[:AT_ONCE]
    for start in range(0, len(keys), CHUNK):
        rows = list(keeping.rows.filter(pk__in=keys[start : start + CHUNK]))
        _record(keeping, keeping.erasable.erase(rows), actor, at)
    return Outcome(len(keys), keeping.rows.count())


def _record(keeping: Keeping, gone: Erased, actor: Account, at: datetime) -> None:
    """Record in the stream that the values stood in: an erasure of nobody's events is an event of nobody's."""
    own = [event for event in gone.events if event.committee_code == keeping.committee.code]
    others = [event for event in gone.events if event.committee_code != keeping.committee.code]
    what, rule = keeping.erasable.label, keeping.source.version
    if own or gone.rows or gone.shortened:
        erasing.erase(
            keeping.committee,
            what=what,
            rule=rule,
            events=own,
            fields=gone.fields,
            shortened=gone.shortened,
            rows=gone.rows,
            actor=actor,
            at=at,
        )
    if others:
        nobody = Account.objects.system()
        erasing.erase(nobody, what=what, rule=rule, events=others, fields=gone.fields, actor=actor, at=at)


def note_export(account: Account, *, form: str, at: datetime) -> None:
    """Record that somebody took along what is held about him."""
    audit.record("privacy.export_own", account, actor=account, at=at, data={"format": form})
