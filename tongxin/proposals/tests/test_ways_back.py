"""A wrong decision about a proposal is taken back by a step with its reason.

Numbers and events stay, everybody concerned is told.
"""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.at_once import both
from tests.cast import TEXT, Cast, moment
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import raw
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.handling.sheets import PROPOSALS
from tongxin.members.models import Member
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import Answer, Destination, State
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import NotFiling
from tongxin.proposals.workflow import (
    PROPOSAL,
    Filing,
    MergeInto,
    NotFilingDecision,
    Reconsideration,
    Reinstatement,
    Revocation,
    Separation,
    Withdrawal,
)
from tongxin.regulations.queries import in_force
from tongxin.sheets import engine as engine_of_sheets
from tongxin.sheets import exporting
from tongxin.workflow import engine
from tongxin.workflow.engine import available, perform, unexplained

AT = moment("2026-03-05")
WHY = "上次审定有误。"
SAID = {
    "reconsider": Reconsideration("not_passed_on", WHY),
    "separate": Separation(WHY),
    "unfile": Revocation(WHY),
    "reinstate": Reinstatement(WHY),
    "restore_draft": None,
}


def now(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)


def step(proposal: Proposal, action: str, actor: Account, payload: Any = None) -> Proposal:
    perform(now(proposal), action, actor=actor, at=AT, payload=payload)
    return now(proposal)


def not_filed(cast: Cast, proposal: Proposal | None = None) -> Proposal:
    row = proposal or cast.in_decision()
    reasons = in_force(cast.county, NotFiling, AT.date()).reasons
    code = next(reason.code for reason in reasons if "suggestion" in reason.destinations)
    return step(row, "not_file", cast.office, NotFilingDecision(code, "suggestion", "属于日常意见。"))


def merged(cast: Cast, lead: Proposal | None = None) -> Proposal:
    return step(cast.in_decision(title="乙"), "merge", cast.office, MergeInto((lead or cast.filed(title="甲")).uid, "同一件事。"))


def told(kind: str, account: Account) -> list[str]:
    notices.deliver()
    return list(Notice.objects.filter(event__kind=kind, account=account).values_list("text", flat=True))


def is_sound() -> bool:
    return verifying.verify().ok and not unexplained(PROPOSAL, Proposal.objects.all()).exists()


# ── each way ─────────────────────────────────────────────────────────────────────────────────────
def test_what_was_not_filed_is_decided_again(cast: Cast) -> None:
    proposal = not_filed(cast)
    proposal = step(proposal, "reconsider", cast.office, SAID["reconsider"])
    assert (proposal.state, proposal.destination, proposal.reason_code, proposal.decided_at) == (State.IN_DECISION, "", "", None)
    assert Event.objects.get(kind="proposals.reconsider").data["destination"] == "suggestion"
    for account in (cast.proposer, cast.cosigner):
        assert [WHY in text for text in told("proposals.reconsider", account)] == [True]
    assert is_sound()


def test_who_cannot_decide_is_not_asked_to(cast: Cast) -> None:
    passes_on = Account.objects.create(username="passes_on", name="韩知秋")
    decides = Account.objects.create(username="decides", name="方闻钟")
    for account, duty in ((passes_on, Duty.PROPOSAL_OFFICE), (decides, Duty.FILING)):
        bodies.appoint(account, committee=cast.county, duty=duty, starts_on=AT.date(), actor=None, at=AT)
    proposal = step(not_filed(cast), "reconsider", cast.office, SAID["reconsider"])
    assert told("proposals.reconsider", decides) == [f"提案《{proposal.title}》恢复审定，请重新审定：{WHY}"]
    assert told("proposals.reconsider", passes_on) == [f"提案《{proposal.title}》恢复审定，待重新审定：{WHY}"]


def test_content_that_was_passed_on_is_said_in_the_form_and_in_the_notice(cast: Cast) -> None:
    proposal = not_filed(cast)
    actions.pass_on(proposal, to="县交通运输局", actor=cast.office, at=AT)
    [(code, words)] = Reconsideration.__dataclass_fields__["content"].metadata["choices"](now(proposal), cast.office, AT)
    assert code == "passed_on"
    assert "日转县交通运输局，恢复审定后另行告知接收单位" in words
    proposal = step(proposal, "reconsider", cast.office, Reconsideration(code, WHY))
    assert proposal.passed_on_at is None
    [text] = told("proposals.reconsider", cast.proposer)
    assert "内容此前已转县交通运输局" in text
    again = not_filed(cast, proposal)  # what is decided anew may have to go elsewhere
    assert list(queries.to_be_passed_on([cast.county.pk])) == [again]
    assert is_sound()


