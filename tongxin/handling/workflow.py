"""The two small machines of handling: the case, and each unit's part in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.predicates import dated, nobody, predicate
from tongxin.committees.choices import Duty
from tongxin.committees.queries import holders_of
from tongxin.committees.successions import standings
from tongxin.core.templatetags.chinese import day, why_tentative
from tongxin.core.words import character_count
from tongxin.handling import actions, queries
from tongxin.handling.actions.moving import NOT_NOW
from tongxin.handling.choices import CaseState, Part, TaskState, TaskStates
from tongxin.handling.regulations import ReplyCategories, Review
from tongxin.handling.rules import (
    answers_itself,
    assigns,
    is_clerk,
    is_co_handler,
    is_unit_leader,
    keeps_ratings,
    supervises,
)
from tongxin.regulations.queries import in_force
from tongxin.workflow.table import T, Workflow, register

C, S = CaseState, TaskState


# ── who: switches of the regulation, and the lead of the case ────────────────────────────────────
def _review(task: Any, at: datetime) -> Review:
    rules: Review = in_force(task.committee, Review, timezone.localdate(at))
    return rules


@dated
def leader_signs(_actor: Any, task: Any, at: datetime) -> bool:
    """The committee's rule: the unit's leader signs replies."""
    return _review(task, at).unit_leader_signs


@dated
def office_reviews(_actor: Any, task: Any, at: datetime) -> bool:
    """The committee's rule: the supervising office reviews replies."""
    return _review(task, at).supervising_office_reviews


@predicate
def keeps_the_case(actor: Any, task: Any) -> bool:
    """Keeps the ratings of the task's case: of no unit of it, and none of its signers."""
    return keeps_ratings.test(actor, task.case)


@predicate
def nothing_followed_yet(_actor: Any, task: Any) -> bool:
    """The case is in hand, or its replies are being rated: nothing has followed from what was sent.

    Whether somebody rated already makes no difference: who may take a reply back would learn it from the button.
    """
    return task.case.state in {C.IN_HAND, C.RATING}


@predicate
def leads_the_case(actor: Any, task: Any) -> bool:
    """A clerk of the case's lead unit."""
    return any(t.part == Part.LEAD and is_clerk.test(actor, t) for t in queries.live_tasks(task.case))


# ── guards ───────────────────────────────────────────────────────────────────────────────────────
def within_return_window(task: Any, at: datetime) -> str | None:
    """退办 can be asked for some working days only."""
    if task.return_until is not None and timezone.localdate(at) > task.return_until:
        return _("申请退办的期限是 %(return_until)s，已经过了，请签收办理或与交办部门联系") % {
            "return_until": day(task.return_until)
        }
    return None


def advice_is_in(task: Any, _at: datetime) -> str | None:
    """The lead answers after every co-handler has given its advice."""
    if task.part != Part.LEAD:
        return None
    missing = [t.unit.name for t in queries.live_tasks(task.case) if t.part == Part.CO and t.state != S.ADVICE_GIVEN]
    return _("还没有收到%(missing)s的会办意见") % {"missing": "、".join(missing)} if missing else None


def reply_is_whole(task: Any, at: datetime) -> str | None:
    """Category and text are there, within the length."""
    reply = queries.draft_of(task)
    if not reply.text.strip():
        return _("还没有写答复内容")
    if in_force(task.committee, ReplyCategories, timezone.localdate(at)).find(reply.category) is None:
        return _("还没有选答复类别")
    limit = in_force(task.committee, Review, timezone.localdate(at)).reply_max
    if (n := character_count(reply.text)) > limit:
        return _("答复内容 %(n)s 字，超过 %(limit)s 字") % {"n": n, "limit": limit}
    return None


def was_in_contact(task: Any, at: datetime) -> str | None:
    """Where the rule asks for it: no reply without a contact with a proposer in this round's handling (面商)."""
    if (
        not in_force(task.committee, Review, timezone.localdate(at)).contact_required
        or queries.contacts_that_count(task).exists()
    ):
        return None
    if task.contacts.filter(round=task.case.round).exists():
        return _("面商记录中没有提案人到场，或者到场的提案人认为与事实不符，请与提案人面商")
    again = _("重新办理以来") if task.case.round > 1 else ""
    return _("%(again)s还没有面商记录，请先与提案人面商") % {"again": again}


def reply_is_changed(task: Any, _at: datetime) -> str | None:
    """What the proposers rejected is not sent to them once more; blanks are no change."""
    return _("答复内容与上次的一样，请按新的办理情况修改以后再送") if queries.repeats_a_former_reply(task) else None


