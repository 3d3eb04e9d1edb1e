"""The life of a proposal from draft until it is handed over, merged, passed on or withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.predicates import nobody
from tongxin.committees.choices import Duty, System
from tongxin.committees.rules import holds
from tongxin.core.templatetags.chinese import day
from tongxin.core.words import character_count
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import PLENARY_ONLY_FORMS, Destination, Season, State
from tongxin.proposals.regulations import FormRules, NotFiling, Taxonomies
from tongxin.proposals.rules import first_sits, its_proposer_is_gone, writes_it
from tongxin.regulations.queries import in_force
from tongxin.workflow.table import T, Workflow, register

S = State


# ── guards: what must be true, or the reason why not ─────────────────────────────────────────────
def has_required_parts(proposal: Any, at: datetime) -> str | None:
    """案由 and the three parts are there, within the lengths of the regulation."""
    missing = [label for label, text in queries.parts(proposal) if not text.strip()]
    if missing:
        return _("还没有写%(missing)s") % {"missing": "、".join(missing)}
    rules = in_force(proposal.committee, FormRules, timezone.localdate(at))
    if (n := character_count(proposal.title)) > rules.title_max:
        return _("案由 %(n)s 字，超过 %(title_max)s 字") % {"n": n, "title_max": rules.title_max}
    if (n := proposal.characters) < rules.body_min:
        return _("正文 %(n)s 字，不足 %(body_min)s 字") % {"n": n, "body_min": rules.body_min}
    if n > rules.body_max:
        return _("正文 %(n)s 字，超过 %(body_max)s 字") % {"n": n, "body_max": rules.body_max}
    return None


def first_proposer_sits(proposal: Any, _at: datetime) -> str | None:
    """Only who sits raises a proposal."""
    return None if first_sits(proposal) else _("第一提案人现在不在任，不能提交；第一位在任的联名委员可以接手")


def form_fits_the_season(proposal: Any, at: datetime) -> str | None:
    """界别 and 小组 proposals are raised only during a plenary (《提案工作条例》)."""
    if proposal.form in PLENARY_ONLY_FORMS and queries.season_at(proposal.committee, at) != Season.PLENARY:
        return _("%(form)s只在大会期间提出") % {"form": proposal.get_form_display()}
    return None


def not_handed_over(proposal: Any, _at: datetime) -> str | None:
    """撤案 is possible only before 交办."""
    if proposal.state == S.HANDED_OVER:
        return _("%(handed_over_at)s已经交办，交办后不能撤案") % {"handed_over_at": day(queries.handed_over_at(proposal))}
    return None


def absorbs_nothing(proposal: Any, _at: datetime) -> str | None:
    """Whoever was merged into it waits for its answer: they are freed of it first."""
    return queries.what_it_absorbed(proposal)


def not_published(proposal: Any, _at: datetime) -> str | None:
    """What the public reads is first taken off the public pages."""
    return _("这件提案已经向社会公开，请先撤下公开") if proposal.released_at is not None else None


def text_is_there(proposal: Any, _at: datetime) -> str | None:
    """The text of a discarded draft goes when its time of keeping is over."""
    return None if proposal.body else _("这份草稿没有正文，或者正文已过保存期限清除，请另写一件")


# ── what must be said ────────────────────────────────────────────────────────────────────────────
def _ask(label: Any, **more: Any) -> Any:
    default = more.pop("default", None)
    return (
        field(default=default, metadata={"label": label, **more})
        if "optional" in more
        else field(metadata={"label": label, **more})
    )


def _constructions(subject: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    return [(c.code, c.name) for c in in_force(subject.committee, Taxonomies, timezone.localdate(at)).constructions]


def _topics(subject: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    return [(c.code, c.name) for c in in_force(subject.committee, Taxonomies, timezone.localdate(at)).topics]


def _systems(_subject: Any, _actor: Any, _at: datetime) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in System.choices]


def _reasons(subject: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    """The listed reasons, each with where the content may go then."""
    reasons = in_force(subject.committee, NotFiling, timezone.localdate(at)).reasons
    return [(r.code, _("%(text)s（内容去向：%(named)s）") % {"text": r.text, "named": _named(r.destinations)}) for r in reasons]


def _named(destinations: Iterable[str]) -> str:
    return "、".join(str(Destination(d).label) for d in destinations)


def _destinations(_subject: Any, _actor: Any, _at: datetime) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in Destination.choices]


def _lead_candidates(subject: Any, _actor: Any, _at: datetime) -> list[tuple[str, str]]:
    return [(p.uid, _("第 %(number)04d 号　%(p)s") % {"number": p.number, "p": p.title}) for p in queries.may_absorb(subject)]


@dataclass(frozen=True)
class Return:
    """Why a proposal goes back to its proposer."""

    reason: str = _ask(
        gettext_lazy("退回理由"), widget="textarea", max=300, help=gettext_lazy("提案人会看到这段话，请写明怎样修改。")
    )


@dataclass(frozen=True)
class Examination:
    """What pre-examination found."""

    construction: str = _ask(gettext_lazy("建设类别"), choices=_constructions, initial="construction")
    topic: str = _ask(gettext_lazy("本地类别"), choices=_topics, initial="topic")
    routed_to: str = _ask(gettext_lazy("交办口"), choices=_systems, initial="routed_to")
    remark: str = _ask(gettext_lazy("预审意见"), widget="textarea", max=300, optional=True, default="")


@dataclass(frozen=True)
class Filing:
    """How a proposal is filed."""

    construction: str = _ask(gettext_lazy("建设类别"), choices=_constructions, initial="construction")
    topic: str = _ask(gettext_lazy("本地类别"), choices=_topics, initial="topic")
    routed_to: str = _ask(gettext_lazy("交办口"), choices=_systems, initial="routed_to")


@dataclass(frozen=True)
class MergeInto:
    """Which filed proposal becomes the lead one (主案)."""

    into: str = _ask(
        gettext_lazy("主案"), choices=_lead_candidates, widget="search",
        help=gettext_lazy("只列出同一届次已立案、还没有交办或者正在办理的提案。已送提案人评价和已办结的不能再作主案。"),
    )  # fmt: skip
    reason: str = _ask(
        gettext_lazy("并案理由"),
        widget="textarea",
        max=300,
        help=gettext_lazy("本案和主案的提案人、主案的交办部门和承办单位会看到这段话。"),
    )

    def problems(self, subject: Any, _actor: Any, _at: datetime) -> dict[str, str]:
        """The lead proposal must be one that may take others in."""
        if self.into not in {p.uid for p in queries.may_absorb(subject)}:
            return {"into": str(actions.NO_LEAD)}
        return {}


@dataclass(frozen=True)
class NotFilingDecision:
    """Why it is not filed and where the content goes: one decision."""

    reason_code: str = _ask(gettext_lazy("不立案情形"), choices=_reasons)
    destination: str = _ask(
        gettext_lazy("内容去向"), choices=_destinations, help=gettext_lazy("请在所选情形后面列出的去向中选择。")
    )
    reason: str = _ask(gettext_lazy("向提案人说明"), widget="textarea", max=300, help=gettext_lazy("提案人会看到这段话。"))

    def problems(self, subject: Any, _actor: Any, at: datetime) -> dict[str, str]:
        """The destination must be one that the reason allows."""
        reason = in_force(subject.committee, NotFiling, timezone.localdate(at)).reason(self.reason_code)
        if reason is None:
            return {"reason_code": _("请从所列情形中选择")}
        if self.destination not in reason.destinations:
            return {"destination": _("这种情形的内容去向只能是：%(named)s") % {"named": _named(reason.destinations)}}
        return {}


def _what_a_withdrawal_does(subject: Any, _actor: Any) -> str:
    """Say who reads the reason and what follows; of a lead also what becomes of those merged into it."""
    said = _("所有署名的委员和提案工作人员会看到这段话。撤案后不再审查、办理；需要恢复的，由机关办理“恢复提案”，原有的编号保留。")
    joined = queries.absorbed(subject)
    return (
        _("%(said)s%(joined)s并入了本案，撤案后解除并案，恢复审定，其提案人会收到通知。") % {"said": said, "joined": joined}
        if joined
        else said
    )


@dataclass(frozen=True)
class Withdrawal:
    """Why the proposer withdraws it."""

    reason: str = _ask(gettext_lazy("撤案理由"), widget="textarea", max=300, help=_what_a_withdrawal_does)


def _came_to(subject: Any, _actor: Any, _at: Any) -> list[tuple[str, str]]:
    """Say what became of the content: whoever takes the decision back has to have read it."""
    went = str(subject.get_destination_display())
    if subject.passed_on_at is None:
        return [("not_passed_on", _("%(went)s，内容还没有转出") % {"went": went})]
    to = queries.passed_on_to(subject)
    return [
        (
            "passed_on",
            _("%(went)s，内容已于 %(passed_on_at)s转%(to)s，恢复审定后另行告知接收单位")
            % {"went": went, "passed_on_at": day(subject.passed_on_at), "to": to},
        )
    ]


@dataclass(frozen=True)
class Reconsideration:
    """Why a proposal that was not filed is decided again."""

    content: str = _ask(gettext_lazy("内容去向"), choices=_came_to, widget="statement")
    reason: str = _ask(gettext_lazy("恢复理由"), widget="textarea", max=300, help=gettext_lazy("提案人和联名委员会看到这段话。"))


def _what_a_separation_does(subject: Any, _actor: Any) -> str:
    """Say who reads the reason; where the lead was answered already, by which answer, and that it stays as it is."""
    said = _("本案和主案的提案人、主案的交办部门和承办单位会看到这段话。本案已有提案号的，提案号保留。")
    lead = subject.merged_into
    answers = queries.answers_to(lead) if lead is not None else ""
    if not answers:
        return said
    answered = _("请注意：主案%(numbered)s《%(lead)s》已经答复（%(answers)s），本案的提案人已随主案收到答复") % {
        "numbered": queries.numbered(lead),
        "lead": lead.title,
        "answers": answers,
    }
    return _("%(answered)s。解除并案后答复不变，本案恢复审定。%(said)s") % {"answered": answered, "said": said}


@dataclass(frozen=True)
class Separation:
    """Why a merged proposal is taken out of its lead one."""

    reason: str = _ask(
        gettext_lazy("解除理由"), widget="textarea", max=300, help=_what_a_separation_does,
    )  # fmt: skip


@dataclass(frozen=True)
class Revocation:
    """Why a filing is revoked."""

    reason: str = _ask(
        gettext_lazy("撤销理由"),
        widget="textarea",
        max=300,
        help=gettext_lazy("提案人和联名委员会看到这段话。提案号保留，不再给其他提案。"),
    )


@dataclass(frozen=True)
class Reinstatement:
    """Why a withdrawn proposal is taken up again: at whose wish."""

    reason: str = _ask(
        gettext_lazy("恢复理由"),
        widget="textarea",
        max=300,
        help=gettext_lazy("写明提案人何时、以什么方式提出恢复。所有署名的委员会看到这段话。"),
    )


PROPOSAL = register(
    Workflow(
        name="proposals",
        label=gettext_lazy("提案"),
        model="proposals.proposal",
        states=S,
        initial=S.DRAFT,
        start=("draft", gettext_lazy("起草")),
        rows=(
            T("gather", gettext_lazy("征集联名"), (S.DRAFT,), S.GATHERING, nobody),
            T("submit", gettext_lazy("提交"), (S.DRAFT, S.GATHERING, S.RETURNED), S.SUBMITTED, writes_it,
              when=(first_proposer_sits, has_required_parts, form_fits_the_season), sets=(actions.on_submission,),
              then=(actions.settle_signatures,)),
            T("pass_examination", gettext_lazy("预审通过"), (S.SUBMITTED,), S.IN_DECISION, holds(Duty.PRE_EXAMINATION),
              asks=Examination, sets=(actions.categories_said,), done=gettext_lazy("已通过预审")),
            T("file", gettext_lazy("立案"), (S.IN_DECISION,), S.FILED, holds(Duty.FILING), asks=Filing,
              sets=(actions.categories_said, actions.assign_numbers)),
            T("merge", gettext_lazy("并案"), (S.IN_DECISION, S.FILED), S.MERGED, holds(Duty.FILING), asks=MergeInto,
              sets=(actions.merged_into,), then=(actions.note_in_lead,)),
            T("unfile", gettext_lazy("撤销立案"), (S.FILED,), S.IN_DECISION, holds(Duty.FILING), when=(absorbs_nothing, not_published),
              asks=Revocation, sets=(actions.undecided,)),
            T("separate", gettext_lazy("解除并案"), (S.MERGED,), S.IN_DECISION, holds(Duty.FILING), asks=Separation,
              sets=(actions.out_of_lead,), then=(actions.note_in_former_lead,)),
            T("not_file", gettext_lazy("不予立案或转办"), (S.IN_DECISION,), S.NOT_FILED, holds(Duty.FILING),
              asks=NotFilingDecision, sets=(actions.destination_said,), done=gettext_lazy("已{sentence}")),
            T("reconsider", gettext_lazy("恢复审定"), (S.NOT_FILED,), S.IN_DECISION, holds(Duty.FILING), asks=Reconsideration,
              sets=(actions.destination_cleared,)),
            T("return_for_revision", gettext_lazy("退回修改"), (S.SUBMITTED, S.IN_DECISION), S.RETURNED, holds(Duty.PRE_EXAMINATION),
              asks=Return, done=gettext_lazy("已退回提案人修改")),
            T("hand_over", gettext_lazy("交办"), (S.FILED,), S.HANDED_OVER, nobody),
            T("recall_assignment", gettext_lazy("撤回交办"), (S.HANDED_OVER,), S.FILED, nobody),
            T("withdraw", gettext_lazy("撤案"), (S.SUBMITTED, S.RETURNED, S.IN_DECISION, S.FILED), S.WITHDRAWN,
              writes_it | (holds(Duty.PROPOSAL_OFFICE) & its_proposer_is_gone), when=(not_handed_over,), asks=Withdrawal,
              sets=(actions.held,), then=(actions.free_merged,)),
            T("withdraw", gettext_lazy("撤案"), (S.HANDED_OVER,), S.HANDED_OVER, writes_it, when=(not_handed_over,)),
            T("reinstate", gettext_lazy("恢复提案"), (S.WITHDRAWN,), S.SUBMITTED, holds(Duty.PROPOSAL_OFFICE), asks=Reinstatement,
              sets=(actions.undecided,)),
            T("discard", gettext_lazy("删除草稿"), (S.DRAFT, S.GATHERING), S.DISCARDED, writes_it),
            T("restore_draft", gettext_lazy("恢复草稿"), (S.DISCARDED,), S.DRAFT, writes_it, when=(text_is_there,),
              then=(actions.gather_again,)),
        ),
        badges={
            S.DRAFT: "draft", S.GATHERING: "draft", S.SUBMITTED: "exam", S.RETURNED: "stop", S.IN_DECISION: "exam",
            S.FILED: "good", S.HANDED_OVER: "doing", S.MERGED: "note-end", S.NOT_FILED: "note-end",
            S.WITHDRAWN: "note-end", S.DISCARDED: "note-end",
        },
        grave=frozenset({"withdraw", "discard"}),
        aside=frozenset({
            "return_for_revision", "merge", "not_file", "unfile", "separate", "reconsider", "reinstate", "restore_draft",
        }),
        own_page={"submit": "preview"},
    ),
    visible_to=queries.original_visible_to,
    view="proposals.read_original",
)  # fmt: skip
