"""Rows that are a decision or a promise are vouched for.

By whom they were made, and only as long as nobody changed them.
"""

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, moment
from tests.sampling import some_of
from tongxin.audit import actions, erasing, truth, verifying
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees import vouching
from tongxin.committees.models import Appointment, Committee, Session
from tongxin.handling import actions as handling
from tongxin.handling import privacy
from tongxin.handling import queries as cases
from tongxin.handling.models import Case, PublicReply, Rating, Reply, Task
from tongxin.members import actions as members
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal, PublicCopy, PublicFile, Signature
from tongxin.proposals.workflow import Return, Withdrawal
from tongxin.workflow.engine import perform

AT = moment("2026-03-05")
CHANGED = "数据被改动过"
UNKNOWN = "数据没有办理记录"
LOST = "有办理记录的数据被删去"

NOT_WITNESSED = {
    "accounts.account": "人的资料和密码：合法的改动都有记录，不作证明",
    "accounts.failure": "输错的次数，几小时后清除",
    "accounts.invitation": "一次性的码，只存摘要，用后作废",
    "audit.chain": "证明本身",
    "audit.event": "证明本身",
    "audit.head": "证明本身",
    "audit.seal": "证明本身",
    "audit.mark": "还没有送达的提醒",
    "committees.counter": "下一个号；给出的号写在提案上，有证明",
    "committees.sector": "界别的名称；谁属于哪个界别，由席位证明",
    "committees.specialcommittee": "专委会的名称；谁属于哪个，由席位证明",
    "committees.term": "届的起止；席位各有起止，有证明",
    "files.file": "名称、摘要、存放处由持有它的提案附件、答复附件证明，内容与摘要比对",
    "handling.contact": "面商的经过，由记录写明，双方确认",
    "handling.advice": "交给主办单位的意见，不是答复；送来的记录写明",
    "drafts.keptcopy": "没有定下来的另存副本",
    "handling.presence": "谁到场、是否属实，确认的记录写明",
    "handling.tentativedate": "期限怎样算出，改期的记录写明；期限本身有证明",
    "imports.beat": "后台任务的进度，随时改写",
    "imports.finding": "核对表格时找到的错处，过期清除",
    "imports.import": "导入的经过，各步的记录写明",
    "imports.listed": "核对表格时列出的行，过期清除",
    "imports.made": "导入了哪些记录，撤销时核对各条记录本身的证明",
    "imports.source": "上传的表格，过期清除",
    "notices.job": "后台任务的情况",
    "notices.letter": "寄出的信",
    "notices.notice": "提醒，不是决定",
    "proposals.endorsement": "附议有记录，不计入办理",
    "proposals.signedtext": "联名委员同意时的正文，只作对照；同意的是哪一版，由签名证明",
}


WORDS_AND_MOMENTS = "改动有记录，不决定谁能做什么、算作什么"
NOT_IN_PROOF = {
    "committees.committee": {
        "name": "名称", "short_name": "名称", "place": "名称", "fictional": "只决定页上是否注明演示",
    },
    "committees.unit": {"number": "编号", "short_name": "名称", "contact": "联系人，改动有记录", "phone": "联系人，改动有记录"},
    "handling.case": {"state": "由记录证明，check 比对"},
    "handling.publicreply": {"made_at": WORDS_AND_MOMENTS},
    "handling.reply": {
        "category_before_review": "单位原来的类别，审核的记录写明", "version": "起草时的版次", "edited_at": "起草时的时刻",
    },
    "handling.task": {
        "state": "由记录证明，check 比对", "signed_at": "签收的记录写明", "handler": "签收的记录写明", "return_reason": "申请的记录写明",
        "return_answer_due_on": "机关答复退办的期限，只作提醒",
        "moved_from": "移交的记录写明", "unit_name": "签收和答复时的名称，更名的记录写明", "answered_at": "送达的记录写明", "again_on": "重新办理的记录写明",
    },
    "members.member": {
        "taken_at": "取得席位的记录写明", "released_at": "解除的记录写明",
        **dict.fromkeys((
            "number", "name", "sound", "gender", "ethnicity", "born_in", "party", "is_party_member", "workplace",
            "workplace_post", "phone", "phone_hash", "email",
        ), "人的资料，改动有记录"),
    },
    "members.seat": {"reason": "记录写明", "document_number": "记录写明"},
    "members.suspension": {"reason": "记录写明", "document_number": "记录写明"},
    "proposals.proposal": {
        "form": "由署名算出", "version": "起草时的版次", "edited_at": "起草时的时刻", "cosign_until": "提交前的约定",
        "passed_on_at": "转送的记录写明", "entered_by": "代录的记录写明",
    },
    "proposals.publiccopy": {"made_at": WORDS_AND_MOMENTS},
    "proposals.signature": {"place_in_list": "署名的次序", "invited_at": WORDS_AND_MOMENTS, "answered_at": WORDS_AND_MOMENTS},
}  # fmt: skip


