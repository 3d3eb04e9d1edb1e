"""Each event by itself; what one person is shown of a matter and day stands together; how much one proposal makes."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, moment
from tongxin.audit.models import Event, Mark
from tongxin.core.faults import SomeFailedError
from tongxin.handling import actions as handling
from tongxin.handling import tasks as handling_tasks
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Contact, Reply
from tongxin.notices import actions, letters, queries
from tongxin.notices.models import Letter, Notice
from tongxin.notices.table import TABLE, Tell, because, together
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries as signers
from tongxin.proposals.models import Proposal


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A sentence that fails as long as the list is not empty."""
    fails = [True]

    def words(_event: Any, proposal: Any) -> str:
        if fails and "坏" in proposal.title:
            raise KeyError("林知远的电话 13800000000")
        return f"《{proposal.title}》已经提交"

    line = TABLE["proposals.submit"][0]
    monkeypatch.setitem(TABLE, "proposals.submit", [Tell("proposals.submit", line.to, words)])
    return fails


def test_one_event_that_cannot_be_told_stops_no_other_and_is_tried_again(cast: Cast, broken: list[bool]) -> None:
    cast.submitted(title="关于坏句子的建议")
    cast.submitted(title="关于好句子的建议")
    actions.deliver()
    texts = list(Notice.objects.filter(account=cast.cosigner).values_list("text", flat=True))
    assert any("好句子" in text and "提交" in text for text in texts)
    assert not any("坏句子" in text and "提交" in text for text in texts)
    [mark] = Mark.objects.all()
    assert (mark.tries, mark.event.kind) == (1, "proposals.submit")
    assert mark.problem.startswith("KeyError（notices/tests/test_telling.py:")
    assert "林知远" not in mark.problem
    assert mark.next_try_at is not None
    assert mark.next_try_at > timezone.now()
    broken.clear()
    assert actions.deliver() == 0  # not before its time
    Mark.objects.update(next_try_at=timezone.now())
    assert actions.deliver() == 1
    assert Notice.objects.filter(account=cast.cosigner, text__contains="坏句子").filter(text__contains="提交").count() == 1
    assert Mark.objects.count() == 0


def test_words_that_change_between_two_tries_make_no_second_notice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = cast.submitted()
    actions.deliver()
    before = sorted(Notice.objects.values_list("account", "event"))
    for event in actions.Event.objects.filter(subject_uid=proposal.uid):
        Mark.objects.create(event=event, consumer=actions.CONSUMER)
    monkeypatch.setitem(
        TABLE, "proposals.submit", [Tell("proposals.submit", TABLE["proposals.submit"][0].to, lambda _e, _p: "换了说法")]
    )
    actions.deliver()
    assert sorted(Notice.objects.values_list("account", "event")) == before


