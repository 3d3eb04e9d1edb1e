"""The page of one proposal: one shape, for each reader what is theirs."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.architecture.world import World
from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import raw
from tongxin.committees.queries import appointments_of
from tongxin.core.templatetags.chinese import day
from tongxin.desks.object_pages import opened
from tongxin.desks.objects import shown
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Task
from tongxin.handling.pages import course
from tongxin.handling.pages import proposal as queries
from tongxin.handling.pages import public as portal
from tongxin.handling.pages.objects import PROPOSAL
from tongxin.handling.workflow import Why
from tongxin.members.models import Seat
from tongxin.notices import actions as notices
from tongxin.notices.models import Letter, Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import raters
from tongxin.proposals.regulations import NotFiling
from tongxin.proposals.rules import member_of
from tongxin.proposals.workflow import NotFilingDecision
from tongxin.regulations.queries import in_force
from tongxin.workflow.engine import perform

CONCERNED = ("proposer", "cosigner", "bystander", "office", "leader", "assigner", "clerk", "unit_leader", "co_clerk")
STRANGERS = ("other_clerk", "party_assigner", "member_of_other_county", "office_of_other_county", "audit_admin", "security_admin")


def today() -> datetime:
    """Return this morning: what runs now is measured against the real day."""
    return moment(timezone.localdate().isoformat(), 1)


def body(account: Account, proposal: Proposal) -> str:
    answer = as_(account).get(proposal.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("who", CONCERNED)
def test_everybody_concerned_opens_the_page_of_an_answered_proposal(cast: Cast, who: str) -> None:
    proposal = cast.answered().proposal
    assert f'<h1 class="mt2">{proposal.title}</h1>' in body(getattr(cast, who), proposal)


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_do_not_learn_that_it_exists(cast: Cast, who: str) -> None:
    proposal = cast.answered().proposal
    assert as_(getattr(cast, who)).get(proposal.get_absolute_url()).status_code == 404


def test_the_signed_out_find_nothing_before_release_and_the_public_page_after(cast: Cast, client: Client) -> None:
    proposal = cast.answered().proposal
    for url in (
        proposal.get_absolute_url(),
        "/proposals/nosuchthing1/",
    ):  # led to the sign-in alike: nothing tells that one is there
        assert client.get(url).url == f"/accounts/login/?next={url}"  # type: ignore[attr-defined]
    proposals.release(proposal, actor=cast.office, at=timezone.now())
    answer = client.get(proposal.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, f"/public/proposals/{proposal.uid}/")
    other = as_(cast.member_of_other_county).get(proposal.get_absolute_url())
    assert (other.status_code, other["Location"]) == (302, f"/public/proposals/{proposal.uid}/")


def test_before_filing_only_those_allowed_see_it(cast: Cast) -> None:
    proposal = cast.submitted()
    for who in ("bystander", "assigner", "clerk", "member_of_other_county", "office_of_other_county"):
        assert as_(getattr(cast, who)).get(proposal.get_absolute_url()).status_code == 404
    for who in ("proposer", "cosigner", "office", "leader"):
        assert as_(getattr(cast, who)).get(proposal.get_absolute_url()).status_code == 200


def test_what_may_be_opened_is_what_the_permission_says(cast: Cast) -> None:
    made = [cast.draft(), cast.submitted(), cast.filed(), cast.assigned().proposal, cast.answered().proposal]
    released = cast.answered().proposal
    proposals.release(released, actor=cast.office, at=timezone.now())
    for name, account in cast.everyone().items():
        for proposal in (*made, released):
            fresh = Proposal.objects.get(pk=proposal.pk)
            assert (queries.load(account, proposal.uid) is not None) is allowed(account, "handling.open_proposal", fresh), name


def test_grades_and_who_rated_stay_with_the_assembly(cast: Cast) -> None:
    case = cast.answered(at=today())
    [reply] = cases.current_replies(case)
    first, _second = raters(case.proposal)
    handling.rate(
        reply,
        signature=first,
        attitude="dissatisfied",
        result="fairly",
        comment="没有人来谈过。",
        actor=cast.proposer,
        at=timezone.now(),
    )
    told = f"{cast.proposer.name}评价"
    for who in ("office", "leader", "clerk", "unit_leader", "co_clerk", "cosigner", "bystander", "assigner"):
        page = body(getattr(cast, who), case.proposal)
        for secret in (told, "没有人来谈过", "不满意"):
            assert secret not in page, (who, secret)
    assert "应评 2 人，已评 1 人" in body(cast.office, case.proposal)
    assert "已评" not in body(cast.leader, case.proposal)


def test_what_went_on_between_proposers_is_not_told_to_units_and_other_members(cast: Cast) -> None:
    proposal = cast.answered().proposal
    for who in ("clerk", "bystander", "assigner"):
        assert "联名</p>" not in body(getattr(cast, who), proposal).partition("办理经过")[2]
    assert "何青禾同意联名" in body(cast.proposer, proposal)
    assert "预审通过" in body(cast.office, proposal)
    assert "预审通过" not in body(cast.proposer, proposal)


def test_the_stepper_of_a_proposal_that_was_not_filed_ends_with_its_outcome(cast: Cast) -> None:
    proposal = cast.in_decision()
    reason = in_force(cast.county, NotFiling, timezone.localdate()).reasons
    code = next(r.code for r in reason if "suggestion" in r.destinations)
    perform(
        proposal, "not_file", actor=cast.office, at=today(), payload=NotFilingDecision(code, "suggestion", "内容宜作意见建议。")
    )
    page = queries.page(cast.proposer, queries.load(cast.proposer, proposal.uid))  # type: ignore[arg-type]
    assert [(s.label, s.status) for s in page.steps] == [("提出", "done"), ("审查", "done"), ("转意见建议", "end")]


def steps_of(reader: Account, proposal: Proposal) -> list[tuple[str, str, str]]:
    """The stages as somebody's page draws them, who opens it anew."""
    account = Account.objects.get(pk=reader.pk)
    page = queries.page(account, queries.load(account, proposal.uid))  # type: ignore[arg-type]
    return [(s.label, s.status, s.date) for s in page.steps]