def test_what_was_merged_goes_out_of_its_lead_with_the_number_it_had(cast: Cast) -> None:
    lead, joined = cast.filed(title="甲"), cast.filed(title="乙")
    number = joined.number
    step(joined, "merge", cast.office, MergeInto(lead.uid, "同一件事。"))
    joined = step(joined, "separate", cast.office, SAID["separate"])
    assert (joined.state, joined.merged_into, joined.number) == (State.IN_DECISION, None, number)
    assert Event.objects.filter(kind="proposals.part_with", subject_uid=lead.uid).count() == 1
    assert [text.startswith("您的提案《乙》不再并入") for text in told("proposals.separate", cast.proposer)] == [True]
    assert told("proposals.part_with", cast.cosigner)
    assert told("proposals.part_with", cast.assigner)
    joined = step(joined, "file", cast.office, Filing("social", "learning", "government"))
    assert (joined.state, joined.number) == (State.FILED, number)
    assert is_sound()


def test_what_was_withdrawn_is_taken_up_again_at_the_proposers_wish(cast: Cast) -> None:
    proposal = cast.filed()
    number, serial = proposal.number, proposal.serial
    step(proposal, "withdraw", cast.proposer, Withdrawal("已经解决。"))
    proposal = step(proposal, "reinstate", cast.office, SAID["reinstate"])
    assert (proposal.state, proposal.number, proposal.serial, proposal.decided_at) == (State.SUBMITTED, number, serial, None)
    assert told("proposals.reinstate", cast.proposer)
    assert told("proposals.reinstate", cast.cosigner)
    assert is_sound()


def test_a_filing_is_revoked_before_it_is_assigned_and_filed_again_under_its_number(cast: Cast) -> None:
    proposal = cast.filed()
    numbers = proposal.number, proposal.category_number, proposal.category_label
    proposal = step(proposal, "unfile", cast.office, SAID["unfile"])
    assert (proposal.state, proposal.decided_at, proposal.number_note) == (State.IN_DECISION, None, "现未立案")
    assert all(told("proposals.unfile", account) for account in (cast.proposer, cast.cosigner, cast.assigner))
    other = cast.filed()
    assert other.number == (numbers[0] or 0) + 1
    proposal = step(proposal, "file", cast.office, Filing("economic", "learning", "government"))
    assert (proposal.number, proposal.category_number, proposal.category_label) == numbers
    assert proposal.number_note == ""
    assert Event.objects.filter(kind="proposals.file", subject_uid=proposal.uid).latest("id").data["kept"] is True
    assert is_sound()


def test_a_number_that_is_no_filed_proposals_in_the_end_is_an_empty_one(cast: Cast) -> None:
    proposal = step(cast.filed(), "unfile", cast.office, SAID["unfile"])
    proposal = not_filed(cast, proposal)
    assert (proposal.number, proposal.number_note) == (1, "空号")


def test_a_lead_is_freed_of_what_it_absorbed_before_its_filing_is_revoked(cast: Cast) -> None:
    lead = cast.filed(title="甲")
    joined = merged(cast, lead)
    offer = next(o for o in available(now(lead), cast.office, at=AT) if o.row.action == "unfile")
    assert offer.reasons == ("《乙》并入了本案，请先逐件解除并案",)
    with pytest.raises(engine.Blocked):
        step(lead, "unfile", cast.office, SAID["unfile"])
    step(joined, "separate", cast.office, SAID["separate"])
    assert step(lead, "unfile", cast.office, SAID["unfile"]).state == State.IN_DECISION


def test_what_the_public_reads_is_taken_down_before_its_filing_is_revoked(cast: Cast) -> None:
    proposal = cast.filed()
    actions.release(proposal, actor=cast.office, at=AT)
    with pytest.raises(engine.Blocked, match="撤下公开"):
        step(proposal, "unfile", cast.office, SAID["unfile"])


def test_a_published_proposal_that_is_not_filed_any_more_is_not_public(cast: Cast) -> None:
    lead, proposal = cast.filed(title="甲"), cast.filed(title="乙")
    actions.release(proposal, actor=cast.office, at=AT)
    step(proposal, "merge", cast.office, MergeInto(lead.uid, "同一件事。"))
    proposal = step(proposal, "separate", cast.office, SAID["separate"])
    assert not queries.visible_to(None).filter(pk=proposal.pk).exists()


def test_a_discarded_draft_is_restored_with_those_who_were_asked(cast: Cast) -> None:
    draft = cast.draft(AT)
    asked = [cast.member(cast.cosigner)]
    actions.invite_cosigners(draft, members=asked, until=moment("2026-03-09"), actor=cast.proposer, at=AT)
    draft = step(draft, "discard", cast.proposer)
    assert told("proposals.discard", cast.cosigner)
    draft = step(draft, "restore_draft", cast.proposer)
    assert draft.state == State.GATHERING
    assert told("proposals.restore_draft", cast.cosigner)
    assert is_sound()


