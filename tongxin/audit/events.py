"""Events of the house itself: signing in, lock-outs, reading what is protected, sealing."""

from tongxin.accounts import signals
from tongxin.audit import truth
from tongxin.audit.kinds import ON_THE_SERVER, Audience, Kind, name_sorts, register, who_did
from tongxin.audit.models import Event
from tongxin.audit.naming import word_of_kind

A = Audience


def _reset_code(event: Event) -> str:
    return f"{who_did(event)}给{event.data.get('name', '')}发出密码重置码"


def _invited(event: Event) -> str:
    return f"{who_did(event)}向{event.data.get('name', '')}发出登录邀请"


def _erased(event: Event) -> str:
    """Say how much went; what vouches anew for rows took no value out of an event, whatever events of former versions count."""
    said = f"资料 {event.data.get('rows', 0)} 份，记录里的个人信息 "
    if not event.proofs:
        return f"{said}{event.data.get('values', 0)} 项"
    return f"{said}0 项，重新存证 {len({truth.uid_of(key) for key in event.proofs})} 份"


# what was wrong where a step was refused to somebody; what is not among them was wrong at the sign-in
WRONG_AT = {
    "邀请码": "邀请码",
    signals.SETTING_UP: "动态口令",
    signals.SWITCHING_OFF: "动态口令或备用码",
    signals.RECOVERY_CODES: "动态口令或备用码",
    signals.CONFIRMING: "动态口令或备用码",
    signals.CONFIRMING_BY_PASSWORD: "密码",
    signals.CHANGING_PASSWORD: "原密码",
}


def _refused(event: Event) -> str:
    what, who = (str(event.data.get(key, "")) for key in ("what", "username"))
    if what == "邀请码":  # used, taken back, waiting or none at all: whose it was, nobody knows
        return "输入邀请码未成功（邀请码不能使用）"
    step = what if what in WRONG_AT else "登录"
    return f"{step}未成功（{WRONG_AT.get(what, what)}不对）：{who}"


def _locked_out(event: Event) -> str:
    what = str(event.data.get("what", ""))
    return f"{event.data.get('username', '')}因多次输错{WRONG_AT.get(what, what)}被暂时锁定"


def _arrived(event: Event) -> str:
    data = event.data
    broken = "，原记录核验有不符，仍予迁入" if data.get("problems") else ""
    return f"{ON_THE_SERVER}从别处整体迁入{data.get('name', '')}（{data.get('code', '')}）{broken}"


def _origin(event: Event) -> str:
    data = event.data
    said = f"原链头 {data.get('number', '')} 号 {data.get('digest', '')}，签名 {data.get('signer', '')}"
    return f"{said}。不符之处：{data['problems']}" if data.get("problems") else said


def _vouched(event: Event) -> str:
    """Say of what how many rows were vouched for; with none, that from here on rows of the kind are told of."""
    label, rows = str(event.data.get("label", "")), event.data.get("rows", 0)
    what = word_of_kind(label) or "资料"
    return f"系统登记{what} {rows} 项的当前内容，供以后核验比对" if rows else f"系统开始登记{what}，供以后核验比对"


name_sorts(accounts="登录和账户", audit="审计")
register(
    Kind("accounts.sign_in", A.OFFICE, "{actor}登录"),
    Kind("accounts.sign_out", A.OFFICE, "{actor}退出登录"),
    Kind("accounts.sign_in_failed", A.OFFICE, _refused, personal=("username",), label="登录或确认本人未成功"),
    Kind("accounts.locked_out", A.OFFICE, _locked_out, personal=("username",), label="多次输错被暂时锁定"),
    Kind("accounts.invite", A.OFFICE, _invited, personal=("name",), label="发出登录邀请", by_people=True),
    Kind("accounts.accept_invitation", A.OFFICE, "{actor}接受邀请，设定密码"),
    Kind("accounts.make_reset_code", A.OFFICE, _reset_code, personal=("name",), label="发出密码重置码", by_people=True),
    Kind("accounts.reset_password", A.OFFICE, "{actor}用重置码设定新密码"),
    Kind("accounts.change_password", A.OFFICE, "{actor}修改密码"),
    Kind("accounts.second_factor", A.OFFICE, "{actor}{change}动态口令", label="启用或者停用动态口令"),
    Kind("accounts.renew_recovery_codes", A.OFFICE, "{actor}重新生成动态口令的备用码"),
    Kind("audit.vouch", A.OFFICE, _vouched, label="系统登记资料的当前内容"),
    Kind(
        "audit.erase",
        A.OFFICE,
        "{actor}按保管期限删除{what}",
        _erased,
        key=True,
        sort="privacy",
        label="按保管期限删除个人信息",
    ),
    Kind(
        "audit.accept",
        A.OFFICE,
        f"{ON_THE_SERVER}认可库外留存与数据库不符：{{found}}",
        lambda e: str(e.data.get("reason", "")),
        key=True,
        label="认可库外留存与数据库不符",
    ),
    Kind("audit.depart", A.OFFICE, f"{ON_THE_SERVER}整体导出了全部资料（链头 {{number}} 号）", key=True),
    Kind("audit.arrive", A.OFFICE, _arrived, _origin, key=True, label="从别处整体迁入"),
    Kind("audit.read_protected", A.OFFICE, "{actor}查看{name}的{field}", personal=("name",), label="查看受保护的个人信息"),
)
