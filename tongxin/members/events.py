"""Event kinds of members."""

from tongxin.audit.kinds import Kind, register
from tongxin.audit.models import Event


def _why(event: Event) -> str:
    parts = (event.data.get("reason"), event.data.get("document_number"))
    return "　".join(str(part) for part in parts if part)


register(
    Kind("members.add", "{actor}增加委员{name}"),
    Kind("members.change", "{actor}修改委员{name}的资料", lambda e: "、".join(e.data.get("fields", []))),
    Kind("members.import", "{actor}导入委员 {rows} 名"),
    Kind("members.export", "{actor}导出委员名册 {rows} 名"),
    Kind("members.resign", "{name}辞去委员，{on} 起", _why, private=True),
    Kind("members.revoke", "撤销{name}的委员资格，{on} 起", _why, private=True),
    Kind("members.record_death", "{name}委员去世，{on}", _why, private=True),
    Kind("members.expire", "{name}委员任期届满，{on} 起", _why, private=True),
    Kind("members.suspend", "{name}委员停止履职，{on} 起", _why, private=True),
    Kind("members.resume", "{name}委员恢复履职，{on} 起", _why, private=True),
    Kind("members.restore", "恢复{name}的委员资格，{on} 起", _why, private=True),
)
