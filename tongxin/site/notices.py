"""Who is told of what happens in the foundations, which stand below the notices: appointments."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit.kinds import ON_THE_SERVER, day, who_did
from tongxin.audit.models import Event
from tongxin.committees import listing as appointments
from tongxin.committees.choices import Duty
from tongxin.committees.queries import open_work
from tongxin.core.templatetags.chinese import full_day
from tongxin.members.choices import Ending
from tongxin.notices.recipients import audit_administrators, in_unit, security_administrators, the_person
from tongxin.notices.table import Tell, register

Words = Callable[[Event, Any], str]
FACTOR_RESET = gettext_lazy("重置了{name}的动态口令")


def _done_to_you(done: Any) -> Words:
    """Tell whoever it was done to: {name} is you."""

    def told(event: Event, _subject: Any) -> str:
        return _("%(who)s%(format)s，理由：%(reason)s。不是您本人要求的，请立即告诉安全管理员和审计管理员") % {
            "who": who_did(event),
            "format": done.format(name=_("您")),
            "reason": event.data.get("reason", ""),
        }

    return told


def _done_to_somebody(done: Any) -> Words:
    def told(event: Event, _subject: Any) -> str:
        return _("%(who)s%(format)s，理由：%(reason)s。请核实") % {
            "who": who_did(event),
            "format": done.format(name=event.data.get("name", "")),
            "reason": event.data.get("reason", ""),
        }

    return told


def _appointments(_event: Event, _subject: Any) -> str:
    return "/appointments/"


def _own_account(_event: Event, _subject: Any) -> str:
    return "/account/"


unit_leaders = in_unit(Duty.UNIT_LEADER, lambda _event, unit: (unit,))


def _break_glass(event: Event, _appointment: Any) -> str:
    data = event.data
    return _("%(on_the_server)s应急任命%(name)s承担“%(duty)s”，理由：%(reason)s。请核实") % {
        "on_the_server": ON_THE_SERVER,
        "name": data.get("name", ""),
        "duty": data.get("duty", ""),
        "reason": data.get("reason", ""),
    }


def _accepted_outside(event: Event, _subject: Any) -> str:
    data = event.data
    return _("%(on_the_server)s认可库外留存与数据库不符：%(found)s。理由：%(reason)s。请核实") % {
        "on_the_server": ON_THE_SERVER,
        "found": data.get("found", ""),
        "reason": data.get("reason", ""),
    }


def _taken_over(event: Event, unit: Any) -> str:
    work = open_work(unit)
    listed = "：" + "；".join(f"{w.title}（{w.line}）" for w in work) if work else ""
    return _("您接替%(before)s任%(unit)s承办人，在办 %(n)s 件%(listed)s") % {
        "before": event.data.get("before", ""),
        "unit": unit,
        "n": len(work),
        "listed": listed,
    }


def _inbox(_event: Event, _unit: Any) -> str:
    return "/handling/"


def _events(_event: Event, _appointment: Any) -> str:
    return "/audit/"


register(
    *(
        line
        for kind, done in (
            ("committees.reset_second_factor", FACTOR_RESET),
            ("committees.break_glass_factor", FACTOR_RESET),
            ("committees.break_glass_code", gettext_lazy("给{name}发了密码重置码")),
        )
        for line in (
            Tell(kind, the_person, _done_to_you(done), _own_account, urgent=True),
            Tell(kind, audit_administrators, _done_to_somebody(done), _events, urgent=True, otherwise=True),
            Tell(kind, security_administrators, _done_to_somebody(done), _appointments, urgent=True, otherwise=True),
        )
    ),
    Tell("committees.break_glass", audit_administrators, _break_glass, _events, urgent=True),
    Tell("audit.accept", audit_administrators, _accepted_outside, _events, urgent=True),
    Tell("committees.transfer_clerk", the_person, _taken_over, _inbox, urgent=True),
    Tell("committees.transfer_clerk", unit_leaders, lambda e, u: _("%(u)s的承办人由%(before)s变动为%(name)s") % {"u": u, "before": e.data.get("before", ""), "name": e.data.get("name", "")}, _inbox, otherwise=True),
)  # fmt: skip


# ── a new password for somebody who holds a duty ─────────────────────────────────────────────────
def the_account(_event: Event, account: Any) -> Iterable[Account | None]:
    """Tell the person for whom a code was made."""
    return [account]


def _code_for_you(event: Event, _account: Any) -> str:
    return _("%(who)s给您发了密码重置码。不是您本人要求的，请立即告诉安全管理员和审计管理员") % {"who": who_did(event)}


def _code_for_somebody(event: Event, _account: Any) -> str:
    return _("%(who)s给%(name)s发了密码重置码。请留意是否本人要求") % {"who": who_did(event), "name": event.data.get("name", "")}


register(
    Tell("accounts.make_reset_code", the_account, _code_for_you, _own_account, urgent=True),
    Tell("accounts.make_reset_code", audit_administrators, _code_for_somebody, _events, urgent=True, otherwise=True),
)


# ── a duty that begins ───────────────────────────────────────────────────────────────────────────
def who_is_appointed(_event: Event, appointment: Any) -> Iterable[Account | None]:
    """Tell the person who has the duty from then on."""
    return [appointment.account]


def _appointed(_event: Event, appointment: Any) -> str:
    return _("您自 %(starts_on)s起承担%(named_duty)s职责，有疑问请与机关联系") % {
        "starts_on": full_day(appointment.starts_on),
        "named_duty": appointment.named_duty,
    }


register(*(Tell(kind, who_is_appointed, _appointed, _own_account) for kind in ("committees.appoint", "committees.break_glass")))


# ── a unit that goes on after it had ended: nobody serves there ──────────────────────────────────
def _appoint_anew(_event: Event, unit: Any) -> str:
    return _("%(unit)s已恢复承办，原来的任职已经终止，现在没有人任职，请重新任命承办人、单位负责人") % {"unit": unit}


def _served_there(_event: Event, unit: Any) -> str:
    return appointments.address(part=appointments.ENDED, q=unit.name)


register(Tell("committees.restore_unit", security_administrators, _appoint_anew, _served_there, urgent=True))


# ── a duty that ended ────────────────────────────────────────────────────────────────────────────
def who_held_it(event: Event, appointment: Any) -> Iterable[Account | None]:
    """Tell the person whose duty it was; nobody is told of the own death."""
    return () if event.data.get("reason") == Ending.DIED.label else [appointment.account]


def _duty_ended(event: Event, appointment: Any) -> str:
    # why is told to the office alone: who is dismissed asks there
    return _("您的%(named_duty)s职责自 %(on)s起终止，有疑问请与机关联系") % {
        "named_duty": appointment.named_duty,
        "on": day(event.data.get("on")),
    }


register(Tell("committees.end_appointment", who_held_it, _duty_ended, _own_account, urgent=True))
