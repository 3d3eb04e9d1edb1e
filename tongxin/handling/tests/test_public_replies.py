"""A reply is read by the public once its own copy was confirmed."""

import importlib

import pytest
from django.apps import apps
from django.test import Client

from tests.cast import NOW, Cast
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.handling import actions, queries
from tongxin.handling.models import Case, PublicReply, Reply
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.texts.redaction import find

ANSWER = "请与王某联系，电话13812345678。六月底前建成。"
COVERED = "请与王某联系，电话〔电话已隐去〕。六月底前建成。"


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def answered(cast: Cast) -> Case:
    case = cast.answered()
    Reply.objects.filter(task__case=case).update(text=ANSWER)
    return case


def released(cast: Cast) -> PublicReply:
    case = answered(cast)
    proposals.release(case.proposal, actor=cast.office, at=NOW)
    return PublicReply.objects.get()


def public_page(copy: PublicReply) -> str:
    return Client().get(f"/public/proposals/{copy.reply.task.case.proposal.uid}/").content.decode()


def test_a_sent_reply_waits_when_its_proposal_is_published(cast: Cast) -> None:
    copy = released(cast)
    assert (copy.text, copy.is_shown, copy.confirmed_at) == (COVERED, False, None)
    assert list(queries.replies_to_publish(cast.office)) == [copy]
    assert [list(queries.replies_to_publish(who)) for who in (cast.office_of_other_county, cast.clerk, cast.leader)] == [
        [],
        [],
        [],
    ]
    assert "六月底前建成" not in public_page(copy)
    assert "答复已经送达提案人，公开稿正在核对。" in public_page(copy)


def test_a_reply_sent_after_the_release_waits_as_well(cast: Cast) -> None:
    from tongxin.handling.workflow import Sending, SignFor
    from tongxin.workflow.engine import perform

    case = cast.assigned()
    proposals.release(Proposal.objects.get(pk=case.proposal_id), actor=cast.office, at=NOW)
    assert PublicReply.objects.count() == 0
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    perform(lead, "sign_for", actor=cast.clerk, at=NOW, payload=SignFor("孟时雨"))
    perform(co, "sign_for", actor=cast.co_clerk, at=NOW, payload=SignFor("陆知行"))
    from tongxin.handling.workflow import Advising

    perform(co, "give_advice", actor=cast.co_clerk, at=NOW, payload=Advising("同意。"))
    actions.record_contact(
        lead,
        stage="before",
        way="meeting",
        on=NOW.date(),
        who="孟时雨",
        with_whom="林知远",
        note="先试点。",
        actor=cast.clerk,
        at=NOW,
    )
    reply = actions.reply_of(lead)
    actions.save_reply(
        reply, fields={"category": "B", "text": ANSWER, "contact": "孟时雨"}, started_from=1, actor=cast.clerk, at=NOW
    )
    perform(lead, "submit_reply", actor=cast.clerk, at=NOW)
    perform(lead, "approve", actor=cast.unit_leader, at=NOW)
    perform(lead, "send", actor=cast.assigner, at=NOW, payload=Sending("B"))
    copy = PublicReply.objects.get()
    assert (copy.text, copy.is_shown) == (COVERED, False)


def test_a_confirmed_reply_is_read_in_its_public_words(cast: Cast) -> None:
    copy = released(cast)
    actions.confirm_public_reply(copy, shown=True, marks=find(ANSWER), actor=cast.office, at=NOW)
    page = public_page(copy)
    assert COVERED in page
    for private in ("13812345678", "孟时雨", "齐望山"):
        assert private not in page, private
    assert Reply.objects.get(pk=copy.reply_id).text == ANSWER
    assert list(queries.replies_to_publish(cast.office)) == []
    assert [e.data.get("covered") for e in Event.objects.filter(kind="handling.release_reply")] == [1]


def test_a_member_who_did_not_sign_reads_the_public_words_too(cast: Cast) -> None:
    copy = released(cast)
    url = copy.reply.task.case.proposal.get_absolute_url()
    assert "六月底前建成" not in signed_in(cast.bystander).get(url).content.decode()
    actions.confirm_public_reply(copy, shown=True, marks=find(ANSWER), actor=cast.office, at=NOW)
    page = signed_in(cast.bystander).get(url).content.decode()
    assert COVERED in page
    assert "13812345678" not in page
    assert "13812345678" in signed_in(cast.proposer).get(url).content.decode()


def test_a_second_answer_stands_alone_wherever_the_public_words_are_read(cast: Cast) -> None:
    copy = released(cast)
    actions.confirm_public_reply(copy, shown=True, marks=find(ANSWER), actor=cast.office, at=NOW)
    first = copy.reply
    again = Reply.objects.create(
        committee=first.committee, task=first.task, round=2, text="全县十二个乡镇都已建成。", category="A", sent_at=NOW
    )
    later, _made = PublicReply.objects.get_or_create(reply=again, defaults={"committee": first.committee, "made_at": NOW})
    PublicReply.objects.filter(pk=later.pk).update(text=again.text, is_shown=True, confirmed_at=NOW, confirmed_by=cast.office)
    case = Case.objects.get(pk=first.task.case_id)
    portal = public_page(PublicReply.objects.get(pk=copy.pk))
    page = signed_in(cast.bystander).get(case.get_absolute_url(), follow=True).content.decode()
    for name, text in (("portal", portal), ("page", page)):
        assert (name, again.text in text, "六月底前建成" in text, "第 2 次办理" in text) == (name, True, False, False)
    lines = queries.sections(case, cast.bystander).replies
    assert [(line.heading, line.reply.text) for line in lines] == [("办理答复", again.text)]


