"""Who may see which proposals, what their pages need, when they are collected."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Session
from tongxin.core.attaching import attach
from tongxin.core.calendar import add_months
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import case_number
from tongxin.members.models import Member
from tongxin.members.queries import telling_absence
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals.choices import Answer, Role, Season, State, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.queries.publication import published
from tongxin.proposals.regulations import Collection
from tongxin.proposals.rules import OFFICE, absences_of, first_sits, successor
from tongxin.regulations.queries import in_force

OFFICE_PEOPLE = "政协提案工作人员"  # to be contacted where nobody who signed sits any more


def visible_to(user: Any) -> QuerySet[Proposal]:
    """Return the proposals `user` may see, be it in their public words: the twin of the permission proposals.view."""
    return Proposal.objects.filter(published() | _inside(user))


def original_visible_to(user: Any) -> QuerySet[Proposal]:
    """Return the proposals whose own text `user` may read: the twin of the permission proposals.read_original."""
    return Proposal.objects.filter(_inside(user))


def _inside(user: Any) -> Q:
    """Return which proposals somebody sees as one who has to do with them, not as the public does."""
    seen = Q(pk__in=())
    if user is None or not user.is_authenticated or not user.is_active:
        return seen
    if (member := member_of(user)) is not None:
        sits = sitting_member_of(user) is not None
        answers = (Answer.ACCEPTED, Answer.INVITED) if sits else (Answer.ACCEPTED,)
        seen |= Q(Exists(Signature.objects.filter(proposal=OuterRef("pk"), member=member, answer__in=answers)))
        if sits:
            seen |= Q(committee_id=member.committee_id, state__in=States.filed)
    if inside := bodies.committees_with(user, *OFFICE, Duty.LEADERSHIP):
        seen |= Q(committee_id__in=inside, state__in=States.received)
    if entering := bodies.committees_with(user, Duty.PROPOSAL_OFFICE):
        seen |= Q(committee_id__in=entering, entered_by=user)
    for committee_id, affiliation in bodies.affiliations_with(user, Duty.ASSIGN, Duty.SUPERVISE):
        seen |= Q(committee_id=committee_id, routed_to=affiliation, state__in=States.filed)
    return seen


def parts(proposal: Proposal) -> list[tuple[str, str]]:
    """Return the required parts with their labels."""
    return [
        ("案由", proposal.title),
        ("情况", proposal.situation),
        ("分析", proposal.analysis),
        ("建议", proposal.suggestions),
    ]


def for_page(user: Any, uid: str) -> Proposal | None:
    """Return a proposal with what its page needs, if `user` may see it."""
    return (
        original_visible_to(user)
        .filter(uid=uid)
        .select_related("committee__parent__parent", "session__term", "merged_into__session__term", "entered_by")
        .prefetch_related("signatures__member", "endorsements__member", "attachments__file")
        .first()
    )


def plenary_window(session: Session) -> tuple[datetime | None, datetime | None]:
    """Return when 大会提案 of a session are collected: from, until. Computed from the regulation unless set on the session."""
    from datetime import timedelta  # noqa: PLC0415 -- used here alone

    rules = in_force(session.committee, Collection, session.starts_on)
    opens, closes = session.collects_from, session.cut_off_at
    if session.plenary_from is not None:
        if opens is None:
            start = add_months(session.plenary_from.date(), -rules.opens_months_before)
            opens = session.plenary_from.replace(year=start.year, month=start.month, day=start.day)
        closes = closes or session.plenary_from + timedelta(hours=rules.cut_off_hours)
    return opens, closes


def session_and_season_at(committee: Committee, at: datetime) -> tuple[Session | None, str]:
    """Return the session a submission at `at` belongs to, and whether it is 大会 or 平时.

    Within a session's collection window it is that session's 大会提案, even before its working year begins.
    """
    for session in bodies.sessions_of(committee)[:3]:
        session.committee = committee
        opens, closes = plenary_window(session)
        if opens and closes and opens <= at <= closes:
            return session, Season.PLENARY
    return bodies.session_on(committee, timezone.localdate(at)), Season.REGULAR


def season_at(committee: Committee, at: datetime) -> str:
    """Return 大会 or 平时 for a submission at `at`."""
    return session_and_season_at(committee, at)[1]


@dataclass(frozen=True)
class Handling:
    """What the app above says of handling: which proposals are in hand, which not closed; how one is held; which answers it has."""

    in_hand: Callable[[], Q]
    open: Callable[[], Q]
    hold: Callable[[str], None]
    answers: Callable[[Proposal], str]


_handling: list[Handling] = []


def register_handling(
    *, in_hand: Callable[[], Q], open_: Callable[[], Q], hold: Callable[[str], None], answers: Callable[[Proposal], str]
) -> None:
    """Let the app above say which proposals are still to be answered: only those promise an answer to what is merged into them.

    `open_` says of which the handling is not over; `answers` names the answers that were sent.
    """
    _handling[:] = [Handling(in_hand, open_, hold, answers)]


def hold_handling(uid: str) -> None:
    """Hold the handling of a proposal to the end of the transaction: it is not answered while something is merged into it."""
    for handling in _handling:
        handling.hold(uid)


def answers_to(proposal: Proposal) -> str:
    """Name the answers that were sent to a proposal, each with its unit and day; nothing where none was."""
    return "、".join(filter(None, (handling.answers(proposal) for handling in _handling)))


def may_absorb(proposal: Proposal) -> QuerySet[Proposal]:
    """Return the proposals this one may be merged into: filed, of the same session, not itself, and not answered yet."""
    open_ = Q(state=State.FILED)
    for handling in _handling:
        open_ |= Q(state=State.HANDED_OVER) & handling.in_hand()
    return (
        Proposal.objects.filter(open_, committee_id=proposal.committee_id, session_id=proposal.session_id)
        .exclude(pk=proposal.pk)
        .order_by("number")
    )


def open_matters() -> QuerySet[Proposal]:
    """Return what was handed in and has not come to its end: under examination, to be assigned, in handling until it is closed."""
    found = Q(state__in=(*States.in_examination, State.FILED))
    for handling in _handling:
        found |= Q(state=State.HANDED_OVER) & handling.open()
    return Proposal.objects.filter(found)


def absorbed(proposal: Proposal) -> str:
    """Name what was merged into a proposal, three at most; nothing when nothing was."""
    joined = list(proposal.merged.order_by("pk").values_list("title", flat=True)[:4])
    return "".join(f"《{title}》" for title in joined[:3]) + ("等" if len(joined) > 3 else "")  # noqa: PLR2004


def what_it_absorbed(proposal: Proposal) -> str | None:
    """Say in a sentence what was merged into a proposal; nothing when nothing was."""
    names = absorbed(proposal)
    return f"{names}并入了本案，请先逐件解除并案" if names else None


def passed_on_to(proposal: Proposal) -> str:
    """Return to whom the content of a proposal that was not filed went; nothing while it did not."""
    events = Event.objects.filter(subject_type="proposals.proposal", subject_id=proposal.pk, kind="proposals.pass_on")
    last = events.order_by("-id").first() if proposal.passed_on_at is not None else None
    return str(last.data.get("to", "")) if last is not None else ""


def handed_over_at(proposal: Proposal) -> datetime | None:
    """Return when a proposal was handed over for handling."""
    return (
        Event.objects.filter(subject_type="proposals.proposal", subject_id=proposal.pk, kind="proposals.hand_over")
        .values_list("at", flat=True)
        .order_by("-id")
        .first()
    )


def to_be_passed_on(committee: Committee) -> QuerySet[Proposal]:
    """Return what was converted and waits to be passed on: later apps pick it up here."""
    return (
        Proposal.objects.filter(committee=committee, state=State.NOT_FILED, passed_on_at=None)
        .exclude(destination="nowhere")
        .order_by("decided_at", "id")
    )


def numbered(proposal: Proposal) -> str:
    """Call a proposal by its number, or the one it was received under; nothing before."""
    if proposal.number is not None:
        return case_number(proposal.number)
    return f"收件第 {proposal.serial} 号" if proposal.serial is not None else ""


def signers(proposal: Proposal) -> list[Signature]:
    """Return the first proposer and the co-signers who accepted, in order."""
    return [s for s in proposal.signatures.all() if s.answer == Answer.ACCEPTED]


def together(proposal: Proposal) -> list[Signature]:
    """Return who signed this proposal or one merged into it, each person once: who is told its end, sitting or not."""
    joined = Proposal.objects.filter(Q(pk=proposal.pk) | Q(merged_into=proposal)).values("pk")
    everyone = Signature.objects.filter(proposal__in=joined, answer=Answer.ACCEPTED).select_related("member__account", "proposal")
    return _each_once(proposal, everyone)


def raters(proposal: Proposal) -> list[Signature]:
    """Return whose judgement is asked: the signers, those of merged proposals too.

    As far as they are bodies or members who sit.
    """
    return _each_once(proposal, ASKED.all(proposal.pk, timezone.localdate()))


def _asked(proposal: Any, on: Any) -> QuerySet[Signature]:
    joined = Proposal.objects.filter(Q(pk=proposal) | Q(merged_into=proposal)).values("pk")
    sitting = Member.objects.sitting(on).values("pk")
    asked = Signature.objects.filter(Q(member=None) | Q(member__in=sitting), proposal__in=joined, answer=Answer.ACCEPTED)
    return asked.select_related("member__account", "proposal").defer("member__phone")


ASKED = Prepared(_asked)


def _each_once(proposal: Proposal, rows: Iterable[Signature]) -> list[Signature]:
    seen: set[int | str] = set()
    found = []
    for signature in sorted(rows, key=lambda s: (s.proposal_id != proposal.pk, s.proposal_id, s.place_in_list, s.pk)):
        if signature.signer not in seen:
            seen.add(signature.signer)
            found.append(signature)
    return found


def spokesman(proposal: Proposal) -> Signature | None:
    """Return who is asked and told for the proposers: the first proposer, or the next signer who sits when he is gone."""
    first = next((s for s in proposal.signatures.all() if s.role == Role.FIRST), None)
    return first if first_sits(proposal) else successor(proposal) or first


def waits_for_a_successor(proposal: Proposal) -> str:
    """Say why nobody can agree to sign while the first proposer is gone; nothing while he sits. To decline is always possible."""
    if first_sits(proposal):
        return ""
    first = next(s for s in proposal.signatures.all() if s.role == Role.FIRST)
    said = {"name": first.name, "absent": absences_of(proposal).get(first.member_id or 0, "")}
    if successor(proposal) is None:
        return _("第一提案人%(name)s%(absent)s，现在没有委员可以接手，不能同意联名") % said
    return _("第一提案人%(name)s%(absent)s，在联名委员接手以前不能同意联名") % said


def names() -> Prefetch[Any]:
    """Fetch the names under proposals, and with each whether the member acts now."""
    return Prefetch(
        "signatures", telling_absence(Signature.objects.select_related("member").defer("member__phone"), timezone.localdate())
    )


NAMES = Prepared(  # what `names` fetches, asked by itself
    lambda asked, on: telling_absence(Signature.objects.filter(proposal__in=asked).select_related("member"), on).defer(
        "member__phone"
    )
)


def contact_note(proposal: Proposal) -> str:
    """Say whom to contact where the first proposer does not sit now, for who has to do with it; nothing while he sits."""
    if "signatures" not in getattr(proposal, "_prefetched_objects_cache", {}):
        attach([proposal], "signatures", NAMES.all([proposal.pk], timezone.localdate()), by="proposal")
    first = next((s for s in proposal.signatures.all() if s.role == Role.FIRST), None)
    if first is None or first_sits(proposal):
        return ""
    heir = successor(proposal)
    whom = heir.name if heir is not None else OFFICE_PEOPLE
    return _("%(absent)s，请联系%(whom)s") % {"absent": absences_of(proposal).get(first.member_id or 0, ""), "whom": whom}
