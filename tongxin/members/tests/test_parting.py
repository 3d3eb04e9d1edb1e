"""A merger of two people is taken back: what one did in the other's name meanwhile, what becomes of it, who is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.at_once import both
from tests.cast import NOW, Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.models import Case, Presence, Rating, Reply
from tongxin.handling.privacy import _comments_due, _erase_comments, _ratings
from tongxin.members import merging, queries
from tongxin.members.models import Member
from tongxin.members.notices import ROOM, _parted
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import Withdrawal
from tongxin.workflow.engine import perform

WHY = "原来是两个人"


def merge(stays: Account, goes: Account, cast: Cast, *taken: str) -> tuple[Member, Member]:
    first, second = cast.member(stays), cast.member(goes)
    merging.merge(first, second, taken=taken, reason="同一人导入了两次", actor=cast.office, at=timezone.now())
    return Member.everybody.get(pk=first.pk), Member.everybody.get(pk=second.pk)


def part(stays: Member, goes: Member, cast: Cast) -> None:
    merging.part(stays, goes, reason=WHY, actor=cast.office, at=timezone.now())


def rate(case: Case, signature: Signature, by: Account, result: str, *, days: int = 1, **more: Any) -> Rating:
    [reply] = cases.replies_to_rate(case)
    said = {"attitude": result, "result": result, "comment": "还要再办。"} | more
    return handling.rate(reply, signature=signature, actor=by, at=NOW + timedelta(days=days), **said)


def name_of(member: Member, case: Case) -> Signature:
    return Signature.objects.get(proposal=case.proposal, member=member)


def again(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def told(account: Account, kind: str) -> list[str]:
    return list(Notice.objects.filter(account=account, event__kind=kind).order_by("pk").values_list("text", flat=True))


def said_before(stays: Member) -> list[str]:
    return queries.what_follows_parting(stays, queries.mergers(stays)[0])


# ── ratings ──
@pytest.mark.parametrize("taken", [(), ("account",)])
def test_what_another_rated_in_the_name_is_set_aside_and_the_signer_is_asked_himself(cast: Cast, taken: tuple[str, ...]) -> None:
    case = cast.answered(NOW)
    victim, other = again(cast.proposer), again(cast.bystander)
    pair = (other, victim) if not taken else (victim, other)  # whose account stays in use is the other's, either way
    stays, goes = merge(*pair, cast, *taken)
    given = rate(case, name_of(stays, case), other, "dissatisfied")
    assert cases.rejected(case, NOW.date())
    part(stays, goes, cast)
    own = name_of(cast.member(victim), case)
    assert (list(Rating.objects.all()), [row.pk for row in Rating.written.all()]) == ([], [given.pk])
    assert own in [signature for _reply, signature in cases.ratings_awaited(case)]
    assert cases.rejected(case, NOW.date()) == []
    [event] = Event.objects.filter(kind="handling.ask_rater_again")
    assert (event.subject_id, event.data["number"], event.data["name"]) == (case.pk, "YX001", cast.member(victim).name)
    assert verifying.verify().ok
    notices.deliver()
    [text] = told(victim, "handling.ask_rater_again")
    assert "请您本人评价" in text
    assert told(other, "handling.ask_rater_again") == []
    rate(case, own, again(victim), "satisfied", days=2)
    assert [row.result for row in Rating.objects.all()] == ["satisfied"]
    assert verifying.verify().ok


def test_that_a_rating_is_set_aside_is_vouched_for(cast: Cast) -> None:
    case = cast.answered(NOW)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    rate(case, name_of(stays, case), again(cast.bystander), "dissatisfied")
    part(stays, goes, cast)
    for changed in ({"set_aside_at": None}, {"set_aside_at": NOW}, {"result": "satisfied"}):
        [before] = Rating.written.values(*changed)
        Rating.written.update(**changed)
        assert not verifying.verify().ok, changed
        Rating.written.update(**before)
        assert verifying.verify().ok, changed


def test_who_was_set_aside_reads_his_words_among_his_data_and_the_signer_does_not(cast: Cast) -> None:
    case = cast.answered(NOW)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    rate(case, name_of(stays, case), again(cast.bystander), "dissatisfied", comment="这是我写的")
    part(stays, goes, cast)
    said = {account.pk: str(_ratings(account, None).rows) for account in (again(cast.proposer), again(cast.bystander))}
    assert ("这是我写的" in said[cast.bystander.pk], "这是我写的" in said[cast.proposer.pk]) == (True, False)
    handling.close_round(case, at=NOW + timedelta(days=40))
    Case.objects.filter(pk=case.pk).update(closed_at=NOW + timedelta(days=40))
    due = list(_comments_due(cast.county, (NOW + timedelta(days=4000)).date()))
    _erase_comments(due)
    assert set(Rating.written.values_list("comment", flat=True)) == {""}


def test_what_is_said_is_the_same_whether_or_not_anybody_rated(cast: Cast) -> None:
    case = cast.answered(NOW)
    number = Event.objects.count()

    def course(*, rated: bool) -> tuple[Any, ...]:
        stays, goes = merge(cast.bystander, cast.proposer, cast)
        if rated:
            rate(case, name_of(stays, case), again(cast.bystander), "dissatisfied")
        said = said_before(stays)
        part(stays, goes, cast)
        notices.deliver()
        kinds = list(Event.objects.exclude(kind="handling.rate").order_by("pk").values_list("kind", flat=True))[number:]
        heard = list(
            Notice.objects.filter(event__kind__in=["members.part", "members.part_from", "handling.ask_rater_again"])
            .order_by("pk")
            .values_list("account", "text")
        )
        return said, kinds, heard

    said, kinds, heard = course(rated=False)
    said_then, kinds_then, heard_then = course(rated=True)
    assert any("评价还没有截止" in sentence and "YX001" in sentence for sentence in said)
    assert said == said_then
    assert kinds_then == kinds * 2
    assert heard_then == heard * 2


def test_what_somebody_rated_himself_stands(cast: Cast) -> None:
    case = cast.answered(NOW)
    own = rate(case, name_of(cast.member(cast.proposer), case), again(cast.proposer), "satisfied")
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    part(stays, goes, cast)
    assert [row.pk for row in Rating.objects.all()] == [own.pk]
    stays, goes = merge(cast.proposer, cast.bystander, cast)  # the one with the names stays, with his account
    part(stays, goes, cast)
    assert [row.pk for row in Rating.objects.all()] == [own.pk]
    notices.deliver()
    assert told(cast.proposer, "handling.ask_rater_again") == []


def test_of_a_round_that_is_over_the_ratings_stand(cast: Cast) -> None:
    case = cast.answered(NOW)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    rate(case, name_of(stays, case), again(cast.bystander), "satisfied")
    handling.close_round(case, at=NOW + timedelta(days=40))
    assert "已经截止的评价不变" in said_before(stays)
    part(stays, goes, cast)
    assert Rating.objects.count() == 1
    assert not Event.objects.filter(kind="handling.ask_rater_again").exists()


def test_merged_again_nothing_that_was_set_aside_comes_back(cast: Cast) -> None:
    case = cast.answered(NOW)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    rate(case, name_of(stays, case), again(cast.bystander), "dissatisfied")
    part(stays, goes, cast)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    rate(case, name_of(stays, case), again(cast.bystander), "satisfied", days=2)
    part(stays, goes, cast)
    assert (Rating.objects.count(), Rating.written.count()) == (0, 2)
    assert verifying.verify().ok


@pytest.mark.django_db(transaction=True)
def test_who_rates_while_the_merger_is_taken_back_rates_before_or_not_at_all(cast: Cast) -> None:
    case = cast.answered(NOW)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    signature, by = name_of(stays, case), again(cast.bystander)
    both(
        lambda: part(stays, goes, cast),
        lambda: rate(case, signature, by, "dissatisfied"),
        refusals=(handling.HandlingError,),
    )
    assert not Rating.objects.exists()
    assert verifying.verify().ok


# ── other acts ──
def test_other_acts_stand_are_listed_before_and_both_are_told(cast: Cast) -> None:
    proposal = cast.filed(NOW)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    by = again(cast.bystander)
    perform(Proposal.objects.get(pk=proposal.pk), "withdraw", actor=by, at=timezone.now(), payload=Withdrawal("另行提出"))
    wanted = f"合并期间在编号 YX001 名下办理的仍然有效，要更正的请逐件办理：《{proposal.title}》（撤案）"
    assert wanted in said_before(stays)
    assert wanted in as_(cast.office).get(f"/members/{stays.uid}/part/{goes.uid}/").text
    part(stays, goes, cast)
    notices.deliver()
    for account, kind in ((cast.bystander, "members.part"), (cast.proposer, "members.part_from")):
        [text] = told(account, kind)
        assert f"仍然有效：《{proposal.title}》（撤案）" in text
    assert Proposal.objects.get(pk=proposal.pk).state == "withdrawn"
    [audits] = told(cast.audit_admin, "members.part")
    assert proposal.title not in audits


def test_of_many_acts_three_are_named_and_what_becomes_of_ratings_is_never_cut_off(cast: Cast) -> None:
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    part(stays, goes, cast)
    event = Event.objects.get(kind="members.part_from")
    acts = [f"《关于第{n}件事情的一个很长很长的题目的建议》（撤案）" for n in range(1, 10)]
    rating = "合并期间用编号 YX001 的署名作出的评价，还没有截止的作废，请编号 YX001 的委员本人重新评价"
    for many, reason in ((9, WHY), (3, WHY), (9, "两人" * 100), (0, "两人" * 100)):
        event.data |= {"stands": acts[:many], "in_whose_name": "YX001", "reason": reason}
        text = _parted(event, goes)
        assert (rating in text, len(text) <= ROOM) == (True, True)
        assert ("等 9 件，见委员页，要更正的请与机关联系" in text) == (many == 9)
        assert [act in text for act in acts] == [many > 0] * 3 + [False] * 6
        assert f"。理由：{reason[:30]}" in text
    event.data |= {"stands": [f"《{'题' * 200}》（撤案）"] * 2, "reason": WHY}
    assert "仍然有效：2 件，见委员页，要更正的请与机关联系" in _parted(event, goes)


def test_the_page_that_the_notice_names_lists_every_act(cast: Cast) -> None:
    proposal = cast.filed(NOW)
    stays, goes = merge(cast.bystander, cast.proposer, cast)
    by = again(cast.bystander)
    perform(Proposal.objects.get(pk=proposal.pk), "withdraw", actor=by, at=timezone.now(), payload=Withdrawal("另行提出"))
    part(stays, goes, cast)
    for reader, member in ((cast.office, stays), (again(cast.proposer), goes), (again(cast.bystander), stays)):
        page = as_(reader).get(f"/members/{member.uid}/").text
        assert f"<span>《{proposal.title}》（撤案）</span>" in page
    assert "仍然有效" not in as_(again(cast.cosigner)).get(f"/members/{stays.uid}/").text


def test_a_talk_that_was_confirmed_and_a_draft_that_was_answered_are_listed_without_the_title_of_the_draft(cast: Cast) -> None:
    case = cast.answered(NOW)
    draft = cast.draft(title="关于还没有想好的建议")
    victim = cast.member(cast.cosigner)
    proposals.invite_cosigners(draft, members=[victim], until=NOW + timedelta(days=9), actor=cast.proposer, at=NOW)
    contact = case.tasks.get(unit=cast.unit).contacts.get()
    Presence.objects.get_or_create(committee=cast.county, contact=contact, signature=name_of(victim, case))
    stays, _goes = merge(cast.bystander, cast.cosigner, cast)
    by = again(cast.bystander)
    invitation = Signature.objects.get(proposal=draft, member=stays)
    proposals.answer_invitation(invitation, accept=True, actor=by, at=NOW)
    handling.confirm_contact(contact, actor=by, at=NOW)
    [said] = [sentence for sentence in said_before(stays) if "仍然有效" in sentence]
    assert "尚未提交的一件提案（同意联名）" in said
    assert f"《{case.proposal.title}》（确认面商记录）" in said
    assert draft.title not in said


def test_where_nobody_acted_nothing_is_said_of_acts(cast: Cast) -> None:
    stays, goes = merge(cast.second_cosigner, cast.bystander, cast)
    assert not any("仍然有效" in sentence or "评价" in sentence for sentence in said_before(stays))
    part(stays, goes, cast)


def test_another_committees_keeper_sees_nothing_of_it(cast: Cast) -> None:
    stays, goes = merge(cast.second_cosigner, cast.bystander, cast)
    for path in (f"/members/{stays.uid}/part/{goes.uid}/", f"/members/{stays.uid}/"):
        assert as_(cast.member_of_other_county).get(path).status_code == 404
    assert Reply.objects.count() == 0
