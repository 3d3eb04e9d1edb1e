"""Whom to contact for an open proposal when its first proposer leaves, pauses, comes back.

On every page, and told once.
"""

import re

import pytest
from django.utils import timezone

from tests.cast import NOW, Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.members import actions as members
from tongxin.members.choices import Ending
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import queries
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import Return, Withdrawal
from tongxin.workflow.engine import perform

GONE = {
    Ending.DIED: "已去世",
    Ending.RESIGNED: "已离任",
    Ending.REVOKED: "已离任",
    Ending.EXPIRED: "已离任",
    "suspend": "暂停履职",
}


def leave(cast: Cast, account: Account, kind: str) -> None:
    said = {"on": timezone.localdate(), "reason": "不便说明", "document_number": "云政协〔2026〕3 号"}
    said |= {"actor": cast.office, "at": timezone.now()}
    if kind == "suspend":
        members.suspend(cast.member(account), **said)
    else:
        members.end_seat(cast.member(account), ending=kind, **said)


def colleague(cast: Cast) -> Account:
    """Somebody else who keeps the proposals: who does it himself is not told."""
    account = Account.objects.create(username="colleague", name="韩知秋")
    today = timezone.localdate()
    bodies.appoint(account, committee=cast.county, duty=Duty.PROPOSAL_OFFICE, starts_on=today, actor=None, at=timezone.now())
    return account


def told(kind: str) -> dict[str, str]:
    notices.deliver()
    return {notice.account.username: notice.text for notice in Notice.objects.filter(event__kind=kind)}


@pytest.mark.parametrize("kind", GONE)
def test_the_pages_say_that_he_is_gone_and_whom_to_contact_and_nothing_more(cast: Cast, kind: str) -> None:
    case = cast.assigned()
    leave(cast, cast.proposer, kind)
    said = f"（{GONE[kind]}，请联系何青禾）"
    task = cast.task(case).get_absolute_url()
    proposal = case.proposal.get_absolute_url()
    for account, url in ((cast.office, proposal), (cast.clerk, proposal), (cast.cosigner, proposal), (cast.clerk, task)):
        page = as_(account).get(url).text
        assert (said in page, "不便说明" in page) == (True, False), (account, url)
    assert GONE[kind] not in as_(cast.bystander).get(proposal).text


def test_where_nobody_is_left_the_office_is_to_be_contacted(cast: Cast) -> None:
    case = cast.assigned()
    leave(cast, cast.cosigner, Ending.RESIGNED)
    leave(cast, cast.proposer, Ending.DIED)
    page = as_(cast.clerk).get(cast.task(case).get_absolute_url()).text
    assert "（已去世，请联系政协提案工作人员）" in page


def test_who_assigns_reads_it_too(cast: Cast) -> None:
    filed = cast.filed()
    leave(cast, cast.proposer, Ending.DIED)
    assert "（已去世，请联系何青禾）" in as_(cast.assigner).get(f"/handling/assign/{filed.uid}/").text


def test_units_signers_and_the_office_are_told_once_of_what_is_open(cast: Cast) -> None:
    other = colleague(cast)
    case, received = cast.assigned(), cast.submitted(title="乙")
    perform(cast.filed(title="丙"), "withdraw", actor=cast.proposer, at=NOW, payload=Withdrawal("已经解决。"))
    leave(cast, cast.proposer, Ending.DIED)
    changes = Event.objects.filter(kind="proposals.change_speaker")
    assert {event.subject_id for event in changes} == {case.proposal_id, received.pk}
    said = f"你单位承办的第 0001 号提案《{case.proposal.title}》，提案人林知远已去世，面商和有关事项请联系何青禾"
    found = told("proposals.change_speaker")
    assert found["clerk"] == found["coclerk"] == said
    assert set(found) == {"clerk", "coclerk", "YX002"}
    assert told("members.record_death") == {
        other.username: f"林知远委员已去世，由其联系的在办提案 2 件改变联系人：第 0001 号《{case.proposal.title}》联系何青禾；"
        f"收件第 {received.serial} 号《乙》联系何青禾"
    }


def test_of_who_is_not_contacted_nobody_is_told(cast: Cast) -> None:
    colleague(cast)
    cast.assigned()
    leave(cast, cast.cosigner, Ending.RESIGNED)
    assert not Event.objects.filter(kind="proposals.change_speaker").exists()
    assert set(told("members.resign")) == {"YX002"}


