"""What becomes of talks with the proposers when two members turn out to be one person.

He is asked about each talk once.

Ratings stay under the names they were given: they are compared, and counted, by who signed. Were they two after all,
what one rated in the other's name is no rating of his: of a round that is not over it is set aside, and he is asked
himself.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tongxin.audit import actions as audit
from tongxin.audit.truth import Part
from tongxin.handling.models import Case, Contact, Presence, Rating
from tongxin.handling.queries import doubling
from tongxin.members.carrying import Carry, Pair, Since
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


def set_right(since: Since, pair: Pair) -> None:
    """Set aside what another rated in somebody's name, and ask himself.

    The event says the same whether or not anybody rated.

    The cases are held, as who rates holds them: a rating comes before, and is seen, or after, and is the signer's own.
    """
    cases = list(doubling.open_rounds(since).select_for_update(of=("self",)))
    given = defaultdict[int, list[Rating]](list)
    for rating in doubling.given_by_another(since, cases):
        given[rating.reply.task.case_id].append(rating)
    for case in cases:
        _ask_again(case, given[case.pk], since, pair)


def _ask_again(case: Case, given: Sequence[Rating], since: Since, pair: Pair) -> None:
    parts = audit.sound([Part(rating, "aside") for rating in given])
    for rating in given:
        rating.set_aside_at = pair.at
        rating.save(update_fields=["set_aside_at"])
    name, double = since.other, pair.goes if since.other == pair.stays else pair.stays
    audit.record(
        "handling.ask_rater_again",
        case,
        actor=pair.actor,
        at=pair.at,
        proves=parts,
        data={"name": name.name, "member": name.pk, "number": name.number, "other_number": double.number},
    )


CARRY = Carry("handling", (), carry, give_back, stands=doubling.what_stands, follows=doubling.what_follows, set_right=set_right)
