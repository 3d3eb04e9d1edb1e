"""Event kinds of handling: a sentence for each; and the rows that events vouch for."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit.kinds import Audience, Kind, keep_former, name_sorts, register
from tongxin.audit.models import Event
from tongxin.audit.naming import name_rows
from tongxin.audit.truth import witness
from tongxin.core.templatetags.chinese import day
from tongxin.files.models import FACTS
from tongxin.handling.models import Case, PublicReply, Rating, Reply, ReplyFile, Task
from tongxin.proposals.events import of_proposal

A = Audience


def _reason(event: Event) -> str:
    return str(event.data.get("reason", ""))


def _who(event: Event) -> str:
    """Name the person with the capacity: of who looked at names, a body alone says nothing."""
    return f"{event.acting_as}{event.actor_name}"


def _by(word: Any) -> Callable[[Event], str]:
    """Say a date of an event's data with what it is for; nothing where there is none."""

    def said(event: Event) -> str:
        tentative = gettext("（暂定）") if event.data.get("tentative") else ""
        return f"{word} {day(date.fromisoformat(event.data['due']))}{tentative}" if event.data.get("due") else ""

    return said


def _settled(event: Event) -> str:
    before, due = (day(date.fromisoformat(event.data[key])) for key in ("before", "due"))
    return (
        gettext("放假安排公布，暂定的 %(before)s不变") % {"before": before}
        if before == due
        else gettext("放假安排公布，由暂定的 %(before)s改为 %(due)s") % {"before": before, "due": due}
    )


def _due_soon(event: Event) -> str:
    unit, what, days = (event.data.get(key, "") for key in ("unit", "what", "days"))
    return (
        gettext("系统提醒：%(unit)s距%(what)s期限还有 %(days)s 天") % {"unit": unit, "what": what, "days": days}
        if days
        else gettext("系统提醒：%(unit)s的%(what)s期限今天到期") % {"unit": unit, "what": what}
    )


def _resumed(event: Event) -> str:
    units = event.data.get("units", "")
    return gettext("政协协调后由%(units)s重新办理") % {"units": units} if units else gettext("政协协调后重新办理")


def _moved(event: Event) -> str:
    """Say until when it is answered; until when it was, and how long that was over on the day of the move."""
    due, data = _by("答复期限")(event), event.data
    late = gettext("移交时已超期 %(late)s 天") % {"late": data["late"]} if data.get("late") else ""
    before = gettext("原期限 %(before)s") % {"before": day(date.fromisoformat(data["before"]))} if data.get("before") else ""
    before = before if data.get("before") != data.get("due") else ""
    return "　".join(filter(None, (due, "，".join(filter(None, (before, late))), _reason(event))))


def _sent_detail(event: Event) -> str:
    data = event.data
    if data.get("before") and data["before"] != data.get("category"):
        changed = gettext("类别由 %(before)s 类改定为 %(category)s 类") % {"before": data["before"], "category": data["category"]}
        return f"{changed}　{data['reason']}" if data.get("reason") else changed
    return gettext("%(category)s 类") % {"category": data["category"]} if data.get("category") else ""


