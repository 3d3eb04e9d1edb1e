"""Event kinds of proposals: a sentence for each, transitions and others."""

from tongxin.audit.kinds import Kind, register
from tongxin.audit.models import Event
from tongxin.proposals.choices import Destination


def _filed(event: Event) -> str:
    return f"立案，编为第 {event.data['number']:04d} 号" if event.data.get("number") else "立案"


def _filed_detail(event: Event) -> str:
    data = event.data
    return f"{data['category_label']} {data['category_number']:03d} 号" if data.get("category_number") else ""


def _not_filed(event: Event) -> str:
    destination = event.data.get("destination", "")
    return str(Destination(destination).label) if destination else "未立案"


def _reason(event: Event) -> str:
    return str(event.data.get("reason_text") or event.data.get("reason") or "")


register(
    Kind("proposals.draft", "{actor}起草提案"),
    Kind("proposals.gather", "开始征集联名", lambda e: f"截止 {e.data['until']}" if e.data.get("until") else ""),
    Kind("proposals.invite", "邀请{name}联名"),
    Kind("proposals.accept_invitation", "{name}同意联名"),
    Kind("proposals.decline_invitation", "{name}谢绝联名", _reason),
    Kind("proposals.confirm_text", "{name}确认联名时的正文改动"),
    Kind("proposals.leave", "{name}退出联名", _reason),
    Kind("proposals.lapse_invitation", "{name}到截止时未答复联名邀请"),
    Kind("proposals.remove_invitation", "收回对{name}的联名邀请"),
    Kind("proposals.end_invitation", "{name}不再履职，联名邀请失效"),
    Kind("proposals.end_cosigning", "{name}不再履职，退出联名"),
    Kind("proposals.lose_first", "第一提案人{name}不再履职"),
    Kind("proposals.take_over", "{name}接手，列为第一提案人", lambda e: f"原第一提案人{e.data.get('before', '')}", key=True),
    Kind("proposals.endorse", "{name}附议"),
    Kind("proposals.attach", "添加附件《{name}》"),
    Kind("proposals.detach", "移除附件《{name}》"),
    Kind("proposals.submit", "提交", lambda e: str(e.data.get("season", "")), key=True),
    Kind("proposals.return_for_revision", "退回修改", _reason, key=True),
    Kind("proposals.pass_examination", "预审通过，提请审定", lambda e: str(e.data.get("opinion", ""))),
    Kind("proposals.file", _filed, _filed_detail, key=True),
    Kind("proposals.merge", "并入{into_label}", _reason, key=True),
    Kind("proposals.absorb", "《{title}》并入本案", key=True),
    Kind("proposals.not_file", _not_filed, _reason, key=True),
    Kind("proposals.withdraw", "撤案", _reason, key=True),
    Kind("proposals.discard", "作废草稿"),
    Kind("proposals.hand_over", "交办", lambda e: str(e.data.get("units", "")), key=True),
    Kind("proposals.pass_on", "内容已转{to}", key=True),
    Kind("proposals.reclassify", "类别调整为{construction}、{topic}", _reason),
    Kind("proposals.reroute", "交办口改为{system}", _reason),
    Kind("proposals.change_season", "征集时段改为{season}", _reason),
    Kind("proposals.release", "向社会公开", key=True),
    Kind("proposals.unrelease", "撤下公开", _reason),
    Kind("proposals.import", "{actor}导入提案 {rows} 件"),
    Kind("proposals.export", "{actor}导出提案 {rows} 件"),
)