def raw(model: type[models.Model]) -> models.QuerySet[Any]:
    return models.QuerySet(model)


def found() -> tuple[str | None, str]:
    verdict = verifying.verify()
    return verdict.first_bad, verdict.reason


def test_every_model_is_vouched_for_or_says_why_not() -> None:
    own = {m._meta.label_lower for m in apps.get_models() if m.__module__.startswith("tongxin.")}
    witnessed = {kind.model._meta.label_lower for kind in truth.declared()}
    assert own - witnessed == set(NOT_WITNESSED)


def test_every_column_of_what_is_vouched_for_is_in_its_proof_or_says_why_not() -> None:
    left: dict[str, set[str]] = {}
    for kind in truth.declared():
        model = kind.model
        own = {f.name for f in model._meta.concrete_fields if not f.generated and f.name not in {"id", "uid"}}
        left.setdefault(model._meta.label_lower, own)
        left[model._meta.label_lower] -= {*kind.depends_on(), kind.committee.partition("__")[0]}
    assert {label: names for label, names in left.items() if names} == {
        label: set(reasons) for label, reasons in NOT_IN_PROOF.items()
    }


@pytest.fixture
def published(cast: Cast) -> Cast:
    """A case that was answered, its proposal and its reply shown to the public."""
    case = cast.answered()
    proposals.release(case.proposal, marks={}, actor=cast.office, at=AT)
    copy = PublicReply.objects.get()
    handling.confirm_public_reply(copy, shown=True, actor=cast.office, at=AT)
    assert found() == (None, "")
    return cast


CHANGES: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Seat, "", {"starts_on": "2020-01-01"}),
    (Seat, "", {"ends_on": "2026-01-01"}),
    (Seat, "", {"convenes": True}),
    (Suspension, "", {"ends_on": "2026-03-01"}),
    (Member, "account", {"account": None}),
    (Signature, "", {"signed_version": 9}),
    (Signature, "", {"role": "co"}),
    (Signature, "", {"body": "别的单位"}),
    (Task, "", {"due_on": "2030-01-01"}),
    (Task, "", {"part": "separate"}),
    (Task, "", {"sign_due_on": None}),
    (Proposal, "text", {"title": "另一件事"}),
    (Proposal, "text", {"suggestions": "另一条建议"}),
    (Proposal, "text", {"consents_to_publication": False}),
    (Proposal, "decision", {"decided_at": moment("2025-01-01")}),
    (Proposal, "release", {"released_at": moment("2025-01-01")}),
    (Proposal, "course", {"routed_to": "party"}),
    (Proposal, "course", {"submitted_at": moment("2025-01-01")}),
    (Proposal, "course", {"topic": ""}),
    (Reply, "promise", {"counts_from": 1}),
    (PublicCopy, "", {"analysis": "另一段"}),
    (PublicCopy, "", {"marks": {"title": [[0, 1, "name"]]}}),
    (PublicReply, "", {"text": "另一份答复"}),
    (Case, "", {"round": 2}),
    (Case, "", {"rating_due_on": "2026-01-02"}),
    (Case, "", {"unrated": True}),
    (Case, "", {"closed_at": moment("2025-01-01")}),
    (Committee, "", {"parent": None, "tier": "province"}),
    (Session, "", {"cut_off_at": moment("2020-01-01")}),
    (Session, "", {"starts_on": "2020-01-01"}),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("model", "part", "change"), some_of(CHANGES), ids=str)
def test_a_row_changed_past_the_house_is_found(
    published: Cast, model: type[models.Model], part: str, change: dict[str, Any]
) -> None:
    [kind] = [kind for kind in truth.declared_for(model) if kind.part == part]
    uid = kind.rows()[0]["uid"]
    assert raw(model).filter(uid=uid).update(**change) == 1
    key = truth.key_of(kind.label, uid)
    assert found() == (key, LOST if change == {"account": None} else CHANGED)


def test_a_signature_that_was_never_given_is_found(published: Cast) -> None:
    name = Signature.objects.create(
        committee=published.county,
        proposal=Proposal.objects.get(),
        member=published.member(published.bystander),
        role="co",
        answer="accepted",
    )
    assert found() == (f"proposals.signature:{name.uid}", UNKNOWN)


def test_a_proposal_released_past_the_house_is_found(cast: Cast) -> None:
    proposal = cast.filed()
    raw(Proposal).filter(pk=proposal.pk).update(released_at=AT)
    assert found() == (f"proposals.proposal/release:{proposal.uid}", UNKNOWN)