def test_a_draft_without_others_is_a_draft_again_and_one_without_text_stays_away(cast: Cast) -> None:
    draft = step(step(cast.draft(), "discard", cast.proposer), "restore_draft", cast.proposer)
    assert draft.state == State.DRAFT
    draft = step(draft, "discard", cast.proposer)
    Proposal.objects.filter(pk=draft.pk).update(situation="", analysis="", suggestions="")
    with pytest.raises(engine.Blocked, match="保存期限"):
        step(draft, "restore_draft", cast.proposer)


def test_a_draft_has_no_number(cast: Cast) -> None:
    draft = cast.draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        raw(Proposal).filter(pk=draft.pk).update(number=7)


# ── merging ──────────────────────────────────────────────────────────────────────────────────────
def test_what_went_into_a_lead_that_is_withdrawn_is_decided_by_itself(cast: Cast) -> None:
    lead = cast.filed(title="甲")
    joined = [merged(cast, lead), merged(cast, lead)]
    step(lead, "withdraw", cast.proposer, Withdrawal("已经解决。"))
    for proposal in joined:
        assert (now(proposal).state, now(proposal).merged_into) == (State.IN_DECISION, None)
    event = Event.objects.filter(kind="proposals.separate").latest("id")
    assert event.data["reason"] == "主案《甲》已撤案，本案恢复审定"
    assert len(told("proposals.separate", cast.cosigner)) == 2
    assert len(told("proposals.separate", cast.office)) == 2
    assert is_sound()


def test_what_moved_along_has_its_end_with_the_last_lead(cast: Cast) -> None:
    middle, last = cast.filed(title="甲"), cast.filed(title="丙")
    joined = merged(cast, middle)
    step(middle, "merge", cast.office, MergeInto(last.uid, "同一件事。"))
    assert now(joined).merged_into == last
    absorbed = Event.objects.filter(kind="proposals.absorb", subject_id=last.pk).order_by("id")
    assert [event.data["proposal"] for event in absorbed] == [middle.pk, joined.pk]
    assert Event.objects.get(kind="proposals.merge", subject_id=middle.pk).data["moved"] == [joined.uid]
    step(last, "withdraw", cast.proposer, Withdrawal("已经解决。"))
    assert {now(joined).state, now(middle).state} == {State.IN_DECISION}
    assert is_sound()


def test_only_what_is_still_to_be_answered_takes_others_in(cast: Cast) -> None:
    proposal = cast.in_decision()
    waiting, in_hand, answered = cast.filed(), cast.assigned().proposal, cast.answered().proposal
    assert set(queries.may_absorb(proposal)) == {waiting, now(in_hand)}
    with pytest.raises(engine.Invalid):
        step(proposal, "merge", cast.office, MergeInto(answered.uid, "同一件事。"))


def test_who_merges_late_is_asked_to_rate(cast: Cast) -> None:
    case = cast.assigned()
    late = actions.draft(cast.county, actor=cast.bystander, at=AT, first=cast.member(cast.bystander), text=TEXT)
    perform(late, "submit", actor=cast.bystander, at=AT)
    perform(late, "pass_examination", actor=cast.office, at=AT, payload=Filing("social", "learning", "government"))
    step(late, "merge", cast.office, MergeInto(case.proposal.uid, "同一件事。"))
    assert cast.member(cast.bystander) in {s.member for s in queries.raters(now(case.proposal))}


# ── two at once ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("build", "action"),
    [(not_filed, "reconsider"), (merged, "separate"), (lambda cast: cast.filed(), "unfile")],
    ids=["reconsider", "separate", "unfile"],
)
@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_take_a_decision_back_one_is_told(cast: Cast, build: Any, action: str) -> None:
    proposal = build(cast)
    rows = [now(proposal), now(proposal)]

    def take_back(row: Proposal) -> Any:
        return lambda: perform(row, action, actor=cast.office, at=AT, payload=SAID[action])

    assert both(*map(take_back, rows)) == ["Overtaken"]
    assert Event.objects.filter(kind=f"proposals.{action}").count() == 1


