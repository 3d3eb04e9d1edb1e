"""Who keeps the ratings keeps none of a case he signed.

And a member hears of a rating that somebody entered for him.
"""

from datetime import timedelta

import pytest

from tests.cast import Cast, merged_late, second_seat
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit.kinds import sentence
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.handling import actions
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Rating, Reply
from tongxin.handling.workflow import Why
from tongxin.notices.actions import deliver
from tongxin.notices.models import Notice
from tongxin.proposals.models import Signature
from tongxin.proposals.queries import raters
from tongxin.workflow.engine import NotAllowed, perform

SECRET = "答非所问，请把药房的名单列出来"


def _say(reply: Reply, attitude: str = "satisfied", result: str = "satisfied", comment: str = "", **more: str) -> dict[str, str]:
    return {
        f"{reply.uid}-attitude": attitude,
        f"{reply.uid}-result": result,
        f"{reply.uid}-comment": comment,
        "final": "1",
    } | more


def _reply(case: Case) -> Reply:
    return Reply.objects.get(task__case=case)


def _keeps_too(cast: Cast, who: Account, today) -> Account:
    """Let somebody keep the proposals beside what he is."""
    since = today.date() - timedelta(days=400)
    bodies.appoint(who, committee=cast.county, duty=Duty.PROPOSAL_OFFICE, starts_on=since, actor=None, at=today)
    Account.objects.filter(pk=who.pk).update(needs_second_factor=False)
    return Account.objects.get(pk=who.pk)


def _signs_no_longer_sitting(cast: Cast, case: Case) -> Account:
    Signature.objects.create(
        committee=cast.county,
        proposal=case.proposal,
        member=cast.member(cast.former_member),
        role="co",
        answer="accepted",
        place_in_list=9,
    )
    return cast.former_member


def _signs_a_merged_one(cast: Cast, case: Case, today) -> Account:
    other = cast.filed(today, title="关于延长镇卫生院夜间门诊时间的建议")
    Signature.objects.create(
        committee=cast.county, proposal=other, member=cast.member(cast.bystander), role="co", answer="accepted", place_in_list=9
    )
    merged_late(other, case.proposal, cast, at=today)
    return cast.bystander


@pytest.mark.parametrize("how", ["first", "co", "sits no longer", "merged"])
def test_who_signed_the_case_keeps_none_of_its_ratings_whatever_duty_he_holds(cast: Cast, as_, today, how: str) -> None:
    case = cast.answered(today)
    who = {
        "first": lambda: cast.proposer,
        "co": lambda: cast.cosigner,
        "sits no longer": lambda: _signs_no_longer_sitting(cast, case),
        "merged": lambda: _signs_a_merged_one(cast, case, today),
    }[how]()
    keeper, other = as_(_keeps_too(cast, who, today)), next(s for s in raters(case.proposal) if s.member.account != who)
    said = _say(_reply(case), closes_early="on")
    before = Event.objects.count()
    assert keeper.post(f"/handling/rate/{case.uid}/for/{other.uid}/", said).status_code == 403
    assert keeper.get(f"/handling/rate/{case.uid}/for/{other.uid}/").status_code == 403
    assert keeper.post(f"/handling/cases/{case.uid}/ratings/").status_code == 403
    page = keeper.get(case.get_absolute_url()).content.decode()
    assert [word for word in ("查看每位委员的评价", "应评") if word in page] == []
    assert (Rating.objects.count(), Event.objects.count()) == (0, before)
    assert as_(cast.office).post(f"/handling/rate/{case.uid}/for/{other.uid}/", said).status_code == 302


def test_nobody_reads_by_changing_the_seat_what_is_kept_from_the_signers(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    here, there = cast.member(cast.proposer), second_seat(cast.proposer, cast.other_county, "051")
    who = _keeps_too(cast, cast.proposer, today)
    other = next(s for s in raters(case.proposal) if s.member.account != who)
    keeper, answers = as_(who), []
    for seat in (here, there):
        keeper.post("/account/seat/choose/", {"seat": seat.uid})
        answers.append(keeper.post(f"/handling/cases/{case.uid}/ratings/").status_code)
        answers.append(keeper.post(f"/handling/rate/{case.uid}/for/{other.uid}/", _say(_reply(case))).status_code)
        who.chosen_seat = seat.uid
        assert not allowed(who, "handling.see_ratings", case)
        assert not allowed(who, "handling.rate_for", case)
    assert (answers, Rating.objects.count()) == ([403] * 4, 0)


def test_who_signed_the_case_or_serves_its_unit_does_not_settle_it_for_the_office(cast: Cast, today) -> None:
    case = cast.answered(today)
    case.proposal.signatures.get(role="co").delete()
    actions.rate(
        _reply(case),
        signature=raters(case.proposal)[0],
        attitude="satisfied",
        result="dissatisfied",
        comment=SECRET,
        actor=cast.proposer,
        at=today,
    )
    perform(case, "escalate", actor=Account.objects.system(), at=today, by_system=True)
    signer, of_unit = _keeps_too(cast, cast.proposer, today), _keeps_too(cast, cast.clerk, today)
    for who in (signer, of_unit):
        for action in ("settle", "resume"):
            with pytest.raises(NotAllowed):
                perform(case, action, actor=who, at=today, payload=Why("已经协调"))
    assert Case.objects.get(pk=case.pk).state == CaseState.WITH_OFFICE
    deliver()
    asked = Notice.objects.filter(event__kind="cases.escalate", text__contains="请协调")
    assert {n.account for n in asked} == {cast.office}
    perform(case, "settle", actor=cast.office, at=today, payload=Why("已经协调"))
    assert Case.objects.get(pk=case.pk).state == CaseState.CLOSED


def test_a_member_is_told_that_a_rating_was_entered_for_him_and_never_which(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    reply, [first, second] = _reply(case), raters(case.proposal)
    as_(cast.office).post(f"/handling/rate/{case.uid}/for/{second.uid}/", _say(reply, "fairly", "dissatisfied", SECRET))
    as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(reply))
    assert {r.signature for r in Rating.objects.all()} == {first, second}
    deliver()
    [told] = Notice.objects.filter(event__kind="handling.rate")
    assert (told.account, told.url, told.urgent) == (cast.cosigner, case.get_absolute_url(), True)
    assert told.text == (
        f"机关代录了您对第 {case.proposal.number:04d} 号提案《{case.proposal.title}》县卫生健康局答复的评价；"
        "不是您的意见的，请与本会提案工作人员联系"
    )


def test_the_record_names_the_person_who_looked_at_ratings_by_name(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    Appointment.objects.filter(account=cast.office).update(body="")
    as_(cast.office).post(f"/handling/cases/{case.uid}/ratings/")
    [event] = Event.objects.filter(kind="handling.read_ratings")
    assert (event.acting_as, sentence(event)) == ("云溪县政协", "云溪县政协秦若水查看每位提案人的评价")
    assert "云溪县政协秦若水查看每位提案人的评价" in as_(cast.audit_admin).get("/audit/").content.decode()


def test_who_enters_for_another_is_not_told_as_if_it_were_his_own_rating(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    second = raters(case.proposal)[1]
    page = as_(cast.office).get(f"/handling/rate/{case.uid}/for/{second.uid}/").content.decode()
    assert "您的评价，谁会知道什么" not in page
    assert "代录以前，请把下面的话告诉何青禾，其中的“您”指何青禾。" in page
    assert "您的评价，谁会知道什么" in as_(cast.cosigner).get(f"/handling/rate/{case.uid}/").content.decode()
