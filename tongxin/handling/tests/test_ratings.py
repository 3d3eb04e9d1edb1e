"""Who rates, who may know what of it, and what follows from it, under the rules of each county."""

import re
from datetime import timedelta

from django.core.cache import cache

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import sealing
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.core.templatetags.chinese import day
from tongxin.handling import actions, queries, tasks
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Rating, Reply
from tongxin.notices.actions import deliver
from tongxin.notices.models import Notice
from tongxin.proposals.models import Signature
from tongxin.proposals.queries import raters
from tongxin.regulations.actions import adopt
from tongxin.workflow.engine import perform

SECRET = "答非所问，请把药房的名单列出来"
GRADES = re.compile("基本满意|不满意")


def _say(
    reply: Reply, attitude: str = "satisfied", result: str = "satisfied", comment: str = "", **ticked: str
) -> dict[str, str]:
    said = {f"{reply.uid}-attitude": attitude, f"{reply.uid}-result": result, f"{reply.uid}-comment": comment, "final": "1"}
    return said | {name if name == "closes_early" else f"{reply.uid}-{name}": value for name, value in ticked.items()}


def _rate(case: Case, place: int, at, result: str = "satisfied", **more) -> None:
    signature = raters(case.proposal)[place]
    said = {"attitude": "satisfied", "comment": "写明的理由", "actor": signature.member.account} | more
    actions.rate(_reply(case), signature=signature, result=result, at=at, **said)


def _reply(case: Case) -> Reply:
    return Reply.objects.get(task__case=case, round=case.round)


def _pages(case: Case) -> list[str]:
    lead = case.tasks.get(part="lead")
    return [
        f"/handling/{lead.uid}/",
        f"/proposals/{case.proposal.uid}/",
        "/handling/",
        "/handling/supervise/",
        f"/handling/rate/{case.uid}/",
    ]


def _told(as_, who: Account, case: Case) -> str:
    """Return all that somebody's pages say of a case."""
    return "".join(as_(who).get(url).content.decode() for url in _pages(case))


def test_nobody_learns_a_grade_before_the_round_is_closed(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(_reply(case), "fairly", "dissatisfied", SECRET))
    assert Rating.objects.count() == 1
    for name, who in cast.everyone().items():
        if name != "proposer":
            assert SECRET not in _told(as_, who, case), name
    assert SECRET in _told(as_, cast.proposer, case)


def test_below_the_minimum_the_unit_learns_again_and_the_reason_let_pass_on_and_nothing_else(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    reply = _reply(case)
    as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(reply, "fairly", "dissatisfied", SECRET, passes_on="on"))
    as_(cast.cosigner).post(f"/handling/rate/{case.uid}/", _say(reply, comment="谢谢，办得很实在"))
    case = actions.close_round(case, at=today)
    assert (case.state, case.round) == (CaseState.IN_HAND, 2)
    told = {name: _told(as_, who, case) for name, who in cast.everyone().items()}
    assert {name for name, said in told.items() if SECRET in said} == {
        "proposer", "office", "leader", "assigner", "clerk", "unit_leader",
    }  # fmt: skip
    assert {name for name, said in told.items() if "谢谢，办得很实在" in said} == {"cosigner"}
    for name in ("clerk", "unit_leader", "co_clerk", "leader", "assigner", "office"):
        assert re.findall(r"满意 \d 人", told[name]) == []
    page = as_(cast.clerk).get(f"/handling/{case.tasks.get(part='lead').uid}/").content.decode()
    verdict = page[page.index("重新办理的原因") : page.index("提案原文")]
    assert "评价的人数不满 3 人，按规定不告知评价。" in verdict
    assert [name for name in ("林知远", "何青禾") if name in verdict] == []


