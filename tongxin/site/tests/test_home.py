"""The first page of everybody: what waits for them, and nothing of anybody else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.handling.models import Reply
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal


def waiting(client: Client) -> list[str]:
    return [todo.title for todo in client.get("/home/").context["todos"]]


def queues(client: Client) -> dict[str, int]:
    return {queue.label: queue.count for queue in client.get("/home/").context["queues"]}


def test_a_member_sees_what_waits_for_them_most_urgent_first(cast: Cast, client: Client) -> None:
    now = timezone.now()
    case = cast.answered(now - timedelta(hours=1))
    draft = cast.draft(now, title="关于另一件事的建议")
    proposals.invite_cosigners(
        draft, members=[cast.member(cast.cosigner)], until=now + timedelta(hours=20), actor=cast.proposer, at=now
    )
    client.force_login(cast.cosigner)
    assert waiting(client) == ["林知远委员邀您联名", f"评价《{case.proposal.title}》的办理结果"]
    client.force_login(cast.bystander)
    assert waiting(client) == []
    client.force_login(cast.member_of_other_county)
    assert waiting(client) == []


def test_what_was_rated_waits_no_longer(cast: Cast, client: Client) -> None:
    from tongxin.handling import actions as handling
    from tongxin.proposals.queries import raters

    now = timezone.now()
    case = cast.answered(now - timedelta(hours=1))
    first = next(s for s in raters(case.proposal) if s.member == cast.member(cast.proposer))
    client.force_login(cast.proposer)
    assert waiting(client) == [f"评价《{case.proposal.title}》的办理结果", "确认县卫生健康局的面商记录"]
    handling.rate(
        Reply.objects.get(task__case=case),
        signature=first,
        attitude="satisfied",
        result="satisfied",
        comment="",
        actor=cast.proposer,
        at=now,
    )
    assert waiting(client) == ["确认县卫生健康局的面商记录"]


def test_every_desk_has_its_own_queues(cast: Cast, client: Client) -> None:
    cast.submitted()
    cast.filed(title="关于政府口一件事的建议")
    cast.filed(title="关于党委口一件事的建议", routed_to="party")
    cast.assigned(timezone.now(), title="关于已交办一件事的建议")
    seen = {}
    for name in ("office", "assigner", "party_assigner", "clerk", "co_clerk", "other_clerk", "office_of_other_county"):
        client.force_login(getattr(cast, name))
        seen[name] = queues(client)
    assert seen == {
        "office": {"待预审": 1},
        "assigner": {"待交办": 1},
        "party_assigner": {"待交办": 1},
        "clerk": {"待签收": 1},
        "co_clerk": {"待签收": 1},
        "other_clerk": {},
        "office_of_other_county": {},
    }


@pytest.mark.parametrize("who", ["office", "clerk", "cosigner"])
def test_homes_ask_the_database_no_more_for_three_matters_than_for_one(
    cast: Cast, client: Client, who: str, django_assert_num_queries: Any, one_minute: None
) -> None:
    def one(n: int) -> None:
        cast.submitted(title=f"关于待审第{n}件事的建议")
        cast.answered(timezone.now() - timedelta(hours=1), title=f"关于已答复第{n}件事的建议")
        cast.assigned(title=f"关于已交办第{n}件事的建议")

    one(1)
    client.force_login(getattr(cast, who))
    client.get("/home/")
    one(2)  # kept counts are dropped by what happened
    with django_assert_num_queries(QUERIES[who]):
        client.get("/home/")
    one(3)
    one(4)
    with django_assert_num_queries(QUERIES[who]):
        client.get("/home/")


QUERIES = {"office": 28, "clerk": 14, "cosigner": 21}  # after something happened: the figures are counted anew


def _standing(page: Any) -> str:
    return str(page.context["shown"].reading.facts.standing.word)


def test_a_proposal_has_one_standing_on_every_page(cast: Cast, client: Client) -> None:
    """Its own page, the member's list and home, the office's desk: the same word at every stage."""
    now = timezone.now()

    def words(who: Any, proposal: Any) -> set[str]:
        client.force_login(who)
        own = client.get("/proposals/?tab=mine").context["list"].lines if who == cast.proposer else []
        listed = client.get("/proposals/?tab=filed").context["list"].lines
        cards = client.get("/home/").context.get("own") or []
        found = {row.standing.word for row in [*own, *listed] if row.proposal.pk == proposal.pk}
        found |= {card.word for card in cards if card.url == proposal.get_absolute_url()}
        return found | {_standing(client.get(proposal.get_absolute_url())).split(" ")[0]}

    filed = cast.filed(now, title="甲")
    assigned = cast.assigned(now, title="乙").proposal
    answered = cast.answered(now - timedelta(hours=1), title="丙").proposal
    for who in (cast.proposer, cast.office):
        assert [words(who, p) for p in (filed, assigned, answered)] == [{"待交办"}, {"待签收"}, {"待评价"}]
    assert [words(cast.bystander, p) for p in (filed, assigned, answered)] == [{"待交办"}, {"已立案"}, {"已立案"}]
    proposals.release(answered, actor=cast.office, at=now)
    answered.refresh_from_db()
    public = client.get(f"/public/proposals/{answered.uid}/").context["page"].badge.word
    assert (words(cast.bystander, answered), public) == ({"已答复"}, "已答复")
    # the public reads nothing of the new text yet
    Proposal.objects.filter(pk=answered.pk).update(version=answered.version + 1)
    assert words(cast.bystander, answered) == {"已立案"}


def test_who_sees_the_handling_beside_a_seat_reads_the_same_word_in_the_list(cast: Cast) -> None:
    assigned = cast.assigned(timezone.now(), title="乙").proposal
    bodies.appoint(
        cast.bystander,
        committee=cast.county,
        duty=Duty.LEADERSHIP,
        starts_on=date(2026, 1, 1),
        actor=None,
        at=moment("2026-01-01"),
    )
    client = as_(cast.bystander)
    [row] = client.get("/proposals/?tab=filed").context["list"].lines
    page = client.get(assigned.get_absolute_url())
    assert (row.standing.word, _standing(page)) == ("待签收", "待签收")


def test_a_list_of_one_state_is_called_as_the_state_is(cast: Cast) -> None:
    from tongxin.handling.choices import CaseState, TaskState
    from tongxin.handling.lists import ASSIGN, inbox, supervising
    from tongxin.handling.pages.stages import STAGES
    from tongxin.proposals.choices import State

    known = {str(label) for states in (State, CaseState, TaskState) for label in states.labels} - {"草稿"}
    tabs = [str(stage.label) for stage in STAGES.values() if stage.case_state or len(stage.states) == 1]
    returns = next(tab.label for tab in ASSIGN.tabs if tab.key == "returns")
    tabs += [returns, supervising.LABELS["review"], supervising.LABELS["sign"], inbox.LABELS["leader"]]
    assert [tab for tab in tabs if tab not in known] == []


def test_a_new_installation_says_what_to_do_first_to_who_may_do_it(cast: Cast) -> None:
    from tongxin.accounts.models import Account
    from tongxin.committees import actions as bodies
    from tongxin.committees.choices import Duty
    from tongxin.committees.models import Appointment, Unit

    at = timezone.now()
    committee = bodies.found(code="WS", name="政协望山县委员会", tier=None, parent=None, actor=None, at=at)

    def appointed(duty: str) -> Account:
        account = Account.objects.create(username=duty.replace(".", "-"), name="秦若水")
        bodies.appoint(account, committee=committee, duty=duty, starts_on=timezone.localdate(at), actor=None, at=at)
        return account

    def first(who: Account) -> list[tuple[str, str]]:
        return [(step.title, step.url) for step in as_(who).get("/home/").context["first"]]

    security = appointed(Duty.SECURITY_ADMIN)
    page = as_(security).get("/home/").content.decode()
    assert "还没有人担任：审计管理员、委员联络、提案日常工作、提案预审、提案审定、提案公开审核、交办、督办。" in page
    office, keeper = appointed(Duty.PROPOSAL_OFFICE), appointed(Duty.MEMBER_AFFAIRS)
    assert (first(office), first(keeper)) == ([("增加承办单位", "/units/new/")], [("导入委员名册", "/members/")])
    assert 'href="/imports/' in as_(keeper).get("/members/").content.decode()
    assert "还没有承办单位。" in as_(office).get("/units/").content.decode()
    assert "这一阶段没有提案。" in as_(office).get("/desk/proposals/").content.decode()
    Unit.objects.create(committee=committee, name="望山县民政局", system="government")
    assert first(office) == []
    for duty in (Duty.AUDIT_ADMIN, Duty.PRE_EXAMINATION, Duty.FILING, Duty.PUBLICATION, Duty.ASSIGN, Duty.SUPERVISE):
        appointed(duty)
    assert "还没有人担任：承办人、单位负责人。" in as_(security).get("/home/").content.decode()
    assert Appointment.objects.filter(committee=committee).count() == 9


def test_who_keeps_the_members_is_told_to_invite_them_until_the_first_one_came(cast: Cast) -> None:
    """A committee at work has nothing to do before it begins, whoever of its members has yet to sign in."""
    [step] = as_(cast.office).get("/home/").context["first"]
    assert (step.title, step.url) == ("发登录邀请", "/members/?who=never")
    assert step.line == "还没有委员登录过。打开委员页面，打印登录邀请单交给本人。"
    Account.objects.filter(pk=cast.member_of_other_county.pk).update(last_login=timezone.now())
    assert [step.title for step in as_(cast.office).get("/home/").context["first"]] == ["发登录邀请"]
    Account.objects.filter(pk=cast.proposer.pk).update(last_login=timezone.now())
    assert as_(cast.office).get("/home/").context["first"] == []


def test_who_has_nothing_to_set_up_is_told_nothing_of_it(cast: Cast) -> None:
    Account.objects.update(last_login=timezone.now())
    for who in (cast.office, cast.clerk, cast.leader):
        assert as_(who).get("/home/").context["first"] == []
