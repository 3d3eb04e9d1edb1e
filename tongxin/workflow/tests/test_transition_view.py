"""The one view behind every button."""

from typing import Any

from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.audit.models import Event
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import Return, Withdrawal
from tongxin.workflow.engine import perform


def drawn(client: Client, subject: Any) -> list[str]:
    """Return the buttons of a page's bar, in their order."""
    return [action.label for action in client.get(subject.get_absolute_url()).context["shown"].actions]


def url(proposal: Proposal, action: str) -> str:
    return f"/go/proposals/{proposal.uid}/{action}/"


def test_the_form_asks_what_the_step_asks(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    client.force_login(cast.office)
    page = client.get(url(proposal, "return_for_revision"))
    assert page.status_code == 200
    assert "退回理由" in page.text
    fragment = client.get(url(proposal, "return_for_revision"), headers={"HX-Request": "true"})
    assert "<html" not in fragment.text


def test_an_empty_answer_is_told_and_nothing_moves(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    client.force_login(cast.office)
    answer = client.post(url(proposal, "return_for_revision"), {"reason": ""})
    assert answer.status_code == 422
    assert "请填写退回理由。" in answer.text
    assert Proposal.objects.get(pk=proposal.pk).state == State.SUBMITTED


def test_the_step_is_taken_once_and_the_second_click_is_told(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    client.force_login(cast.office)
    first = client.post(url(proposal, "return_for_revision"), {"reason": "请补充数据"})
    assert (first.status_code, first["Location"]) == (302, proposal.get_absolute_url())
    count = Event.objects.count()
    client.post(url(proposal, "return_for_revision"), {"reason": "请补充数据"})
    assert Event.objects.count() == count
    other = client.post(
        url(proposal, "pass_examination"), {"construction": "social", "topic": "learning", "routed_to": "government"}
    )
    assert other.status_code == 409
    assert "您已于" in other.text
    assert "退回修改" in other.text


def test_a_form_decides_on_what_it_showed_and_not_on_a_row_that_came_back_to_the_same_state(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    client.force_login(cast.office)
    seen = client.get(url(proposal, "return_for_revision")).context["seen"]
    perform(proposal, "return_for_revision", actor=cast.office, at=timezone.now(), payload=Return("请补充数据"))
    perform(Proposal.objects.get(pk=proposal.pk), "submit", actor=cast.proposer, at=timezone.now())
    count = Event.objects.count()
    stale = client.post(url(proposal, "return_for_revision"), {"reason": "案由不清", "seen": seen})
    assert (stale.status_code, Event.objects.count()) == (409, count)
    assert Proposal.objects.get(pk=proposal.pk).state == State.SUBMITTED
    fresh = client.get(url(proposal, "return_for_revision")).context["seen"]
    assert client.post(url(proposal, "return_for_revision"), {"reason": "案由不清", "seen": fresh}).status_code == 302


def test_a_wrong_choice_shows_the_tables_own_sentence(cast: Cast, client: Client) -> None:
    proposal = cast.in_decision()
    client.force_login(cast.office)
    answer = client.post(url(proposal, "not_file"), {"reason_code": "secret", "destination": "letter", "reason": "涉密"})
    assert "这种情形的内容去向只能是：不立案" in answer.text


def test_a_blocked_step_shows_the_reason_and_no_button(cast: Cast, client: Client) -> None:
    case = cast.assigned()
    client.force_login(cast.proposer)
    page = client.get(url(case.proposal, "withdraw"))
    assert "交办后不能撤案" in page.text
    assert client.post(url(case.proposal, "withdraw"), {}).status_code == 200
    assert Proposal.objects.get(pk=case.proposal_id).state == State.HANDED_OVER


def test_htmx_is_sent_to_the_page_after_the_step(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    client.force_login(cast.office)
    answer = client.post(url(proposal, "return_for_revision"), {"reason": "请补充数据"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, proposal.get_absolute_url())


def test_who_cannot_see_the_row_finds_nothing(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    for who in (cast.office_of_other_county, cast.bystander, cast.clerk):
        client.force_login(who)
        assert client.get(url(proposal, "return_for_revision")).status_code == 404
    client.logout()
    assert client.get(url(proposal, "return_for_revision")).status_code == 302
    assert client.get("/go/nothing/x/y/").status_code == 302


def test_the_main_button_is_the_natural_next_step(cast: Cast) -> None:
    from tongxin.workflow.templatetags.steps import buttons

    submitted = [(b.label, b.main) for b in buttons(cast.submitted(), cast.office)]
    assert submitted == [("预审通过", True), ("退回修改", False)]
    filed = [(b.label, b.main, b.stop) for b in buttons(cast.filed(), cast.office)]
    assert filed == [("并案", False, False), ("撤销立案", False, False)]
    assert [(b.label, b.main, b.stop) for b in buttons(cast.submitted(), cast.proposer)] == [("撤案", False, True)]


def test_every_bar_shows_the_next_act_first_and_grave_ones_last() -> None:
    from tongxin.workflow.templatetags.steps import Button, in_order

    def one(label: str, *reasons: str, main: bool = False, stop: bool = False) -> Button:
        return Button(label, "/", reasons, main=main, stop=stop)

    found = in_order(
        [
            one("撤案", stop=True),
            one("记录面商"),
            one("送审", "还没有会办意见"),
            one("签发", main=True),
            one("催办"),
            one("签收", main=True),
        ]
    )
    assert [(b.label, b.main) for b in found] == [
        ("签发", True),
        ("记录面商", False),
        ("催办", False),
        ("签收", False),
        ("送审", False),
        ("撤案", False),
    ]


def test_a_unit_finds_the_next_act_before_what_it_may_do_besides(cast: Cast, client: Client) -> None:
    from tongxin.handling.workflow import SignFor
    from tongxin.workflow.engine import perform

    task = cast.task(cast.assigned(timezone.now()))
    client.force_login(cast.clerk)
    assert drawn(client, task) == ["签收", "申请退办"]
    perform(task, "sign_for", actor=cast.clerk, at=timezone.now(), payload=SignFor("孟时雨"))
    assert drawn(client, task) == ["起草答复", "记录面商", "送负责人审签"]


def test_recording_a_talk_stands_after_the_pair_of_signing_and_returning(cast: Cast, client: Client) -> None:
    from tests.architecture.world import World

    task = World(cast).row("tasks", "with_leader")
    client.force_login(cast.unit_leader)
    assert drawn(client, task) == ["签发，送督办部门审核", "退回承办人修改", "记录面商"]


def test_what_is_sent_back_stops_nothing_and_what_ends_a_matter_does() -> None:
    from tongxin.workflow.table import BY_NAME

    returned, grave = {}, set[str]()
    for workflow in BY_NAME.values():
        returned |= {row.label: row.action in workflow.grave for row in workflow.rows if "退" in row.label}
        grave |= workflow.grave
    assert set(returned) >= {"退回修改", "退回承办人修改", "退回修改答复", "申请退办"}
    assert set(returned.values()) == {False}
    assert grave == {"withdraw", "discard", "recall_assignment"}


def test_who_signs_for_it_is_offered_as_the_one_who_handles_it(cast: Cast, client: Client) -> None:
    task = cast.task(cast.assigned(timezone.now()))
    client.force_login(cast.clerk)
    form = client.get(f"/go/tasks/{task.uid}/sign_for/").context["form"]
    assert form["handler"].value() == cast.clerk.name
    client.post(f"/go/tasks/{task.uid}/sign_for/", {"handler": "别人"})  # it is an offer
    task.refresh_from_db()
    assert task.handler == "别人"


# ── somebody was faster ──
REASON = "请补充两个镇的人口和药房数，案由请写到县里能办的一件事。"


def test_a_step_that_can_still_be_taken_keeps_what_was_typed_in_its_form(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    client.force_login(cast.office)
    seen = client.get(url(proposal, "return_for_revision")).context["seen"]
    perform(proposal, "return_for_revision", actor=cast.office, at=timezone.now(), payload=Return("请补充数据"))
    perform(Proposal.objects.get(pk=proposal.pk), "submit", actor=cast.proposer, at=timezone.now())
    for headers, status in (({}, 409), ({"HX-Request": "true"}, 200)):
        answer = client.post(url(proposal, "return_for_revision"), {"reason": REASON, "seen": seen}, headers=headers)
        assert (answer.status_code, f">\n{REASON}</textarea>" in answer.text) == (status, True)
        assert "您这一步还没有办理，写的内容都在下面" in answer.text
        assert answer.context["seen"] != seen
    assert Proposal.objects.get(pk=proposal.pk).state == State.SUBMITTED


def test_a_step_that_is_over_gives_back_what_was_typed(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    perform(proposal, "withdraw", actor=cast.proposer, at=timezone.now(), payload=Withdrawal("另有安排"))
    client.force_login(cast.office)
    for headers, status in (({}, 409), ({"HX-Request": "true"}, 200)):
        answer = client.post(url(proposal, "return_for_revision"), {"reason": REASON}, headers=headers)
        assert (answer.status_code, REASON in answer.text, "您刚写的内容" in answer.text) == (status, True, True)


def test_a_step_that_is_barred_by_now_gives_back_what_was_typed(cast: Cast, client: Client) -> None:
    case = cast.assigned()
    client.force_login(cast.proposer)
    page = client.post(url(case.proposal, "withdraw"), {"reason": REASON})
    assert ("交办后不能撤案" in page.text, REASON in page.text) == (True, True)


def test_what_is_written_for_a_step_stays_on_the_device_by_a_key_of_its_own(cast: Cast, client: Client) -> None:
    proposal = cast.submitted()
    client.force_login(cast.office)
    page = client.get(url(proposal, "return_for_revision"))
    assert f'data-keep="proposals-{proposal.uid}-return_for_revision"' in page.text
