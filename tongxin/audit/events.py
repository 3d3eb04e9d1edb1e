"""Events of the house itself: signing in, lock-outs, reading what is protected, sealing."""

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts import signals
from tongxin.audit import truth
from tongxin.audit.kinds import ON_THE_SERVER, Audience, Kind, name_sorts, register, who_did
from tongxin.audit.models import Event
from tongxin.audit.naming import word_of_kind

A = Audience


def _reset_code(event: Event) -> str:
    return _("%(who)s给%(name)s发出密码重置码") % {"who": who_did(event), "name": event.data.get("name", "")}


def _invited(event: Event) -> str:
    return _("%(who)s向%(name)s发出登录邀请") % {"who": who_did(event), "name": event.data.get("name", "")}


def _erased(event: Event) -> str:
    """Say how much went; what vouches anew for rows took no value out of an event, whatever events of former versions count."""
    said = _("资料 %(rows)s 份，记录里的个人信息 ") % {"rows": event.data.get("rows", 0)}
    if not event.proofs:
        return _("%(said)s%(values)s 项") % {"said": said, "values": event.data.get("values", 0)}
    return _("%(said)s0 项，重新存证 %(n)s 份") % {"said": said, "n": len({truth.uid_of(key) for key in event.proofs})}


# what was wrong where a step was refused to somebody; what is not among them was wrong at the sign-in
WRONG_AT = {
    "邀请码": gettext_lazy("邀请码"),
    signals.SETTING_UP: gettext_lazy("动态口令"),
    signals.SWITCHING_OFF: gettext_lazy("动态口令或备用码"),
    signals.RECOVERY_CODES: gettext_lazy("动态口令或备用码"),
    signals.CONFIRMING: gettext_lazy("动态口令或备用码"),
    signals.CONFIRMING_BY_PASSWORD: gettext_lazy("密码"),
    signals.CHANGING_PASSWORD: gettext_lazy("原密码"),
}


def _refused(event: Event) -> str:
    what, who = (str(event.data.get(key, "")) for key in ("what", "username"))
    if what == "邀请码":  # used, taken back, waiting or none at all: whose it was, nobody knows
        return _("输入邀请码未成功（邀请码不能使用）")
    step = what if what in WRONG_AT else _("登录")
    return _("%(step)s未成功（%(what)s不对）：%(who)s") % {"step": step, "what": WRONG_AT.get(what, what), "who": who}


def _locked_out(event: Event) -> str:
    what = str(event.data.get("what", ""))
    return _("%(username)s因多次输错%(what)s被暂时锁定") % {
        "username": event.data.get("username", ""),
        "what": WRONG_AT.get(what, what),
    }


def _arrived(event: Event) -> str:
    data = event.data
    broken = _("，原记录核验有不符，仍予迁入") if data.get("problems") else ""
    return _("%(on_the_server)s从别处整体迁入%(name)s（%(code)s）%(broken)s") % {
        "on_the_server": ON_THE_SERVER,
        "name": data.get("name", ""),
        "code": data.get("code", ""),
        "broken": broken,
    }


def _origin(event: Event) -> str:
    data = event.data
    said = _("原链头 %(number)s 号 %(digest)s，签名 %(signer)s") % {
        "number": data.get("number", ""),
        "digest": data.get("digest", ""),
        "signer": data.get("signer", ""),
    }
    return _("%(said)s。不符之处：%(problems)s") % {"said": said, "problems": data["problems"]} if data.get("problems") else said


def _vouched(event: Event) -> str:
    """Say of what how many rows were vouched for; with none, that from here on rows of the kind are told of."""
    label, rows = str(event.data.get("label", "")), event.data.get("rows", 0)
    what = word_of_kind(label) or _("资料")
    return (
        _("系统登记%(what)s %(rows)s 项的当前内容，供以后核验比对") % {"what": what, "rows": rows}
        if rows
        else _("系统开始登记%(what)s，供以后核验比对") % {"what": what}
    )


name_sorts(accounts=gettext_lazy("登录和账户"), audit=gettext_lazy("审计"))
register(
    Kind("accounts.sign_in", A.OFFICE, gettext_lazy("{actor}登录")),
    Kind("accounts.sign_out", A.OFFICE, gettext_lazy("{actor}退出登录")),
    Kind("accounts.sign_in_failed", A.OFFICE, _refused, personal=("username",), label=gettext_lazy("登录或确认本人未成功")),
    Kind("accounts.locked_out", A.OFFICE, _locked_out, personal=("username",), label=gettext_lazy("多次输错被暂时锁定")),
    Kind("accounts.invite", A.OFFICE, _invited, personal=("name",), label=gettext_lazy("发出登录邀请"), by_people=True),
    Kind("accounts.accept_invitation", A.OFFICE, gettext_lazy("{actor}接受邀请，设定密码")),
    Kind(
        "accounts.make_reset_code",
        A.OFFICE,
        _reset_code,
        personal=("name",),
        label=gettext_lazy("发出密码重置码"),
        by_people=True,
    ),
    Kind("accounts.reset_password", A.OFFICE, gettext_lazy("{actor}用重置码设定新密码")),
    Kind("accounts.change_password", A.OFFICE, gettext_lazy("{actor}修改密码")),
    Kind("accounts.second_factor", A.OFFICE, gettext_lazy("{actor}{change}动态口令"), label=gettext_lazy("启用或者停用动态口令")),
    Kind("accounts.renew_recovery_codes", A.OFFICE, gettext_lazy("{actor}重新生成动态口令的备用码")),
    Kind("audit.vouch", A.OFFICE, _vouched, label=gettext_lazy("系统登记资料的当前内容")),
    Kind(
        "audit.erase",
        A.OFFICE,
        gettext_lazy("{actor}按保管期限删除{what}"),
        _erased,
        key=True,
        sort="privacy",
        label=gettext_lazy("按保管期限删除个人信息"),
    ),
    Kind(
        "audit.accept",
        A.OFFICE,
        format_lazy(gettext_lazy("{on_the_server}认可库外留存与数据库不符：{{found}}"), on_the_server=ON_THE_SERVER),
        lambda e: str(e.data.get("reason", "")),
        key=True,
        label=gettext_lazy("认可库外留存与数据库不符"),
    ),
    Kind(
        "audit.depart",
        A.OFFICE,
        format_lazy(gettext_lazy("{on_the_server}整体导出了全部资料（链头 {{number}} 号）"), on_the_server=ON_THE_SERVER),
        key=True,
    ),
    Kind("audit.arrive", A.OFFICE, _arrived, _origin, key=True, label=gettext_lazy("从别处整体迁入")),
    Kind(
        "audit.read_protected",
        A.OFFICE,
        gettext_lazy("{actor}查看{name}的{field}"),
        personal=("name",),
        label=gettext_lazy("查看受保护的个人信息"),
    ),
)
