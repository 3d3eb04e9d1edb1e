"""What may be seen of the ratings of a case: how many there are, and by name for who keeps the proposals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Rating, Reply
from tongxin.handling.queries.cases import closed_round, once_each, replies_to_rate
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Signature


@dataclass(frozen=True)
class Progress:
    """How many have rated in the present round: for who keeps the proposals."""

    done: int
    all: int


def progress_of(raters: Sequence[Signature], replies: Sequence[Reply], ratings: Sequence[Rating]) -> Progress:
    """Count who has rated all replies of a round, and of how many.

    Who rated and sits no more is among both, as the rating counts.
    """
    asked, done = {signature.signer for signature in raters}, _have_rated(replies, ratings)
    return Progress(len(done), len(asked | done))


def has_rated(signature: Signature, replies: Sequence[Reply], ratings: Sequence[Rating]) -> bool:
    """Say whether a signer has rated every reply of a round."""
    return signature.signer in _have_rated(replies, ratings)


def _have_rated(replies: Sequence[Reply], ratings: Sequence[Rating]) -> set[int | str]:
    """Return the signers who have rated every reply of a round."""
    given: dict[int | str, set[int]] = {}
    for rating in ratings:
        given.setdefault(rating.signature.signer, set()).add(rating.reply_id)
    wanted = {reply.pk for reply in replies}
    return {signer for signer, rated in given.items() if wanted and wanted <= rated}


def given_by(signature: Signature, replies: Sequence[Reply]) -> list[Rating]:
    """Return what a signer said of some replies, under whichever signature.

    A later merger may bring another one to the front.
    """
    rows = Rating.objects.filter(reply__in=replies)
    if signature.member_id is not None:
        return list(rows.filter(signature__member=signature.member_id))
    return list(rows.filter(signature__member=None, signature__body=signature.body))


@dataclass(frozen=True)
class NamedLine:
    """One proposer's judgement, by name. While the round is open the grades are not shown to anybody."""

    name: str
    role: str
    rated_at: datetime | None
    done: bool
    entered_for: bool
    rating: Rating | None
    enter_for: Signature | None


@dataclass(frozen=True)
class NamedReply:
    """The judgements of one reply."""

    heading: str
    open: bool
    lines: tuple[NamedLine, ...]


def by_name(case: Case) -> list[NamedReply]:
    """Return every judgement of a case by name, the newest round first: whoever reads this leaves an event."""
    over, raters = closed_round(case), proposals.raters(case.proposal)
    replies = Reply.objects.filter(task__case=case, sent_at__isnull=False).select_related("task__unit").order_by("-round", "id")
    ratings = list(Rating.objects.filter(reply__in=replies).select_related("signature__member", "entered_by").order_by("id"))
    current = replies_to_rate(case) if case.state == CaseState.RATING else []
    found = []
    for reply in replies:
        given = [rating for rating in ratings if rating.reply_id == reply.pk]
        by_signer = {rating.signature.signer: rating for rating in once_each(given)}
        asked = [(s, by_signer.get(s.signer)) for s in raters]
        former = [(rating.signature, rating) for rating in given if rating not in [shown for _s, shown in asked]]
        is_open = reply.round > over and reply.recalled_at is None
        lines = [_named(s, rating, is_open=is_open, current=current) for s, rating in [*asked, *former]]
        found.append(NamedReply(_heading(reply), is_open, tuple(lines)))
    return found


def _heading(reply: Reply) -> str:
    said = {"unit": reply.sent_by, "n": reply.round}
    if reply.recalled_at is not None:
        return _("%(unit)s的答复（第 %(n)s 次办理，已撤回）") % said
    return _("%(unit)s的答复（第 %(n)s 次办理）") % said


def _named(signature: Signature, rating: Rating | None, *, is_open: bool, current: Sequence[Reply]) -> NamedLine:
    waits = rating is None and is_open and bool(current)
    return NamedLine(
        name=signature.name,
        role=str(signature.get_role_display()),
        rated_at=rating.rated_at if rating else None,
        done=rating is not None,
        entered_for=rating is not None and rating.entered_by_id is not None,
        rating=None if is_open else rating,
        enter_for=signature if waits else None,
    )
