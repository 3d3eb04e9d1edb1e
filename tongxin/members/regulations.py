"""What differs between committees about members."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tongxin.regulations.schema import kind, rule


@kind("members.reinvitation", _("委员密码重置"), _("委员忘记密码时，重置码的生效时间和确认人"))
@dataclass(frozen=True)
class Reinvitation:
    """A new password for a member who has one takes two people of the office, or time in which the member is told."""

    wait_hours: int = rule(
        _("没有人确认时，多少小时后可以使用"), help=_("其间告知本人；本人登录的，重置码作废"), unit=_("小时"), low=24, high=720
    )
    known_days: int = rule(_("确认人的账户至少建立多少天"), help=_("防止为确认而临时建立的账户"), unit=_("天"), low=0, high=365)


@kind("members.phone_change", _("委员手机号改动"), _("委员手机号改动以后，提示发码、核实人员的天数"))
@dataclass(frozen=True)
class PhoneChange:
    """Who changes a phone can answer it: whoever rings the member up to verify a code reads that the number is new."""

    told_days: int = rule(
        _("改动以后多少天内提示"), help=_("委员页、发码页和确认页写明何时由谁改动"), unit=_("天"), low=1, high=365
    )
