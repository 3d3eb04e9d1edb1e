"""Event kinds of members."""

from tongxin.audit.kinds import Audience, Kind, register
from tongxin.audit.models import Event

A = Audience


def _why(event: Event) -> str:
    parts = (event.data.get("reason"), event.data.get("document_number"))
    return "　".join(str(part) for part in parts if part)


register(
    Kind(
        "members.change",
        A.OFFICE,
        "{actor}修改委员{name}的资料",
        lambda e: "、".join(e.data.get("fields", [])),
        personal=("name",),
    ),
    Kind("members.invite", A.OFFICE, "{actor}向{name}发出登录邀请", personal=("name",)),
    Kind("members.take_seat", A.OFFICE, "{actor}凭邀请码取得{name}的委员身份", personal=("name",)),
    Kind("members.import", A.OFFICE, "{actor}导入委员 {rows} 名"),
    Kind("members.export", A.OFFICE, "{actor}导出委员名册 {rows} 名"),
    Kind("members.resign", A.OFFICE, "{name}辞去委员，{on} 起", _why, personal=("name",)),
    Kind("members.revoke", A.OFFICE, "撤销{name}的委员资格，{on} 起", _why, personal=("name",)),
    Kind("members.record_death", A.OFFICE, "{name}委员去世，{on}", _why, personal=("name",)),
    Kind("members.expire", A.OFFICE, "{name}委员任期届满，{on} 起", _why, personal=("name",)),
    Kind("members.suspend", A.OFFICE, "{name}委员停止履职，{on} 起", _why, personal=("name",)),
    Kind("members.resume", A.OFFICE, "{name}委员恢复履职，{on} 起", _why, personal=("name",)),
    Kind("members.restore", A.OFFICE, "恢复{name}的委员资格，{on} 起", _why, personal=("name",)),
)
