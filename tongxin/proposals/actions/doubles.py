"""What becomes of names under proposals, and of endorsements, when two members turn out to be one person.

Of two names of one person under a proposal one stands: that of the first proposer, else the one that agreed, else the
earlier. The other stays as a row, with what was rated and said under it, and belongs to the same member: ratings are
compared by who signed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tongxin.audit import actions as audit
from tongxin.members.carrying import Carry, Pair
from tongxin.members.models import Member
from tongxin.proposals.actions import forming
from tongxin.proposals.choices import Answer, Role, States
from tongxin.proposals.models import Endorsement, Proposal, Signature
from tongxin.proposals.queries import doubling

OPEN = (*States.with_the_proposer, *States.in_examination)  # whether it is a joint proposal is not decided yet


def figures(member: Member) -> Iterable[str]:
    """Count what a member raised, co-signed and endorsed."""
    names = list(Signature.objects.filter(member=member).values_list("role", "answer"))
    yield _("提出 %(n)s 件") % {"n": sum((role == Role.FIRST for role, _answer in names))}
    yield _("联名 %(n)s 件") % {"n": sum(((role, answer) == (Role.CO, Answer.ACCEPTED) for role, answer in names))}
    yield _("附议 %(count)s 件") % {"count": Endorsement.objects.filter(member=member).count()}


def foresee(stays: Member, goes: Member) -> Iterable[str]:
    """Say what goes along, and where both signed one proposal."""
    theirs = Signature.objects.filter(member=goes)
    both = theirs.filter(proposal__in=Signature.objects.filter(member=stays).values("proposal")).count()
    if number := theirs.count() - both:
        yield _("编号 %(number)s 提出、联名或者受邀联名的提案 %(number2)s 件归到编号 %(number3)s") % {
            "number": goes.number,
            "number2": number,
            "number3": stays.number,
        }
    if both:
        yield _(
            "两条都署名的提案 %(both)s 件只留一个署名：第一提案人在先，同意联名的在先，其次是较早的；已经作出的评价和答复都保留，各只算一次"
        ) % {"both": both}
    if endorsed := Endorsement.objects.filter(member=goes).count():
        yield _("编号 %(number)s 附议的提案 %(endorsed)s 件归到编号 %(number2)s；两条都附议的只算一次，本人署名的不再算附议") % {
            "number": goes.number,
            "endorsed": endorsed,
            "number2": stays.number,
        }


def carry(pair: Pair) -> dict[str, Any]:
    """Let the names and endorsements of who goes be those of who stays; return what they were."""
    rows = list(Signature.written.filter(member__in=[pair.stays, pair.goes]).order_by("pk"))
    concerned = {row.proposal_id for row in rows if row.member_id == pair.goes.pk}
    forming.hold(*concerned)
    rows = list(
        Signature.written.filter(proposal__in=concerned, member__in=[pair.stays, pair.goes])
        .select_related("proposal__committee", "member")
        .order_by("pk")
    )
    sound = set(audit.sound(rows))  # once: each time reads whole lives
    by_proposal = defaultdict[int, list[Signature]](list)
    for row in rows:
        by_proposal[row.proposal_id].append(row)
    remembered = [one for own in by_proposal.values() for one in _one_name(own, sound, pair)]
    endorsements = _one_endorsement(pair)
    return {key: kept for key, kept in (("signatures", remembered), ("endorsements", endorsements)) if kept}


def _one_name(rows: Sequence[Signature], sound: set[Signature], pair: Pair) -> list[dict[str, Any]]:
    """Let one name of the person stand under a proposal, and every row be the member's who stays."""
    remembered = [_said(row, pair) for row in rows]
    names = [row for row in rows if row.answer != Answer.MERGED]
    stands = min(names, key=_first) if names else None
    for row in rows:  # first what gives way: one name stands at a time
        if row is not stands:
            row.answer = Answer.MERGED
            _write(row, pair.stays)
    if stands is not None:
        if stands.role != Role.FIRST:
            stands.place_in_list = min(row.place_in_list for row in names)
        _write(stands, pair.stays)
    proposal = rows[0].proposal
    data = {"name": pair.stays.name, "number": pair.stays.number, "gone": pair.goes.number, "names": len(names)}
    audit.record(
        "proposals.join_names", proposal, actor=pair.actor, at=pair.at, proves=[row for row in rows if row in sound], data=data
    )
    _follow(proposal, pair)
    return remembered