def test_a_text_that_was_returned_may_change_until_it_is_handed_in_again(cast: Cast) -> None:
    proposal = cast.submitted()
    perform(proposal, "return_for_revision", actor=cast.office, at=AT, payload=Return("请补充数据。"))
    proposal = Proposal.objects.get(pk=proposal.pk)
    proposals.save_text(proposal, fields={"title": "改过的案由"}, started_from=proposal.version, actor=cast.proposer, at=AT)
    assert found() == (None, "")
    perform(Proposal.objects.get(pk=proposal.pk), "submit", actor=cast.proposer, at=AT)
    assert found() == (None, "")
    raw(Proposal).filter(pk=proposal.pk).update(title="又一个案由")
    assert found() == (f"proposals.proposal/text:{proposal.uid}", CHANGED)


# ── the next lawful step vouches for nothing that was forged ─────────────────────────────────────
def test_a_forged_text_is_not_laundered_by_the_next_step(cast: Cast) -> None:
    proposal = cast.filed()
    raw(Proposal).filter(pk=proposal.pk).update(title="另一件事")
    handling.assign(Proposal.objects.get(pk=proposal.pk), parts=[(cast.unit, "sole")], actor=cast.assigner, at=AT)
    assert found() == (f"proposals.proposal/text:{proposal.uid}", CHANGED)


def test_a_forged_seat_is_not_laundered_by_its_end(cast: Cast) -> None:
    member = cast.member(cast.proposer)
    seat = Seat.objects.get(member=member)
    raw(Seat).filter(pk=seat.pk).update(starts_on="2020-01-01")
    members.end_seat(member, ending=Ending.RESIGNED, on=AT.date(), reason="", actor=cast.office, at=AT)
    assert found() == (f"members.seat:{seat.uid}", CHANGED)


def test_how_a_seat_ends_and_comes_back_is_vouched_for(cast: Cast) -> None:
    member = cast.member(cast.proposer)
    said = {"reason": "工作调动", "actor": cast.office, "at": AT}
    members.suspend(member, on=AT.date(), **said)
    members.resume(member, on=AT.date(), **said)
    members.end_seat(member, ending=Ending.RESIGNED, on=AT.date(), **said)
    members.restore(member, on=AT.date(), **said)
    assert found() == (None, "")
    assert all(actions.intact(row) for row in (*Seat.objects.all(), *Post.objects.all(), *Suspension.objects.all()))


def test_forged_grades_are_not_laundered_by_the_erasure_of_their_comments(rated: Cast) -> None:
    raw(Rating).update(result="satisfied", attitude="satisfied")
    gone = privacy._erase_comments(list(Rating.objects.order_by("pk")))
    erasing.erase(rated.county, what="评价留言", rule="*", shortened=gone.shortened, rows=gone.rows, actor=rated.office, at=AT)
    assert found()[1] == CHANGED


def test_a_forged_reply_is_not_laundered_by_the_erasure_of_its_contact(published: Cast) -> None:
    raw(Reply).update(text="已经全部办好。")
    gone = privacy._erase_contacts(list(Reply.objects.all()))
    erasing.erase(
        published.county, what="联系人", rule="*", shortened=gone.shortened, rows=gone.rows, actor=published.office, at=AT
    )
    assert found()[1] == CHANGED


def test_what_the_office_corrects_is_vouched_for(cast: Cast) -> None:
    proposal, by = cast.filed(), {"actor": cast.office, "at": AT}
    proposals.reclassify(proposal, construction="social", topic="services", reason="改正", **by)
    proposals.reroute(proposal, routed_to="party", reason="改正", **by)
    proposals.change_season(proposal, season="plenary", reason="改正", **by)
    assert found() == (None, "")
    assert actions.intact(Proposal.objects.get())


def test_what_was_forged_is_not_laundered_by_a_correction(cast: Cast) -> None:
    proposal = cast.filed()
    raw(Proposal).filter(pk=proposal.pk).update(topic="forged")
    proposals.reroute(proposal, routed_to="party", reason="改正", actor=cast.office, at=AT)
    assert found() == (f"proposals.proposal/course:{proposal.uid}", CHANGED)


def test_what_an_act_takes_back_is_vouched_for_too(published: Cast) -> None:
    proposals.unrelease(Proposal.objects.get(), reason="有误。", actor=published.office, at=AT)
    assert found() == (None, "")
    assert PublicFile.objects.count() == 0


def test_withdrawn_texts_count_no_longer(cast: Cast) -> None:
    proposal = cast.filed()
    perform(proposal, "withdraw", actor=cast.proposer, at=AT, payload=Withdrawal("不办了。"))
    assert found() == (None, "")


