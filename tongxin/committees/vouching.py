"""Rows whose truth matters that were written before their events vouched for them: upgrades and made worlds."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import truth, verifying
from tongxin.audit.models import Event
from tongxin.audit.outside import Problem
from tongxin.committees.models import Committee


class UnsoundRecordError(Exception):
    """The record is not as it was written: what it says of which rows were vouched for cannot be gone by."""

    def __init__(self, found: Problem) -> None:
        super().__init__(
            _("操作记录不是原来写入的样子（%(where)s　%(reason)s），没有留存核对用的凭据")
            % {"where": found.where, "reason": found.reason}
        )
        self.found = found


@transaction.atomic
def vouch_for_what_is_there(*, at: datetime) -> int:
    """Vouch for the rows of each kind that was not vouched for yet, committee by committee. Returns for how many kinds.

    Once for each kind: on an upgrade, or when a made world was written. Later a row without its event is a forged one;
    and one of which an event told already is what that event said, or forged. Raises UnsoundRecordError where there is
    such a kind and the record itself does not hold: whoever could change it could else have his rows vouched for.
    """
    known = {label for label, rows in _vouchings() if rows == 0}
    fresh = [kind for kind in truth.declared() if kind.label not in known]
    if not fresh:
        return 0
    problem, told = verifying.read_record()
    if problem is not None:
        raise UnsoundRecordError(problem)
    system = Account.objects.system()
    for kind in fresh:
        audit.record_vouching(system, kind, {}, at=at)
        for subject, code in [(system, None), *((c, c.code) for c in Committee.objects.order_by("pk"))]:
            rows = truth.digests_of(kind, kind.readable().filter(code_=code).iterator(chunk_size=2000))
            found = [(key, digest) for key, digest in rows if key not in told]
            for start in range(0, len(found), audit.VOUCHED):
                audit.record_vouching(subject, kind, dict(found[start : start + audit.VOUCHED]), at=at)
    return len(fresh)


def _vouchings() -> list[tuple[object, object]]:
    """Return which kinds were vouched for and for how many rows, whoever is called the system now.

    It is read here: a path asked of the database may read JSON otherwise.
    """
    own = Event.objects.filter(kind=audit.VOUCHING, subject_type=Account._meta.label_lower)  # noqa: SLF001 -- Django's public-in-practice Meta
    return [(data.get("label"), data.get("rows")) for data in own.values_list("data", flat=True) if isinstance(data, dict)]
