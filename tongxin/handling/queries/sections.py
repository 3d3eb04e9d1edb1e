"""What the page of a proposal shows of its handling, for whoever reads it: read in a handful of queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.committees.successions import standings
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import size
from tongxin.files import queries as files
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Advice, Case, Rating, Reply, ReplyFile, Task
from tongxin.handling.queries.cases import Verdict, closed_round, counts_from, live_tasks, summed
from tongxin.handling.queries.contacts import ContactLine, contact_lines
from tongxin.handling.queries.deadlines import Chip, chip, task_chip
from tongxin.handling.queries.letters import Letter, letter_of
from tongxin.handling.queries.publication import public_replies
from tongxin.handling.queries.ratings import Progress, has_rated, progress_of
from tongxin.handling.regulations import Deadlines
from tongxin.handling.rules import assigns, case_of_own_unit, in_office, in_the_unit, speaks_for_the_case, supervises
from tongxin.members.rules import member_of
from tongxin.proposals import queries as proposals
from tongxin.proposals.rules import is_leader, is_published
from tongxin.regulations.queries import in_force
from tongxin.workflow.table import workflow_of

ADVICE = Prepared(lambda tasks: Advice.objects.filter(task__in=tasks))
REPLIES = Prepared(lambda tasks: Reply.objects.filter(task__in=tasks).order_by("-round", "id"))
FILES = Prepared(lambda replies: ReplyFile.objects.filter(reply__in=replies).select_related("file"))
# no telephones of members: they would be decrypted one by one
RATINGS = Prepared(
    lambda replies: (
        Rating.objects.filter(reply__in=replies)
        .select_related("signature__member")
        .defer("signature__member__phone")
        .order_by("id")
    )
)


@dataclass(frozen=True)
class Viewer:
    """How the reader stands to a case; what each part of the page shows follows from it."""

    inside: bool  # signs it, works on it, or oversees it
    working: bool  # sees the units' own papers: advice, drafts of the own unit
    signer: bool  # of the proposers who sit: judges, and confirms talks
    keeps_ratings: bool  # learns how many have rated, and after a look that is recorded who


@dataclass(frozen=True)
class Given:
    """Advice that counts no more, or that was given in another part: as what it was given, and its words."""

    heading: str
    text: str


@dataclass(frozen=True)
class TaskLine:
    """One unit's part."""

    task: Task
    badge: str
    chip: Chip | None
    url: str
    advice: str
    before: tuple[Given, ...] = ()  # what it gave before the advice that counts
    standing: str = ""  # what became of its unit, where that ended


@dataclass(frozen=True)
class RatingLine:
    """The reader's own judgement."""

    rating: Rating
    entered_for: bool


@dataclass(frozen=True)
class ReplyLine:
    """One answer as a letter, with as much of its rating as the reader may know."""

    reply: Reply
    letter: Letter
    heading: str
    files: tuple[dict[str, str], ...] = ()
    own: RatingLine | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True)
class CaseSections:
    """Everything of the handling that a proposal's page composes."""

    case: Case
    badge: str
    viewer: Viewer
    tasks: tuple[TaskLine, ...]
    replies: tuple[ReplyLine, ...]
    contacts: tuple[ContactLine, ...]
    progress: Progress | None
    ratings_url: str
    rating_chip: Chip | None
    rating_due_on: date | None
    may_rate: bool
    rate_url: str
    units_url: str


def viewer_of(case: Case, user: Any) -> Viewer:
    """Say how a reader stands to a case. The case's tasks should be prefetched."""
    inside = allowed(user, "handling.view_case", case)
    of_unit = inside and case_of_own_unit.test(user, case)
    offices = inside and (in_office | is_leader | assigns | supervises).test(user, case)
    return Viewer(
        inside=inside, working=of_unit or offices, signer=inside and speaks_for_the_case.test(user, case),
        keeps_ratings=inside and allowed(user, "handling.see_ratings", case),
    )  # fmt: skip