def test_from_the_minimum_on_counts_are_told_to_the_handling_side_and_names_to_nobody(wangchuan, as_, today) -> None:
    case, _task, members, people = wangchuan
    _answer(wangchuan, today)
    reply = _reply(case)
    for place, (attitude, result, comment) in enumerate(
        [("satisfied", "dissatisfied", SECRET), ("fairly", "satisfied", "谢谢"), ("satisfied", "satisfied", "")]
    ):
        ticked = {"passes_on": "on"} if place == 0 else {}
        as_(members[place].account).post(f"/handling/rate/{case.uid}/", _say(reply, attitude, result, comment, **ticked))
    case = actions.close_round(case, at=today)
    page = as_(people["clerk"]).get(case.get_absolute_url()).content.decode()
    verdict = page[page.index("评价汇总") :].partition("</section>")[0]
    assert re.findall(r"\w+ \d 人", re.sub(r"\s+", " ", verdict)) == [
        "满意 2 人", "基本满意 1 人", "不满意 0 人", "满意 2 人", "基本满意 0 人", "不满意 1 人",
    ]  # fmt: skip
    assert SECRET in verdict
    assert [name for name in ("石望川", "林听雪", "柳如眉", "谢谢") if name in verdict] == []
    for member in members:
        assert "评价汇总" not in as_(member.account).get(case.get_absolute_url()).content.decode()


def test_a_round_keeps_the_minimum_its_raters_were_told(wangchuan, today) -> None:
    case, task, _members, _people = wangchuan
    _answer(wangchuan, today)
    adopt(
        case.committee, "handling.ratings", effective_from=today.date(), body={"minimum": 4}, reference={"title": "本会规定"},
        actor=None, at=today,
    )  # fmt: skip
    for place, result in enumerate(("satisfied", "fairly", "fairly")):
        _rate(case, place, today, result)
    case = actions.close_round(case, at=today)
    verdict = queries.verdict_for_unit(task, case)
    assert (verdict.counts_from, verdict.result) == (3, {"satisfied": 1, "fairly": 2, "dissatisfied": 0})


