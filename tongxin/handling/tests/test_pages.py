"""The pages of handling, from assigning to the second handling, as people walk them."""

from datetime import timedelta

from tests.cast import Cast
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.drafts.models import KeptCopy
from tongxin.handling import actions
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Contact, Rating, Reply, Task
from tongxin.handling.workflow import SignFor
from tongxin.proposals.queries import raters
from tongxin.workflow.engine import perform

SECRET = "只说试点，没有说什么时候推开。"


def _go(client, task, action, **said):
    return client.post(f"/go/tasks/{task.uid}/{action}/", said)


def test_a_case_goes_from_assigning_to_the_second_handling_through_its_pages(cast: Cast, as_, today) -> None:
    proposal = cast.filed(today, suggested_units="县卫生健康局")
    office, clerk, leader = as_(cast.assigner), as_(cast.clerk), as_(cast.unit_leader)

    # 交办：期限和依据先看到，再确定。
    page = office.get(f"/handling/assign/{proposal.uid}/").content.decode()
    assert "县卫生健康局（提案人建议）" in page
    assert "《政协云溪县委员会提案办理协商办法》第十二条" in page
    answer = office.post(f"/handling/assign/{proposal.uid}/", {"way": "lead", "units": cast.unit.uid, "co": cast.co_unit.uid})
    case = Case.objects.get(proposal=proposal)
    assert answer.headers["Location"] == "/handling/assign/"  # nothing else waits
    lead, co = cast.task(case), cast.task(case, cast.co_unit)

    # 签收、会办、面商。
    assert _go(clerk, lead, "sign_for", handler="孟时雨").status_code == 302
    assert _go(as_(cast.co_clerk), co, "sign_for", handler="陆知行").status_code == 302
    assert _go(as_(cast.co_clerk), co, "give_advice", advice="同意列支夜班补助。").status_code == 302
    contact = {
        "stage": "before",
        "way": "meeting",
        "on": today.date(),
        "who": "孟时雨",
        "with_whom": "林知远",
        "note": "先试点。",
    }
    assert clerk.post(f"/handling/{lead.uid}/contact/", contact).status_code == 302
    [talk] = Contact.objects.all()
    assert as_(cast.proposer).post(f"/handling/contacts/{talk.uid}/confirm/").status_code == 302
    assert talk.presences.get().happened is True

    # 起草、预览、审签、审核改类别、送达。
    draft = {"category": "A", "text": "您提出的建议收悉。\n六月底前试点。", "contact": "孟时雨", "phone": "", "version": 1}
    assert clerk.post(f"/handling/{lead.uid}/reply/", draft).status_code == 302
    preview = clerk.get(f"/handling/{lead.uid}/reply/preview/").content.decode()
    assert "关于云溪县政协十一届五次会议<br>第 0001 号提案的答复" in preview
    assert _go(clerk, lead, "submit_reply").status_code == 302
    assert _go(leader, lead, "approve").status_code == 302
    review = office.get(f"/handling/{lead.uid}/review/").content.decode()
    assert "自报 A 类，签发 齐望山" in review
    assert _go(office, lead, "send", category="B").status_code == 422
    assert Reply.objects.get(task=lead).sent_at is None  # to change the category takes a reason
    assert _go(office, lead, "send", category="B", reason="试点还没有完成。").status_code == 302
    assert kinds.detail(Event.objects.get(kind="tasks.send")) == "类别由 A 类改定为 B 类　试点还没有完成。"
    reply = Reply.objects.get(task=lead)
    assert (reply.category_before_review, reply.category, reply.leader) == ("A", "B", "齐望山")

    # 两位提案人评价，一位不满意，退回重办；单位只知道同意转告的理由。
    first = as_(cast.proposer).post(
        f"/handling/rate/{case.uid}/", {f"{reply.uid}-attitude": "satisfied", f"{reply.uid}-result": "satisfied", "final": "1"}
    )
    assert first.headers["Location"] == f"/proposals/{proposal.uid}/"
    assert SECRET not in clerk.get(f"/handling/{lead.uid}/").content.decode()
    as_(cast.cosigner).post(
        f"/handling/rate/{case.uid}/",
        {
            "final": "1",
            f"{reply.uid}-attitude": "fairly",
            f"{reply.uid}-result": "dissatisfied",
            f"{reply.uid}-comment": SECRET,
            f"{reply.uid}-passes_on": "on",
        },
    )
    assert SECRET not in clerk.get(f"/handling/{lead.uid}/").content.decode()
    actions.close_round(case, at=today)
    case.refresh_from_db()
    lead.refresh_from_db()
    assert (case.state, case.round, lead.state) == (CaseState.IN_HAND, 2, TaskState.IN_HAND)
    assert SECRET in clerk.get(f"/handling/{lead.uid}/").content.decode()

    # 第二次办理从第一次的答复写起，再送，都满意，办结。
    again = clerk.get(f"/handling/{lead.uid}/reply/").content.decode()
    assert "六月底前试点。" in again
    second = Reply.objects.get(task=lead, round=2)
    clerk.post(f"/handling/{lead.uid}/reply/", draft | {"text": "八月底前全县推开。", "version": second.version})
    clerk.post(f"/handling/{lead.uid}/contact/", contact | {"stage": "during", "note": "全县推开。"})
    _go(clerk, lead, "submit_reply")
    _go(leader, lead, "approve")
    _go(office, lead, "send", category="A")
    second.refresh_from_db()
    for who in (cast.proposer, cast.cosigner):
        as_(who).post(
            f"/handling/rate/{case.uid}/",
            {f"{second.uid}-attitude": "satisfied", f"{second.uid}-result": "satisfied", "final": "1"},
        )
    actions.close_round(case, at=today)
    case.refresh_from_db()
    assert (case.state, case.unrated, Rating.objects.count()) == (CaseState.CLOSED, False, 4)


