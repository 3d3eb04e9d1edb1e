"""The members' side of proposals, through HTTP: draft → invite → accept → preview → submit, and what goes wrong."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import NOW, TEXT, Cast
from tongxin.accounts.models import Account
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.drafts.actions import keep
from tongxin.drafts.models import KeptCopy
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import Endorsement, Proposal, Signature


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    return client


def saving(address: str) -> str:
    """Return where a new form saves itself."""
    return f"/drafts/proposals.text/{address.split('/')[3]}/"


def begin(client: Client) -> str:
    """Open a new form and return its address."""
    return str(client.get("/proposals/new/").headers["Location"])


def test_opening_a_new_form_writes_nothing_and_a_reload_finds_the_same_one(cast: Cast) -> None:
    client = signed_in(cast.proposer)
    address = begin(client)
    first, second = client.get(address), client.get(address)
    assert (first.status_code, Proposal.objects.count(), Event.objects.filter(kind="proposals.draft").count()) == (200, 0, 0)
    assert first.context["key"] == second.context["key"]


def test_the_first_save_makes_the_draft_and_the_next_ones_save_into_it(cast: Cast) -> None:
    client = signed_in(cast.proposer)
    address = begin(client)
    first = client.post(saving(address), {"version": "0", "title": "关于夜间药房的建议"})
    assert (first.status_code, first.json()["version"]) == (200, 1)
    second = client.post(saving(address), {"version": "1", "title": "关于夜间药房的建议", "situation": "入冬以来。"})
    assert (second.status_code, second.json()["version"]) == (200, 2)
    proposal = Proposal.objects.get()
    assert (proposal.title, proposal.situation, proposal.state) == ("关于夜间药房的建议", "入冬以来。", State.DRAFT)
    assert client.get(address).status_code == 200
    assert [(s.member, s.role) for s in proposal.signatures.all()] == [(cast.member(cast.proposer), Role.FIRST)]


def test_an_empty_form_makes_no_draft(cast: Cast) -> None:
    client = signed_in(cast.proposer)
    answer = client.post(saving(begin(client)), {"version": "0", "title": "  ", "consents_to_publication": "1"})
    assert (answer.status_code, answer.json()["version"], Proposal.objects.count()) == (200, 0, 0)


def test_a_new_form_saved_twice_without_scripts_makes_one_draft(cast: Cast) -> None:
    client = signed_in(cast.proposer)
    address = begin(client)
    for _click in range(2):
        answer = client.post(address, {"version": "0", **TEXT})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/proposals/{Proposal.objects.get().uid}/edit/")
    assert Proposal.objects.get().title == TEXT["title"]


def test_the_address_of_a_new_form_serves_nobody_else(cast: Cast) -> None:
    address = begin(signed_in(cast.proposer))
    other = signed_in(cast.bystander)
    assert [other.get(address).status_code, other.post(address, TEXT).status_code, Proposal.objects.count()] == [404, 404, 0]


def test_from_draft_to_submission_through_the_pages(cast: Cast) -> None:
    proposer, cosigner = signed_in(cast.proposer), signed_in(cast.cosigner)
    proposer.post(saving(begin(proposer)), {"version": "0", **TEXT})
    proposal = Proposal.objects.get()
    base = f"/proposals/{proposal.uid}/"
    assert proposer.get(f"{base}edit/").status_code == 200
    found = proposer.get(f"{base}invite/", {"q": "何青"})
    assert [m.name for m in found.context["found"]] == ["何青禾"]
    until = timezone.localtime() + timedelta(days=3)
    sent = proposer.post(
        f"{base}invite/", {"m": cast.member(cast.cosigner).uid, "until": until.strftime("%Y-%m-%dT%H:%M"), "send": "1"}
    )
    assert (sent.status_code, sent.headers["Location"]) == (302, f"{base}edit/#cosigners")
    page = cosigner.get(f"{base}invitation/")
    assert (page.status_code, page.context["open"], TEXT["situation"] in page.content.decode()) == (200, True, True)
    cosigner.post(f"{base}invitation/", {"answer": "accept", "version": "1"})
    assert Signature.objects.get(role=Role.CO).answer == Answer.ACCEPTED
    preview = proposer.get(f"{base}preview/")
    assert (preview.status_code, preview.context["offer"].blocked) == (200, False)
    assert "<dt>公开</dt><dd>同意全文公开</dd>" in preview.text
    assert "<dt>面商</dt><dd>愿意面商</dd>" in preview.text
    answer = proposer.post(f"{base}submit/", {"version": "1"})
    proposal = Proposal.objects.get()
    assert (answer.status_code, answer.headers["Location"], proposal.state) == (302, base, State.SUBMITTED)


def test_a_second_click_on_submit_is_told_what_the_first_one_did(cast: Cast) -> None:
    proposal = cast.draft(timezone.now())
    client = signed_in(cast.proposer)
    client.post(f"/proposals/{proposal.uid}/submit/", {"version": "1"})
    client.post(f"/proposals/{proposal.uid}/submit/", {"version": "1"})
    said = [str(m) for m in client.get("/proposals/").context["messages"]]
    assert Event.objects.filter(kind="proposals.submit").count() == 1
    assert said[0] == "已提交，收件号 1。审查结果会通知您。"
    assert said[1].startswith("这件提案已经办过这一步，没有重复提交。")


def test_a_text_changed_after_the_preview_is_not_submitted(cast: Cast) -> None:
    proposal = cast.draft(timezone.now())
    actions.save_text(proposal, fields={"title": "改过的案由"}, started_from=1, actor=cast.proposer, at=timezone.now())
    answer = signed_in(cast.proposer).post(f"/proposals/{proposal.uid}/submit/", {"version": "1"})
    proposal.refresh_from_db()
    assert (answer.headers["Location"], proposal.state) == (f"/proposals/{proposal.uid}/preview/", State.DRAFT)


def test_what_is_missing_blocks_the_submission_and_is_said(cast: Cast) -> None:
    proposal = cast.draft(timezone.now(), analysis="")
    client = signed_in(cast.proposer)
    page = client.get(f"/proposals/{proposal.uid}/preview/")
    assert page.context["offer"].reasons == ("还没有写分析",)
    assert [(c.ok, c.text) for c in page.context["checks"]][:2] == [(True, "案由 18 字，没有超长"), (False, "还没有写分析")]
    client.post(f"/proposals/{proposal.uid}/submit/", {"version": "1"})
    assert Proposal.objects.get().state == State.DRAFT


# ── two tabs ─────────────────────────────────────────────────────────────────────────────────────
def test_a_stale_save_is_kept_beside_and_both_texts_are_given(cast: Cast) -> None:
    proposal = cast.draft()
    client, url = signed_in(cast.proposer), f"/drafts/proposals.text/{proposal.uid}/"
    assert client.post(url, {"version": "1", "title": "先存的案由"}).json()["version"] == 2
    answer = client.post(url, {"version": "1", "title": "后存的案由"})
    copy = KeptCopy.objects.get()
    said = answer.json()
    assert (answer.status_code, said["version"], said["fields"]["title"]) == (409, 2, "先存的案由")
    assert (said["mine_kept_as"], copy.fields, Proposal.objects.get().title) == (copy.uid, {"title": "后存的案由"}, "先存的案由")


def test_the_writer_chooses_between_two_texts_without_scripts(cast: Cast) -> None:
    proposal = cast.draft()
    client, base = signed_in(cast.proposer), f"/proposals/{proposal.uid}/"
    client.post(f"{base}edit/", {"version": "1", "title": "先存的案由", "situation": "先存的情况"})
    answer = client.post(f"{base}edit/", {"version": "1", "title": "后存的案由", "situation": "后存的情况"})
    copy = KeptCopy.objects.get()
    assert answer.headers["Location"] == copy.get_absolute_url()
    rows = client.get(answer.headers["Location"]).context["rows"]
    assert [(r.name, r.saved, r.kept) for r in rows] == [
        ("title", "先存的案由", "后存的案由"),
        ("situation", "先存的情况", "后存的情况"),
    ]
    client.post(answer.headers["Location"], {"version": "2", "use_title": "mine", "use_situation": "theirs"})
    proposal.refresh_from_db()
    copy.refresh_from_db()
    assert (proposal.title, proposal.situation, copy.settled_at is not None) == ("后存的案由", "先存的情况", True)


def test_a_kept_copy_is_nobody_elses(cast: Cast) -> None:
    proposal = cast.draft()
    copy = keep("proposals.text", proposal, fields={"title": "秘"}, started_from=1, actor=cast.proposer, at=timezone.now())
    former = f"/proposals/{proposal.uid}/copies/{copy.uid}/"
    assert signed_in(cast.proposer).get(former).headers["Location"] == copy.get_absolute_url()
    for who in (cast.office, cast.bystander, cast.member_of_other_county, cast.office_of_other_county):
        assert [signed_in(who).get(path).status_code for path in (former, copy.get_absolute_url())] == [404, 404]


def test_a_save_after_submission_is_refused_and_kept(cast: Cast) -> None:
    proposal = cast.submitted()
    version = proposal.version
    answer = signed_in(cast.proposer).post(
        f"/drafts/proposals.text/{proposal.uid}/", {"version": str(version), "title": "迟到的案由"}
    )
    assert answer.status_code == 423
    copy = KeptCopy.objects.get()
    assert answer.json() == {
        "message": "这份提案已经提交，正文不能再改。您刚写的内容已另存一份，退回修改时可以取用",
        "mine_kept_as": copy.uid,
        "url": copy.get_absolute_url(),
    }
    assert (KeptCopy.objects.get().fields, Proposal.objects.get().title) == ({"title": "迟到的案由"}, TEXT["title"])


def test_an_ended_session_is_answered_in_the_modules_words(cast: Cast) -> None:
    proposal = cast.draft()
    answer = Client().post(f"/drafts/proposals.text/{proposal.uid}/", {"version": "1", "title": "x"})
    assert (answer.status_code, answer.json()) == (401, {"message": "登录已经到期或者已经退出，您写的内容已存在本机。"})


def test_a_save_without_the_forgery_token_is_refused(cast: Cast) -> None:
    proposal = cast.draft()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.proposer, backend="tongxin.accounts.backends.SignInName")
    assert client.post(f"/drafts/proposals.text/{proposal.uid}/", {"version": "1", "title": "x"}).status_code == 403
    assert Proposal.objects.get().title == TEXT["title"]


def test_what_cannot_be_kept_is_refused_whole_with_advice(cast: Cast) -> None:
    proposal = cast.draft()
    client, url = signed_in(cast.proposer), f"/proposals/{proposal.uid}/"
    answer = client.post(f"/drafts/proposals.text/{proposal.uid}/", {"version": "1", "title": "长" * 201})
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        "案由太长，存不下。请先缩短到 200 字以内，正文请写在下面各栏。",
    )
    page = client.post(f"{url}edit/", {"version": "1", "title": "长" * 201, "situation": "刚写的情况"})
    assert (page.status_code, "刚写的情况" in page.content.decode(), Proposal.objects.get().title) == (422, True, TEXT["title"])


def test_pasted_text_keeps_its_paragraphs_and_loses_its_controls(cast: Cast) -> None:
    proposal = cast.draft()
    pasted = "一、现状\r\n\r\n　　镇上有三家药店。\u200b\r\n二、问题\x0b\r\n"
    signed_in(cast.proposer).post(f"/drafts/proposals.text/{proposal.uid}/", {"version": "1", "situation": pasted})
    assert Proposal.objects.get().situation == "一、现状\n\n镇上有三家药店。\n二、问题"


# ── who may ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("page", ["edit/", "preview/", "invite/", "invitation/"])
def test_a_draft_is_closed_to_everybody_but_its_writer(cast: Cast, page: str) -> None:
    proposal = cast.draft()
    for name, who in cast.everyone().items():
        expected = 200 if who == cast.proposer and page != "invitation/" else 404
        answer = signed_in(who).get(f"/proposals/{proposal.uid}/{page}")
        assert (name, answer.status_code, TEXT["title"] in answer.content.decode()) == (name, expected, expected == 200)


def test_signed_out_people_are_asked_to_sign_in(cast: Cast) -> None:
    proposal = cast.draft()
    for page in ("", "new/", f"{proposal.uid}/edit/", f"{proposal.uid}/preview/", f"{proposal.uid}/invitation/"):
        answer = Client().get(f"/proposals/{page}")
        assert (page, answer.status_code, answer.headers.get("Location", "").split("?")[0]) == (page, 302, "/accounts/login/")


def test_a_cosigner_may_read_but_not_write(cast: Cast) -> None:
    proposal = cast.submitted()
    client = signed_in(cast.cosigner)
    answers = [
        client.get(f"/proposals/{proposal.uid}/edit/").status_code,
        client.post(f"/proposals/{proposal.uid}/edit/", {"version": "1", "title": "改"}).status_code,
        client.post(f"/drafts/proposals.text/{proposal.uid}/", {"version": "1", "title": "改"}).status_code,
        client.post(f"/proposals/{proposal.uid}/submit/", {"version": "1"}).status_code,
        client.post(f"/proposals/{proposal.uid}/invite/", {"send": "1"}).status_code,
    ]
    assert (answers, Proposal.objects.get().title, KeptCopy.objects.count()) == ([403] * 5, TEXT["title"], 0)


# ── on behalf ────────────────────────────────────────────────────────────────────────────────────
def test_the_office_enters_a_proposal_for_a_member_and_it_is_marked(cast: Cast) -> None:
    client = signed_in(cast.office)
    step = client.post("/proposals/new/behalf/", {"who": "member", "member": "何青禾"})
    client.post(step.headers["Location"], {"version": "0", **TEXT})
    proposal = Proposal.objects.get()
    assert (proposal.entered_by, proposal.signatures.get().member) == (cast.office, cast.member(cast.cosigner))
    assert Event.objects.get(kind="proposals.draft").data == {"on_behalf": "何青禾"}
    assert "代录：提案人是何青禾" in client.get(f"/proposals/{proposal.uid}/edit/").content.decode()


def test_the_office_enters_a_collective_proposal(cast: Cast) -> None:
    client = signed_in(cast.office)
    step = client.post("/proposals/new/behalf/", {"who": "body", "body": "民建云溪县总支", "form": "party"})
    client.post(saving(step.headers["Location"]), {"version": "0", **TEXT})
    proposal = Proposal.objects.get()
    assert (proposal.form, proposal.signatures.get().name) == ("party", "民建云溪县总支")


def test_entering_on_behalf_asks_for_what_is_missing(cast: Cast) -> None:
    client = signed_in(cast.office)
    nobody = client.post("/proposals/new/behalf/", {"who": "member", "member": "石望川"})
    body = client.post("/proposals/new/behalf/", {"who": "body"})
    assert (nobody.status_code, nobody.context["form"].errors["member"]) == (
        422,
        ["本会没有名为“石望川”的在任委员，请核对姓名，或填写委员编号。"],
    )
    assert list(body.context["form"].errors) == ["body", "form"]
    assert signed_in(cast.proposer).get("/proposals/new/behalf/").status_code == 403


# ── co-signing ───────────────────────────────────────────────────────────────────────────────────
def invited(cast: Cast) -> tuple[Proposal, Signature]:
    at = timezone.now()
    proposal = cast.draft(at)
    [signature] = actions.invite_cosigners(
        proposal, members=[cast.member(cast.cosigner)], until=at + timedelta(days=2), actor=cast.proposer, at=at
    )
    return proposal, signature


def test_members_are_found_by_name_number_and_sector_and_only_of_this_committee(cast: Cast) -> None:
    proposal, _signature = invited(cast)
    client = signed_in(cast.proposer)
    found = {
        text: [m.name for m in client.get(f"/proposals/{proposal.uid}/invite/", {"q": text}).context["found"]]
        for text in ("沈", "YX004", "医药卫生界 望舒", "石望川", "何青禾")
    }
    assert found == {"沈": ["沈如松"], "YX004": ["周望舒"], "医药卫生界 望舒": ["周望舒"], "石望川": [], "何青禾": []}


def test_a_member_of_another_county_cannot_be_invited_by_address(cast: Cast) -> None:
    proposal = cast.draft(timezone.now())
    outsider = cast.member(cast.member_of_other_county)
    answer = signed_in(cast.proposer).post(
        f"/proposals/{proposal.uid}/invite/", {"m": outsider.uid, "until": "2099-01-01T18:00", "send": "1"}
    )
    assert (answer.status_code, answer.context["problem"], Signature.objects.count()) == (422, "请先选择要邀请的委员。", 1)


def test_declining_tells_the_reason(cast: Cast) -> None:
    proposal, signature = invited(cast)
    signed_in(cast.cosigner).post(
        f"/proposals/{proposal.uid}/invitation/", {"answer": "decline", "version": "1", "reason": "另有提案"}
    )
    signature.refresh_from_db()
    assert (signature.answer, Event.objects.get(kind="proposals.decline_invitation").data["reason"]) == (
        Answer.DECLINED,
        "另有提案",
    )


def test_a_second_answer_is_told_of_the_first(cast: Cast) -> None:
    proposal, signature = invited(cast)
    client = signed_in(cast.cosigner)
    client.post(f"/proposals/{proposal.uid}/invitation/", {"answer": "accept", "version": "1"})
    client.post(f"/proposals/{proposal.uid}/invitation/", {"answer": "decline", "version": "1"})
    signature.refresh_from_db()
    said = [str(m) for m in client.get(f"/proposals/{proposal.uid}/invitation/").context["messages"]]
    assert (signature.answer, said) == (Answer.ACCEPTED, ["已同意联名，谢谢您。", "这份联名邀请已经答复过了。"])


def test_a_lapsed_invitation_says_so_and_shows_no_buttons(cast: Cast) -> None:
    proposal, _signature = invited(cast)
    Proposal.objects.filter(pk=proposal.pk).update(cosign_until=timezone.now() - timedelta(hours=1))
    client = signed_in(cast.cosigner)
    page = client.get(f"/proposals/{proposal.uid}/invitation/")
    assert (page.context["lapsed"], page.context["open"], "同意联名</button>" in page.content.decode()) == (True, False, False)


def test_an_invitation_taken_back_is_told(cast: Cast) -> None:
    proposal, signature = invited(cast)
    signed_in(cast.proposer).post(f"/proposals/{proposal.uid}/invitations/{signature.uid}/remove/")
    page = signed_in(cast.cosigner).get(f"/proposals/{proposal.uid}/invitation/")
    assert (page.status_code, "收回这份联名邀请" in page.content.decode(), TEXT["title"] in page.content.decode()) == (
        200,
        True,
        False,
    )


def test_a_text_changed_between_reading_and_agreeing_is_shown_again(cast: Cast) -> None:
    proposal, signature = invited(cast)
    actions.save_text(
        Proposal.objects.get(), fields={"title": "改过的案由"}, started_from=1, actor=cast.proposer, at=timezone.now()
    )
    signed_in(cast.cosigner).post(f"/proposals/{proposal.uid}/invitation/", {"answer": "accept", "version": "1"})
    signature.refresh_from_db()
    assert signature.answer == Answer.INVITED


def test_a_cosigner_of_an_older_text_is_told_and_may_confirm(cast: Cast) -> None:
    proposal, signature = invited(cast)
    actions.answer_invitation(signature, accept=True, actor=cast.cosigner, at=timezone.now())
    actions.save_text(
        Proposal.objects.get(), fields={"title": "改过的案由"}, started_from=1, actor=cast.proposer, at=timezone.now()
    )
    client = signed_in(cast.cosigner)
    assert client.get(f"/proposals/{proposal.uid}/invitation/").context["outdated"] is True
    checks = signed_in(cast.proposer).get(f"/proposals/{proposal.uid}/preview/").context["checks"]
    assert checks[-1].text == "何青禾同意的是较早的正文，之后正文改过，请重新确认；提交前没有确认的，不列入联名"
    client.post(f"/proposals/{proposal.uid}/invitation/", {"answer": "confirm", "version": "2"})
    signature.refresh_from_db()
    assert (signature.signed_version, client.get(f"/proposals/{proposal.uid}/invitation/").context["outdated"]) == (2, False)


def test_a_cosigner_leaves_and_an_endorser_endorses_once(cast: Cast) -> None:
    proposal = cast.submitted()
    signed_in(cast.cosigner).post(f"/proposals/{proposal.uid}/leave/", {"reason": ""})
    assert Signature.objects.get(role=Role.CO).answer == Answer.LEFT
    filed = cast.filed()
    client = signed_in(cast.bystander)
    for _click in range(2):
        assert client.post(f"/proposals/{filed.uid}/endorse/").status_code == 302
    signed_in(cast.cosigner).post(f"/proposals/{filed.uid}/endorse/")
    assert [e.member for e in Endorsement.objects.all()] == [cast.member(cast.bystander)]
    assert signed_in(cast.member_of_other_county).post(f"/proposals/{filed.uid}/endorse/").status_code == 404


def test_what_an_office_entered_is_not_said_to_be_drafted_by_it(cast: Cast) -> None:
    entered = actions.draft(cast.county, actor=cast.office, at=NOW, first=cast.member(cast.cosigner), text={"title": "代录"})
    own = cast.draft()
    said = [kinds.sentence(Event.objects.get(kind="proposals.draft", subject_id=row.pk)) for row in (entered, own)]
    assert said == ["提案委员会办公室代录提案", "林知远起草提案"]


def test_one_agrees_above_the_text_too_with_a_word_that_nobody_has_to_write(cast: Cast) -> None:
    at = timezone.now()
    draft = cast.draft(at)
    until = at + timedelta(hours=12)
    actions.invite_cosigners(draft, members=[cast.member(cast.cosigner)], until=until, actor=cast.proposer, at=at)
    url, client = f"/proposals/{draft.uid}/invitation/", signed_in(cast.cosigner)
    page = client.get(url).content.decode()
    head, text = page.split('<article class="paper"')
    assert [part.count('value="accept"') for part in (head, text)] == [1, 1]
    assert [part.count("附言（可不填）") for part in (head, text)] == [1, 1]
    too_long = client.post(url, {"answer": "accept", "version": "1", "above": "1", "reason": "好" * 201})
    head, text = too_long.content.decode().split('<article class="paper"')
    assert (too_long.status_code, "附言请写在 200 字以内。" in head, "附言请写在 200 字以内。" in text) == (422, True, False)
    client.post(url, {"answer": "accept", "version": "1", "above": "1", "reason": "建议很实在。"})
    assert Signature.objects.get(proposal=draft, member=cast.member(cast.cosigner)).answer == Answer.ACCEPTED
    notices.deliver()
    assert Notice.objects.filter(account=cast.proposer, text__contains="：建议很实在。").count() == 1


def test_a_reason_for_leaving_that_is_too_long_stays_in_its_field(cast: Cast) -> None:
    proposal = cast.submitted(timezone.now())
    answer = signed_in(cast.cosigner).post(f"/proposals/{proposal.uid}/leave/", {"reason": "忙" * 201})
    page = answer.content.decode()
    assert (answer.status_code, "原因请写在 200 字以内。" in page, "忙" * 201 in page) == (422, True, True)