def test_what_yesterday_left_is_vouched_for_in_bulk_once(published: Cast) -> None:
    assert vouching.vouch_for_what_is_there(at=AT) > 0
    assert found() == (None, "")
    before = Event.objects.count()
    assert vouching.vouch_for_what_is_there(at=AT) == 0
    assert Event.objects.count() == before
    assert all(actions.intact(row) for kind in truth.declared() for row in kind.model._base_manager.all())


# ── many rows at once ────────────────────────────────────────────────────────────────────────────
def test_of_many_rows_the_forged_alone_is_not_sound(cast: Cast) -> None:
    rows = list(Appointment.objects.order_by("pk"))
    forged = rows[2]
    raw(Appointment).filter(pk=forged.pk).update(ends_on="2090-01-01")
    assert actions.sound(Appointment.objects.order_by("pk")) == [row for row in rows if row != forged]


def test_many_rows_are_looked_up_together(cast: Cast) -> None:
    rows, counts = list(Appointment.objects.order_by("pk")), list[int]()
    committees = len({row.committee_id for row in rows})
    assert committees > 1
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as asked:
            assert actions.sound(some) == some
        counts.append(len(asked))
    assert counts == [6, 5 + committees]  # the life of each committee is asked by itself


def test_what_is_vouched_for_in_bulk_is_looked_for_behind_what_was_said_of_the_row_in_its_own_committee(cast: Cast) -> None:
    made = Appointment.objects.filter(committee=cast.county).latest("pk")
    said = Event.objects.get(subject_type="committees.appointment", subject_id=made.pk)
    with CaptureQueriesContext(connection) as asked:
        assert actions.intact(made)
    [bulk] = [query["sql"] for query in asked if "committees.committee" in query["sql"] and "audit_event" in query["sql"]]
    assert f'"subject_id" IN ({cast.county.pk})' in bulk
    assert re.search(rf'"id" <= {said.pk}\b', bulk)


# ── what decides: cases, assemblies, sessions ────────────────────────────────────────────────────
def test_answers_that_were_put_under_another_proposal_are_found(cast: Cast) -> None:
    one, other = cast.answered(), cast.filed()
    assert found() == (None, "")
    raw(Case).filter(pk=one.pk).update(proposal=other)
    assert f"handling.case:{one.uid}" in {problem.where for problem in verifying.verify().problems}


def test_every_step_of_a_case_is_vouched_for(cast: Cast) -> None:
    case = cast.answered()
    assert case.rating_due_on is not None
    for reply, signature in cases.ratings_awaited(case):
        handling.rate(
            reply,
            signature=signature,
            attitude="dissatisfied",
            result="dissatisfied",
            comment="没有落实。",
            actor=signature.member.account,
            at=AT,
        )
    case = handling.close_round(case, at=AT)
    assert (case.state, case.round, case.rating_due_on, found()) == ("in_hand", 2, None, (None, ""))
    raw(Case).filter(pk=case.pk).update(round=1)
    assert found() == (f"handling.case:{case.uid}", CHANGED)


def test_a_round_that_nobody_rated_is_vouched_for_as_unrated(cast: Cast) -> None:
    case = handling.close_round(cast.answered(), at=AT)
    assert (case.state, case.unrated, case.closed_at, found()) == ("closed", True, AT, (None, ""))


def test_a_forged_limit_is_not_laundered_by_the_close_of_the_round(cast: Cast) -> None:
    case = cast.answered()
    raw(Case).filter(pk=case.pk).update(rating_due_on="2026-01-02")
    handling.close_round(case, at=AT)
    assert found() == (f"handling.case:{case.uid}", CHANGED)


def test_a_forged_cut_off_is_not_laundered_by_the_next_change_of_the_plenary(cast: Cast) -> None:
    session = Session.objects.get(pk=cast.session.pk)
    said = {"plenary_from": session.plenary_from, "plenary_until": None, "actor": cast.office, "at": AT}
    bodies.set_plenary(session, cut_off_at=AT, **said)
    assert found() == (None, "")
    raw(Session).filter(pk=session.pk).update(starts_on="2020-01-01")
    bodies.set_plenary(Session.objects.get(pk=session.pk), cut_off_at=None, **said)
    assert found() == (f"committees.session:{session.uid}", CHANGED)


def test_an_assembly_that_was_just_founded_is_vouched_for(cast: Cast) -> None:
    made = bodies.found(code="XX", name="政协新县委员会", parent=cast.city, actor=None, at=AT)
    assert found() == (None, "")
    assert actions.intact(made)
    raw(Committee).filter(pk=made.pk).update(parent=None)
    assert found() == (f"committees.committee:{made.uid}", CHANGED)