def reply_can_be_recalled(task: Any, _at: datetime) -> str | None:
    """A reply of a former round was rated: what followed from it stands."""
    return None if queries.sent_reply(task) else _("这份答复的评价已经结束，不能撤回")


def unit_has_leader(task: Any, at: datetime) -> str | None:
    """Somebody is there to sign it: a reply that is laid before nobody is never seen again."""
    there = holders_of(task.committee, Duty.UNIT_LEADER, unit=task.unit, on=timezone.localdate(at)).exists()
    return None if there else _("本单位现在没有负责人，请与机关联系任命")


def nothing_was_answered(case: Any, _at: datetime) -> str | None:
    """交办 is taken back only while no proposer holds an answer."""
    answered = [r.sent_by for r in queries.sent_replies(case)]
    return (
        _("%(fromkeys)s的答复已经送达提案人，不能再撤回交办") % {"fromkeys": "、".join(dict.fromkeys(answered))}
        if answered
        else None
    )


# ── what must be said ────────────────────────────────────────────────────────────────────────────
def _ask(label: Any, **more: Any) -> Any:
    return field(metadata={"label": label, **more})


def _categories(subject: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    return [
        (c.code, _("%(code)s 类　%(c)s") % {"code": c.code, "c": c.label})
        for c in in_force(subject.committee, ReplyCategories, timezone.localdate(at)).categories
    ]


def _own_name(_subject: Any, actor: Any) -> str:
    return str(actor.name)


def _own_category(subject: Any, _actor: Any) -> str:
    return queries.draft_of(subject).category


@dataclass(frozen=True)
class SignFor:
    """Who in the unit handles it."""

    handler: str = _ask(gettext_lazy("承办人"), max=40, initial=_own_name)


@dataclass(frozen=True)
class Why:
    """A reason that the other side reads."""

    reason: str = _ask(gettext_lazy("理由"), widget="textarea", max=300)


@dataclass(frozen=True)
class RecallOfAssignment:
    """Why an assignment is taken back, and what follows."""

    reason: str = _ask(
        gettext_lazy("撤回理由"), widget="textarea", max=300,
        help=gettext_lazy("撤回后各承办单位无需再办理，提案回到待交办，重新交办后期限重新起算。提案人、承办单位和督办部门会看到这段话。"),
    )  # fmt: skip


@dataclass(frozen=True)
class AskReturn:
    """Why a unit asks to be let off."""

    reason: str = _ask(
        gettext_lazy("退办理由"),
        widget="textarea",
        max=300,
        help=gettext_lazy("交办部门答复以前无需签收；同意退办的，改派其他单位。交办部门会看到这段话。"),
    )


@dataclass(frozen=True)
class GrantReturn:
    """Why a unit is let off, and what follows."""

    reason: str = _ask(
        gettext_lazy("同意退办的理由"), widget="textarea", max=300,
        help=gettext_lazy("同意后该单位不再承办，由您改派其他单位；没有主办、独办或者分办单位的，列入“待改派”。申请退办的单位会看到这段话。"),
    )  # fmt: skip


@dataclass(frozen=True)
class RefuseReturn:
    """Why a unit is not let off, and what follows."""

    reason: str = _ask(
        gettext_lazy("不同意退办的理由"),
        widget="textarea",
        max=300,
        help=gettext_lazy("不同意的，由该单位签收办理。申请退办的单位会看到这段话。"),
    )


@dataclass(frozen=True)
class Recall:
    """Why a reply is taken back; what follows is said in words that are the same whether or not somebody rated it."""

    reason: str = _ask(
        gettext_lazy("撤回理由"), widget="textarea", max=300,
        help=gettext_lazy("撤回以后，对这份答复已有的评价不再计入；新的答复送达后，请全体提案人重新评价，评价期限另定。承办单位、督办部门和提案人会看到这段话。"),
    )  # fmt: skip


@dataclass(frozen=True)
class Reopening:
    """Why a case is closed no more, and where it goes."""

    reason: str = _ask(
        gettext_lazy("撤销理由"), widget="textarea", max=300,
        help=gettext_lazy("撤销后转政协协调，由提案日常工作人员决定重新办理，或者协调后办结。提案人、主办和会办单位、督办部门会看到这段话。"),
    )  # fmt: skip


@dataclass(frozen=True)
class Settlement:
    """What the assembly's mediation came to."""

    reason: str = _ask(
        gettext_lazy("协调情况"),
        widget="textarea",
        max=300,
        help=gettext_lazy("办结后不再评价。提案人、主办和会办单位、督办部门会看到这段话。"),
    )


def _answering(case: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    """Name who may handle it again; beside a unit that ended what became of it, and who does it in its place."""
    on = timezone.localdate(at)
    found = queries.who_answers_again(case, on)
    units = [one.task.unit for one in found]
    known, ended = queries.names_for_work(units, on), standings(units, on)
    return [(one.key, _named_again(one, ended.get(one.task.unit_id, ""), known[one.task.unit_id])) for one in found]


def _named_again(one: queries.Answerer, standing: str, known: str) -> str:
    if one.heir is not None:
        return _("%(unit)s（%(standing)s；由%(name)s重新办理）") % {
            "unit": one.task.unit.name,
            "standing": standing,
            "name": one.name,
        }
    return (
        _("%(unit)s（%(standing)s，没有承接单位；由交办部门移交）") % {"unit": one.task.unit.name, "standing": standing}
        if standing
        else known
    )


def _to_handle_again(case: Any, _actor: Any) -> list[str]:
    wanted = {task.pk for task in queries.to_handle_again(case)}
    first = {one.task.pk: one.key for one in reversed(queries.who_answers_again(case, timezone.localdate()))}
    return [key for pk, key in first.items() if pk in wanted]


@dataclass(frozen=True)
class Again:
    """Which units handle it once more, and why; whether the co-handlers are asked once more too."""

    reason: str = _ask(
        gettext_lazy("理由"), widget="textarea", max=300, help=gettext_lazy("提案人、承办单位和督办部门会看到这段话。")
    )
    units: tuple[str, ...] = _ask(gettext_lazy("重新办理的单位"), choices=_answering, initial=_to_handle_again)
    co: bool = field(
        default=False,
        metadata={
            "label": gettext_lazy("会办单位一并重新提出意见"),
            "help": gettext_lazy("不勾选的，原来的会办意见照用。会办单位已经撤销的，由承接单位提出。"),
        },
    )

    def problems(self, subject: Any, _actor: Any, at: datetime) -> dict[str, str]:
        """At least one, and none but units of the case that have answered."""
        may = queries.who_answers_again(subject, timezone.localdate(at))
        if not self.units or not {one.key for one in may}.issuperset(self.units):
            return {"units": _("请选择已经答复的承办单位")}
        parts = [one.task.pk for one in may if one.key in self.units]
        return {} if len(set(parts)) == len(parts) else {"units": _("一个单位的提案只能由一个承接单位重新办理")}


def _what_is_tentative(_subject: Any, _actor: Any) -> str:
    return why_tentative()


@dataclass(frozen=True)
class Moving:
    """Which unit goes on with a part, until when, and whether the draft goes with it."""

    to: str = _ask(gettext_lazy("承接单位"), choices=queries.receivers_of, widget="search")
    clock: str = _ask(
        gettext_lazy("答复期限"), choices=queries.clocks_to_choose, initial=queries.clock_by_default,
        help=_what_is_tentative,
    )  # fmt: skip
    draft: str = _ask(
        gettext_lazy("已起草的答复稿"), choices=queries.drafts_to_choose, initial=queries.draft_by_default,
        applies=queries.has_draft, otherwise=queries.LEFT,
    )  # fmt: skip
    reason: str = _ask(
        gettext_lazy("移交理由"), widget="textarea", max=300,
        help=gettext_lazy("原承办单位、承接单位、本案其他承办单位、督办部门和第一提案人会收到这段话；联名委员在提案页的办理经过里看得到。"),
    )  # fmt: skip

    def problems(self, subject: Any, _actor: Any, at: datetime) -> dict[str, str]:
        """The unit must be one that works, of the own 归口 where it answers."""
        if self.to not in queries.may_receive(subject, at):
            return {"to": str(NOT_NOW)}
        return {}


@dataclass(frozen=True)
class Advising:
    """What a co-handler advises the lead."""

    advice: str = _ask(gettext_lazy("会办意见"), widget="textarea", max=3000)


@dataclass(frozen=True)
class Sending:
    """The category with which the reply goes out; why, where it is not the one that the unit chose."""

    category: str = _ask(gettext_lazy("审定类别"), choices=_categories, initial=_own_category)
    reason: str = field(
        default="",
        metadata={
            "label": gettext_lazy("改定理由"), "widget": "textarea", "max": 300,
            "help": gettext_lazy("审定类别与承办单位自报的不同时填写，承办单位和提案人会看到；相同的不用填写。"),
        },
    )  # fmt: skip

    def problems(self, subject: Any, actor: Any, at: datetime) -> dict[str, str]:
        """The category must be one in force; to change it takes a reason, and a reason something that it is for."""
        if in_force(subject.committee, ReplyCategories, timezone.localdate(at)).find(self.category) is None:
            return {"category": _("请从现行答复类别中选择")}
        own = _own_category(subject, actor)
        if self.category != own and not self.reason.strip():
            return {"reason": _("承办单位自报 %(own)s 类，改定类别的，请写明理由") % {"own": own}}
        if self.category == own and self.reason.strip():
            return {"reason": _("类别没有改动，不用写改定理由")}
        return {}


CASES = register(
    Workflow(
        name="cases",
        label=gettext_lazy("办理"),
        model="handling.case",
        states=C,
        initial=C.IN_HAND,
        start=("assign", gettext_lazy("交办")),
        rows=(
            T("open_rating", gettext_lazy("请提案人评价"), (C.IN_HAND,), C.RATING, nobody, sets=(actions.rating_opened,)),
            T("close", gettext_lazy("办结"), (C.RATING,), C.CLOSED, nobody, sets=(actions.closed_now,)),
            T("rework", gettext_lazy("退回重新办理"), (C.RATING,), C.IN_HAND, nobody, sets=(actions.begun_again,)),
            T("suspend_rating", gettext_lazy("暂停评价"), (C.RATING,), C.IN_HAND, nobody, sets=(actions.rating_suspended,)),
            T("escalate", gettext_lazy("转政协协调"), (C.RATING,), C.WITH_OFFICE, nobody),
            T(
                "resume",
                gettext_lazy("重新办理"),
                (C.WITH_OFFICE,),
                C.IN_HAND,
                keeps_ratings,
                asks=Again,
                sets=(actions.begun_again, actions.units_chosen),
                then=(actions.resume_chosen,),
            ),
            T(
                "settle",
                gettext_lazy("协调后办结"),
                (C.WITH_OFFICE,),
                C.CLOSED,
                keeps_ratings,
                asks=Settlement,
                sets=(actions.settled_now,),
            ),
            T(
                "reopen",
                gettext_lazy("撤销办结"),
                (C.CLOSED,),
                C.WITH_OFFICE,
                keeps_ratings,
                asks=Reopening,
                sets=(actions.closed_no_more,),
            ),
            T(
                "recall_assignment",
                gettext_lazy("撤回交办"),
                (C.IN_HAND,),
                C.RECALLED,
                assigns,
                when=(nothing_was_answered,),
                asks=RecallOfAssignment,
                then=(actions.recall_parts,),
            ),
            T("assign", gettext_lazy("交办"), (C.RECALLED,), C.IN_HAND, nobody, sets=(actions.assigned_anew,)),
        ),
        aside=frozenset({"reopen"}),
        badges={C.IN_HAND: "doing", C.RATING: "wait", C.WITH_OFFICE: "stop", C.CLOSED: "good", C.RECALLED: "note-end"},
        grave=frozenset({"recall_assignment"}),
    ),
    visible_to=queries.cases_visible_to,
    view="handling.view_case",
)

TASKS = register(
    Workflow(
        name="tasks",
        label=gettext_lazy("承办"),
        model="handling.task",
        states=S,
        initial=S.AWAITING,
        start=("assign", gettext_lazy("交办")),
        rows=(
            T("sign_for", gettext_lazy("签收"), (S.AWAITING,), S.IN_HAND, is_clerk, asks=SignFor,
              sets=(actions.unit_named, actions.signed_now)),
            T("ask_return", gettext_lazy("申请退办"), (S.AWAITING,), S.RETURN_ASKED, is_clerk, when=(within_return_window,), asks=AskReturn,
              sets=(actions.unit_named, actions.return_asked)),
            T("grant_return", gettext_lazy("同意退办"), (S.RETURN_ASKED,), S.RETURNED, assigns, asks=GrantReturn, sets=(actions.unit_named,)),
            T("refuse_return", gettext_lazy("不同意退办"), (S.RETURN_ASKED,), S.AWAITING, assigns, asks=RefuseReturn,
              sets=(actions.unit_named, actions.return_refused), done=gettext_lazy("已答复不同意退办")),
            T("submit_reply", gettext_lazy("送负责人审签"), (S.IN_HAND,), S.WITH_LEADER, is_clerk & answers_itself & leader_signs,
              when=(reply_is_whole, reply_is_changed, was_in_contact, advice_is_in, unit_has_leader), sets=(actions.unit_named,)),
            T("submit_for_review", gettext_lazy("送督办部门审核"), (S.IN_HAND,), S.UNDER_REVIEW,
              is_clerk & answers_itself & ~leader_signs & office_reviews,
              when=(reply_is_whole, reply_is_changed, was_in_contact, advice_is_in), sets=(actions.unit_named,)),
            T("approve", gettext_lazy("签发，送督办部门审核"), (S.WITH_LEADER,), S.UNDER_REVIEW, is_unit_leader & office_reviews,
              when=(reply_is_changed,), sets=(actions.unit_named, actions.leader_signs)),
            T("sign_and_send", gettext_lazy("签发，送提案人"), (S.WITH_LEADER,), S.ANSWERED, is_unit_leader & ~office_reviews,
              when=(reply_is_changed,), sets=(actions.unit_named, actions.leader_signs, actions.category_reviewed),
              then=(actions.open_rating_when_all_answered, actions.begin_public_reply)),
            T("revise", gettext_lazy("退回承办人修改"), (S.WITH_LEADER,), S.IN_HAND, is_unit_leader, asks=Why, sets=(actions.unit_named,)),
            T("take_back", gettext_lazy("收回答复稿"), (S.WITH_LEADER,), S.IN_HAND, is_clerk, sets=(actions.unit_named,)),
            T("send", gettext_lazy("审核通过，送提案人"), (S.UNDER_REVIEW,), S.ANSWERED, supervises, asks=Sending,
              when=(reply_is_changed,), sets=(actions.unit_named, actions.category_reviewed),
              then=(actions.open_rating_when_all_answered, actions.begin_public_reply), done=gettext_lazy("答复已审核通过，送提案人")),
            T("return_reply", gettext_lazy("退回修改答复"), (S.UNDER_REVIEW,), S.IN_HAND, supervises, asks=Why, sets=(actions.unit_named,),
              done=gettext_lazy("答复已退回承办单位修改")),
            T("give_advice", gettext_lazy("送会办意见"), (S.IN_HAND,), S.ADVICE_GIVEN, is_clerk & is_co_handler, asks=Advising,
              sets=(actions.unit_named,), then=(actions.keep_advice,), done=gettext_lazy("会办意见已提交")),
            T("ask_advice_again", gettext_lazy("请补充会办意见"), (S.ADVICE_GIVEN,), S.IN_HAND, leads_the_case, asks=Why,
              sets=(actions.unit_named, actions.advice_due), then=(actions.go_on_elsewhere,), done=gettext_lazy("已请会办单位补充会办意见")),
            T("consult_again", gettext_lazy("重新提出会办意见"), (S.ADVICE_GIVEN,), S.IN_HAND, nobody, then=(actions.go_on_elsewhere,)),
            T("recall", gettext_lazy("撤回答复"), (S.ANSWERED,), S.IN_HAND,
              nothing_followed_yet & ((supervises & office_reviews) | (keeps_the_case & ~office_reviews)),
              when=(reply_can_be_recalled,), asks=Recall, sets=(actions.unit_named, actions.answer_recalled),
              then=(actions.suspend_rating, actions.go_on_elsewhere)),
            T("rework", gettext_lazy("重新办理"), (S.ANSWERED,), S.IN_HAND, nobody, then=(actions.go_on_elsewhere,)),
            T("move", gettext_lazy("移交其他单位"), TaskStates.open, S.MOVED, assigns, asks=Moving, sets=(actions.moving_said,),
              then=(actions.begin_moved,)),
            T("change_part", gettext_lazy("由会办改为主办"), (*TaskStates.open, S.ADVICE_GIVEN), S.MOVED, nobody, sets=(actions.unit_named,)),
            T("recall_assignment", gettext_lazy("撤回交办"), (*TaskStates.open, S.ADVICE_GIVEN), S.RECALLED, nobody, sets=(actions.unit_named,)),
        ),
        badges={
            S.AWAITING: "wait", S.RETURN_ASKED: "wait", S.RETURNED: "note-end", S.IN_HAND: "doing",
            S.ADVICE_GIVEN: "good", S.WITH_LEADER: "doing", S.UNDER_REVIEW: "exam", S.ANSWERED: "good",
            S.MOVED: "note-end", S.RECALLED: "note-end",
        },
        aside=frozenset({"ask_advice_again", "ask_return", "revise", "take_back", "return_reply", "refuse_return", "recall", "move"}),
    ),
    visible_to=queries.visible_to,
    view="handling.view",
)  # fmt: skip
