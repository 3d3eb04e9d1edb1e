"""Rows whose truth matters that were written before their events vouched for them: upgrades and made worlds."""

from datetime import datetime

from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import truth
from tongxin.audit.models import Event
from tongxin.committees.models import Committee


@transaction.atomic
def vouch_for_what_is_there(*, at: datetime) -> int:
    """Vouch for every row of each kind that no event vouches for yet, committee by committee. Returns for how many kinds.

    Once for each kind: on an upgrade, or when a made world was written. Later a row without its event is a forged one.
    """
    system, kinds = Account.objects.system(), 0
    for kind in truth.declared():
        if Event.objects.filter(kind="audit.vouch", data__label=kind.label, data__rows=0).exists():
            continue
        audit.record_vouching(system, kind, {}, at=at)
        for subject, code in [(system, None), *((c, c.code) for c in Committee.objects.order_by("pk"))]:
            found = list(truth.digests_of(kind, kind.rows().filter(code_=code).iterator(chunk_size=2000)))
            for start in range(0, len(found), audit.VOUCHED):
                audit.record_vouching(subject, kind, dict(found[start : start + audit.VOUCHED]), at=at)
        kinds += 1
    return kinds
