"""Event kinds of members."""

from tongxin.audit.kinds import Kind, register

register(
    Kind("members.add", "{actor}增加委员{name}"),
    Kind("members.change", "{actor}修改委员{name}的资料", lambda e: "、".join(e.data.get("fields", []))),
    Kind("members.invite", "{actor}向{name}发出登录邀请"),
    Kind("members.take_seat", "{actor}凭邀请码取得{name}的委员身份"),
    Kind("members.import", "{actor}导入委员 {rows} 名"),
    Kind("members.export", "{actor}导出委员名册 {rows} 名"),
)
