"""Nobody stands under a text that he has not seen.

Who agreed to an older one is shown the difference and asked again.
"""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.at_once import in_between
from tests.cast import TEXT, Cast
from tests.signed_in import as_ as signed_in
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Proposal, Signature, SignedText
from tongxin.proposals.queries.agreed import MOST, paragraphs
from tongxin.proposals.workflow import Return
from tongxin.workflow.engine import perform


def agreed(cast: Cast) -> Proposal:
    """A draft that one member agreed to sign."""
    draft, at = cast.draft(timezone.now()), timezone.now()
    [asked] = actions.invite_cosigners(
        draft, members=[cast.member(cast.cosigner)], until=at + timedelta(days=5), actor=cast.proposer, at=at
    )
    actions.answer_invitation(asked, accept=True, actor=cast.cosigner, at=at)
    return now(draft)


def now(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


def change(proposal: Proposal, cast: Cast, **text: Any) -> Proposal:
    return actions.save_text(
        now(proposal), fields=text, started_from=now(proposal).version, actor=cast.proposer, at=timezone.now()
    )


def signature_of(proposal: Proposal, cast: Cast) -> Signature:
    return Signature.objects.select_related("proposal").get(proposal=proposal, member=cast.member(cast.cosigner))


def ask(proposal: Proposal, cast: Cast) -> list[Signature]:
    at = timezone.now()
    return actions.ask_again(now(proposal), until=at + timedelta(days=3), actor=cast.proposer, at=at)


# ── what was agreed to ───────────────────────────────────────────────────────────────────────────
def test_the_text_that_was_agreed_to_is_kept_when_it_is_written_over(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况。")
    change(proposal, cast, situation="又一种情况。")
    kept = SignedText.objects.get(proposal=proposal)
    assert (kept.version, kept.situation) == (1, TEXT["situation"])


def test_no_text_is_kept_that_nobody_agreed_to(cast: Cast) -> None:
    change(cast.draft(timezone.now()), cast, situation="另一种情况。")
    assert not SignedText.objects.exists()


@pytest.mark.parametrize(
    ("text", "is_older"),
    [
        ({"analysis": "另一种分析。"}, True),
        ({"analysis": TEXT["analysis"].replace("。", "。\n\n　　")}, False),
        ({"suggested_units": "县卫生健康局"}, False),
        ({"consents_to_publication": False}, False),
    ],
)
def test_only_other_words_make_an_older_text(text: dict[str, Any], is_older: bool, cast: Cast) -> None:  # noqa: FBT001
    proposal = agreed(cast)
    change(proposal, cast, **text)
    assert bool(queries.outdated_signers(now(proposal))) is is_older
    perform(now(proposal), "submit", actor=cast.proposer, at=timezone.now())
    assert signature_of(proposal, cast).answer == (Answer.LAPSED if is_older else Answer.ACCEPTED)
    assert verifying.verify().ok


# ── asking again ─────────────────────────────────────────────────────────────────────────────────
def test_who_agreed_to_an_older_text_is_asked_again_and_agrees(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况。")
    assert [s.name for s in ask(proposal, cast)] == ["何青禾"]
    signature = signature_of(proposal, cast)
    assert (signature.answer, signature.signed_version) == (Answer.INVITED, 1)
    notices.deliver()
    notice = Notice.objects.get(event__kind="proposals.ask_again")
    assert (notice.account, notice.url.endswith("/invitation/")) == (cast.cosigner, True)
    actions.answer_invitation(signature, accept=True, actor=cast.cosigner, at=timezone.now())
    assert signature_of(proposal, cast).signed_version == 2
    perform(now(proposal), "submit", actor=cast.proposer, at=timezone.now())
    assert now(proposal).form == "joint"
    assert verifying.verify().ok


def test_who_does_not_answer_again_does_not_stand_under_it_and_is_told(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况。")
    ask(proposal, cast)
    perform(now(proposal), "submit", actor=cast.proposer, at=timezone.now())
    assert signature_of(proposal, cast).answer == Answer.LAPSED
    notices.deliver()
    [told] = Notice.objects.filter(event__kind="proposals.lapse_signature", account=cast.cosigner)
    assert "您还没有确认改动后的内容，没有列入联名" in told.text  # the cut-off is to come: he missed none
    assert not Notice.objects.filter(account=cast.cosigner, text__contains="截止前").exists()
    assert now(proposal).form == "individual"
    assert verifying.verify().ok


@pytest.mark.parametrize(
    ("days", "said"), [(2, "第一提案人已经提交，您还没有答复，联名邀请不再有效"), (-1, "您没有在截止前答复，联名邀请不再有效")]
)
def test_who_never_answered_hears_whether_the_time_was_over(cast: Cast, days: int, said: str) -> None:
    at = timezone.now()
    draft = cast.draft(at)
    actions.invite_cosigners(
        draft, members=[cast.member(cast.cosigner)], until=at + timedelta(days=5), actor=cast.proposer, at=at
    )
    Proposal.objects.filter(pk=draft.pk).update(cosign_until=at + timedelta(days=days))
    perform(now(draft), "submit", actor=cast.proposer, at=at)
    notices.deliver()
    [told] = Notice.objects.filter(event__kind="proposals.lapse_invitation", account=cast.cosigner)
    assert told.text.endswith(said)


def test_a_change_is_seen_on_the_co_signers_page_and_no_badge_calls_the_older_text_agreed(cast: Cast) -> None:
    proposal = agreed(cast)
    page, edit = proposal.get_absolute_url(), f"/proposals/{proposal.uid}/edit/"
    assert "您同意以后，提案有改动" not in signed_in(cast.cosigner).get(page).text
    assert "已同意" in signed_in(cast.proposer).get(edit).text
    change(proposal, cast, situation="另一种情况。")
    shown = signed_in(cast.cosigner).get(page).text
    assert "您同意以后，提案有改动" in shown
    assert f'href="/proposals/{proposal.uid}/invitation/"' in shown
    shown = signed_in(cast.proposer).get(edit).text
    assert ("需重新确认" in shown, "已同意" in shown) == (True, False)
    assert "您同意以后" not in signed_in(cast.proposer).get(page).text
    actions.confirm_text(signature_of(proposal, cast), version=2, actor=cast.cosigner, at=timezone.now())
    assert "您同意以后，提案有改动" not in signed_in(cast.cosigner).get(page).text


def test_who_was_never_asked_again_does_not_stand_under_it_either_and_is_told(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况。")
    perform(now(proposal), "submit", actor=cast.proposer, at=timezone.now())
    assert signature_of(proposal, cast).answer == Answer.LAPSED
    notices.deliver()
    [notice] = Notice.objects.filter(event__kind="proposals.lapse_signature")
    assert notice.account == cast.cosigner
    assert verifying.verify().ok
    perform(now(proposal), "return_for_revision", actor=cast.office, at=timezone.now(), payload=Return("请补充数据。"))
    shown = signed_in(cast.proposer).get(f"/proposals/{proposal.uid}/edit/").text
    card = shown[shown.index('id="cosigners"') :]
    assert ("未确认改动" in card, "未答复" in card, "答复</p>" in card) == (True, False, False)


def test_after_a_return_the_asking_works_with_a_date_of_its_own(cast: Cast) -> None:
    proposal = cast.submitted(timezone.now() - timedelta(days=20))
    perform(now(proposal), "return_for_revision", actor=cast.office, at=timezone.now(), payload=Return("请补充数据。"))
    change(proposal, cast, analysis="补充了数据。")
    page = signed_in(cast.proposer).get(f"/proposals/{proposal.uid}/edit/").content.decode()
    assert "请重新确认" in page
    signed_in(cast.proposer).post(f"/proposals/{proposal.uid}/ask-again/")
    assert now(proposal).state == "returned"
    assert now(proposal).cosign_until > timezone.now()  # type: ignore[operator]
    actions.answer_invitation(signature_of(proposal, cast), accept=True, actor=cast.cosigner, at=timezone.now())
    perform(now(proposal), "submit", actor=cast.proposer, at=timezone.now())
    assert signature_of(proposal, cast).answer == Answer.ACCEPTED


def test_nobody_is_asked_again_about_the_text_as_it_is_or_after_submission(cast: Cast) -> None:
    proposal = agreed(cast)
    with pytest.raises(actions.ProposalError, match="都是现在的正文"):
        ask(proposal, cast)
    perform(now(proposal), "submit", actor=cast.proposer, at=timezone.now())
    events = Event.objects.count()
    with pytest.raises(actions.ProposalError, match="已经提交"):
        ask(proposal, cast)
    assert (Event.objects.count(), signature_of(proposal, cast).answer) == (events, Answer.ACCEPTED)


def test_an_agreement_to_a_text_that_is_saved_over_in_this_moment_does_not_count(cast: Cast) -> None:
    draft, at = cast.draft(timezone.now()), timezone.now()
    asked = [cast.member(cast.cosigner)]
    actions.invite_cosigners(draft, members=asked, until=at + timedelta(days=5), actor=cast.proposer, at=at)
    read = signature_of(draft, cast)
    change(draft, cast, situation="另一种情况。")
    with pytest.raises(actions.ProposalError, match="刚刚又改过"):
        actions.answer_invitation(read, accept=True, actor=cast.cosigner, at=at)
    assert signature_of(draft, cast).answer == Answer.INVITED


def test_who_leaves_in_the_moment_of_being_asked_again_has_left(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况。")
    leaving = signature_of(proposal, cast)
    with in_between('UPDATE "proposals_signature"', lambda: actions.leave(leaving, actor=cast.cosigner, at=timezone.now())):
        ask(proposal, cast)
    assert signature_of(proposal, cast).answer == Answer.LEFT
    assert not Event.objects.filter(kind="proposals.ask_again").exists()


def test_an_invitation_taken_back_from_who_had_agreed_leaves_his_name_as_one_who_did_not_answer(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况。")
    [signature] = ask(proposal, cast)
    actions.remove_invitation(signature, actor=cast.proposer, at=timezone.now())
    assert signature_of(proposal, cast).answer == Answer.LAPSED
    assert verifying.verify().ok


# ── pages ────────────────────────────────────────────────────────────────────────────────────────
def test_the_invitation_shows_what_differs_in_words_too(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation=TEXT["situation"].replace("来回四十公里", "往返八十里"))
    ask(proposal, cast)
    page = signed_in(cast.cosigner).get(f"/proposals/{proposal.uid}/invitation/").content.decode()
    assert '<del><span class="sr">删去：</span>来回四十公里。' in page
    assert '<ins><span class="sr">新增：</span>往返八十里。' in page
    assert "请您重新确认" in page


def test_the_preview_says_who_will_not_stand_under_it_and_does_not_list_him(cast: Cast) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况，写得足够长，说明入冬以来夜间买药的来回路程和时间。")
    answer = signed_in(cast.proposer).get(f"/proposals/{proposal.uid}/preview/")
    assert "何青禾同意的是较早的正文，还没有确认现在的正文。现在提交，就不列入联名。" in answer.content.decode()
    assert [s.name for s in answer.context["signers"]] == ["林知远"]
    assert answer.context["proposal"].form == "individual"


def test_others_do_not_ask_in_the_proposers_place(cast: Cast, client: Client) -> None:
    proposal = agreed(cast)
    change(proposal, cast, situation="另一种情况。")
    for account in (cast.cosigner, cast.bystander, cast.office):
        client.force_login(account)
        assert client.post(f"/proposals/{proposal.uid}/ask-again/").status_code in {403, 404}
    assert signature_of(proposal, cast).answer == Answer.ACCEPTED


def test_the_office_enters_what_a_member_agreed_to_on_paper(cast: Cast) -> None:
    at = timezone.now()
    draft = actions.draft(cast.county, actor=cast.office, at=at, first=cast.member(cast.proposer), text=TEXT)
    asked = [cast.member(cast.cosigner)]
    [invited] = actions.invite_cosigners(draft, members=asked, until=at + timedelta(days=5), actor=cast.office, at=at)
    address = f"/proposals/{draft.uid}/invitations/{invited.uid}/answer/"
    assert signed_in(cast.proposer).post(address, {"version": "1"}).status_code in {403, 404}
    office = signed_in(cast.office)
    office.post(address, {"version": "7"})  # another text than the office has before it
    assert signature_of(draft, cast).answer == Answer.INVITED
    office.post(address, {"version": "1"})
    assert signature_of(draft, cast).answer == Answer.ACCEPTED
    event = Event.objects.get(kind="proposals.accept_invitation")
    assert (event.data["entered_for"], event.behalf_uid) == (True, cast.cosigner.uid)
    actions.save_text(now(draft), fields={"situation": "改过。"}, started_from=1, actor=cast.office, at=at)
    actions.ask_again(now(draft), until=at + timedelta(days=5), actor=cast.office, at=at)
    office.post(address, {"version": "2"})
    assert signature_of(draft, cast).signed_version == 2
    assert verifying.verify().ok


# ── the difference ───────────────────────────────────────────────────────────────────────────────
def test_the_difference_is_told_by_paragraphs_and_phrases() -> None:
    lines = paragraphs("一段，不变。\n二段，旧词，尾。", "一段，不变。\n二段，新词，尾。\n三段。")
    assert [[(p.kind, p.text) for p in line] for line in lines] == [
        [("same", "一段，不变。")],
        [("same", "二段，"), ("del", "旧词，"), ("ins", "新词，"), ("same", "尾。")],
        [("ins", "三段。")],
    ]


def test_white_space_alone_is_no_difference() -> None:
    assert {p.kind for line in paragraphs("一段，不变。", "一段， 不变。") for p in line} == {"same"}


@pytest.mark.parametrize("text", ["一，" * 20_000, "\n" * 60_000, "字" * 60_000, "，" * 60_000, "一二，三四。\n" * 9_000])
def test_a_hostile_text_does_not_cost_out_of_proportion(text: str) -> None:
    begun = time.thread_time()
    paragraphs(text, text[1:] + "别")
    paragraphs(text[: MOST * 2], text[: MOST * 2].replace("，", "；"))
    assert time.thread_time() - begun < 3
