"""Whom to contact for an open proposal: the first who signed it and sits.

It changes when members leave, pause or come back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.members.models import Member, has_seat
from tongxin.members.queries import absences
from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Role
from tongxin.proposals.models import Proposal, Signature

SUSPENDED = "members.suspend"
BACK = {"members.resume": _("恢复履职"), "members.restore": _("恢复委员资格")}
NEVER_DIED = _("去世系误登，已经更正")  # nothing was given back to him: his seat never ended


@dataclass(frozen=True)
class SpeakerChange:
    """An open proposal of which somebody else is to be contacted from now on.

    Nobody is where all who signed are gone.
    """

    proposal: Proposal
    member: Member  # who sits no longer, or again
    speaker: str


def speakers_changed(members: Collection[Member], *, sit: bool) -> list[SpeakerChange]:
    """Return the open proposals for which some members spoke and speak no more, or (`sit`) speak again.

    Asked of members who sit on one side of the act: who was suspended before his seat ended spoke for nothing by then.
    """
    whose = {member.pk: member for member in members}
    signed = Exists(Signature.objects.filter(proposal=OuterRef("pk"), member__in=whose, answer=Answer.ACCEPTED))
    names = Prefetch("signatures", Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member"))
    rows = list(queries.open_matters().filter(signed).select_related("committee").prefetch_related(names).order_by("id"))
    asked = {s.member_id for row in rows for s in row.signatures.all()}
    others = set(Member.objects.sitting(timezone.localdate()).filter(pk__in=asked).values_list("pk", flat=True)) - whose.keys()
    found = []
    for row in rows:
        line = [s for s in row.signatures.all() if s.role == Role.FIRST or s.member_id]  # the first stands first
        with_them = next((s for s in line if s.member_id is None or s.member_id in others or s.member_id in whose), None)
        if with_them is None or with_them.member_id not in whose:
            continue
        without = next((s for s in line if s.member_id is None or s.member_id in others), None)
        speaker = with_them.name if sit else without.name if without is not None else str(queries.OFFICE_PEOPLE)
        found.append(SpeakerChange(row, whose[with_them.member_id], speaker))
    return found


def change_speakers(members: Collection[Member], *, sit: bool, actor: Account, at: datetime) -> None:
    """Record of each open proposal whom to contact from now on: its office, units and other signers are told."""
    last = _last_turns(members)
    if not sit:
        suspended = {pk for pk, act in last.items() if act.kind == SUSPENDED}
        paused = _paused_to_the_end(suspended, timezone.localdate(at))
        members = [member for member in members if member.pk not in paused]
    changes = speakers_changed(members, sit=sit)
    absent = absences({change.member.pk for change in changes}, timezone.localdate(at)) if changes else {}
    for change in changes:
        why = _how_back(last.get(change.member.pk)) if sit else absent.get(change.member.pk, "")
        audit.record(
            "proposals.change_speaker",
            change.proposal,
            actor=actor,
            at=at,
            data={"name": change.member.name, "member": change.member.pk, "why": why, "speaker": change.speaker},
        )


def how_they_came_back(members: Collection[Member]) -> dict[int, str]:
    """Say of members who act again by which act they do.

    A suspension lifted, the seat given back, a death that never was.
    """
    return {pk: said for pk, act in _last_turns(members).items() if (said := _how_back(act))}


def _how_back(act: Event | None) -> str:
    """Say how somebody came back by an act; the correction of a death has no day, unlike a seat given back."""
    if act is None:
        return ""
    if act.kind == "members.restore" and not act.data.get("on"):
        return str(NEVER_DIED)
    return str(BACK.get(act.kind, ""))


def _last_turns(members: Collection[Member]) -> dict[int, Event]:
    """Return by which act each member last paused or came back, of those who ever did."""
    acts = Event.objects.filter(
        kind__in=(SUSPENDED, *BACK), subject_type="members.member", subject_id__in=[m.pk for m in members]
    )
    return {event.subject_id: event for event in acts.order_by("id") if event.subject_id}


def _paused_to_the_end(members: Collection[int], on: date) -> set[int]:
    """Return who of some members that were suspended hold no seat now and acted for none when it ended.

    Both ended together.
    """
    gone = Member.everybody.filter(~has_seat(on), pk__in=members)
    sat = Q(seats__ends_on__gt=F("seats__starts_on"))  # a seat that was to begin later ended on its own first day
    left_on = Coalesce(Max("seats__ends_on", filter=sat), Max("seats__ends_on"))
    dated = gone.annotate(left_on=left_on, lifted_on=Max("suspensions__ends_on"))
    return set(dated.filter(lifted_on__gte=F("left_on")).values_list("pk", flat=True)) if members else set()
