"""The public pages: released proposals only, and of those nothing but what the public may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.queries import remembered
from tongxin.audit.templatetags.timeline import Entry
from tongxin.committees.models import Committee
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import size
from tongxin.desks.paging import Slice, border_of, capped, counted, key_asked, never_behind_the_last, rows_by, slice_of
from tongxin.handling import queries as handling
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, PublicReply
from tongxin.handling.pages.course import history
from tongxin.handling.pages.desk import details, tasks_of, unit_lines, with_details
from tongxin.handling.pages.proposal import TASKS, topics_of
from tongxin.handling.pages.public_timeline import entries, public_events
from tongxin.handling.pages.rows import said_in
from tongxin.handling.pages.standing import Standing, Step, case_of, life_of, public_standing
from tongxin.handling.queries.letters import Letter, letter_of
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import Answer, State
from tongxin.proposals.models import Proposal, PublicCopy, Signature

SIZE = 15
NEWEST = ("-released_at", "-id")
FILLED = frozenset({"released_at"})


def released(committee: Committee | None = None) -> QuerySet[Proposal]:
    """Return what everybody may read: released, with the proposer's consent, and still standing."""
    rows = proposals.visible_to(None)
    return rows.filter(committee=committee) if committee else rows


PROGRESS = {
    "handling": (CaseState.IN_HAND,),
    "answered": (CaseState.RATING, CaseState.WITH_OFFICE),
    "closed": (CaseState.CLOSED,),
}


def _progress(committee: Committee, key: str) -> Q:
    if key not in PROGRESS:
        return Q()
    cases = Case.objects.filter(committee=committee, state__in=PROGRESS[key])
    # what is closed is the most: asked of each row. The others are few: found from the cases.
    if key == "closed":
        return Q(Exists(cases.filter(proposal=OuterRef("pk"))))
    found = Q(pk__in=cases.values("proposal"))
    return found | Q(state=State.FILED) if key == "handling" else found


@dataclass(frozen=True)
class Asked:
    """What the public list is asked to show."""

    committee: Committee
    text: str = ""
    topic: str = ""
    session: str = ""
    progress: str = ""
    key: str = ""
    back: bool = False


@dataclass(frozen=True)
class Line:
    """One published proposal in a list."""

    proposal: Proposal
    title: str
    by: str
    units: str
    badge: Standing


@dataclass(frozen=True)
class Listing:
    """One page of the public list."""

    lines: list[Line]
    count: str
    has_previous: bool
    has_next: bool


def matching(asked: Asked) -> QuerySet[Proposal]:
    """Return the published proposals that are asked for."""
    rows = released(asked.committee).filter(_progress(asked.committee, asked.progress))
    if asked.topic:
        rows = rows.filter(topic=asked.topic)
    if asked.session:
        rows = rows.filter(session_id=int(asked.session))
    if asked.text:
        rows = rows.filter(said_in(asked.committee, asked.text, titles=PublicCopy))
    return rows


def listing(asked: Asked) -> Listing:
    """Return a page of the published proposals, the last published first."""
    said = {"before" if asked.back else "after": asked.key}
    own = released(asked.committee)
    key, back = key_asked(own, NEWEST, said, filled=FILLED, border=lambda names, uid: border_of(own, names, uid, filled=FILLED))
    part = never_behind_the_last(partial(_page, asked), key, back=back)
    return Listing(lines(asked.committee, part.rows), counted(_number(asked)), part.has_previous, part.has_next)


def _page(asked: Asked, key: Sequence[Any] | None, back: bool) -> Slice:  # noqa: FBT001 -- as `never_behind_the_last` asks
    if asked.text:  # looked for in ways of its own
        found = list(_on_page(matching(asked), key, back=back))
    else:
        at, pk = key or (None, None)
        session = int(asked.session or 0) or None
        found = LISTED.all(asked.committee.pk, asked.topic or None, session, at, pk, progress=asked.progress, back=back)
    return slice_of(found, size=SIZE, back=back, is_first=key is None)


def _on_page(rows: QuerySet[Proposal], key: Sequence[Any] | None, *, back: bool) -> QuerySet[Any, Any]:
    rows = rows_by(rows, NEWEST, size=SIZE, key=key, back=back, filled=FILLED)
    return rows.values_list("pk", flat=True)


def _listed(committee: Any, topic: Any, session: Any, at: Any, pk: Any, *, progress: str, back: bool) -> QuerySet[Any, Any]:
    asked = Asked(Committee(pk=committee), topic=topic or "", session=session or "", progress=progress)
    return _on_page(matching(asked), None if at is None else (at, pk), back=back)


LISTED = Prepared(_listed)
DETAILS = Prepared(lambda ids, committee: details(released().filter(pk__in=ids, committee=committee)))


