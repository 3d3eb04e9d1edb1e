"""What differs between committees about members."""

from dataclasses import dataclass

from tongxin.regulations.schema import kind, rule


@kind("members.reinvitation", "委员密码重置", "委员忘记密码时，重置码何时可以使用、由谁确认")
@dataclass(frozen=True)
class Reinvitation:
    """A new password for a member who has one takes two people of the office, or time in which the member is told."""

    wait_hours: int = rule(
        "没有人确认时，多少小时后可以使用", help="其间告知本人；本人登录的，重置码作废", unit="小时", low=24, high=720
    )
    known_days: int = rule("确认人的账户至少建立多少天", help="防止为确认而临时建立的账户", unit="天", low=0, high=365)