def test_an_act_tells_nobody_it_leaves_marks_and_the_next_round_tells(
    cast: Cast, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    proposal = cast.draft()
    actions.deliver()
    before = Notice.objects.count()
    client.force_login(cast.proposer)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/proposals/{proposal.uid}/submit/", {"version": str(proposal.version)}).status_code == 302
    event = Event.objects.get(kind="proposals.submit", subject_uid=proposal.uid)
    assert (Notice.objects.count(), Mark.objects.filter(event=event, consumer="notices").count()) == (before, 1)
    actions.deliver()
    assert set(Notice.objects.filter(event=event).values_list("account", flat=True)) == {cast.office.pk}


def test_between_two_events_others_may_write(cast: Cast) -> None:
    for title in ("关于一件事的建议", "关于另一件事的建议"):
        cast.submitted(title=title)
    rests: list[float] = []
    told = actions.deliver(rest=lambda took: rests.append(took if not connection.savepoint_ids else -1))
    assert len(rests) == told > 1
    assert all(took > 0 for took in rests)


# ── who is told by several lines ─────────────────────────────────────────────────────────────────
def test_who_signed_and_has_to_assign_reads_both(cast: Cast) -> None:
    proposal = cast.filed()
    Proposal._base_manager.filter(pk=proposal.pk).update(entered_by=cast.assigner)
    actions.deliver()
    [notice] = Notice.objects.filter(account=cast.assigner, event__kind="proposals.file")
    assert notice.text == f"您的提案《{proposal.title}》已立案，编为第 0001 号；第 0001 号提案《{proposal.title}》已立案，请交办"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> Any:
    """Let the submission be told to one person by the lines that a test gives: words, urgent, address, otherwise."""

    def tell(*said: tuple[str, bool, str, bool]) -> Notice:
        rows = [
            Tell(
                "proposals.submit",
                lambda _e, _p: [cast.bystander],
                lambda _e, _p, t=text: t,
                lambda _e, _p, u=url: u,
                urgent=urgent,
                otherwise=other,
            )
            for text, urgent, url, other in said
        ]
        monkeypatch.setitem(TABLE, "proposals.submit", rows)
        cast.submitted()
        actions.deliver()
        return Notice.objects.get(account=cast.bystander, event__kind="proposals.submit")

    return tell


def test_what_presses_is_said_first_leads_there_and_presses(lines: Any) -> None:
    told = lines(("已经提交", False, "/a/", False), ("请您预审", True, "/b/", False))
    assert (told.text, told.url, told.urgent) == ("请您预审；已经提交", "/b/", True)


def test_a_line_for_all_others_says_nothing_to_who_was_told(lines: Any) -> None:
    told = lines(("给您发了码", False, "/a/", False), ("给某人发了码", True, "/b/", True))
    assert (told.text, told.url, told.urgent) == ("给您发了码", "/a/", False)


def test_sentences_are_said_once_and_as_whole_as_there_is_room() -> None:
    assert together(["甲", "乙", "甲"], 10) == "甲；乙"
    assert together(["改名", "改名，请取消"], 10) == "改名，请取消"
    assert together(["短", "长" * 20], 10) == "短；" + "长" * 7 + "…"
    assert together(["一" * 20, "二" * 20], 11) == "一一一一…；二二二二…"
    assert together(["一" * 20], 20) == "一" * 20


# ── rounds and deadlines, each by itself ─────────────────────────────────────────────────────────
def test_a_case_that_fails_keeps_no_other_round_from_closing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = cast.answered(), cast.answered(title="关于另一件事的建议")
    closes = handling.close_round

    def close(case: Case, *, at: Any) -> Case:
        if case.pk == bad.pk:
            raise LookupError
        return closes(case, at=at)

    monkeypatch.setattr(handling, "close_round", close)
    at = moment("2026-06-01")
    with pytest.raises(SomeFailedError, match="2 件中有 1 件没有办成"):
        handling_tasks.close_rounds(at)
    assert [Case.objects.get(pk=case.pk).state for case in (bad, good)] == [CaseState.RATING, CaseState.CLOSED]


def test_a_part_whose_threshold_cannot_be_said_keeps_no_other_from_being_told(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tongxin.handling.queries import clocks

    bad, good = cast.assigned(), cast.assigned(title="关于另一件事的建议")
    says = clocks.threshold_of

    def threshold(task: Any, on: Any) -> str:
        if task.case_id == bad.pk:
            raise LookupError
        return says(task, on)

    monkeypatch.setattr(clocks, "threshold_of", threshold)
    monkeypatch.setattr(handling_tasks.queries, "threshold_of", threshold)
    with pytest.raises(SomeFailedError):
        handling_tasks.tell_deadlines(moment("2026-09-01"))
    told = actions.Event.objects.filter(kind="handling.overdue").values_list("subject_id", flat=True)
    assert set(told) == {good.pk}


# ── together by matter and day ───────────────────────────────────────────────────────────────────
def a_notice(cast: Cast, text: str, matter: str, day: str, *, urgent: bool = False, hour: int = 9) -> Notice:
    event = actions.Event.objects.exclude(pk__in=Notice.objects.values("event")).order_by("-id")[0]
    at = moment(day, hour)
    return Notice.objects.create(
        account=cast.bystander, event=event, text=text, matter=matter, made_at=at, day=at.date(), urgent=urgent, url="/home/"
    )


def test_what_is_told_of_a_matter_on_a_day_is_one_entry_with_the_newest_on_top(cast: Cast, client: Client) -> None:
    cast.answered()
    for text, matter, day, urgent in (
        ("甲一", "a", "2026-03-01", False),
        ("乙一", "b", "2026-03-02", False),
        ("甲二", "a", "2026-03-02", False),
        ("甲急", "a", "2026-03-02", True),
        ("甲三", "a", "2026-03-02", False),
    ):
        a_notice(cast, text, matter, day, urgent=urgent)
    shown, older = queries.entries(cast.bystander, most=20)
    assert [[line.text for line in entry.lines] for entry in shown] == [["甲三", "甲急", "甲二"], ["乙一"], ["甲一"]]
    assert ([line.text for line in shown[0].pressing], [line.text for line in shown[0].folded]) == (["甲急"], ["甲二"])
    assert (queries.unread(cast.bystander), older) == (3, "")
    client.force_login(cast.bystander)
    page = client.get("/notices/").text.partition("<main")[2]
    assert page.index("甲三") < page.index("甲急") < page.index("<details") < page.index("甲二") < page.index("乙一")
    assert "同一天同一件事还有 1 条消息" in page
    client.post(f"/notices/{shown[0].newest.uid}/")
    assert queries.unread(cast.bystander) == 2
    assert set(Notice.objects.filter(account=cast.bystander, read_at=None).values_list("text", flat=True)) == {"乙一", "甲一"}
    assert "甲三" not in client.get("/notices/?unread=1").text


def test_entries_page_by_the_last_line_shown_and_lose_none(cast: Cast) -> None:
    cast.answered()
    for number in range(14):
        a_notice(cast, f"{number}", f"m{number % 4}", f"2026-03-0{1 + number // 5}")
    whole, _end = queries.entries(cast.bystander, most=99)
    paged: list[str] = []
    before = ""
    while True:
        shown, before = queries.entries(cast.bystander, most=3, before=before)
        paged += [entry.newest.text for entry in shown]
        if not before:
            break
    assert paged == [entry.newest.text for entry in whole]
    assert len(paged) == queries.unread(cast.bystander) == 12


def test_the_notice_centre_asks_as_often_for_three_entries_as_for_one(cast: Cast, client: Client) -> None:
    cast.answered()
    client.force_login(cast.bystander)
    counts = []
    for number in range(3):
        a_notice(cast, f"{number}", f"m{number}", "2026-03-01")
        client.get("/notices/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/notices/")
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2]


# ── how much one proposal makes ──────────────────────────────────────────────────────────────────
def a_whole_life(cast: Cast) -> Case:
    """From draft to close, with two co-signers, a lead and a co-handler, each step on a day of its own where an office takes one."""
    at = moment("2026-03-02")
    proposal = cast.draft(at)
    for account, hour in ((cast.cosigner, 1), (cast.second_cosigner, 2)):
        [invitation] = proposals.invite_cosigners(
            proposal, members=[cast.member(account)], until=at + timedelta(hours=12), actor=cast.proposer, at=at
        )
        proposals.answer_invitation(invitation, accept=True, actor=account, at=at + timedelta(hours=hour))
    return live_on(cast, proposal)


def live_on(cast: Cast, proposal: Any) -> Case:
    from tongxin.handling.workflow import Advising, Sending, SignFor
    from tongxin.proposals.workflow import Examination, Filing
    from tongxin.workflow.engine import perform

    def on(day: int, hour: int = 9) -> Any:
        return moment("2026-03-01", hour) + timedelta(days=day)

    perform(proposal, "submit", actor=cast.proposer, at=on(2))
    perform(proposal, "pass_examination", actor=cast.office, at=on(3), payload=Examination("social", "learning", "government"))
    perform(proposal, "file", actor=cast.office, at=on(4), payload=Filing("social", "learning", "government"))
    parts = [(cast.unit, "lead"), (cast.co_unit, "co")]
    case = handling.assign(proposal, parts=parts, actor=cast.assigner, at=on(4, 15))  # type: ignore[arg-type]
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    perform(lead, "sign_for", actor=cast.clerk, at=on(5), payload=SignFor("孟时雨"))
    perform(co, "sign_for", actor=cast.co_clerk, at=on(5, 10), payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=cast.co_clerk, at=on(8), payload=Advising("同意，夜班补助可从公共卫生经费中列支。"))
    handling.record_contact(
        lead,
        stage="before",
        way="meeting",
        on=on(9).date(),
        who="孟时雨",
        with_whom="林知远",
        note="先在两个镇试点。",
        actor=cast.clerk,
        at=on(9),
    )
    reply = handling.reply_of(lead)
    said = {"category": "B", "text": "您提出的建议收悉，现答复如下：六月底前在两个镇试点夜间药房。", "contact": "孟时雨"}
    handling.save_reply(reply, fields=said, started_from=reply.version, actor=cast.clerk, at=on(10))
    perform(lead, "submit_reply", actor=cast.clerk, at=on(10))
    perform(lead, "approve", actor=cast.unit_leader, at=on(11))
    perform(lead, "send", actor=cast.assigner, at=on(12), payload=Sending("B"))
    case = Case.objects.get(pk=case.pk)
    for account in (cast.proposer, cast.cosigner, cast.second_cosigner):
        signature = next(s for s in signers.raters(case.proposal) if s.member.account_id == account.pk)
        sent = Reply.objects.get(task=lead)
        handling.rate(sent, signature=signature, attitude="satisfied", result="satisfied", comment="", actor=account, at=on(13))
    return handling.close_round(case, at=on(60))


# role → notices, entries as shown, letters. Were each notice an entry and a letter of its own, and every signer told of
# each signing-for, of the handing over and of each talk, it would be nine for each signer.
A_LIFE = {
    "proposer": (9, 6, 6),
    "cosigner": (5, 5, 5),
    "second_cosigner": (5, 5, 5),
    "office": (1, 1, 1),
    "assigner": (2, 2, 2),
    "clerk": (4, 4, 4),
    "co_clerk": (2, 2, 2),
    "unit_leader": (1, 1, 1),
}


def test_a_proposal_makes_so_many_entries_and_letters_for_each(cast: Cast, settings: Any) -> None:
    settings.EMAIL_HOST = "localhost"
    people = {name: getattr(cast, name) for name in A_LIFE}
    for name, account in people.items():
        account.email = f"{name}@example.invalid"
        account.save()
    assert a_whole_life(cast).state == CaseState.CLOSED
    actions.deliver()
    assert Contact.objects.exists()
    found = {}
    for name, account in people.items():
        told = Notice.objects.filter(account=account)
        posted = Counter(
            letter.pk if letter.notice.urgent else letters.daily_after(letter.notice.made_at)
            for letter in Letter.objects.filter(notice__account=account).select_related("notice")
        )
        found[name] = (told.count(), told.order_by().values("matter", "day").distinct().count(), len(posted))
    assert found == A_LIFE


def test_a_reason_is_shortened_only_where_something_follows_it() -> None:
    event = Event(kind="members.correct", data={"reason": "事" * 200})
    assert [because(event), because(event, most=40), because(Event(data={"reason": ""}), most=40)] == [
        "：" + "事" * 200,
        "：" + "事" * 39 + "…",
        "",
    ]