# ── sheets ───────────────────────────────────────────────────────────────────────────────────────
def test_what_went_back_leaves_and_comes_in_again_by_the_sheet(cast: Cast, tmp_path: Path) -> None:
    """Filed again under its number; waiting with a number.

    Not filed with one: known where they are, made where they are not.
    """
    again = step(cast.filed(title="甲", consents_to_publication=False), "unfile", cast.office, SAID["unfile"])
    step(again, "file", cast.office, Filing("social", "learning", "government"))
    step(cast.filed(title="乙"), "unfile", cast.office, SAID["unfile"])
    not_filed(cast, step(cast.filed(title="丙"), "unfile", cast.office, SAID["unfile"]))
    path = tmp_path / "提案.xlsx"
    assert exporting.write(path, PROPOSALS, PROPOSALS.rows(cast.county, year=None, on=AT.date())) == 3
    report = engine_of_sheets.run(PROPOSALS, [path], cast.county, actor=cast.office, at=AT)
    assert (report.rejected, report.created) == ([], 0)
    Member.objects.filter(account=cast.member_of_other_county).update(name="林知远")
    sent = engine_of_sheets.run(PROPOSALS, [path], cast.other_county, actor=cast.office_of_other_county, at=AT)
    assert [(f.column, f.reason) for f in sent.rejected if f.column != "提案人"] == []
    assert is_sound()


# ── one signer left ──────────────────────────────────────────────────────────────────────────────
def test_a_joint_proposal_that_one_signs_in_the_end_is_an_individual_one(cast: Cast) -> None:
    draft = cast.draft(AT)
    asked = [cast.member(cast.cosigner)]
    actions.invite_cosigners(draft, members=asked, until=moment("2026-03-09"), actor=cast.proposer, at=AT)
    assert now(draft).form == "joint"
    draft = step(draft, "submit", cast.proposer)
    assert draft.form == "individual"
    assert Event.objects.get(kind="proposals.change_form").data["form"] == "委员个人提案"


def test_the_form_follows_when_the_last_cosigner_leaves_and_another_comes(cast: Cast) -> None:
    proposal = cast.submitted()
    assert proposal.form == "joint"
    signature = Signature.objects.select_related("proposal").get(proposal=proposal, member=cast.member(cast.cosigner))
    actions.leave(signature, actor=cast.cosigner, at=AT)
    assert now(proposal).form == "individual"
    assert told("proposals.change_form", cast.proposer)
    from tongxin.proposals.workflow import Return

    proposal = step(proposal, "return_for_revision", cast.office, Return("请补充。"))
    asked = [cast.member(cast.second_cosigner)]
    [invitation] = actions.invite_cosigners(proposal, members=asked, until=moment("2026-03-09"), actor=cast.proposer, at=AT)
    actions.answer_invitation(invitation, accept=True, actor=cast.second_cosigner, at=AT)
    assert step(proposal, "submit", cast.proposer).form == "joint"
    assert Signature.objects.filter(proposal=proposal, answer=Answer.ACCEPTED).count() == 2
    assert is_sound()


def test_a_form_that_was_chosen_stays(cast: Cast) -> None:
    draft = actions.draft(cast.county, actor=cast.office, at=AT, body="民盟云溪县总支", form="party", text=TEXT)
    assert step(draft, "submit", cast.office).form == "party"
    assert audit.intact(draft)


# ── what the forms say ──
def test_each_reason_for_not_filing_says_where_the_content_may_go(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    page = client.get(f"/go/proposals/{cast.in_decision().uid}/not_file/").text
    for reason in in_force(cast.county, NotFiling, AT.date()).reasons:
        allowed = "、".join(str(Destination(d).label) for d in reason.destinations)
        assert f"{reason.text}（内容去向：{allowed}）" in page


def test_what_became_of_the_content_is_stated_and_not_asked(cast: Cast, client: Client) -> None:
    proposal = not_filed(cast)
    client.force_login(cast.office)
    url = f"/go/proposals/{proposal.uid}/reconsider/"
    page = client.get(url).text
    assert f"内容去向：{proposal.get_destination_display()}，内容还没有转出。" in page
    assert 'type="radio"' not in page
    actions.pass_on(proposal, to="县交通运输局", actor=cast.office, at=AT)
    # it went in between: that has to be read first
    stale = client.post(url, {"content": "not_passed_on", "reason": WHY}).text
    assert "您打开以后情况又有变化" in stale
    assert 'name="content" value="passed_on"' in stale
    assert now(proposal).state == State.NOT_FILED
    client.post(url, {"content": "passed_on", "reason": WHY})
    assert now(proposal).state == State.IN_DECISION


def test_the_form_of_a_withdrawal_says_who_reads_the_reason_and_what_follows(cast: Cast, client: Client) -> None:
    lead, joined = cast.filed(title="甲"), cast.filed(title="乙")
    client.force_login(cast.proposer)
    url = f"/go/proposals/{lead.uid}/withdraw/"
    page = client.get(url).text
    assert "所有署名的委员和提案工作人员会看到这段话" in page
    assert "由机关办理“恢复提案”" in page
    assert "并入了本案" not in page
    step(joined, "merge", cast.office, MergeInto(lead.uid, "同一件事。"))
    assert "《乙》并入了本案，撤案后解除并案，恢复审定" in client.get(url).text