witness(Case, "proposal__uid", "round", "assigned_at", "rating_due_on", "closed_at", "unrated")
witness(
    Rating,
    "reply__uid",
    "signature__uid",
    "attitude",
    "result",
    "comment",
    "passes_on",
    "closes_early",
    "rated_at",
    "entered_by__uid",
    told=("handling.case", "reply__task__case__uid"),
)
witness(  # that it is nobody's rating, and since when
    Rating,
    "set_aside_at",
    part="aside",
    only=Q(set_aside_at__isnull=False),
    told=("handling.case", "reply__task__case__uid"),
)
witness(
    Reply,
    "task__uid",
    "round",
    "category",
    "category_label",
    "meaning",
    "text",
    "contact",
    "phone",
    "leader",
    "sent_at",
    only=Q(sent_at__isnull=False),
    told=("handling.task", "task__uid"),
)
witness(  # under which name it was sent
    Reply,
    "unit_name",
    part="name",
    only=Q(sent_at__isnull=False) & ~Q(unit_name=""),
    told=("handling.task", "task__uid"),
)
witness(  # from how many ratings on the unit is told their counts: what the raters were promised
    Reply,
    "counts_from",
    part="promise",
    only=Q(sent_at__isnull=False, counts_from__isnull=False),
    told=("handling.case", "task__case__uid"),
)
witness(  # that it was taken back, and when
    Reply,
    "recalled_at",
    part="recall",
    only=Q(recalled_at__isnull=False),
    told=("handling.task", "task__uid"),
)
witness(
    ReplyFile,
    "reply__uid",
    *FACTS,
    only=Q(reply__sent_at__isnull=False),
    told=("handling.task", "reply__task__uid"),
)
witness(Task, "case__uid", "unit__uid", "part", "assigned_at", "sign_due_on", "return_until", "due_on")
witness(
    PublicReply,
    "reply__uid",
    "text",
    "marks",
    "confirmed_by__uid",
    "confirmed_at",
    only=Q(is_shown=True),
    told=("handling.task", "reply__task__uid"),
)
name_sorts(cases=_("办理"), tasks=_("承办单位办理"), handling=_("沟通和评价"))
OF_A_REPLY = "reply__task__case__proposal", "reply__task__unit__name"
name_rows(
    {
        "handling.case": of_proposal(_("办理"), "proposal"),
        "handling.task": of_proposal(_("承办"), "case__proposal", "unit__name"),
        "handling.reply": of_proposal(
            _("答复"),
            "task__case__proposal",
            "task__unit__name",
            parts={"promise": _("评价合计的告知人数"), "name": _("答复署名的单位"), "recall": _("答复的撤回")},
        ),
        "handling.replyfile": of_proposal(_("答复附件"), *OF_A_REPLY, "file__name"),
        "handling.publicreply": of_proposal(_("答复公开稿"), *OF_A_REPLY),
        "handling.rating": of_proposal(_("评价"), *OF_A_REPLY, parts={"aside": _("评价作废")}),
    }
)
register(
    # the case
    Kind("cases.assign", A.PUBLIC, _("交办　{units}"), _by(_("答复期限")), key=True, label=_("交办")),
    Kind("cases.recall_assignment", A.PUBLIC, _("撤回交办"), _reason, key=True),
    Kind("cases.open_rating", A.HANDLING, _("答复全部送达，请提案人评价"), _by(_("评价截止")), key=True),
    Kind(
        "cases.rework",
        A.HANDLING,
        _("提案人不满意，退回重新办理"),
        lambda e: gettext("第 %(round)s 次办理") % {"round": e.data.get("round", 2)},
        key=True,
    ),
    Kind(
        "cases.escalate",
        A.HANDLING,
        lambda e: gettext("提案人不满意，转政协协调") if e.via == "import" else gettext("再次不满意，转政协协调"),
        key=True,
        label=_("提案人不满意，转政协协调"),
    ),
    Kind("cases.suspend_rating", A.HANDLING, _("有答复撤回，暂停评价，待新的答复送达")),
    Kind("cases.resume", A.HANDLING, _resumed, _reason, key=True, label=_("政协协调后重新办理")),
    Kind("cases.reopen", A.HANDLING, _("撤销办结，由政协协调"), _reason, key=True),
    Kind("cases.settle", A.PUBLIC, _("政协协调后办结"), _reason, key=True),
    Kind("cases.close", A.PUBLIC, _("办结"), key=True),
    Kind("cases.add_unit", A.HANDLING, _("增加承办单位　{units}"), _reason, label=_("增加办理的承办单位")),
    # one unit's part
    Kind("tasks.assign", A.HANDLING, _("交{unit}{part}"), label=_("交承办单位办理")),
    Kind(
        "tasks.sign_for",
        A.HANDLING,
        _("{unit}签收"),
        lambda e: gettext("承办人　%(handler)s") % {"handler": e.data["handler"]} if e.data.get("handler") else "",
        personal=("handler",),
    ),
    Kind("tasks.ask_return", A.HANDLING, _("{unit}申请退办"), _reason, key=True),
    Kind("tasks.grant_return", A.HANDLING, _("同意{unit}退办"), _reason, key=True, label=_("同意退办")),
    Kind("tasks.refuse_return", A.HANDLING, _("不同意{unit}退办"), _reason, key=True, label=_("不同意退办")),
    Kind("tasks.give_advice", A.HANDLING, _("{unit}已提交会办意见")),
    Kind("tasks.ask_advice_again", A.HANDLING, _("请{unit}补充会办意见"), _reason, label=_("请补充会办意见")),
    Kind("tasks.submit_reply", A.INSIDE, _("{unit}答复稿送负责人审签")),
    Kind("tasks.revise", A.INSIDE, _("{unit}负责人退回修改答复稿"), _reason),
    Kind("tasks.take_back", A.INSIDE, _("{unit}承办人收回送审签的答复稿")),
    Kind("tasks.submit_for_review", A.INSIDE, _("{unit}答复稿送督办部门审核")),
    Kind("tasks.sign_and_send", A.PUBLIC, _("{unit}的答复经负责人签发，送达提案人"), _sent_detail, key=True),
    Kind("tasks.approve", A.INSIDE, _("{unit}负责人签发，送督办部门审核")),
    Kind("tasks.return_reply", A.INSIDE, _("督办部门退回{unit}答复稿"), _reason, key=True, label=_("督办部门退回答复稿")),
    Kind("tasks.send", A.PUBLIC, _("{unit}的答复经审核，送达提案人"), _sent_detail, key=True),
    Kind("tasks.consult_again", A.HANDLING, _("请{unit}重新提出会办意见"), _by(_("期限")), label=_("请重新提出会办意见")),
    Kind("tasks.recall", A.HANDLING, _("撤回{unit}的答复"), _reason, key=True, label=_("撤回答复")),
    Kind("tasks.rework", A.HANDLING, _("{unit}重新办理"), _by(_("答复期限"))),
    Kind("tasks.move", A.HANDLING, _("{unit}的{part}移交{to}"), _moved, key=True, label=_("办理任务移交其他单位")),
    Kind("tasks.change_part", A.HANDLING, _("{unit}由会办改为主办")),
    Kind("tasks.recall_assignment", A.HANDLING, _("撤回对{unit}的交办"), _reason, label=_("撤回对承办单位的交办")),
    # others
    Kind("handling.contact", A.HANDLING, _("{unit}与提案人面商（{stage}，{way}）"), lambda e: str(e.data.get("note", ""))),
    Kind("handling.confirm_contact", A.HANDLING, _("{name}确认面商记录"), personal=("name",)),
    Kind(
        "handling.deny_contact",
        A.HANDLING,
        _("{name}认为面商记录与事实不符"),
        lambda e: str(e.data.get("word", "")),
        personal=("name", "word"),
    ),
    Kind(
        "handling.read_phone",
        A.OFFICE,
        lambda e: gettext("%(who)s查看提案人%(name)s的电话") % {"who": _who(e), "name": e.data.get("name", "")},
        personal=("name",),
        label=_("查看提案人的电话"),
    ),
    Kind("handling.rate", A.INSIDE, _("{name}评价"), by_day=_("提案人评价"), personal=("name",)),
    Kind(
        "handling.ask_rater_again",
        A.OFFICE,
        _("编号 {number} 与编号 {other_number} 撤销合并，请{name}本人评价"),
        lambda _event: gettext("合并期间在这个署名下作出的评价，还没有截止的作废"),
        personal=("name",),
        label=_("撤销合并后请本人评价"),
    ),
    Kind(
        "handling.read_ratings",
        A.OFFICE,
        lambda e: gettext("%(who)s查看每位提案人的评价") % {"who": _who(e)},
        label=_("查看每位提案人的评价"),
    ),
    Kind("handling.release_reply", A.HANDLING, _("{unit}的答复向社会公开"), key=True),
    Kind("handling.confirm_public_reply", A.OFFICE, _("核对{unit}答复的公开稿，隐去 {covered} 处"), label=_("核对答复的公开稿")),
    Kind("handling.withhold_reply", A.HANDLING, _("{unit}的答复不向社会公开"), _reason),
    Kind("handling.remind", A.HANDLING, _("催办{unit}"), _reason, label=_("催办")),
    Kind("handling.set_date", A.HANDLING, _("{unit}{what}期限确定"), _settled),
    Kind("handling.due_soon", A.HANDLING, _due_soon, label=_("提醒期限")),
    Kind("handling.overdue", A.HANDLING, _("{unit}超过{what}期限"), label=_("超过期限")),
    Kind(
        "handling.export_ratings",
        A.OFFICE,
        lambda e: gettext("%(who)s导出每位提案人的评价 %(rows)s 件") % {"who": _who(e), "rows": e.data.get("rows", "")},
        label=_("导出每位提案人的评价"),
    ),
)
keep_former("tasks.give_opinion", "tasks.give_advice")
keep_former("tasks.ask_opinion_again", "tasks.ask_advice_again")
