"""Event kinds of members."""

from tongxin.audit.kinds import Audience, Kind, register

A = Audience

register(
    Kind("members.add", A.OFFICE, "{actor}增加委员{name}"),
    Kind("members.change", A.OFFICE, "{actor}修改委员{name}的资料", lambda e: "、".join(e.data.get("fields", []))),
    Kind("members.invite", A.OFFICE, "{actor}向{name}发出登录邀请"),
    Kind("members.take_seat", A.OFFICE, "{actor}凭邀请码取得{name}的委员身份"),
    Kind("members.import", A.OFFICE, "{actor}导入委员 {rows} 名"),
    Kind("members.export", A.OFFICE, "{actor}导出委员名册 {rows} 名"),
)
