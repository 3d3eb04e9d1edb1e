"""Second handlings are real: who may open them, what they ask for, and what a recalled reply tells nobody."""

from datetime import timedelta

import pytest

from tests.at_once import both
from tests.cast import Cast, moment
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.handling import actions, queries
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Advice, Case, PublicReply, Rating, Reply, Task
from tongxin.handling.workflow import Advising, Again, Sending, Why
from tongxin.notices.actions import deliver
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.workflow.engine import Blocked, Invalid, NotAllowed, Overtaken, available, perform

AT = moment("2026-03-02")
LATER = moment("2026-04-20")
WHY = Why("发现有误。")


def _closed(cast: Cast, *, result: str = "satisfied") -> Case:
    case = cast.answered(AT)
    for reply, signature in queries.ratings_awaited(case):
        actions.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result=result,
            comment="没有落实。",
            actor=signature.member.account,
            at=AT,
        )
    return actions.close_round(case, at=LATER)


def _again(cast: Cast, *, co: bool = False) -> tuple[Case, Task]:
    case = _closed(cast)
    perform(case, "reopen", actor=cast.office, at=LATER, payload=WHY)
    lead = cast.task(case)
    perform(case, "resume", actor=cast.office, at=LATER, payload=Again("请补办。", (lead.uid,), co=co))
    return Case.objects.get(pk=case.pk), Task.objects.get(pk=lead.pk)


def _write(cast: Cast, lead: Task, text: str) -> None:
    reply = actions.reply_of(lead)
    actions.save_reply(reply, fields={"text": text}, started_from=reply.version, actor=cast.clerk, at=LATER)


def _talk(cast: Cast, lead: Task, **more) -> None:
    said = {
        "stage": "during",
        "way": "phone",
        "on": LATER.date(),
        "who": "孟时雨",
        "with_whom": "林知远",
        "note": "再次沟通。",
    } | more
    actions.record_contact(lead, **said, actor=cast.clerk, at=LATER)


# ── closing has a way back ───────────────────────────────────────────────────────────────────────
def test_only_who_keeps_the_ratings_takes_a_closing_back(cast: Cast) -> None:
    case = _closed(cast)
    assert case.state == CaseState.CLOSED
    for name, who in cast.everyone().items():
        may = any(offer.row.action == "reopen" for offer in available(case, who, at=LATER))
        assert may == (name == "office"), name
    with pytest.raises(NotAllowed):
        perform(case, "reopen", actor=cast.assigner, at=LATER, payload=WHY)
    assert Case.objects.get(pk=case.pk).closed_at is not None


def test_a_closing_taken_back_may_be_settled_and_is_counted_once(cast: Cast) -> None:
    case = _closed(cast)
    perform(case, "reopen", actor=cast.office, at=LATER, payload=WHY)
    assert Case.objects.filter(state=CaseState.CLOSED).count() == 0
    perform(case, "settle", actor=cast.office, at=LATER + timedelta(days=3), payload=WHY)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.closed_at, case.unrated) == (CaseState.CLOSED, LATER + timedelta(days=3), False)


def test_the_office_chooses_who_handles_it_again_and_nobody_from_elsewhere(cast: Cast) -> None:
    case = _closed(cast)
    perform(case, "reopen", actor=cast.office, at=LATER, payload=WHY)
    co = cast.task(case, cast.co_unit)
    for units in ((), (co.uid,), ("nobody",)):
        with pytest.raises(Invalid, match="请选择已经答复的承办单位"):
            perform(case, "resume", actor=cast.office, at=LATER, payload=Again("请补办。", units))
    assert Case.objects.get(pk=case.pk).state == CaseState.WITH_OFFICE


def test_the_page_of_the_step_offers_the_units_that_were_rejected(cast: Cast, as_) -> None:
    case = _closed(cast)
    perform(case, "reopen", actor=cast.office, at=LATER, payload=WHY)
    lead = cast.task(case)
    page = as_(cast.office).get(f"/go/cases/{case.uid}/resume/").content.decode()
    assert f'value="{lead.uid}"' in page
    assert "会办单位一并重新提出意见" in page
    sent = as_(cast.office).post(f"/go/cases/{case.uid}/resume/", {"reason": "请补办。", "units": [lead.uid]})
    assert sent.status_code == 302
    assert (cast.task(case).state, cast.task(case, cast.co_unit).state) == (TaskState.IN_HAND, TaskState.ADVICE_GIVEN)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_closing_back_one_wins(cast: Cast) -> None:
    case = _closed(cast)
    copies = [Case.objects.get(pk=case.pk) for _each in range(2)]
    lost = both(
        *(lambda c=c: perform(c, "reopen", actor=cast.office, at=LATER, payload=WHY) for c in copies), refusals=(Overtaken,)
    )
    assert (lost, Event.objects.filter(kind="cases.reopen").count()) == (["Overtaken"], 1)