def test_who_assigns_second_is_told_who_did_it_and_nothing_changes(cast: Cast, as_, today) -> None:
    proposal = cast.filed(today)
    said = {"way": "sole", "units": cast.unit.uid}
    office = as_(cast.assigner)
    office.post(f"/handling/assign/{proposal.uid}/", said)
    events = Event.objects.count()
    answer = office.post(f"/handling/assign/{proposal.uid}/", {"way": "sole", "units": cast.other_unit.uid})
    assert answer.status_code == 409
    assert "您已于" in answer.content.decode()
    assert "县卫生健康局（独办）" in answer.content.decode()
    assert (Task.objects.count(), Event.objects.count()) == (1, events)


def test_an_assignment_that_does_not_fit_keeps_what_was_chosen_and_says_what_to_do(cast: Cast, as_, today) -> None:
    proposal = cast.filed(today)
    answer = as_(cast.assigner).post(f"/handling/assign/{proposal.uid}/", {"way": "lead", "units": cast.unit.uid})
    page = answer.content.decode()
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert "请选会办单位；没有会办单位的，请改为独办。" in page
    assert f'value="{cast.unit.uid}" id="id_units_0" checked' in page or f'value="{cast.unit.uid}"' in page
    # 归口以外的单位不能主办，表单里也没有。
    answer = as_(cast.assigner).post(f"/handling/assign/{proposal.uid}/", {"way": "sole", "units": cast.party_unit.uid})
    assert (answer.status_code, Case.objects.count()) == (422, 0)


def test_only_the_office_of_the_same_affiliation_assigns(cast: Cast, as_, today) -> None:
    proposal = cast.filed(today)
    said = {"way": "sole", "units": cast.unit.uid}
    answers = {
        name: as_(who).post(f"/handling/assign/{proposal.uid}/", said).status_code
        for name, who in cast.everyone().items()
        if name != "assigner"
    }
    assert {name for name, code in answers.items() if code not in {403, 404}} == set()
    assert Case.objects.count() == 0


def test_several_proposals_go_to_one_unit_and_the_rest_is_named(cast: Cast, as_, today) -> None:
    first, second = cast.filed(today), cast.filed(today, title="关于整治路灯的建议")
    ticked = {"act": "together", "pick": [first.uid, second.uid], "unit": cast.unit.uid, "confirmed": "1"}
    ticked["pick"] = as_(cast.assigner).post("/handling/assign/acts/", ticked).context["picked"]
    actions.assign(second, parts=[(cast.other_unit, "sole")], actor=cast.assigner, at=today)
    outcome = as_(cast.assigner).post("/handling/assign/acts/", ticked).context["outcome"]
    assert (outcome.sentence, outcome.left) == ("1 件完成，1 件未办。", [("关于整治路灯的建议", "已由他人办理")])
    assert set(Task.objects.values_list("unit__name", flat=True)) == {"县卫生健康局", "县水务局"}


