"""Event kinds of handling: a sentence for each; and the rows that events vouch for."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q
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
        tentative = "（暂定）" if event.data.get("tentative") else ""
        return f"{word} {day(date.fromisoformat(event.data['due']))}{tentative}" if event.data.get("due") else ""

    return said


def _settled(event: Event) -> str:
    before, due = (day(date.fromisoformat(event.data[key])) for key in ("before", "due"))
    return f"放假安排公布，暂定的 {before}不变" if before == due else f"放假安排公布，由暂定的 {before}改为 {due}"


def _due_soon(event: Event) -> str:
    unit, what, days = (event.data.get(key, "") for key in ("unit", "what", "days"))
    return f"系统提醒：{unit}距{what}期限还有 {days} 天" if days else f"系统提醒：{unit}的{what}期限今天到期"


def _resumed(event: Event) -> str:
    units = event.data.get("units", "")
    return f"政协协调后由{units}重新办理" if units else "政协协调后重新办理"


def _moved(event: Event) -> str:
    """Say until when it is answered; until when it was, and how long that was over on the day of the move."""
    due, data = _by("答复期限")(event), event.data
    late = f"移交时已超期 {data['late']} 天" if data.get("late") else ""
    before = f"原期限 {day(date.fromisoformat(data['before']))}" if data.get("before") else ""
    before = before if data.get("before") != data.get("due") else ""
    return "　".join(filter(None, (due, "，".join(filter(None, (before, late))), _reason(event))))


def _sent_detail(event: Event) -> str:
    data = event.data
    if data.get("before") and data["before"] != data.get("category"):
        changed = f"类别由 {data['before']} 类改定为 {data['category']} 类"
        return f"{changed}　{data['reason']}" if data.get("reason") else changed
    return f"{data['category']} 类" if data.get("category") else ""


witness(Case, "proposal__uid", "round", "assigned_at", "rating_due_on", "closed_at", "unrated")
witness(
    Rating, "reply__uid", "signature__uid", "attitude", "result", "comment", "passes_on", "closes_early", "rated_at",
    "entered_by__uid", told=("handling.case", "reply__task__case__uid"),
)  # fmt: skip
witness(  # that it is nobody's rating, and since when
    Rating, "set_aside_at", part="aside", only=Q(set_aside_at__isnull=False), told=("handling.case", "reply__task__case__uid"),
)  # fmt: skip
witness(
    Reply, "task__uid", "round", "category", "category_label", "meaning", "text", "contact", "phone", "leader", "sent_at",
    only=Q(sent_at__isnull=False), told=("handling.task", "task__uid"),
)  # fmt: skip
witness(  # under which name it was sent
    Reply, "unit_name", part="name", only=Q(sent_at__isnull=False) & ~Q(unit_name=""), told=("handling.task", "task__uid"),
)  # fmt: skip
witness(  # from how many ratings on the unit is told their counts: what the raters were promised
    Reply, "counts_from", part="promise", only=Q(sent_at__isnull=False, counts_from__isnull=False),
    told=("handling.case", "task__case__uid"),
)  # fmt: skip
witness(  # that it was taken back, and when
    Reply, "recalled_at", part="recall", only=Q(recalled_at__isnull=False), told=("handling.task", "task__uid"),
)  # fmt: skip
witness(
    ReplyFile, "reply__uid", *FACTS, only=Q(reply__sent_at__isnull=False), told=("handling.task", "reply__task__uid"),
)  # fmt: skip
witness(Task, "case__uid", "unit__uid", "part", "assigned_at", "sign_due_on", "return_until", "due_on")
witness(
    PublicReply, "reply__uid", "text", "marks", "confirmed_by__uid", "confirmed_at",
    only=Q(is_shown=True), told=("handling.task", "reply__task__uid"),
)  # fmt: skip
name_sorts(cases="办理", tasks="承办单位办理", handling="沟通和评价")
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
    Kind("cases.assign", A.PUBLIC, "交办　{units}", _by("答复期限"), key=True, label="交办"),
    Kind("cases.recall_assignment", A.PUBLIC, "撤回交办", _reason, key=True),
    Kind("cases.open_rating", A.HANDLING, "答复全部送达，请提案人评价", _by("评价截止"), key=True),
    Kind(
        "cases.rework",
        A.HANDLING,
        "提案人不满意，退回重新办理",
        lambda e: f"第 {e.data.get('round', 2)} 次办理",
        key=True,
    ),
    Kind(
        "cases.escalate",
        A.HANDLING,
        lambda e: "提案人不满意，转政协协调" if e.via == "import" else "再次不满意，转政协协调",
        key=True,
        label="提案人不满意，转政协协调",
    ),
    Kind("cases.suspend_rating", A.HANDLING, "有答复撤回，暂停评价，待新的答复送达"),
    Kind("cases.resume", A.HANDLING, _resumed, _reason, key=True, label="政协协调后重新办理"),
    Kind("cases.reopen", A.HANDLING, "撤销办结，由政协协调", _reason, key=True),
    Kind("cases.settle", A.PUBLIC, "政协协调后办结", _reason, key=True),
    Kind("cases.close", A.PUBLIC, "办结", key=True),
    Kind("cases.add_unit", A.HANDLING, "增加承办单位　{units}", _reason, label="增加办理的承办单位"),
    # one unit's part
    Kind("tasks.assign", A.HANDLING, "交{unit}{part}", label="交承办单位办理"),
    Kind(
        "tasks.sign_for",
        A.HANDLING,
        "{unit}签收",
        lambda e: f"承办人　{e.data['handler']}" if e.data.get("handler") else "",
        personal=("handler",),
    ),
    Kind("tasks.ask_return", A.HANDLING, "{unit}申请退办", _reason, key=True),
    Kind("tasks.grant_return", A.HANDLING, "同意{unit}退办", _reason, key=True, label="同意退办"),
    Kind("tasks.refuse_return", A.HANDLING, "不同意{unit}退办", _reason, key=True, label="不同意退办"),
    Kind("tasks.give_advice", A.HANDLING, "{unit}已提交会办意见"),
    Kind("tasks.ask_advice_again", A.HANDLING, "请{unit}补充会办意见", _reason, label="请补充会办意见"),
    Kind("tasks.submit_reply", A.INSIDE, "{unit}答复稿送负责人审签"),
    Kind("tasks.revise", A.INSIDE, "{unit}负责人退回修改答复稿", _reason),
    Kind("tasks.take_back", A.INSIDE, "{unit}承办人收回送审签的答复稿"),
    Kind("tasks.submit_for_review", A.INSIDE, "{unit}答复稿送督办部门审核"),
    Kind("tasks.sign_and_send", A.PUBLIC, "{unit}的答复经负责人签发，送达提案人", _sent_detail, key=True),
    Kind("tasks.approve", A.INSIDE, "{unit}负责人签发，送督办部门审核"),
    Kind("tasks.return_reply", A.INSIDE, "督办部门退回{unit}答复稿", _reason, key=True, label="督办部门退回答复稿"),
    Kind("tasks.send", A.PUBLIC, "{unit}的答复经审核，送达提案人", _sent_detail, key=True),
    Kind("tasks.consult_again", A.HANDLING, "请{unit}重新提出会办意见", _by("期限"), label="请重新提出会办意见"),
    Kind("tasks.recall", A.HANDLING, "撤回{unit}的答复", _reason, key=True, label="撤回答复"),
    Kind("tasks.rework", A.HANDLING, "{unit}重新办理", _by("答复期限")),
    Kind("tasks.move", A.HANDLING, "{unit}的{part}移交{to}", _moved, key=True, label="办理任务移交其他单位"),
    Kind("tasks.change_part", A.HANDLING, "{unit}由会办改为主办"),
    Kind("tasks.recall_assignment", A.HANDLING, "撤回对{unit}的交办", _reason, label="撤回对承办单位的交办"),
    # others
    Kind("handling.contact", A.HANDLING, "{unit}与提案人面商（{stage}，{way}）", lambda e: str(e.data.get("note", ""))),
    Kind("handling.confirm_contact", A.HANDLING, "{name}确认面商记录", personal=("name",)),
    Kind(
        "handling.deny_contact",
        A.HANDLING,
        "{name}认为面商记录与事实不符",
        lambda e: str(e.data.get("word", "")),
        personal=("name", "word"),
    ),
    Kind(
        "handling.read_phone",
        A.OFFICE,
        lambda e: f"{_who(e)}查看提案人{e.data.get('name', '')}的电话",
        personal=("name",),
        label="查看提案人的电话",
    ),
    Kind("handling.rate", A.INSIDE, "{name}评价", by_day="提案人评价", personal=("name",)),
    Kind(
        "handling.ask_rater_again",
        A.OFFICE,
        "编号 {number} 与编号 {other_number} 撤销合并，请{name}本人评价",
        lambda _event: "合并期间在这个署名下作出的评价，还没有截止的作废",
        personal=("name",),
        label="撤销合并后请本人评价",
    ),
    Kind("handling.read_ratings", A.OFFICE, lambda e: f"{_who(e)}查看每位提案人的评价", label="查看每位提案人的评价"),
    Kind("handling.release_reply", A.HANDLING, "{unit}的答复向社会公开", key=True),
    Kind("handling.confirm_public_reply", A.OFFICE, "核对{unit}答复的公开稿，隐去 {covered} 处", label="核对答复的公开稿"),
    Kind("handling.withhold_reply", A.HANDLING, "{unit}的答复不向社会公开", _reason),
    Kind("handling.remind", A.HANDLING, "催办{unit}", _reason, label="催办"),
    Kind("handling.set_date", A.HANDLING, "{unit}{what}期限确定", _settled),
    Kind("handling.due_soon", A.HANDLING, _due_soon, label="提醒期限"),
    Kind("handling.overdue", A.HANDLING, "{unit}超过{what}期限", label="超过期限"),
    Kind(
        "handling.export_ratings",
        A.OFFICE,
        lambda e: f"{_who(e)}导出每位提案人的评价 {e.data.get('rows', '')} 件",
        label="导出每位提案人的评价",
    ),
)
keep_former("tasks.give_opinion", "tasks.give_advice")
keep_former("tasks.ask_opinion_again", "tasks.ask_advice_again")