def test_the_stepper_follows_the_case_and_leaves_out_supervising_where_nobody_supervised(cast: Cast) -> None:
    case = cast.assigned()
    assert [step[:2] for step in steps_of(cast.proposer, case.proposal)] == [
        ("提出", "done"),
        ("审查", "done"),
        ("交办", "done"),
        ("办理", "now"),
        ("督办", "todo"),
        ("评议", "todo"),
        ("公开", "todo"),
        ("归档", "todo"),
    ]
    case = cast.answered()
    page = queries.page(cast.proposer, queries.load(cast.proposer, case.proposal.uid))  # type: ignore[arg-type]
    assert [(s.label, s.status) for s in page.steps] == [
        ("提出", "done"),
        ("审查", "done"),
        ("交办", "done"),
        ("办理", "done"),
        ("评议", "now"),
        ("公开", "todo"),
        ("归档", "todo"),
    ]
    assert page.standing.word == "待评价"
    kept = queries.page(cast.office, queries.load(cast.office, case.proposal.uid))  # type: ignore[arg-type]
    assert kept.standing.word == "待评价 0/2"


def test_supervising_stands_on_its_day_for_whoever_is_told_of_it_and_is_ticked_once_units_have_answered(cast: Cast) -> None:
    reminded = cast.assigned()
    handling.remind(cast.task(reminded), reason="请抓紧签收。", actor=cast.assigner, at=moment("2026-03-09"))
    for reader in (cast.proposer, cast.clerk, cast.office):
        assert steps_of(reader, reminded.proposal)[4] == ("督办", "todo", "3 月 9 日"), reader.name

    reviewed: Task = World(cast).row("tasks", TaskState.UNDER_REVIEW)
    perform(reviewed, "return_reply", actor=cast.assigner, at=moment("2026-03-20"), payload=Why("没有说完成时间。"))
    proposal = reviewed.case.proposal
    assert steps_of(cast.clerk, proposal)[4] == ("督办", "todo", "3 月 20 日")
    assert steps_of(cast.proposer, proposal)[4] == ("督办", "todo", "")
    raw(Case).filter(pk=reminded.pk).update(state=CaseState.RATING)
    assert steps_of(cast.clerk, reminded.proposal)[4] == ("督办", "done", "3 月 9 日")