def _first(row: Signature) -> tuple[Any, ...]:
    """Sort the name that stands before the others of the same person."""
    when = row.answered_at or row.invited_at
    return row.role != Role.FIRST, row.answer != Answer.ACCEPTED, when is None, when or row.pk, row.pk


def _said(row: Signature, pair: Pair) -> dict[str, Any]:
    was = "stays" if row.member_id == pair.stays.pk else "goes"
    return {"uid": row.uid, "was": was, "answer": row.answer, "place": row.place_in_list}


def _write(row: Signature, member: Member) -> None:
    row.member = member
    row.save(update_fields=["member", "answer", "place_in_list"])


def _follow(proposal: Proposal, pair: Pair) -> None:
    if proposal.state in OPEN:
        forming.follow_signers(proposal, actor=pair.actor, at=pair.at)


def _one_endorsement(pair: Pair) -> list[dict[str, Any]]:
    """Let each proposal have one endorsement of the person, the earlier one, and none that he signs himself."""
    rows = list(
        Endorsement.objects.filter(member__in=[pair.stays, pair.goes]).select_related("proposal", "member").order_by("at", "pk")
    )
    signed = set(Signature.objects.filter(member=pair.stays, answer=Answer.ACCEPTED).values_list("proposal", flat=True))
    concerned = {row.proposal_id for row in rows if row.member_id == pair.goes.pk} | signed
    remembered, seen = [], set(signed)
    moved = []
    for row in rows:
        if row.proposal_id not in concerned:
            continue
        was = "stays" if row.member_id == pair.stays.pk else "goes"
        gives_way = row.proposal_id in seen
        kept = {"uid": row.uid, "was": was, "proposal": row.proposal.uid, "at": row.at.isoformat(), "dropped": gives_way}
        if gives_way:
            row.delete()
        elif was == "goes":
            moved.append(row.pk)
        if gives_way or was == "goes":
            remembered.append(kept)
        seen.add(row.proposal_id)
    Endorsement.objects.filter(pk__in=moved).update(member=pair.stays)
    return remembered


# ── the way back ──
def give_back(pair: Pair, remembered: Mapping[str, Any]) -> None:
    """Give names and endorsements back to whose they were; what was signed after the merger stays where it is."""
    kept = {one["uid"]: one for one in remembered.get("signatures", ())}
    rows = Signature.written.filter(uid__in=kept, member=pair.stays)
    forming.hold(*rows.values_list("proposal", flat=True))
    found = list(rows.select_related("proposal__committee", "member").order_by("pk"))
    sound = set(audit.sound(found))
    by_proposal = defaultdict[Proposal, list[Signature]](list)
    for row in found:
        by_proposal[row.proposal].append(row)
    for proposal, own in by_proposal.items():
        _names_again(proposal, own, kept, sound, pair)
    for one in remembered.get("endorsements", ()):
        _endorse_again(one, pair)


def _names_again(
    proposal: Proposal, rows: Sequence[Signature], kept: Mapping[str, Any], sound: set[Signature], pair: Pair
) -> None:
    for row in sorted(rows, key=lambda row: row.answer == Answer.MERGED):  # the one that stands makes room
        one = kept[row.uid]
        if row.answer == Answer.MERGED:
            row.answer = one["answer"]
        row.place_in_list = one["place"]
        _write(row, pair.stays if one["was"] == "stays" else pair.goes)
    audit.record(
        "proposals.part_names",
        proposal,
        actor=pair.actor,
        at=pair.at,
        proves=[row for row in rows if row in sound],
        data={"name": pair.stays.name, "number": pair.stays.number, "gone": pair.goes.number},
    )
    _follow(proposal, pair)


def _endorse_again(one: Mapping[str, Any], pair: Pair) -> None:
    member = pair.stays if one["was"] == "stays" else pair.goes
    if not one["dropped"]:
        Endorsement.objects.filter(uid=one["uid"]).update(member=member)
        return
    proposal = Proposal.objects.filter(uid=one["proposal"]).first()
    at = parse_datetime(one["at"])
    if proposal is not None and at is not None:
        values = {"uid": one["uid"], "committee_id": proposal.committee_id, "at": at}
        Endorsement.objects.get_or_create(proposal=proposal, member=member, defaults=values)


CARRY = Carry(
    "proposals",
    ("proposals.signature.member", "proposals.endorsement.member"),
    carry,
    give_back,
    figures,
    foresee,
    stands=doubling.what_stands,
)