def with_tasks(case: Case) -> None:
    """Read the parts of a case, with their units and advice, where they are not read yet."""
    prefetch_related_objects([case], Prefetch("tasks", Task.objects.select_related("unit")))
    tasks = case.tasks.all()
    for task in tasks:
        task.case, task.committee = case, case.committee
    attach(tasks, "advice", ADVICE.all([task.pk for task in tasks]), by="task")


def sections(case: Case, user: Any) -> CaseSections:
    """Return what `user` may see of a case.

    Somebody who may see the proposal but not its handling gets the units, and the letters once the proposal is published.
    """
    on = timezone.localdate()
    with_tasks(case)
    viewer = viewer_of(case, user)
    written = _written(case, user, viewer)
    ratings = _ratings(written) if viewer.inside else []
    waits_for_reader, progress = _round(case, viewer, written, ratings, user)
    rating = case.state == CaseState.RATING
    rules: Deadlines = in_force(case.committee, Deadlines, on)
    return CaseSections(
        case=case, badge=workflow_of(case).badges[case.state], viewer=viewer,
        tasks=tuple(_task_lines(case, viewer, on)),
        replies=tuple(_replies(written, case, user, viewer, ratings)),
        contacts=tuple(contact_lines(case, user, signer=viewer.signer)) if viewer.inside else (),
        progress=progress,
        ratings_url=f"/handling/cases/{case.uid}/ratings/" if viewer.keeps_ratings and any(r.sent_at for r in written) else "",
        rating_chip=chip(case.rating_due_on, on=on, rules=rules, what=_("评价")) if rating and viewer.inside else None,
        rating_due_on=case.rating_due_on if rating else None,
        may_rate=rating and waits_for_reader and not (case.rating_due_on and case.rating_due_on < on),
        rate_url=case.rate_url,
        units_url=case.units_url if allowed(user, "handling.assign", case) else "",
    )  # fmt: skip


def _written(case: Case, user: Any, viewer: Viewer) -> list[Reply]:
    """Return the replies that somebody may read: inside as they are, in public as they were confirmed."""
    if viewer.inside:
        return _reply_rows(case)
    if is_published.test(user, case.proposal):
        return public_replies(case.proposal, live_tasks(case))
    return []


def _task_lines(case: Case, viewer: Viewer, on: date) -> list[TaskLine]:
    live = live_tasks(case)
    ended = standings([task.unit for task in live], on)
    return [_task_line(task, case, viewer, on, ended.get(task.unit_id, "")) for task in live]


def _task_line(task: Task, case: Case, viewer: Viewer, on: date, standing: str) -> TaskLine:
    given = list(task.advice.all()) if viewer.working else []
    counts = given.pop().text if given and task.state == TaskState.ADVICE_GIVEN else ""
    before = [Given(_("第 %(n)s 次办理时的会办意见") % {"n": row.round}, row.text) for row in given]
    return TaskLine(
        task, workflow_of(task).badges[task.state], task_chip(task, on=on) if viewer.inside else None,
        task.get_absolute_url() if viewer.working else "", counts,
        (*(_in_another_part(task, case) if viewer.working else ()), *before), standing,
    )  # fmt: skip


def _in_another_part(task: Task, case: Case) -> list[Given]:
    """Return what a unit gave as a co-handler before it had this part, and what the unit before it gave: neither is lost."""
    by_key, line, before = {t.pk: t for t in case.tasks.all()}, [], task.moved_from_id
    while before in by_key:
        line.append(by_key[before])
        before = by_key[before].moved_from_id
    own = [t for t in by_key.values() if t.is_gone and t.unit_id == task.unit_id]
    return [
        Given(_("以前会办时的意见") if t.unit_id == task.unit_id else _("%(unit)s的会办意见") % {"unit": t.unit.name}, row.text)
        for t in sorted({*line, *own}, key=lambda t: t.pk)
        for row in t.advice.all()
    ]