def test_the_file_is_closed_last_when_no_other_stage_is_to_come(cast: Cast) -> None:
    case = World(cast).row("cases", CaseState.CLOSED)
    closed_on = day(case.closed_at)
    Proposal.objects.filter(pk=case.proposal_id).update(consents_to_publication=False, released_at=None)
    assert steps_of(cast.office, case.proposal)[-2:] == [("评议", "done", closed_on), ("归档", "done", closed_on)]

    Proposal.objects.filter(pk=case.proposal_id).update(consents_to_publication=True)
    assert steps_of(cast.office, case.proposal)[-2:] == [("公开", "todo", ""), ("归档", "todo", "")]

    proposals.release(Proposal.objects.get(pk=case.proposal_id), actor=cast.office, at=case.closed_at + timedelta(days=9))
    shown = Proposal.objects.get(pk=case.proposal_id)
    shown_on = day(shown.released_at)
    assert shown_on != closed_on
    assert steps_of(cast.office, shown)[-2:] == [("公开", "done", shown_on), ("归档", "done", shown_on)]
    public = portal.page(portal.load(shown.uid))  # type: ignore[arg-type]
    assert [(s.label, s.status) for s in public.steps] == [
        (label, "done") for label in ("提出", "审查", "交办", "办理", "评议", "公开", "归档")
    ]


def test_stages_stand_in_the_order_in_which_they_came(cast: Cast) -> None:
    """One that was published while its units work on it, and one that was chased before it was answered."""
    case = cast.assigned(at=today())
    proposals.release(case.proposal, actor=cast.office, at=timezone.now())
    shown = Proposal.objects.get(pk=case.proposal_id)
    assert [(s.label, s.status) for s in portal.page(portal.load(shown.uid)).steps] == [  # type: ignore[arg-type]
        ("提出", "done"),
        ("审查", "done"),
        ("交办", "done"),
        ("公开", "done"),
        ("办理", "now"),
        ("督办", "todo"),
        ("评议", "todo"),
        ("归档", "todo"),
    ]


def test_deadlines_to_come_name_their_source(cast: Cast) -> None:
    case = cast.assigned(at=today())
    page = queries.page(cast.proposer, queries.load(cast.proposer, case.proposal.uid))  # type: ignore[arg-type]
    future = [e for e in page.entries if e.future]
    assert [e.what for e in future] == ["县财政局　签收期限", "县卫生健康局　签收期限"]
    assert all("个工作日" in e.more and "见《" in e.more for e in future)


def test_the_next_thing_to_do_is_the_main_button(cast: Cast) -> None:
    case = cast.answered(at=today())
    assert '<a class="btn main" href="/handling/rate/' in body(cast.proposer, case.proposal)
    filed = cast.filed()
    assert f'href="/handling/assign/{filed.uid}/"' in body(cast.assigner, filed)
    assert "交办后不能撤案" in body(cast.proposer, case.proposal)


def test_a_grey_button_says_why_it_cannot_be_published(cast: Cast) -> None:
    proposal = cast.filed(consents_to_publication=False)
    assert "提案人没有同意公开" in body(cast.office, proposal)


