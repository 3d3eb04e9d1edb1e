"""Events of the house itself: signing in, lock-outs, reading what is protected, sealing."""

from tongxin.audit.kinds import Kind, register

register(
    Kind("accounts.sign_in", "{actor}登录"),
    Kind("accounts.sign_out", "{actor}退出登录"),
    Kind("accounts.sign_in_failed", "登录未成功（{what}不对）：{username}", personal=("username",), private=True),
    Kind("accounts.locked_out", "{username}因多次输错{what}被暂时锁定", personal=("username",), private=True),
    Kind("accounts.invite", "{actor}向{name}发出登录邀请"),
    Kind("accounts.accept_invitation", "{actor}接受邀请，设定密码"),
    Kind("accounts.revoke_invitation", "{actor}收回给{name}的登录邀请"),
    Kind("accounts.change_password", "{actor}修改密码"),
    Kind("accounts.second_factor", "{actor}{change}动态口令"),
    Kind("accounts.renew_recovery_codes", "{actor}重新生成动态口令的备用码"),
    Kind("accounts.switch_role", "演示：切换为{name}"),
    Kind("audit.read_protected", "{actor}查看{name}的{field}", private=True),
)