def test_a_reply_kept_back_needs_a_reason_and_waits_no_longer(cast: Cast) -> None:
    copy = released(cast)
    with pytest.raises(actions.HandlingError, match="请写明不公开这件答复的理由"):
        actions.confirm_public_reply(copy, shown=False, reason=" ", actor=cast.office, at=NOW)
    assert Event.objects.filter(kind__startswith="handling.withhold").count() == 0
    actions.confirm_public_reply(copy, shown=False, reason="涉及商业秘密", actor=cast.office, at=NOW)
    assert list(queries.replies_to_publish(cast.office)) == []
    assert "六月底前建成" not in public_page(copy)
    assert "答复已经送达提案人，不向社会公开。" in public_page(copy)
    assert Event.objects.get(kind="handling.withhold_reply").data["reason"] == "涉及商业秘密"


def test_nothing_is_confirmed_when_the_proposal_was_taken_back(cast: Cast) -> None:
    copy = released(cast)
    proposals.unrelease(copy.reply.task.case.proposal, reason="核实", actor=cast.office, at=NOW)
    copy = PublicReply.objects.get()
    with pytest.raises(actions.HandlingError, match="请先公开提案"):
        actions.confirm_public_reply(copy, shown=True, actor=cast.office, at=NOW)
    assert (PublicReply.objects.get().is_shown, list(queries.replies_to_publish(cast.office))) == (False, [])


def test_the_page_leads_through_the_preview(cast: Cast) -> None:
    copy = released(cast)
    url, client = f"/handling/public/{copy.uid}/", signed_in(cast.office)
    assert "<mark>13812345678</mark>" in client.get(url).content.decode()
    said = {"version": str(copy.reply.version), "mark": "text:9:20:phone", "words": "王某", "step": "preview"}
    preview = client.post(url, said)
    marks = preview.context["form"].values
    assert (preview.status_code, marks, PublicReply.objects.get().is_shown) == (200, ["text:2:4:other", "text:9:20:phone"], False)
    assert client.post(url, {"version": said["version"], "mark": marks, "step": "confirm"}).status_code == 302
    assert "请与〔内容已隐去〕联系，电话〔电话已隐去〕。" in public_page(copy)


def test_what_is_left_in_the_open_of_a_reply_is_named_and_asked_for_again(cast: Cast) -> None:
    copy = released(cast)
    url, client, said = f"/handling/public/{copy.uid}/", signed_in(cast.office), {"version": str(copy.reply.version)}
    preview = client.post(url, said | {"step": "preview"})
    assert preview.context["form"].printed == ["电话 1 处（13812345678）"]
    refused = client.post(url, said | {"step": "confirm"})
    assert (refused.status_code, refused.context["preview"], PublicReply.objects.get().is_shown) == (422, True, False)
    assert Event.objects.filter(kind="handling.release_reply").count() == 0
    assert client.post(url, said | {"step": "confirm", "prints": "on"}).status_code == 302
    assert "13812345678" in public_page(copy)


def test_a_reply_is_kept_back_without_being_asked_what_it_prints(cast: Cast) -> None:
    copy = released(cast)
    said = {"version": str(copy.reply.version), "step": "withhold", "reason": "涉及商业秘密"}
    assert signed_in(cast.office).post(f"/handling/public/{copy.uid}/", said).status_code == 302


def test_only_who_publishes_in_this_committee_opens_the_page(cast: Cast) -> None:
    copy = released(cast)
    url = f"/handling/public/{copy.uid}/"
    opened = [name for name, who in cast.everyone().items() if signed_in(who).get(url).status_code == 200]
    assert opened == ["office"]
    for who in (cast.office_of_other_county, cast.clerk):
        signed_in(who).post(url, {"version": str(copy.reply.version), "step": "confirm"})
    assert (PublicReply.objects.get().is_shown, Event.objects.filter(kind="handling.release_reply").count()) == (False, 0)


def test_yesterdays_public_replies_stay_public_and_wait(cast: Cast) -> None:
    case = answered(cast)
    Proposal.objects.filter(pk=case.proposal_id).update(released_at=NOW)
    for name in ("proposals.migrations.0006_copies_of_published", "handling.migrations.0007_copies_of_published_replies"):
        importlib.import_module(f"tongxin.{name}").cover(apps, None)
    copy = PublicReply.objects.get()
    assert (copy.text, copy.is_shown, copy.confirmed_at) == (COVERED, True, None)
    assert list(queries.replies_to_publish(cast.office)) == [copy]
    page = public_page(copy)
    assert COVERED in page
    assert "正在由政协核对" in page