@pytest.mark.parametrize("who", CONCERNED)
def test_the_page_takes_twelve_queries_at_most_after_a_long_history(
    cast: Cast, django_assert_max_num_queries: object, who: str
) -> None:
    case = cast.answered()
    lead = cast.task(case)
    for n in range(30):
        handling.record_contact(
            lead,
            stage="during",
            way="phone",
            on=timezone.localdate(),
            who="孟时雨",
            with_whom="林知远",
            note=f"第 {n} 次",
            actor=cast.clerk,
            at=timezone.now() + timedelta(minutes=n),
        )
    account = Account.objects.get(pk=getattr(cast, who).pk)
    appointments_of(account)
    member_of(account)  # every page of the house reads these two
    read = lambda: shown(opened(PROPOSAL, account, case.proposal.uid, at=timezone.now()))  # noqa: E731
    read()  # regulations are kept from one page to the next
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        read()


def test_what_was_imported_without_a_date_stands_behind_what_it_follows_from() -> None:
    handed_in, answered = moment("2026-01-10"), moment("2026-05-08")
    told = [
        ("proposals.submit", "proposals.proposal", 1, handed_in),
        ("proposals.file", "proposals.proposal", 1, None),
        ("cases.assign", "handling.case", 2, None),
        ("tasks.sign_for", "handling.task", 3, None),
        ("tasks.send", "handling.task", 3, answered),
        ("tasks.sign_for", "handling.task", 4, None),
        ("cases.open_rating", "handling.case", 2, answered),
    ]
    events = [
        Event(pk=n, kind=kind, subject_type=sort, subject_id=pk, at=at, recorded_at=moment("2026-06-01"))
        for n, (kind, sort, pk, at) in enumerate(told, 1)
    ]
    found = [(event.kind, event.subject_id) for event in reversed(course.in_order(events))]
    assert found == [
        ("proposals.submit", 1),
        ("proposals.file", 1),
        ("cases.assign", 2),
        ("tasks.sign_for", 3),
        ("tasks.sign_for", 4),
        ("tasks.send", 3),
        ("cases.open_rating", 2),
    ]


def test_the_office_reads_each_sentence_once_with_who_was_told_it_and_as_what(cast: Cast, client: Client) -> None:
    case = cast.answered()
    notices.deliver()
    client.force_login(cast.office)
    page = client.get(f"/proposals/{case.proposal.uid}/told/")
    [filed] = [said for said in page.context["rows"] if "已立案，编为" in said.text]
    assert {(told.notice.account.name, told.role) for told in filed.receivers} == {("林知远", "委员"), ("何青禾", "委员")}
    assert page.text.count(filed.text) == 1
    roles = {told.notice.account_id: told.role for said in page.context["rows"] for told in said.receivers}
    assert roles[cast.clerk.pk] == f"{cast.unit.name}承办人"
    assert all(roles.values())


def test_each_was_told_as_what_he_was_on_that_day_and_why_a_letter_was_not_sent(cast: Cast, client: Client) -> None:
    case, today = cast.answered(), timezone.localdate()
    notices.deliver()
    Seat.objects.filter(member=cast.member(cast.proposer)).update(ends_on=today - timedelta(days=20))
    told = Notice.objects.filter(event__kind="tasks.sign_for", account=cast.proposer).latest("id")
    Letter.objects.filter(notice=told).delete()
    now = timezone.now()
    Notice.objects.filter(pk=told.pk).update(made_at=now)
    Notice.objects.filter(event__kind="proposals.file").update(made_at=now - timedelta(days=40))
    Letter.objects.create(
        notice=told,
        address="a@example.org",
        made_at=now,
        next_try_at=now,
        dropped_at=now,
        problem="寄出前这件事已经结束，不再寄信",
    )
    client.force_login(cast.office)
    rows = client.get(f"/proposals/{case.proposal.uid}/told/").context["rows"]
    filed = Notice.objects.get(event__kind="proposals.file", account=cast.proposer)
    mine = {one.notice.pk: one for said in rows for one in said.receivers}
    assert (mine[filed.pk].role, mine[told.pk].role) == ("委员", "离任委员")
    assert mine[told.pk].letter == "不用寄：寄出前这件事已经结束，不再寄信"