def test_a_co_signer_sees_his_own_line_and_not_who_else_has_rated(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    before = _told(as_, cast.cosigner, case)
    _rate(case, 0, today)
    assert GRADES.findall(_told(as_, cast.cosigner, case)) == GRADES.findall(before)
    for who in (cast.cosigner, cast.clerk, cast.unit_leader, cast.co_clerk, cast.assigner, cast.leader):
        page = _told(as_, who, case)
        assert [word for word in ("已评价", "林知远评价", "已评 ", "评价进度") if word in page] == []
    _rate(case, 1, today, "fairly")
    assert "您的评价　办理态度：满意　办理结果：基本满意" in as_(cast.cosigner).get(case.get_absolute_url()).content.decode()


def test_the_office_sees_how_many_and_who_only_after_a_look_that_is_recorded(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    _rate(case, 0, today, "dissatisfied", comment=SECRET)
    office, url = as_(cast.office), f"/handling/cases/{case.uid}/ratings/"
    page = office.get(case.get_absolute_url()).content.decode()
    assert "应评 2 人，已评 1 人" in page
    assert (office.get(url)["Location"], office.head(url).status_code) == (case.get_absolute_url(), 302)
    assert Event.objects.filter(kind="handling.read_ratings").count() == 0
    assert as_(cast.clerk).get(url).status_code == 403
    looked = office.post(url).content.decode()
    assert [("林知远" in looked), ("代录评价" in looked), (SECRET in looked), ("不满意" in looked)] == [True, True, False, False]
    [event] = Event.objects.filter(kind="handling.read_ratings")
    assert (event.actor, event.subject_id, event.data) == (cast.office, case.pk, {})
    actions.close_round(case, at=today)
    piece = office.post(url, headers={"HX-Request": "true"}).content.decode()
    assert (SECRET in piece, "不满意" in piece, "<html" in piece) == (True, True, False)
    assert Event.objects.filter(kind="handling.read_ratings").count() == 2
    for name, who in cast.everyone().items():
        if name != "office":
            assert as_(who).post(url).status_code in {403, 404}, name
    assert Event.objects.filter(kind="handling.read_ratings").count() == 2


def test_who_keeps_proposals_and_serves_in_a_unit_of_the_case_is_of_the_unit(cast: Cast, as_, today) -> None:
    bodies.appoint(
        cast.clerk, committee=cast.county, duty=Duty.PROPOSAL_OFFICE, starts_on=today.date() - timedelta(days=9), actor=None,
        at=today,
    )  # fmt: skip
    Account.objects.update(needs_second_factor=False)
    case = cast.answered(today)
    both, second = as_(Account.objects.get(pk=cast.clerk.pk)), raters(case.proposal)[1]
    assert both.post(f"/handling/cases/{case.uid}/ratings/").status_code == 403
    assert both.get(f"/handling/rate/{case.uid}/for/{second.uid}/").status_code == 403
    assert both.post(f"/handling/rate/{case.uid}/for/{second.uid}/", _say(_reply(case))).status_code == 403
    assert "已评" not in both.get(case.get_absolute_url()).content.decode()
    assert Rating.objects.count() == Event.objects.filter(kind__in=("handling.rate", "handling.read_ratings")).count() == 0


def test_the_page_for_an_entry_on_behalf_does_not_tell_whether_somebody_has_rated(cast: Cast, as_, today) -> None:
    case, office = cast.answered(today), as_(cast.office)
    url = f"/handling/rate/{case.uid}/for/{raters(case.proposal)[0].uid}/"

    def form() -> str:
        page = office.get(url).content.decode()
        return page[page.index('<form method="post" novalidate') :].partition("csrfmiddlewaretoken")[0]

    before = form()
    _rate(case, 0, today)
    assert form() == before
    answer = office.post(url, _say(_reply(case), "fairly", "fairly"))
    assert (answer.status_code, "这位提案人已经评价过" in answer.content.decode()) == (409, True)
    assert list(Rating.objects.values_list("result", flat=True)) == ["satisfied"]
    assert Event.objects.filter(kind="handling.read_ratings").count() == 1


def test_the_form_says_beforehand_who_will_know_what_in_this_case(cast: Cast, wangchuan, as_, today) -> None:
    case = cast.answered(today)
    few = as_(cast.proposer).get(f"/handling/rate/{case.uid}/").content.decode()
    assert "这件提案由 2 位提案人评价，不足 3 位" in few
    assert "有一位提案人对办理结果不满意的，退回重新办理" in few
    assert "每位都同意提前办结的" in few
    other, _task, members, _people = wangchuan
    _answer(wangchuan, today)
    many = as_(members[0].account).get(f"/handling/rate/{other.uid}/").content.decode()
    assert "这件提案由 3 位提案人评价。实际评价满 3 位的" in many
    assert "半数以上提案人对办理结果不满意的，退回重新办理" in many
    Signature.objects.filter(proposal=case.proposal, role="co").delete()
    alone = as_(cast.proposer).get(f"/handling/rate/{case.uid}/").content.decode()
    assert "这件提案只有一位提案人评价" in alone
    assert "承办单位由此可以推知您是否满意" in alone


def test_the_form_says_in_four_lines_who_sees_it_what_the_unit_learns_what_sends_it_back_and_until_when(
    cast: Cast, wangchuan, as_, today
) -> None:
    def brief(member: Account, case: Case) -> list[tuple[str, str]]:
        page = as_(member).get(f"/handling/rate/{case.uid}/").content.decode()
        region = page[page.index('id="told-title"') :]
        always, hidden = region[: region.index("<details")], region[region.index("<details") : region.index("</details>")]
        assert hidden.count("<li") == 5
        return re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", always)

    case = cast.answered(today)
    who = ("谁看得到", "谁评的、什么时候评的，只有政协提案工作人员能看到；承办单位和其他人都看不到。")
    ends = ("何时截止", f"{day(Case.objects.get(pk=case.pk).rating_due_on)}截止，过后不能再评。")
    unit = ("告知单位", "评价结束后，承办单位只知道办结还是重新办理，不知道等次。")
    assert brief(cast.proposer, case) == [who, unit, ("不满意的", "有一位提案人对办理结果不满意的，退回重新办理。"), ends]
    other, _task, members, _people = wangchuan
    _answer(wangchuan, today)
    assert brief(members[0].account, other)[1:3] == [
        ("告知单位", "评价结束后，满 3 位评价的，承办单位知道各等次有几人，不知道是谁。"),
        ("不满意的", "半数以上提案人对办理结果不满意的，退回重新办理。"),
    ]
    Signature.objects.filter(proposal=case.proposal, role="co").delete()
    alone = "评价结束后，承办单位只知道办结还是重新办理；只有您一位评价，由此可以推知您是否满意。"
    assert brief(cast.proposer, case)[1:3] == [("告知单位", alone), ("不满意的", "您对办理结果不满意的，退回重新办理。")]


def test_a_second_rating_is_told_and_the_first_stays(cast: Cast, as_, today) -> None:
    case, client = cast.answered(today), as_(cast.proposer)
    reply = _reply(case)
    client.post(f"/handling/rate/{case.uid}/", _say(reply))
    answer = client.post(f"/handling/rate/{case.uid}/", _say(reply, "dissatisfied", "dissatisfied", SECRET))
    assert answer.status_code == 409
    assert "评价提交后不能更改" in answer.content.decode()
    assert list(Rating.objects.values_list("attitude", "result")) == [("satisfied", "satisfied")]


def test_a_dissatisfied_rating_without_a_reason_is_asked_for_it_and_keeps_the_rest(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    answer = as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(_reply(case), "fairly", "dissatisfied"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "评为不满意的，请写明理由。" in page
    assert len(re.findall(r'value="(?:fairly|dissatisfied)"[^>]* checked', page)) == 2
    assert Rating.objects.count() == 0


def test_only_signers_rate_and_only_the_office_enters_for_others(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    reply, second = _reply(case), raters(case.proposal)[1]
    for name, who in cast.everyone().items():
        if name not in {"proposer", "cosigner"}:
            assert as_(who).post(f"/handling/rate/{case.uid}/", _say(reply)).status_code in {403, 404}, name
        if name != "office":
            assert as_(who).post(f"/handling/rate/{case.uid}/for/{second.uid}/", _say(reply)).status_code in {403, 404}, name
    assert Rating.objects.count() == 0


def test_a_rating_entered_by_the_office_is_marked(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    second = raters(case.proposal)[1]
    answer = as_(cast.office).post(f"/handling/rate/{case.uid}/for/{second.uid}/", _say(_reply(case)))
    assert answer.status_code == 302
    rating = Rating.objects.get()
    assert (rating.signature, rating.entered_by) == (second, cast.office)
    event = Event.objects.get(kind="handling.rate")
    assert (event.actor, event.on_behalf_of, event.data["entered_for"]) == (cast.office, cast.cosigner, True)
    marked = {name: "机关代录" in _told(as_, getattr(cast, name), case) for name in ("cosigner", "proposer", "clerk", "leader")}
    assert marked == {"cosigner": True, "proposer": False, "clerk": False, "leader": False}


def test_auditors_learn_how_many_rated_on_a_day_that_is_over_and_neither_name_nor_hour(cast: Cast, as_, today) -> None:
    case = cast.answered(today - timedelta(days=3))
    auditor = as_(cast.audit_admin)

    def shown(query: str = "") -> str:
        cache.clear()
        return re.sub(
            r'value="[^"]{64}"|nonce="[^"]+"|data-session="[0-9]+"', "", auditor.get(f"/audit/{query}").content.decode()
        )

    before, of_day = [shown(), shown("?kind=handling"), shown("?q=林知远")], "提案人评价</th>"
    _rate(case, 0, today)
    assert [shown(), shown("?kind=handling"), shown("?q=林知远")] == before
    assert of_day not in shown()
    yesterday = today - timedelta(days=1)
    _rate(case, 1, yesterday)
    assert of_day not in shown()  # one alone shows in who signed in on that day
    for other in (cast.bystander, cast.clerk):
        audit.record("handling.rate", case, actor=other, at=yesterday, data={"name": other.name})
    assert shown().count(of_day) == 1
    assert f"{today - timedelta(days=1):%Y-%m-%d}</td>" in shown()
    assert of_day not in shown("?q=林知远")
    assert Event.objects.filter(kind="handling.rate").count() == 4


def test_neither_the_place_in_the_chain_nor_the_count_of_a_verification_tells_of_a_rating(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    sealing.seal(at=today)
    auditor = as_(cast.audit_admin)
    sealing.seal(at=today)
    before = [re.findall(r"\d+ 条", auditor.post("/audit/verify/").content.decode()) for _n in range(2)]
    _rate(case, 0, today)
    sealing.seal(at=today)
    assert re.findall(r"\d+ 条", auditor.post("/audit/verify/").content.decode()) == before[0] == before[1]
    page = auditor.get("/audit/").content.decode()
    assert re.findall(r'data-l="封存"[^>]*>([^<]*)<', page) == ["已封存"] * page.count('data-l="封存"')
    assert re.findall(r"before=(\d+)", page) == []


# ── when a round closes ──────────────────────────────────────────────────────────────────────────
def _six(today, days: int):
    return today.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=days)


def _noon(today):
    return today.replace(hour=12)


def test_the_last_rating_closes_nothing_the_daily_batch_does_and_once(wangchuan, today) -> None:
    case, _task, _members, _people = wangchuan
    _answer(wangchuan, today)
    for place, result in enumerate(("satisfied", "fairly", "satisfied")):
        _rate(case, place, _noon(today), result)
    assert Case.objects.get(pk=case.pk).state == CaseState.RATING
    assert tasks.close_rounds(_six(today, 1) - timedelta(minutes=1)) == 0
    assert tasks.close_rounds(_six(today, 1)) == 1
    closed = Case.objects.get(pk=case.pk)
    assert (closed.state, closed.closed_at) == (CaseState.CLOSED, _six(today, 1))
    assert tasks.close_rounds(_six(today, 2)) == 0
    actions.close_round(closed, at=_six(today, 2))
    assert Event.objects.filter(kind="cases.close").count() == 1


def test_a_rating_that_comes_after_the_hour_of_the_batch_waits_for_the_next(wangchuan, today) -> None:
    case, _task, _members, _people = wangchuan
    _answer(wangchuan, today)
    for place, (result, at) in enumerate(
        [("satisfied", _noon(today)), ("fairly", _noon(today)), ("satisfied", _six(today, 1) + timedelta(minutes=1))]
    ):
        _rate(case, place, at, result)
    assert [tasks.close_rounds(_six(today, 1) + timedelta(hours=n)) for n in (0, 1, 17)] == [0, 0, 0]
    assert tasks.close_rounds(_six(today, 2)) == 1


def test_a_round_of_few_raters_closes_on_its_last_day_unless_every_rater_agreed(cast: Cast, today) -> None:
    waits, one_agreed, agreed = (cast.answered(today) for _n in range(3))
    for case, first, second in ((waits, False, False), (one_agreed, True, False), (agreed, True, True)):
        _rate(case, 0, _noon(today), closes_early=first)
        _rate(case, 1, _noon(today), "fairly", closes_early=second)
    assert tasks.close_rounds(_six(today, 1)) == 1
    assert [Case.objects.get(pk=c.pk).state for c in (waits, one_agreed, agreed)] == ["rating", "rating", "closed"]
    due = (waits.rating_due_on - today.date()).days
    assert (tasks.close_rounds(_six(today, due)), tasks.close_rounds(_six(today, due + 1))) == (0, 2)


def test_a_round_of_one_mind_closes_on_its_last_day_unless_every_rater_agreed(wangchuan, today) -> None:
    case, _task, _members, _people = wangchuan
    _answer(wangchuan, today)
    for place in range(3):
        _rate(case, place, _noon(today))
    assert tasks.close_rounds(_six(today, 1)) == 0
    Rating.objects.update(closes_early=True)
    assert tasks.close_rounds(_six(today, 1)) == 1


def test_the_page_takes_what_a_rater_agrees_to(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    as_(cast.proposer).post(
        f"/handling/rate/{case.uid}/", _say(_reply(case), comment="已看过", passes_on="on", closes_early="on")
    )
    as_(cast.cosigner).post(f"/handling/rate/{case.uid}/", _say(_reply(case)))
    assert list(Rating.objects.order_by("id").values_list("passes_on", "closes_early")) == [(True, True), (False, False)]


def test_a_rating_after_the_last_day_is_not_taken_and_what_was_written_is_shown(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    Case.objects.filter(pk=case.pk).update(rating_due_on=today.date() - timedelta(days=1))
    answer = as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(_reply(case), "fairly", "fairly", "写得太晚的话"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "截止" in page
    assert "写得太晚的话" in page
    assert Rating.objects.count() == 0


def test_a_round_that_nobody_rated_closes_as_unrated_and_tells_it_to_who_keeps_the_proposals_alone(
    cast: Cast, as_, today
) -> None:
    case = cast.answered(today)
    due = (case.rating_due_on - today.date()).days
    assert (tasks.close_rounds(_six(today, due)), tasks.close_rounds(_six(today, due + 1))) == (0, 1)
    case.refresh_from_db()
    assert (case.state, case.unrated) == (CaseState.CLOSED, True)
    [event] = Event.objects.filter(kind="cases.close")
    assert (event.actor_name, event.data) == ("系统", {})
    assert {name for name, who in cast.everyone().items() if "未评价" in _told(as_, who, case)} == {"office"}
    deliver()
    assert [n.text for n in Notice.objects.filter(event=event) if not n.text.endswith("已办结")] == []


def test_one_rating_is_enough_not_to_be_unrated(cast: Cast, today) -> None:
    case = cast.answered(today)
    _rate(case, 0, today)
    tasks.close_rounds(today + timedelta(days=60))
    case.refresh_from_db()
    assert (case.state, case.unrated) == (CaseState.CLOSED, False)


def test_a_second_dissatisfaction_goes_to_the_office(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    for _round in (1, 2):
        case.refresh_from_db()
        task = case.tasks.get(part="lead")
        if task.state == TaskState.IN_HAND:
            draft = actions.reply_of(task)
            actions.save_reply(draft, fields={"text": "又在三个镇试点。"}, started_from=draft.version, actor=cast.clerk, at=today)
            actions.record_contact(
                task, stage="during", way="phone", on=today.date(), who="孟时雨", with_whom="林知远", note="再次沟通。",
                actor=cast.clerk, at=today,
            )  # fmt: skip
            perform(task, "submit_reply", actor=cast.clerk, at=today)
            perform(task, "approve", actor=cast.unit_leader, at=today)
            from tongxin.handling.workflow import Sending

            perform(task, "send", actor=cast.assigner, at=today, payload=Sending("B"))
        reply = _reply(case)
        for signature, who in zip(raters(case.proposal), (cast.proposer, cast.cosigner), strict=True):
            actions.rate(
                reply, signature=signature, attitude="satisfied", result="dissatisfied", comment="还是没有", actor=who, at=today
            )
        actions.close_round(case, at=today)
    case.refresh_from_db()
    assert (case.state, case.round) == (CaseState.WITH_OFFICE, 2)
    said = {"reason": "请县卫生健康局再研究。", "units": [case.tasks.get(part="lead").uid]}
    assert as_(cast.office).post(f"/go/cases/{case.uid}/resume/", said).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.round, case.tasks.get(part="lead").state) == (CaseState.IN_HAND, 3, TaskState.IN_HAND)


# ── the rules of another county: no supervising review, a majority sends back ────────────────────
def _answer(wangchuan, at) -> None:
    """Send the reply of the other county's case, so that its three signers are asked."""
    _case, task, _members, people = wangchuan
    reply = actions.reply_of(task)
    actions.save_reply(
        reply, fields={"category": "A", "text": "已经开设。"}, started_from=reply.version, actor=people["clerk"], at=at
    )
    perform(task, "submit_reply", actor=people["clerk"], at=at)
    perform(task, "sign_and_send", actor=people["leader"], at=at)


def test_where_no_office_reviews_the_leader_sends_and_a_minority_does_not_send_back(wangchuan, as_, today) -> None:
    case, task, members, people = wangchuan
    clerk, leader = as_(people["clerk"]), as_(people["leader"])
    clerk.post(f"/handling/{task.uid}/reply/", {"category": "A", "text": "已经开设。", "contact": "", "phone": "", "version": 1})
    # 望川县没有规定面商后才能答复，也不经督办部门审核。
    assert clerk.post(f"/go/tasks/{task.uid}/submit_reply/").status_code == 302
    assert "签发，送提案人" in leader.get(f"/handling/{task.uid}/").content.decode()
    assert leader.post(f"/go/tasks/{task.uid}/sign_and_send/").status_code == 302
    case.refresh_from_db()
    assert case.state == CaseState.RATING
    reply = _reply(case)
    as_(members[0].account).post(f"/handling/rate/{case.uid}/", _say(reply, "satisfied", "dissatisfied", SECRET))
    for member in members[1:]:
        as_(member.account).post(f"/handling/rate/{case.uid}/", _say(reply))
    actions.close_round(case, at=today)
    case.refresh_from_db()
    assert (case.state, case.round) == (CaseState.CLOSED, 1)


def test_a_majority_sends_back(wangchuan, as_, today) -> None:
    case, _task, members, _people = wangchuan
    _answer(wangchuan, today)
    reply = _reply(case)
    for member in members[:2]:
        as_(member.account).post(f"/handling/rate/{case.uid}/", _say(reply, "satisfied", "dissatisfied", SECRET))
    as_(members[2].account).post(f"/handling/rate/{case.uid}/", _say(reply))
    actions.close_round(case, at=today)
    case.refresh_from_db()
    assert (case.state, case.round) == (CaseState.IN_HAND, 2)