# ── what a second handling asks for ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize("text", ["", "　", "\n\n　 ", "\n。", "，——"])
def test_the_rejected_reply_is_not_sent_back_unchanged(cast: Cast, text: str) -> None:
    _case, lead = _again(cast)
    _talk(cast, lead)
    before = Reply.objects.get(task=lead, round=1).text
    _write(cast, lead, f"{text}{before[:5]}{text}{before[5:]}")
    with pytest.raises(Blocked, match="与上次的一样"):
        perform(lead, "submit_reply", actor=cast.clerk, at=LATER)
    _write(cast, lead, f"{before}又在三个镇开设。")
    perform(lead, "submit_reply", actor=cast.clerk, at=LATER)


def test_a_reply_that_waited_unchanged_is_not_sent_either(cast: Cast) -> None:
    _case, lead = _again(cast)
    _talk(cast, lead)
    _write(cast, lead, "又在三个镇开设。")
    perform(lead, "submit_reply", actor=cast.clerk, at=LATER)
    Reply.objects.filter(task=lead, round=2).update(text=Reply.objects.get(task=lead, round=1).text)
    with pytest.raises(Blocked, match="与上次的一样"):
        perform(lead, "approve", actor=cast.unit_leader, at=LATER)


def test_a_talk_of_the_first_handling_does_not_count_for_the_second(cast: Cast) -> None:
    _case, lead = _again(cast)
    _write(cast, lead, "又在三个镇开设。")
    _talk(cast, lead, on=AT.date(), stage="before", note="第一次办理时的。")  # written down late
    with pytest.raises(Blocked, match="重新办理以来还没有面商记录"):
        perform(lead, "submit_reply", actor=cast.clerk, at=LATER)
    with pytest.raises(actions.HandlingError, match="办中或者办后"):
        _talk(cast, lead, stage="before")
    _talk(cast, lead)
    assert sorted(lead.contacts.values_list("round", flat=True)) == [1, 1, 2]
    perform(lead, "submit_reply", actor=cast.clerk, at=LATER)


def test_co_handlers_are_asked_again_where_the_office_wants_it(cast: Cast) -> None:
    case, lead = _again(cast, co=True)
    co = cast.task(case, cast.co_unit)
    assert (co.state, co.due_on, co.again_on) == (TaskState.IN_HAND, moment("2026-05-20").date(), LATER.date())
    _write(cast, lead, "又在三个镇开设。")
    _talk(cast, lead)
    with pytest.raises(Blocked, match="县财政局的会办意见"):
        perform(lead, "submit_reply", actor=cast.clerk, at=LATER)
    perform(co, "give_advice", actor=cast.co_clerk, at=LATER, payload=Advising("追加补助。"))
    assert list(Advice.objects.filter(task=co).values_list("round", flat=True)) == [1, 2]
    [line] = [line for line in queries.sections(case, cast.clerk).tasks if line.task.pk == co.pk]
    assert (line.advice, [given.heading for given in line.before]) == ("追加补助。", ["第 1 次办理时的会办意见"])
    perform(lead, "submit_reply", actor=cast.clerk, at=LATER)


def test_who_is_asked_for_advice_after_its_date_gets_another_date(cast: Cast) -> None:
    case = cast.assigned(AT)
    from tongxin.handling.workflow import SignFor

    co = cast.task(case, cast.co_unit)
    perform(co, "sign_for", actor=cast.co_clerk, at=AT, payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=cast.co_clerk, at=AT, payload=Advising("同意。"))
    perform(co, "ask_advice_again", actor=cast.clerk, at=LATER, payload=WHY)
    assert Task.objects.get(pk=co.pk).due_on == moment("2026-05-20").date()
    assert queries.threshold_of(Task.objects.get(pk=co.pk), LATER.date()) == ""


# ── a reply that was sent by mistake ─────────────────────────────────────────────────────────────
def test_the_supervising_office_recalls_a_reply_until_its_rating_is_over(cast: Cast) -> None:
    case = cast.answered(AT)
    lead = cast.task(case)
    may = [n for n, who in cast.everyone().items() if any(o.row.action == "recall" for o in available(lead, who, at=AT))]
    assert may == ["assigner"]
    perform(lead, "recall", actor=cast.assigner, at=AT, payload=WHY)
    lead = cast.task(case)
    assert (lead.state, lead.answered_at, Case.objects.get(pk=case.pk).state) == (TaskState.IN_HAND, None, CaseState.IN_HAND)
    draft = queries.draft_of(lead)
    assert (draft.sent_at, draft.round, draft.text != "") == (None, 1, True)
    closed = cast.task(_closed(cast))
    assert not any(o.row.action == "recall" for o in available(closed, cast.assigner, at=LATER))