def test_the_next_one_who_leaves_is_followed_by_another(cast: Cast) -> None:
    case = cast.assigned()
    leave(cast, cast.proposer, Ending.DIED)
    leave(cast, cast.cosigner, Ending.RESIGNED)
    last = Event.objects.filter(kind="proposals.change_speaker").latest("id")
    assert (last.subject_id, last.data["name"], last.data["speaker"]) == (case.proposal_id, "何青禾", "政协提案工作人员")


def test_who_comes_back_is_contacted_again_and_it_is_told(cast: Cast) -> None:
    case = cast.assigned()
    leave(cast, cast.proposer, "suspend")
    back = {"on": timezone.localdate(), "reason": "结束调查", "actor": cast.office, "at": timezone.now()}
    members.resume(cast.member(cast.proposer), **back)
    assert "联系" not in queries.contact_note(Proposal.objects.get(pk=case.proposal_id))
    notices.deliver()
    found = Notice.objects.filter(event__kind="proposals.change_speaker", account=cast.clerk).order_by("id")
    texts = list(found.values_list("text", flat=True))
    assert [text.rpartition("，提案人")[2] for text in texts] == [
        "林知远暂停履职，面商和有关事项请联系何青禾",
        "林知远恢复履职，面商和有关事项请联系林知远",
    ]


def come_back(cast: Cast, account: Account, act) -> None:
    on = timezone.localdate()
    act(cast.member(account), on=on, reason="核实无误", actor=cast.office, at=timezone.now())


def test_a_seat_that_is_given_back_is_called_that(cast: Cast) -> None:
    """“恢复履职” lifts a suspension; who had lost the seat has it again."""
    cast.assigned()
    leave(cast, cast.proposer, Ending.RESIGNED)
    come_back(cast, cast.proposer, members.restore)
    last = Event.objects.filter(kind="proposals.change_speaker").latest("id")
    assert last.data["why"] == "恢复委员资格"
    notices.deliver()
    text = Notice.objects.filter(event=last, account=cast.clerk).get().text
    assert text.endswith("林知远恢复委员资格，面商和有关事项请联系林知远")


@pytest.mark.parametrize("ending", [Ending.DIED, Ending.RESIGNED, Ending.REVOKED])
def test_who_was_suspended_spoke_for_nothing_when_his_seat_ended(cast: Cast, ending: str) -> None:
    """Since the suspension the next one is contacted.

    Nothing changes, and nothing is told, by the page beforehand neither.
    """
    colleague(cast)
    case = cast.assigned()
    leave(cast, cast.proposer, "suspend")
    url = f"/members/{cast.member(cast.proposer).uid}/standing/{ending}/"
    page = as_(cast.office).get(url).text
    assert (case.proposal.title in page, "改为联系" in page) == (True, False)
    leave(cast, cast.proposer, ending)
    assert Event.objects.filter(kind="proposals.change_speaker").count() == 1
    notices.deliver()
    assert not Notice.objects.filter(event__kind__startswith="members.", text__contains="改变联系人").exclude(
        event__kind="members.suspend"
    )


def test_who_was_suspended_was_not_the_next_one_when_the_first_left(cast: Cast) -> None:
    """The first leaves while the second is suspended.

    The office is to be contacted, before and after the second dies.
    """
    cast.assigned()
    leave(cast, cast.cosigner, "suspend")
    leave(cast, cast.proposer, Ending.RESIGNED)
    leave(cast, cast.cosigner, Ending.DIED)
    told_of = Event.objects.filter(kind="proposals.change_speaker").values_list("data__name", "data__speaker")
    assert list(told_of) == [("林知远", "政协提案工作人员")]


@pytest.mark.parametrize("again", ["resume", "restore"])
def test_who_came_back_spoke_again_before_he_left_for_good(cast: Cast, again: str) -> None:
    """The suspension was over on the very day: it is not taken for one that lasted until the seat ended."""
    cast.assigned()
    leave(cast, cast.proposer, "suspend")
    if again == "restore":
        leave(cast, cast.proposer, Ending.RESIGNED)
    come_back(cast, cast.proposer, getattr(members, again))
    leave(cast, cast.proposer, Ending.DIED)
    changes = list(Event.objects.filter(kind="proposals.change_speaker").order_by("id").values_list("data__speaker", flat=True))
    assert changes == ["何青禾", "林知远", "何青禾"]