def test_assigning_together_without_a_unit_keeps_the_ticks(cast: Cast, as_, today) -> None:
    proposal = cast.filed(today)
    ticked = {"act": "together", "pick": [proposal.uid], "unit": "", "confirmed": "1"}
    ticked["pick"] = as_(cast.assigner).post("/handling/assign/acts/", ticked).context["picked"]
    answer = as_(cast.assigner).post("/handling/assign/acts/", ticked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择承办单位。" in page
    assert f'name="pick" value="{proposal.uid}:' in page


def test_the_address_of_assigning_together_leads_to_the_desk(cast: Cast, as_, today) -> None:
    cast.filed(today)
    assert as_(cast.assigner).get("/handling/assign/acts/")["Location"] == "/handling/assign/"
    assert as_(cast.clerk).get("/handling/assign/acts/").status_code == 403
    assert Case.objects.count() == 0


def test_a_returned_case_goes_to_another_unit(cast: Cast, as_, today) -> None:
    case = actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today)
    task, office = cast.task(case), as_(cast.assigner)
    _go(as_(cast.clerk), task, "ask_return", reason="不属于本单位职责。")
    assert "不属于本单位职责。" in office.get(f"/handling/cases/{case.uid}/units/").content.decode()
    _go(office, task, "grant_return", reason="同意，改交县水务局。")
    assert "待改派 <i>1</i>" in office.get("/handling/assign/").content.decode()
    answer = office.post(f"/handling/cases/{case.uid}/units/", {"way": "sole", "units": cast.other_unit.uid, "reason": "改派。"})
    assert answer.status_code == 302
    assert sorted(Task.objects.values_list("unit__name", "state")) == [("县卫生健康局", "returned"), ("县水务局", "awaiting")]
    assert "待改派 <i>0</i>" in office.get("/handling/assign/").content.decode()
    # 退办以后，原单位不再看到这件的办理情况。
    assert as_(cast.clerk).get(f"/handling/{cast.task(case, cast.other_unit).uid}/").status_code == 404


def test_the_last_day_of_the_window_still_lets_a_unit_ask_to_return(cast: Cast, as_, today) -> None:
    case = cast.assigned(today)
    task = cast.task(case)
    Task.objects.filter(pk=task.pk).update(return_until=today.date())
    page = as_(cast.clerk).get(f"/go/tasks/{task.uid}/ask_return/").content.decode()
    assert "申请退办的期限是" not in page
    Task.objects.filter(pk=task.pk).update(return_until=today.date() - timedelta(days=400))
    answer = _go(as_(cast.clerk), task, "ask_return", reason="不属于本单位职责。")
    task.refresh_from_db()
    assert "申请退办的期限是" in answer.content.decode()
    assert task.state == TaskState.AWAITING


def test_an_office_hour_before_eight_belongs_to_the_same_day(cast: Cast) -> None:
    from datetime import UTC, datetime

    # 北京时间三月六日早上七点半，在格林尼治还是五日。
    at = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
    case = actions.assign(cast.filed(), parts=[(cast.unit, "sole")], actor=cast.assigner, at=at)
    assert cast.task(case).due_on.isoformat() == "2026-06-08"  # the sixth is a Saturday


# ── the editor ───────────────────────────────────────────────────────────────────────────────────
def _in_hand(cast: Cast, today) -> Task:
    case = actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today)
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    return cast.task(case)


def test_reading_the_editor_writes_nothing(cast: Cast, as_, today) -> None:
    task = _in_hand(cast, today)
    assert as_(cast.clerk).get(f"/handling/{task.uid}/reply/").status_code == 200
    assert Reply.objects.count() == 0


