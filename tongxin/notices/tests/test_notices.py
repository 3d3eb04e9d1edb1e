"""Who is told what; letters that do not hold up anything."""

from datetime import timedelta

from django.core import mail
from django.test import Client

from tests.cast import Cast, moment
from tongxin.audit.models import Mark
from tongxin.handling import actions as handling
from tongxin.handling.models import Reply
from tongxin.notices import actions, tasks
from tongxin.notices.models import TEXT, Letter, Notice
from tongxin.proposals import queries as proposals
from tongxin.proposals.workflow import NotFilingDecision
from tongxin.workflow.engine import perform


def told(account: object) -> list[str]:
    return list(Notice.objects.filter(account=account).order_by("id").values_list("text", flat=True))


def test_whoever_signed_is_told_of_the_end_and_why(cast: Cast) -> None:
    proposal = cast.in_decision()
    perform(
        proposal,
        "not_file",
        actor=cast.office,
        at=moment("2026-03-04"),
        payload=NotFilingDecision("beyond", "opinion", "全县药房布局由市里统一规划。"),
    )
    actions.deliver()
    sentence = f"您的提案《{proposal.title}》转社情民意。超出本级职权范围。全县药房布局由市里统一规划。"
    assert sentence in told(cast.proposer)
    assert sentence in told(cast.cosigner)
    assert not any("转社情民意" in text for text in told(cast.bystander) + told(cast.member_of_other_county))


def test_a_sentence_that_is_too_long_says_that_it_goes_on(cast: Cast) -> None:
    perform(
        cast.in_decision(),
        "not_file",
        actor=cast.office,
        at=moment("2026-03-04"),
        payload=NotFilingDecision("beyond", "opinion", "全县药房布局由市里统一规划，\u0f40\u0f72。" * 30),
    )
    actions.deliver()
    long = [text for text in told(cast.proposer) if "转社情民意" in text]
    assert [(len(text), text[-1]) for text in long] == [(TEXT, "…")]


def test_the_actor_is_not_told_of_the_own_act(cast: Cast) -> None:
    cast.submitted()
    actions.deliver()
    assert not any("已经提交" in text for text in told(cast.proposer))
    assert any("已经提交" in text for text in told(cast.cosigner))
    assert any("请预审" in text for text in told(cast.office))
    assert told(cast.office_of_other_county) == []


def test_delivery_is_done_once_and_takes_up_what_was_left(cast: Cast) -> None:
    cast.filed()
    assert actions.deliver() > 0
    count = Notice.objects.count()
    assert (actions.deliver(), Notice.objects.count(), Mark.objects.count()) == (0, count, 0)
    cast.draft(title="关于另一件事的建议")
    assert tasks.deliver_left_over(moment("2026-03-03")) == 1


def test_a_unit_is_never_told_who_was_dissatisfied(cast: Cast) -> None:
    case = cast.answered()
    reply = Reply.objects.get(task__case=case, task__unit=cast.unit)
    first, second = proposals.raters(case.proposal)
    rate = {"attitude": "satisfied", "comment": ""}
    handling.rate(reply, signature=first, result="satisfied", actor=cast.proposer, at=moment("2026-03-05"), **rate)
    handling.rate(
        reply,
        signature=second,
        attitude="fairly",
        result="dissatisfied",
        comment="没有期限",
        actor=cast.cosigner,
        passes_on=True,
        at=moment("2026-03-06"),
    )
    handling.close_round(case, at=moment("2026-03-07"))
    actions.deliver()
    texts = told(cast.clerk) + told(cast.unit_leader) + told(cast.co_clerk)
    assert any("请重新办理" in text for text in texts)
    assert not any(name in text for text in texts for name in ("何青禾", "林知远", "没有期限"))


def test_a_letter_is_sent_once(cast: Cast, settings: object) -> None:
    settings.EMAIL_HOST = "localhost"  # type: ignore[attr-defined]
    cast.cosigner.email = "heqinghe@example.invalid"
    cast.cosigner.save()
    cast.submitted()
    actions.deliver()
    waiting = Letter.objects.exclude(notice__event__kind="proposals.invite").count()  # he has answered
    later = Letter.objects.latest("id").made_at + timedelta(days=1, hours=1)
    assert tasks.send_letters(later) == waiting
    assert tasks.send_letters(later) == 0
    assert len(mail.outbox) == Letter.objects.exclude(sent_at=None).values("parcel").distinct().count() > 0


def test_one_reads_the_own_notices_only(cast: Cast, client: Client) -> None:
    cast.filed()
    actions.deliver()
    client.force_login(cast.cosigner)
    page = client.get("/notices/")
    assert "已立案，编为第 0001 号" in page.text
    foreign = Notice.objects.filter(account=cast.office).first()
    assert foreign is not None
    assert client.get(f"/notices/{foreign.uid}/")["Location"] == "/notices/"
    foreign.refresh_from_db()
    assert foreign.read_at is None
    own = Notice.objects.filter(account=cast.cosigner, text__contains="立案").first()
    assert own is not None
    assert client.get(f"/notices/{own.uid}/")["Location"] == own.url
    client.post("/notices/read/")
    assert Notice.objects.filter(account=cast.cosigner, read_at=None).count() == 0
    assert Notice.objects.filter(account=cast.office, read_at=None).exists()


def test_following_a_notice_changes_nothing_and_marking_it_is_a_post(cast: Cast, client: Client) -> None:
    cast.submitted()
    actions.deliver()
    own = Notice.objects.filter(account=cast.office).get()
    client.force_login(cast.office)
    assert client.get(f"/notices/{own.uid}/")["Location"] == own.url
    assert Notice.objects.get(pk=own.pk).read_at is None
    assert f'action="/notices/{own.uid}/"' in client.get("/notices/").text
    assert client.post(f"/notices/{own.uid}/")["Location"] == "/notices/"
    assert Notice.objects.get(pk=own.pk).read_at is not None
    assert f'action="/notices/{own.uid}/"' not in client.get("/notices/").text


def test_the_script_marks_a_followed_notice_beside_and_nobody_marks_anothers(cast: Cast, client: Client) -> None:
    cast.submitted()
    actions.deliver()
    own = Notice.objects.filter(account=cast.office).get()
    beside = {"X-Requested-With": "fetch"}
    client.force_login(cast.leader)
    assert client.post(f"/notices/{own.uid}/", headers=beside).status_code == 204
    assert Notice.objects.get(pk=own.pk).read_at is None
    client.force_login(cast.office)
    assert client.post(f"/notices/{own.uid}/", headers=beside).status_code == 204
    assert Notice.objects.get(pk=own.pk).read_at is not None