def test_who_lost_the_seat_while_suspended_and_is_suspended_anew_had_spoken(cast: Cast) -> None:
    cast.assigned()
    leave(cast, cast.proposer, "suspend")
    leave(cast, cast.proposer, Ending.RESIGNED)
    come_back(cast, cast.proposer, members.restore)
    leave(cast, cast.proposer, "suspend")
    last = Event.objects.filter(kind="proposals.change_speaker").latest("id")
    assert (last.data["why"], last.data["speaker"]) == ("暂停履职", "何青禾")


def test_what_the_office_is_told_of_many_proposals_is_whole(cast: Cast) -> None:
    other = colleague(cast)
    title = "关于加快推进县域城乡公共交通一体化发展方便边远山区群众日常出行和学生上学就医的提案"
    for number in range(5):
        cast.submitted(title=f"{title}{number}")
    leave(cast, cast.proposer, Ending.DIED)
    text = told("members.record_death")[other.username]
    assert text.startswith("林知远委员已去世，由其联系的在办提案改变联系人：收件第 ")
    assert text.endswith("……》联系何青禾等 5 件")
    assert (text.count("联系何青禾"), len(text) < 300) == (3, True)


def test_the_page_beforehand_names_what_the_reader_may_know_and_no_draft(cast: Cast) -> None:
    cast.draft(title="还没有写完的提案")
    case, returned = cast.assigned(title="夜间药房"), cast.submitted(title="农村公路养护")
    perform(returned, "return_for_revision", actor=cast.office, at=NOW, payload=Return("请补充。"))
    alone = cast.filed(title="乡村小学操场")
    Signature.objects.filter(proposal=alone, role="co").delete()
    url = f"/members/{cast.member(cast.proposer).uid}/standing/died/"
    page = re.sub(r"<[^>]*>", "", as_(cast.office).get(url).text)
    assert "还没有写完的提案" not in page
    assert f"收件第 {returned.serial} 号《农村公路养护》" in page
    assert "第 0001 号《夜间药房》　改为联系何青禾" in page
    assert "第 0002 号《乡村小学操场》　没有其他在任的提案人，答复以后没有人评价" in page
    assert "草稿和退回修改的提案 1 件不能再修改、提交；联名和受邀的委员会收到通知，第一位在任的联名委员可以接手" in page
    keeper = Account.objects.create(username="keeper", name="方闻钟")
    today = timezone.localdate()
    bodies.appoint(keeper, committee=cast.county, duty=Duty.MEMBER_AFFAIRS, starts_on=today, actor=None, at=timezone.now())
    page = as_(Account.objects.get(pk=keeper.pk)).get(url).text
    assert ("已经提交、还没有办结的提案 2 件" in page, case.proposal.title in page) == (True, False)


def test_who_keeps_the_proposals_hears_of_what_was_sent_back_to_who_is_gone(cast: Cast) -> None:
    other, returned = colleague(cast), cast.submitted(title="农村公路养护")
    perform(returned, "return_for_revision", actor=cast.office, at=NOW, payload=Return("请补充。"))
    cast.draft(title="还没有写完的提案")
    leave(cast, cast.proposer, Ending.DIED)
    notices.deliver()
    [notice] = Notice.objects.filter(event__kind="proposals.lose_first", account=other)
    assert notice.text == "退回修改的提案《农村公路养护》的第一提案人林知远已去世，联名委员何青禾可以接手"


def test_a_withdrawn_proposal_says_to_its_signers_how_it_is_taken_back(cast: Cast) -> None:
    proposal = cast.filed()
    perform(proposal, "withdraw", actor=cast.proposer, at=NOW, payload=Withdrawal("已经解决。"))
    said = "需要恢复的，请与政协提案工作人员联系，由机关办理“恢复提案”，原有的编号保留。"
    pages = {who: as_(getattr(cast, who)).get(proposal.get_absolute_url()).text for who in ("proposer", "cosigner", "office")}
    assert {who: said in page for who, page in pages.items()} == {"proposer": True, "cosigner": True, "office": False}