def test_autosave_answers_with_the_new_version_and_keeps_a_stale_text_beside(cast: Cast, as_, today) -> None:
    task, clerk = _in_hand(cast, today), as_(cast.clerk)
    url = f"/drafts/handling.reply/{task.uid}/"
    said = {"category": "B", "text": "第一稿。", "contact": "", "phone": "", "version": 1, "tab": "a"}
    answer = clerk.post(url, said)
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    answer = clerk.post(url, said | {"text": "另一个窗口写的。", "tab": "b"})
    told = answer.json()
    assert (answer.status_code, told["version"], told["fields"]["text"]) == (409, 2, "第一稿。")
    kept = KeptCopy.objects.get()
    assert (told["mine_kept_as"], kept.fields["text"]) == (kept.uid, "另一个窗口写的。")
    assert Reply.objects.get().text == "第一稿。"
    page = clerk.get(told["url"]).content.decode()
    assert "第一稿。" in page
    assert "另一个窗口写的。" in page
    clerk.post(told["url"])
    kept.refresh_from_db()
    assert kept.settled_at is not None


def test_a_stale_save_without_script_shows_both_and_loses_nothing(cast: Cast, as_, today) -> None:
    task, clerk = _in_hand(cast, today), as_(cast.clerk)
    said = {"category": "B", "text": "第一稿。", "contact": "", "phone": "", "version": 1}
    clerk.post(f"/handling/{task.uid}/reply/", said)
    answer = clerk.post(f"/handling/{task.uid}/reply/", said | {"text": "第二稿。"})
    copy = KeptCopy.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, copy.get_absolute_url())
    page = clerk.get(copy.get_absolute_url()).content.decode()
    assert ("第一稿。" in page, "第二稿。" in page, 'name="version" value="2"' in page) == (True, True, True)
    clerk.post(copy.get_absolute_url(), {"version": "2", "use_text": "mine"})
    copy.refresh_from_db()
    assert (Reply.objects.get().text, copy.settled_at is not None) == ("第二稿。", True)


def test_autosave_says_when_the_session_has_ended_or_the_reply_is_gone_to_the_leader(cast: Cast, as_, client, today) -> None:
    task = _in_hand(cast, today)
    url = f"/drafts/handling.reply/{task.uid}/"
    said = {"category": "B", "text": "第一稿。", "contact": "", "phone": "", "version": 1}
    assert client.post(url, said).status_code == 401
    clerk = as_(cast.clerk)
    clerk.post(url, said)
    contact = {"stage": "before", "way": "phone", "on": today.date(), "who": "孟时雨", "with_whom": "林知远", "note": "先试点。"}
    clerk.post(f"/handling/{task.uid}/contact/", contact)
    _go(clerk, task, "submit_reply")
    answer = clerk.post(url, said | {"text": "又改了。", "version": 2})
    assert (answer.status_code, answer.json()["message"]) == (423, "答复稿已经送出审签，现在不能修改。您刚写的内容已另存一份")
    assert KeptCopy.objects.get().fields["text"] == "又改了。"
    assert Reply.objects.get().text == "第一稿。"


def test_a_line_that_is_too_long_is_said_and_not_cut(cast: Cast, as_, today) -> None:
    task = _in_hand(cast, today)
    said = {"category": "Z", "text": "第一稿。", "contact": "孟" * 41, "phone": "", "version": 1}
    answer = as_(cast.clerk).post(f"/drafts/handling.reply/{task.uid}/", said)
    assert answer.status_code == 422
    assert Reply.objects.filter(text="第一稿。").count() == 0


