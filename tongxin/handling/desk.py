"""Where handling stands in menus, and who waits for what while a proposal is handled."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.core.templatetags.chinese import case_number
from tongxin.desks.menus import Entry
from tongxin.desks.panels import BOARDS, FrontDoor, Panel
from tongxin.desks.queues import MOST, ForMember, Nobodys, Queue
from tongxin.desks.todos import SHOWN, Todo
from tongxin.handling import queries
from tongxin.handling.choices import CaseState, TaskState, TaskStates
from tongxin.handling.models import Case, Contact, PublicReply, Rating, Reply, Task
from tongxin.handling.pages import front, objects, overview, own, public
from tongxin.handling.regulations import Deadlines
from tongxin.members.models import Member
from tongxin.proposals import desk as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Proposal, Signature, long_of
from tongxin.regulations.queries import in_force

ASSIGN, SUPERVISE, INBOX = "/handling/assign/", "/handling/supervise/", "/handling/"
OBJECTS, SECTIONS, ACTS = objects.OBJECTS, objects.SECTIONS, objects.ACTS
MEMBER_PANELS = (Panel("handling/_home_own.html", own.newest, 10),)
DESK_PANELS = (
    Panel("handling/_overviews.html", overview.of_led, 10, beside="handling/_stages_beside.html"),
    Panel("", overview.of_office, 20, beside=BOARDS),
    Panel("", overview.of_units, 30, beside=BOARDS),
)
FRONT_PANELS = (Panel("handling/_front.html", front.front, 10),)
FRONT_DOORS = (
    FrontDoor(_("看部门怎么答"), _("答复全文，办到哪一步"), "mail", lambda c: public.list_url(c, progress="answered"), 20),
)
MENU = (
    Entry(proposals.GROUP, _("交办"), ASSIGN, "flag", "handling.assign", 40, finds=True),
    Entry(proposals.GROUP, _("督办"), SUPERVISE, "eye", "handling.supervise", 50),
    Entry(proposals.GROUP, _("承办提案"), INBOX, "inbox", "handling.inbox", 60),
)


# ── the office, and who assigns, supervises and answers ──────────────────────────────────────────
# each queue asks the list that it leads to: what is counted at home is what stands there
Rows = Callable[[Any, date], QuerySet[Any]]


def _inbox(part: str) -> Rows:
    def rows(user: Any, _on: date) -> QuerySet[Task]:
        clerked, led = (bodies.units_with(user, duty) for duty in (Duty.UNIT_CLERK, Duty.UNIT_LEADER))
        return queries.inbox(user).filter(queries.inbox_parts(clerked=clerked, led=led)[part])

    return rows


def _supervised(part: str) -> Rows:
    return lambda user, _on: queries.supervised(*queries.scope_of(user, Duty.SUPERVISE)).filter(queries.supervision_parts()[part])


def _to_reassign(user: Any, _on: date) -> QuerySet[Case]:
    return queries.to_reassign(*queries.scope_of(user, Duty.ASSIGN))


def _without_unit(user: Any, on: date) -> QuerySet[Task]:
    return queries.without_unit(on, *queries.scope_of(user, Duty.ASSIGN))


def _late(user: Any, on: date) -> QuerySet[Task]:
    return _supervised("open")(user, on).filter(queries.late(on))


def _to_assign(user: Any, _on: date) -> QuerySet[Proposal]:
    return queries.to_assign(*queries.scope_of(user, Duty.ASSIGN))


def _returns_asked(user: Any, _on: date) -> QuerySet[Task]:
    return queries.returns_asked(*queries.scope_of(user, Duty.ASSIGN))


def _with_office(user: Any, _on: date) -> QuerySet[Case]:
    return Case.objects.filter(committee_id__in=bodies.committees_with(user, Duty.PROPOSAL_OFFICE), state=CaseState.WITH_OFFICE)


def _items(rows: QuerySet[Task], button: str, on: date) -> Iterable[Todo]:
    rows = rows.select_related("unit", "committee", "case__proposal").defer("unit__phone", *long_of("case__proposal"))
    for task in rows.order_by("due_on", "id")[:SHOWN]:
        due_on, what = queries.clock_of(task)
        chip = queries.chip(due_on, on=on, rules=in_force(task.committee, Deadlines, on), what=what)
        line = f"{case_number(task.case.proposal.number)}　{task.unit}（{task.get_part_display()}）"
        yield Todo(str(task.case.proposal), line, task.get_absolute_url(), button, chip)


def _copies(rows: QuerySet[PublicReply], button: str, _on: date) -> Iterable[Todo]:
    rows = rows.select_related("reply__task__unit", "reply__task__case__proposal")
    for copy in rows.defer("reply__task__unit__phone", *long_of("reply__task__case__proposal")).order_by("id")[:SHOWN]:
        proposal = copy.reply.task.case.proposal
        line = f"{case_number(proposal.number)}　{copy.reply.sent_by}"
        yield Todo(str(proposal), line, copy.confirm_url, button)


def _cases(rows: QuerySet[Case], button: str, _on: date) -> Iterable[Todo]:
    for case in rows.select_related("proposal").defer(*long_of("proposal")).order_by("id")[:SHOWN]:
        yield Todo(str(case.proposal), case_number(case.proposal.number), case.get_absolute_url(), button)


def _again(rows: QuerySet[Case], button: str, _on: date) -> Iterable[Todo]:
    for case in rows.order_by("id")[:SHOWN]:
        yield Todo(str(case.proposal), case_number(case.proposal.number), case.units_url, button)


QUEUES = (
    Queue(
        (Duty.PUBLICATION,), _("待核对答复公开稿"), proposals.PUBLICATION, _("去核对"),
        lambda user, _on: queries.replies_to_publish(user), _copies,
    ),
    Queue(
        (Duty.PROPOSAL_OFFICE,), _("待政协协调"), f"{proposals.DESK}?stage=office", _("去协调"), _with_office, _cases, in_menu=False,
    ),
    Queue((Duty.ASSIGN,), _("申请退办"), f"{ASSIGN}?part=returns", _("去答复"), _returns_asked, _items),
    Queue((Duty.ASSIGN,), _("单位无承办人"), f"{ASSIGN}?part=ended", _("去办理"), _without_unit, _items),
    Queue((Duty.ASSIGN,), _("待交办"), ASSIGN, _("去交办"), _to_assign, proposals.items),
    Queue((Duty.ASSIGN,), _("待改派"), f"{ASSIGN}?part=again", _("去改派"), _to_reassign, _again),
    Queue((Duty.SUPERVISE,), _("答复待审"), f"{SUPERVISE}?part=review", _("去审核"), _supervised("review"), _items),
    Queue((Duty.SUPERVISE,), _("超期未办"), f"{SUPERVISE}?level=red", _("去催办"), _late, _items, in_menu=False),
    Queue((Duty.UNIT_LEADER,), _("单位审签"), f"{INBOX}?part=leader", _("去审签"), _inbox("leader"), _items),
    Queue((Duty.UNIT_CLERK,), _("待签收"), f"{INBOX}?part=sign", _("去签收"), _inbox("sign"), _items),
    Queue((Duty.UNIT_CLERK,), _("办理中"), f"{INBOX}?part=hand", _("去办理"), _inbox("hand"), _items),
    Queue((Duty.UNIT_CLERK,), _("待送会办意见"), f"{INBOX}?part=co", _("去会办"), _inbox("co"), _items),
)  # fmt: skip
NOBODYS = (
    Nobodys(
        "cases",
        {
            CaseState.IN_HAND: "the parts of its units wait, each by itself",
            CaseState.RATING: "each answer waits for who may rate it",
            CaseState.CLOSED: "its end",
            CaseState.RECALLED: "its proposal waits to be assigned anew",
        },
    ),
    Nobodys(
        "tasks",
        {
            TaskState.ADVICE_GIVEN: "who answers goes on",
            TaskState.ANSWERED: "the answer waits for who may rate it",
            TaskState.RETURNED: "its case waits for another unit",
            TaskState.MOVED: "the successor's part waits",
            TaskState.RECALLED: "its case waits for another unit",
        },
    ),
)


# ── members ──────────────────────────────────────────────────────────────────────────────────────
def _unrated(member: Any, _now: datetime, _on: date) -> QuerySet[Reply]:
    """Replies of open rounds that the member has still to rate."""
    signed = Signature.objects.filter(member=member, answer=Answer.ACCEPTED)
    # from the member's own names to their cases: the other way round every open round of the county is looked through
    open_rounds = Case.objects.filter(state=CaseState.RATING).filter(
        Q(proposal__in=signed.values("proposal")) | Q(proposal__in=signed.values("proposal__merged_into"))
    )
    done = Rating.objects.filter(reply=OuterRef("pk"), signature__member=member)
    return (
        Reply.objects.filter(
            sent_at__isnull=False, recalled_at=None, task__case__in=open_rounds.values("pk"), round=F("task__case__round")
        )
        .exclude(task__state__in=TaskStates.gone)
        .exclude(Exists(done))
    )


def _soonest_due(rows: QuerySet[Reply]) -> QuerySet[Reply]:
    rows = rows.select_related("task__case__proposal", "task__unit")
    return rows.defer("text", "task__unit__phone", *long_of("task__case__proposal")).order_by("task__case__rating_due_on")


def _to_rate(rows: list[Reply], member: Member, now: datetime) -> Iterable[Todo]:
    on, seen = timezone.localdate(now), set()
    rules = in_force(member.committee, Deadlines, on)
    for reply in rows:
        case = reply.task.case
        if case.pk in seen:
            continue
        seen.add(case.pk)
        proposal = case.proposal
        yield Todo(
            gettext("评价《%(proposal)s》的办理结果") % {"proposal": proposal.title},
            gettext("%(number)s　%(sent_by)s已答复") % {"number": case_number(proposal.number), "sent_by": reply.sent_by},
            case.rate_url,
            gettext("去评价"),
            queries.chip(case.rating_due_on, on=on, rules=rules, what=gettext("评价")),
        )


def _unconfirmed(member: Any, _now: datetime, _on: date) -> QuerySet[Contact]:
    return queries.to_confirm(member).exclude(task__case__state=CaseState.CLOSED)


def _latest(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    rows = rows.select_related("task__case__proposal", "task__unit")
    return rows.defer("task__unit__phone", *long_of("task__case__proposal")).order_by("-on")


def _to_confirm(rows: list[Contact], _member: Member, _now: datetime) -> Iterable[Todo]:
    for contact in rows:
        proposal = contact.task.case.proposal
        yield Todo(
            gettext("确认%(unit)s的面商记录") % {"unit": contact.task.unit},
            f"{case_number(proposal.number)}《{proposal.title}》",
            f"{proposal.get_absolute_url()}#contacts",
            gettext("去确认"),
        )


FOR_MEMBERS = (
    ForMember(_unrated, _soonest_due, _to_rate, most=MOST, each="task__case", order=10),
    ForMember(_unconfirmed, _latest, _to_confirm, order=40),
)
