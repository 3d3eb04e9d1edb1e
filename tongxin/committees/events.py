"""Event kinds of bodies."""

from tongxin.audit.kinds import Kind, register
from tongxin.audit.models import Event


def _reason(event: Event) -> str:
    return str(event.data.get("reason", ""))


register(
    Kind("committees.appoint", "{actor}任命{name}承担“{duty}”", lambda e: str(e.data.get("unit", ""))),
    Kind("committees.break_glass", "在服务器上应急任命{name}承担“{duty}”", _reason),
    Kind("committees.end_appointment", "{actor}免去{name}的“{duty}”，{on} 起", _reason),
    Kind("committees.transfer_clerk", "承办人由{before}变动为{name}", _reason),
    Kind("committees.add_unit", "{actor}增加承办单位{name}"),
    Kind("committees.change_unit", "{actor}修改承办单位{name}"),
    Kind("committees.import_units", "{actor}导入承办单位 {rows} 个"),
    Kind("committees.export_units", "{actor}导出承办单位 {rows} 个"),
    Kind("committees.found", "建立{name}"),
    Kind("committees.open_session", "{actor}设立{name}"),
    Kind("committees.set_plenary", "{actor}改定{name}的会期和提案截止时间"),
)
