"""What becomes of talks with the proposers when two members turn out to be one person: he is asked about each talk once.

Ratings stay under the names they were given: they are compared, and counted, by who signed.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tongxin.handling.models import Contact, Presence
from tongxin.members.carrying import Carry, Pair
from tongxin.proposals.models import Signature


def carry(pair: Pair) -> dict[str, Any]:
    """Where the person was named twice at a talk, let what was not answered go; return what it was."""
    rows = Presence.objects.filter(signature__member=pair.stays).select_related("contact", "signature").order_by("pk")
    by_talk = defaultdict[int, list[Presence]](list)
    for row in rows:
        by_talk[row.contact_id].append(row)
    remembered = []
    for own in by_talk.values():
        stays = next((row for row in own if row.happened is not None), own[0])
        for row in own:
            if row is not stays and row.happened is None:
                remembered.append({"uid": row.uid, "contact": row.contact.uid, "signature": row.signature.uid})
                row.delete()
    return {"presences": remembered} if remembered else {}


def give_back(_pair: Pair, remembered: Mapping[str, Any]) -> None:
    """Name both at the talk again."""
    for one in remembered["presences"]:
        contact = Contact.objects.filter(uid=one["contact"]).first()
        signature = Signature.written.filter(uid=one["signature"]).first()
        if contact is not None and signature is not None:
            values = {"uid": one["uid"], "committee_id": contact.committee_id}
            Presence.objects.get_or_create(contact=contact, signature=signature, defaults=values)


CARRY = Carry("handling", (), carry, give_back)