def test_no_talk_is_recorded_before_signing_nor_for_tomorrow(cast: Cast, as_, today) -> None:
    from datetime import timedelta

    case = cast.assigned(today)
    task, clerk = cast.task(case), as_(cast.clerk)
    said = {"stage": "before", "way": "phone", "on": today.date(), "who": "孟时雨", "with_whom": "林知远", "note": "先试点。"}
    assert "签收以后才能记录面商" in clerk.post(f"/handling/{task.uid}/contact/", said).content.decode()
    perform(task, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    late = clerk.post(f"/handling/{task.uid}/contact/", said | {"on": today.date() + timedelta(days=2)})
    assert "面商日期不能在今天以后。" in late.content.decode()
    assert "先试点。" in late.content.decode()
    assert Contact.objects.count() == 0


def test_the_supervising_office_chases_a_unit_and_nobody_else_does(cast: Cast, as_, today) -> None:
    task = cast.task(cast.assigned(today))
    for who in (cast.party_assigner, cast.clerk, cast.office, cast.proposer, cast.office_of_other_county):
        assert as_(who).post(f"/handling/{task.uid}/remind/", {"reason": "请抓紧。"}).status_code in {403, 404}
    assert as_(cast.assigner).post(f"/handling/{task.uid}/remind/", {"reason": "请抓紧签收。"}).status_code == 302
    [event] = Event.objects.filter(kind="handling.remind")
    assert event.data["reason"] == "请抓紧签收。"


def test_a_second_click_neither_records_a_talk_nor_chases_twice(cast: Cast, as_, today) -> None:
    task = _in_hand(cast, today)
    said = {"stage": "before", "way": "phone", "on": today.date(), "who": "孟时雨", "with_whom": "林知远", "note": "先试点。"}
    clerk, office = as_(cast.clerk), as_(cast.assigner)
    clerk.post(f"/handling/{task.uid}/contact/", said)
    assert "这次面商已经记录过了" in clerk.post(f"/handling/{task.uid}/contact/", said).content.decode()
    office.post(f"/handling/{task.uid}/remind/", {"reason": "请抓紧。"})
    assert (
        "今天已经这样催办过县卫生健康局" in office.post(f"/handling/{task.uid}/remind/", {"reason": "请抓紧。"}).content.decode()
    )
    assert (Contact.objects.count(), Event.objects.filter(kind="handling.remind").count()) == (1, 1)


def test_the_files_of_a_draft_open_to_its_unit_alone(cast: Cast, as_, today) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tongxin.files.models import File
    from tongxin.files.queries import link

    task, clerk = _in_hand(cast, today), as_(cast.clerk)
    paper = SimpleUploadedFile("说明.txt", "试点方案说明".encode(), content_type="text/plain")
    assert clerk.post(f"/handling/{task.uid}/reply/", {"upload": "1", "file": paper}).status_code == 302
    file = File.objects.get()
    got = {name: as_(who).get(link(file, who)).status_code for name, who in cast.everyone().items()}
    assert {name for name, code in got.items() if code == 200} == {"clerk", "unit_leader"}
    row = Reply.objects.get().files.get()
    assert clerk.post(f"/handling/{task.uid}/reply/files/{row.uid}/remove/").status_code == 302
    assert Reply.objects.get().files.count() == 0


def test_a_program_is_not_taken_as_a_file_and_the_text_stays(cast: Cast, as_, today) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    task = _in_hand(cast, today)
    paper = SimpleUploadedFile("说明.pdf", b"MZ\x90\x00\x03", content_type="application/pdf")
    answer = as_(cast.clerk).post(f"/handling/{task.uid}/reply/", {"upload": "1", "file": paper})
    assert answer.status_code == 422
    assert "不是可以上传的文件" in answer.content.decode()


def test_raters_are_those_who_signed(cast: Cast, today) -> None:
    case = cast.answered(today)
    assert [s.name for s in raters(case.proposal)] == ["林知远", "何青禾"]


def test_a_refused_save_begins_no_reply(cast: Cast, as_) -> None:
    task = cast.task(cast.assigned())  # not signed for yet
    answer = as_(cast.clerk).post(f"/drafts/handling.reply/{task.uid}/", {"version": "1", "text": "不该留下"})
    assert answer.status_code == 423
    assert not task.replies.exists()


def test_a_co_handler_reads_where_the_whole_case_stands_and_that_the_verdict_is_not_told_to_it(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    page = as_(cast.co_clerk).get(f"/handling/{co.uid}/").content.decode()
    assert "全案现在　待评价" in page
    assert "评价汇总告知主办单位，不告知会办单位。" in page
    assert "全案现在" not in as_(cast.clerk).get(f"/handling/{lead.uid}/").content.decode()


def test_a_reply_without_files_asks_for_none_and_an_empty_upload_is_said(cast: Cast, as_, today) -> None:
    case = actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today)
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    clerk, url = as_(cast.clerk), f"/handling/{task.uid}/reply/"
    page = clerk.get(url).content.decode()
    files = page[page.index('id="files"') : page.index('id="next-title"')]
    assert "必填" not in files
    answer = clerk.post(url, {"upload": "1"})
    assert (answer.status_code, "请先选择文件。" in answer.content.decode()) == (422, True)