def _number(asked: Asked) -> int:
    """Count what matches, at most one beyond the cap; kept until something happens in the committee."""
    what = ("public", asked.committee.pk, asked.text, asked.topic, asked.session, asked.progress)
    return remembered([asked.committee.code], what, lambda: {"all": capped(matching(asked))})["all"]


def lines(committee: Committee, ids: Sequence[int]) -> list[Line]:
    """Return published proposals as lines, in the given order."""
    found = with_details(DETAILS, ids, committee)
    titles = proposals.public_titles(found)
    return [_line(found[pk], titles[pk]) for pk in ids if pk in found]


def _line(proposal: Proposal, title: str) -> Line:
    return Line(proposal, title, signed_by(proposal), unit_lines(tasks_of(proposal))[0], public_standing(proposal))


def signed_by(proposal: Proposal) -> str:
    """Name the proposers in a line: 林知远等 4 位委员; a body by its name."""
    signed = [s for s in proposal.signatures.all() if s.answer == Answer.ACCEPTED]
    if not signed:
        return ""
    first = signed[0]
    if len(signed) > 1:
        return _("%(name)s等 %(n)s 位委员") % {"name": first.name, "n": len(signed)}
    return first.name if first.body else _("%(name)s委员") % {"name": first.name}


def list_url(committee: Committee, **asked: str) -> str:
    """Return the address of a committee's published proposals."""
    return f"{reverse('public-proposals')}?{urlencode({k: v for k, v in (asked | {'in': committee.code}).items() if v})}"


# ── one published proposal ───────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class PublicAttachment:
    """A file that was released by itself, with the link that everybody may follow."""

    kind: str
    name: str
    size: str
    url: str


@dataclass(frozen=True)
class PublicPage:
    """What the public reads of one proposal: its text is the copy's."""

    proposal: Proposal
    text: PublicCopy
    files: tuple[PublicAttachment, ...]
    badge: Standing
    by: tuple[str, ...]
    topics: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    letters: tuple[Letter, ...]
    unanswered: str
    is_confirmed: bool
    has_covered: bool
    steps: list[Step]
    entries: list[Entry]


def load(uid: str) -> Proposal | None:
    """Return a published proposal."""
    found: Proposal | None = ONE.first(uid)
    if found is not None:
        attach([found], "signatures", SIGNED.all(found.pk), by="proposal")
    if found is not None and (case := case_of(found)) is not None:
        attach([case], "tasks", TASKS.all(case.pk), by="case")
    return found


ONE = Prepared(
    lambda uid: released().filter(uid=uid).select_related("committee__parent__parent", "session__term", "case", "public_copy")
)
SIGNED = Prepared(lambda proposal: Signature.objects.filter(proposal=proposal, answer=Answer.ACCEPTED).select_related("member"))


def page(proposal: Proposal) -> PublicPage:
    """Return the public page of a loaded proposal."""
    case, tasks = case_of(proposal), tasks_of(proposal)
    if case is not None:
        case.proposal, case.committee = proposal, proposal.committee
    events = public_events(history(proposal, case), proposal, on=timezone.localdate())
    copies = handling.reply_copies(proposal).values()
    letters = tuple(letter_of(r, case, for_the_public=True) for r in handling.public_replies(proposal, tasks)) if case else ()
    units = [(str(t.get_part_display()), t.unit.name) for t in tasks]
    return PublicPage(
        proposal=proposal,
        text=proposal.public_copy,
        files=_files(proposal),
        badge=public_standing(proposal),
        by=tuple(s.name for s in proposal.signatures.all()),
        topics=topics_of(proposal),
        units=tuple(units),
        letters=letters,
        unanswered=_unanswered(tasks, list(copies)),
        is_confirmed=bool(proposal.public_copy.confirmed_at) and all(copy.confirmed_at for copy in copies if copy.is_shown),
        has_covered=any(proposal.public_copy.marks.values()) or any(copy.marks for copy in copies if copy.is_shown),
        steps=life_of(proposal, tasks, events),
        entries=entries(events),
    )


def _unanswered(tasks: Sequence[Any], copies: Sequence[PublicReply]) -> str:
    """Say why no answer is to be read, where none is."""
    if any(copy.confirmed_at is None for copy in copies):
        return _("答复已经送达提案人，公开稿正在核对。")
    if copies:
        return _("答复已经送达提案人，不向社会公开。")
    return _("承办单位正在办理，还没有答复。") if tasks else _("提案已经立案，等待交办。")


def _files(proposal: Proposal) -> tuple[PublicAttachment, ...]:
    """Return the attachments released one by one."""
    rows = [(row.attachment.file, row.get_absolute_url()) for row in proposals.public_files(proposal)]
    return tuple(PublicAttachment(file.kind, file.name, size(file.size), url) for file, url in rows)