def _reply_rows(case: Case) -> list[Reply]:
    """Return the replies, newest round first, each with its part of the case: of a unit that has none any more what it sent."""
    tasks = {t.pk: t for t in case.tasks.all()}
    rows = REPLIES.all(tasks.keys())
    attach(rows, "files", FILES.all([reply.pk for reply in rows]), by="reply")
    for reply in rows:
        reply.task = tasks[reply.task_id]
    return [reply for reply in rows if reply.sent_at or not reply.task.is_gone]


def _ratings(written: list[Reply]) -> list[Rating]:
    sent = [r.pk for r in written if r.sent_at]  # a recalled one too: to each his own judgement of it
    if not sent:
        return []
    return RATINGS.all(sent)


def _round(case: Case, viewer: Viewer, written: list[Reply], ratings: list[Rating], user: Any) -> tuple[bool, Progress | None]:
    """Say whether the present round waits for the reader, and how far it has come for who keeps the proposals."""
    if not (viewer.signer or viewer.keeps_ratings) or case.state == CaseState.IN_HAND:
        return False, None
    replies = [r for r in written if r.sent_at and r.recalled_at is None and r.round == case.round]
    raters, member = proposals.raters(case.proposal), member_of(user)
    mine = next((s for s in raters if member is not None and s.member_id == member.pk), None)
    waits = mine is not None and not has_rated(mine, replies, ratings)
    return waits, progress_of(raters, replies, ratings) if viewer.keeps_ratings else None


def _replies(written: list[Reply], case: Case, user: Any, viewer: Viewer, ratings: list[Rating]) -> list[ReplyLine]:
    over, member, lines = closed_round(case), member_of(user), []
    several = sum(t.answers for t in live_tasks(case)) > 1
    for reply in written:
        if reply.sent_at is None and not may_read_draft(reply, user):
            continue
        given = [r for r in ratings if r.reply_id == reply.pk]
        own = next((r for r in given if member is not None and r.signature.member_id == member.pk), None)
        told = reply.round <= over and reply.sent_at is not None and reply.recalled_at is None
        lines.append(
            ReplyLine(
                reply=reply,
                letter=letter_of(reply, case, for_the_public=not viewer.inside),
                heading=_heading(reply, several=several, inside=viewer.inside),
                files=file_lines(reply, user) if viewer.inside else (),
                own=RatingLine(own, own.entered_by_id is not None) if own else None,
                verdict=_verdict(given, case, reply, user) if told and viewer.working else None,
            )
        )
    return lines


def file_lines(reply: Reply, user: Any) -> tuple[dict[str, str], ...]:
    """Return a reply's files, ready for the list of attachments; the links are this reader's own."""
    return tuple(
        {
            "kind": row.file.kind,
            "name": row.file.name,
            "size": size(row.file.size),
            "url": files.link(row.file, user),
            "uid": row.uid,
        }
        for row in reply.files.all()
    )


def may_read_draft(reply: Reply, user: Any) -> bool:
    """Say whether an unsent reply may be read: by its unit, and by the supervising office while it reviews it."""
    if reply.task.state == TaskState.ANSWERED or not reply.text:
        return False
    if in_the_unit.test(user, reply.task):
        return True
    return bool(reply.task.state == TaskState.UNDER_REVIEW and supervises.test(user, reply.task))


def _verdict(given: list[Rating], case: Case, reply: Reply, user: Any) -> Verdict | None:
    """Return the verdict for those who hear it; it is there when nobody rated, too, and then looks as if too few had."""
    if not allowed(user, "handling.hear_verdict", reply.task):
        return None
    return summed(given, counts_from=counts_from(case, reply))


def _heading(reply: Reply, *, several: bool, inside: bool) -> str:
    """Name an answer; that it was handled twice, the public learns from the timeline where the regulation has it told."""
    name = reply.sent_by if several else _("办理答复")
    if inside and reply.round > 1:
        return _("%(name)s（第 %(n)s 次办理）") % {"name": name, "n": reply.round}
    return name