def test_where_no_office_reviews_the_assembly_recalls(wangchuan, cast: Cast) -> None:
    case, task, members, people = wangchuan
    actions.record_contact(
        task,
        stage="before",
        way="phone",
        on=AT.date(),
        who="某人",
        with_whom=members[0].name,
        note="好。",
        actor=people["clerk"],
        at=AT + timedelta(days=900),
    )
    reply = actions.reply_of(task)
    at = AT + timedelta(days=900)
    actions.save_reply(reply, fields={"category": "A", "text": "已办。"}, started_from=1, actor=people["clerk"], at=at)
    perform(task, "submit_reply", actor=people["clerk"], at=at)
    perform(task, "sign_and_send", actor=people["leader"], at=at)
    task = Task.objects.get(pk=task.pk)
    perform(task, "recall", actor=cast.office_of_other_county, at=at, payload=WHY)
    assert Case.objects.get(pk=case.pk).state == CaseState.IN_HAND


def test_a_recalled_reply_is_read_by_the_public_no_more_and_nobody_confirms_it(cast: Cast) -> None:
    case = cast.answered(AT, consents_to_publication=True)
    proposals.release(case.proposal, actor=cast.office, at=AT)
    copy = PublicReply.objects.get()
    actions.confirm_public_reply(copy, shown=True, actor=cast.office, at=AT)
    lead = cast.task(case)
    assert len(queries.public_replies(case.proposal, [lead])) == 1
    perform(lead, "recall", actor=cast.assigner, at=AT, payload=WHY)
    assert queries.public_replies(case.proposal, [lead]) == []
    assert queries.publishable(cast.office, copy.uid) is None
    with pytest.raises(actions.HandlingError, match="已经撤回"):
        actions.confirm_public_reply(copy, shown=True, actor=cast.office, at=AT)


def test_a_recall_tells_nobody_whether_anybody_had_rated(cast: Cast, as_) -> None:
    """Everybody but the rater and the keepers is shown and told the same, whoever had rated before."""
    seen = []
    for rated in (False, True):
        case = cast.answered(AT)
        lead = cast.task(case)
        if rated:
            [first, _second] = queries.ratings_awaited(case)
            actions.rate(
                first[0],
                signature=first[1],
                attitude="fairly",
                result="dissatisfied",
                comment="不对。",
                passes_on=True,
                actor=cast.proposer,
                at=AT,
            )
        perform(lead, "recall", actor=cast.assigner, at=AT, payload=WHY)
        deliver()
        case = Case.objects.get(pk=case.pk)
        shown = {}
        for who in (cast.clerk, cast.unit_leader, cast.assigner, cast.cosigner, cast.leader):
            found = queries.sections(case, Account.objects.get(pk=who.pk))  # afresh: what one signed is read once
            notices = Notice.objects.filter(account=who, event__subject_uid__in=[case.uid, lead.uid], text__contains="撤回")
            shown[who.username] = (
                [(line.verdict, line.own, line.heading) for line in found.replies],
                found.progress,
                found.may_rate,
                sorted(n.text.partition("号")[2] for n in notices),
            )
        assert queries.verdict_for_unit(lead, case) is None
        seen.append(shown)
    assert seen[0] == seen[1]
    assert Rating.objects.count() == 1


def test_ratings_of_the_other_replies_stay_and_what_was_promised_of_them(cast: Cast) -> None:
    case = cast.answered(AT)
    lead = cast.task(case)
    perform(lead, "recall", actor=cast.assigner, at=AT, payload=WHY)
    lead = cast.task(case)
    _write(cast, lead, "更正后的答复。")
    perform(lead, "submit_reply", actor=cast.clerk, at=LATER)
    perform(lead, "approve", actor=cast.unit_leader, at=LATER)
    perform(lead, "send", actor=cast.assigner, at=LATER, payload=Sending("A", "办法已经出台。"))
    sent = queries.replies_to_rate(Case.objects.get(pk=case.pk))
    assert [(reply.text, reply.counts_from) for reply in sent] == [("更正后的答复。", 3)]
    assert Reply.objects.filter(task=lead, round=1).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_a_recall_and_a_closing_at_once_one_happens(cast: Cast) -> None:
    case = cast.answered(AT)
    lead = cast.task(case)
    both(
        lambda: perform(lead, "recall", actor=cast.assigner, at=LATER, payload=WHY),
        lambda: actions.close_round(case, at=LATER),
        refusals=(Blocked, Overtaken),
    )
    case, lead = Case.objects.get(pk=case.pk), cast.task(case)
    assert (case.state, lead.state) in {(CaseState.IN_HAND, TaskState.IN_HAND), (CaseState.CLOSED, TaskState.ANSWERED)}


def test_clerks_are_told_why_it_comes_back(cast: Cast) -> None:
    _case, lead = _again(cast)
    deliver()
    told = Notice.objects.filter(account=Account.objects.get(pk=cast.clerk.pk), event__kind="tasks.rework").get()
    assert "经政协协调，请重新办理" in told.text
    assert "不满意" not in told.text
    assert lead.state == TaskState.IN_HAND
