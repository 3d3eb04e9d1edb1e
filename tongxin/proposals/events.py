"""Event kinds of proposals: a sentence for each, transitions and others; and the numbers that events vouch for."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit.kinds import Audience, Kind, name_sorts, register
from tongxin.audit.models import Event
from tongxin.audit.naming import Named, beside, name_rows
from tongxin.audit.truth import witness
from tongxin.core import asked
from tongxin.core.templatetags.chinese import case_number, moment
from tongxin.files.models import FACTS
from tongxin.proposals.choices import Answer, Destination, State
from tongxin.proposals.models import PUBLIC_FIELDS, TEXT_FIELDS, Attachment, Proposal, PublicCopy, PublicFile, Signature

A = Audience


def _remark(event: Event) -> str:
    """Return the 预审意见; earlier versions called it an opinion, which is 社情民意."""
    return str(event.data.get("remark") or event.data.get("opinion", ""))


def _drafted(event: Event) -> str:
    """Say who began the text; an office enters what somebody else wrote."""
    who = event.acting_as or event.actor_name
    return gettext("%(who)s代录提案") % {"who": who} if event.data.get("on_behalf") else gettext("%(who)s起草提案") % {"who": who}


def _accepted(event: Event) -> str:
    """Say who agreed; where the office entered it by his paper, that too."""
    said = gettext("%(name)s同意联名") % {"name": event.data.get("name", "")}
    return gettext("%(said)s（机关按书面意见代录）") % {"said": said} if event.data.get("entered_for") else said


def _filed(event: Event) -> str:
    word = gettext("沿用") if event.data.get("kept") else gettext("编为")
    return (
        gettext("立案，%(word)s第 %(number)04d 号") % {"word": word, "number": event.data["number"]}
        if event.data.get("number")
        else gettext("立案")
    )


def _filed_detail(event: Event) -> str:
    data = event.data
    return (
        gettext("%(category_label)s %(category_number)03d 号")
        % {"category_label": data["category_label"], "category_number": data["category_number"]}
        if data.get("category_number")
        else ""
    )


def _not_filed(event: Event) -> str:
    destination = event.data.get("destination", "")
    return str(Destination(destination).label) if destination else gettext("未立案")


def _separated(event: Event) -> str:
    return gettext("解除并案，不再由%(from_label)s一并办理，恢复审定") % {
        "from_label": event.data.get("from_label") or gettext("主案")
    }


def _joined_names(event: Event) -> str:
    said = gettext("{name}的委员编号 {gone} 并入 {number}，").format_map(event.data)
    return said + (
        gettext("两个署名并为一个") if event.data.get("names", 0) > 1 else gettext("署名归到编号 {number}").format_map(event.data)
    )


def _reconsidered(event: Event) -> str:
    to = event.data.get("passed_on_to")
    return "。".join(
        part for part in (_reason(event).rstrip("。"), gettext("内容此前已转%(to)s") % {"to": to} if to else "") if part
    )


def gone(event: Event) -> str:
    """Say of whom an event names that he acts no more, and how where it was kept: 去世、暂停履职."""
    return f"{event.data.get('name', '')}{event.data.get('why') or gettext('不再履职')}"


def _put_off(event: Event) -> str:
    """Say until when invitations run that had to wait for somebody who stands first."""
    until = event.data.get("until")
    return gettext("联名截止延至 %(until)s") % {"until": moment(datetime.fromisoformat(until))} if until else ""


def _reason(event: Event) -> str:
    return str(event.data.get("reason_text") or event.data.get("reason") or "")


witness(
    Proposal,
    "serial",
    "session__uid",
    "number",
    "category_label",
    "category_number",
    only=Q(serial__isnull=False) | Q(number__isnull=False),
)
HANDED_IN = (State.SUBMITTED, State.IN_DECISION, State.FILED, State.HANDED_OVER, State.MERGED, State.NOT_FILED)
witness(Proposal, *TEXT_FIELDS, part="text", only=Q(state__in=HANDED_IN))
witness(
    Proposal, "merged_into__uid", "destination", "reason_code", "decided_at", part="decision", only=Q(decided_at__isnull=False)
)
witness(Proposal, "season", "submitted_at", "construction", "topic", "routed_to", part="course", only=Q(state__in=HANDED_IN))
witness(Proposal, "released_at", part="release", only=Q(released_at__isnull=False))
witness(
    Signature,
    "proposal__uid",
    "member__uid",
    "body",
    "role",
    "signed_version",
    only=Q(answer=Answer.ACCEPTED),
    told=("proposals.proposal", "proposal__uid"),
)
witness(
    PublicCopy,
    "proposal__uid",
    "of_version",
    *PUBLIC_FIELDS,
    "marks",
    "confirmed_by__uid",
    "confirmed_at",
    told=("proposals.proposal", "proposal__uid"),
)
witness(Attachment, "proposal__uid", *FACTS, told=("proposals.proposal", "proposal__uid"))
witness(
    PublicFile,
    "attachment__uid",
    "attachment__file__digest",
    "released_by__uid",
    "released_at",
    told=("proposals.proposal", "attachment__proposal__uid"),
)
name_sorts(proposals=_("提案"))


def of_proposal(word: Any, path: str, *texts: str, **more: Any) -> Named:
    """Name rows by the proposal to which a path leads, and by texts of their own."""
    prefix = f"{path}__" if path else ""
    return Named(word, (f"{prefix}number", f"{prefix}title", *texts), _with_its_proposal, **more)


def _with_its_proposal(number: str, title: str, *rest: str) -> str:
    return beside(f"{case_number(asked.number(number))}《{title}》", *rest)


PARTS = {"text": _("提案正文"), "course": _("提交、归类和交办口"), "decision": _("审定结果"), "release": _("提案公开")}
name_rows(
    {
        "proposals.proposal": of_proposal(_("提案"), "", parts=PARTS, own=True),
        "proposals.signature": of_proposal(_("提案签名"), "proposal", "member__name", "body"),
        "proposals.publiccopy": of_proposal(_("提案公开稿"), "proposal"),
        "proposals.attachment": of_proposal(_("提案附件"), "proposal", "file__name"),
        "proposals.publicfile": of_proposal(_("公开的附件"), "attachment__proposal", "attachment__file__name"),
    }
)
register(
    Kind("proposals.draft", A.INSIDE, _drafted, label=_("起草提案")),
    Kind(
        "proposals.gather",
        A.INSIDE,
        _("开始征集联名"),
        lambda e: gettext("截止 %(until)s") % {"until": e.data["until"]} if e.data.get("until") else "",
    ),
    Kind("proposals.invite", A.INSIDE, _("邀请{name}联名"), personal=("name",), label=_("邀请联名")),
    Kind("proposals.accept_invitation", A.INSIDE, _accepted, personal=("name",), label=_("同意联名")),
    Kind("proposals.decline_invitation", A.INSIDE, _("{name}谢绝联名"), personal=("name",)),
    Kind("proposals.confirm_text", A.INSIDE, _("{name}确认联名时的正文改动"), personal=("name",)),
    Kind(
        "proposals.ask_again",
        A.INSIDE,
        _("正文改动后，请{name}重新确认联名"),
        personal=("name",),
        label=_("正文改动后，请重新确认联名"),
    ),
    Kind("proposals.lapse_signature", A.INSIDE, _("{name}没有确认改动后的正文，不列入联名"), personal=("name",)),
    Kind("proposals.leave", A.INSIDE, _("{name}退出联名"), _reason, personal=("name",)),
    Kind("proposals.lapse_invitation", A.INSIDE, _("{name}到提交时未答复联名邀请"), personal=("name",)),
    Kind("proposals.remove_invitation", A.INSIDE, _("收回对{name}的联名邀请"), personal=("name",), label=_("收回联名邀请")),
    Kind(
        "proposals.end_invitation",
        A.INSIDE,
        lambda e: gettext("%(gone)s，联名邀请失效") % {"gone": gone(e)},
        personal=("name",),
        label=_("受邀委员不再履职，联名邀请失效"),
    ),
    Kind("proposals.join_names", A.OFFICE, _joined_names, label=_("一人的两个委员编号合并，署名归一"), personal=("name",)),
    Kind(
        "proposals.part_names",
        A.OFFICE,
        _("{name}的委员编号 {number} 与 {gone} 撤销合并，署名各归原处"),
        personal=("name",),
        label=_("委员资料撤销合并，署名各归原处"),
    ),
    Kind(
        "proposals.end_cosigning",
        A.INSIDE,
        lambda e: gettext("%(gone)s，退出联名") % {"gone": gone(e)},
        personal=("name",),
        label=_("联名委员不再履职，退出联名"),
    ),
    Kind(
        "proposals.lose_first",
        A.PARTIES,
        lambda e: gettext("第一提案人%(gone)s") % {"gone": gone(e)},
        personal=("name",),
        label=_("第一提案人不再履职"),
    ),
    Kind(
        "proposals.regain_first",
        A.PARTIES,
        _("第一提案人{name}{why}"),
        _put_off,
        personal=("name",),
        label=_("第一提案人重新履职"),
    ),
    Kind(
        "proposals.take_over",
        A.PARTIES,
        _("{name}接手，列为第一提案人"),
        lambda e: "，".join(
            said for said in (gettext("原第一提案人%(before)s") % {"before": e.data.get("before", "")}, _put_off(e)) if said
        ),
        key=True,
        personal=("name", "before"),
    ),
    Kind(
        "proposals.change_speaker",
        A.HANDLING,
        _("{name}{why}，有关事项联系{speaker}"),
        personal=("name", "speaker"),
        label=_("提案人的联系人变动"),
    ),
    Kind("proposals.endorse", A.PARTIES, _("{name}附议"), personal=("name",)),
    Kind("proposals.attach", A.INSIDE, _("添加附件《{name}》"), label=_("添加附件")),
    Kind("proposals.detach", A.INSIDE, _("移除附件《{name}》"), label=_("移除附件")),
    Kind("proposals.submit", A.PUBLIC, _("提交"), lambda e: str(e.data.get("season", "")), key=True),
    Kind("proposals.return_for_revision", A.INSIDE, _("退回修改"), _reason, key=True),
    Kind("proposals.pass_examination", A.OFFICE, _("预审通过，提请审定"), _remark),
    Kind("proposals.file", A.PUBLIC, _filed, _filed_detail, key=True, label=_("立案")),
    Kind("proposals.merge", A.PARTIES, _("并入{into_label}"), _reason, key=True, label=_("并入主案")),
    Kind(
        "proposals.move_along",
        A.PARTIES,
        _("主案并入{into_label}，本案一并转入"),
        _reason,
        key=True,
        label=_("主案并入另一件，本案一并转入"),
    ),
    Kind("proposals.absorb", A.PUBLIC, _("另有一件提案并入本案"), key=True),
    Kind("proposals.separate", A.PARTIES, _separated, _reason, key=True, label=_("解除并案")),
    Kind("proposals.part_with", A.PUBLIC, _("并入本案的一件提案解除并案，另行办理"), key=True),
    Kind("proposals.unfile", A.PARTIES, _("撤销立案，重新审定"), _reason, key=True),
    Kind("proposals.reconsider", A.PARTIES, _("恢复审定"), _reconsidered, key=True),
    Kind("proposals.reinstate", A.PARTIES, _("恢复提案，重新审查"), _reason, key=True),
    Kind("proposals.restore_draft", A.INSIDE, _("恢复草稿")),
    Kind(
        "proposals.change_form",
        A.PARTIES,
        _("提案形式改为{form}"),
        lambda e: str(e.data.get("because", "")),
        label=_("改变提案形式"),
    ),
    Kind("proposals.not_file", A.PARTIES, _not_filed, _reason, key=True, label=_("不予立案")),
    Kind("proposals.withdraw", A.PARTIES, _("撤案"), _reason, key=True),
    Kind("proposals.discard", A.INSIDE, _("删除草稿")),
    Kind("proposals.hand_over", A.PARTIES, _("交办"), lambda e: str(e.data.get("units", "")), key=True),
    Kind("proposals.recall_assignment", A.PARTIES, _("撤回交办"), lambda e: str(e.data.get("reason", "")), key=True),
    Kind("proposals.pass_on", A.PARTIES, _("内容已转{to}"), key=True, label=_("内容转其他渠道")),
    Kind("proposals.reclassify", A.OFFICE, _("类别调整为{construction}、{topic}"), _reason, label=_("调整类别")),
    Kind("proposals.reroute", A.OFFICE, _("交办口改为{system}"), _reason, label=_("改变交办口")),
    Kind("proposals.change_season", A.OFFICE, _("提案时段调整为{season}"), _reason, label=_("调整提案时段")),
    Kind("proposals.release", A.PUBLIC, _("向社会公开"), key=True),
    Kind("proposals.confirm_copy", A.OFFICE, _("核对公开稿，隐去 {covered} 处"), label=_("核对公开稿")),
    Kind("proposals.unrelease", A.INSIDE, _("撤下公开"), _reason),
    Kind("proposals.import", A.OFFICE, _("{actor}导入提案 {rows} 件"), label=_("导入提案")),
    Kind("proposals.export", A.OFFICE, _("{actor}导出提案 {rows} 件"), label=_("导出提案")),
)
