"""Who is told of what happens in the foundations, which stand below the notices: appointments."""

from collections.abc import Iterable
from typing import Any

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.queries import holders_of, open_work
from tongxin.notices.table import Tell, register


def audit_administrators(_event: Event, appointment: Any) -> Iterable[Account | None]:
    """Tell whoever audits the committee."""
    return holders_of(appointment.committee, Duty.AUDIT_ADMIN)


def new_clerk(event: Event, _unit: Any) -> Iterable[Account | None]:
    """Tell the clerk who takes over."""
    return Account.objects.filter(pk=event.data.get("account"))


def unit_leaders(_event: Event, unit: Any) -> Iterable[Account | None]:
    """Tell the unit's leaders."""
    return holders_of(unit.committee, Duty.UNIT_LEADER, unit=unit)


def _break_glass(event: Event, _appointment: Any) -> str:
    data = event.data
    return f"有人在服务器上应急任命{data.get('name', '')}承担“{data.get('duty', '')}”，理由：{data.get('reason', '')}。请核实"


def _taken_over(event: Event, unit: Any) -> str:
    work = open_work(unit)
    listed = "：" + "；".join(f"{w.title}（{w.line}）" for w in work) if work else ""
    return f"您接替{event.data.get('before', '')}任{unit}承办人，在办 {len(work)} 件{listed}"


def _inbox(_event: Event, _unit: Any) -> str:
    return "/handling/"


def _events(_event: Event, _appointment: Any) -> str:
    return "/audit/"


register(
    Tell("committees.break_glass", audit_administrators, _break_glass, _events, urgent=True),
    Tell("committees.transfer_clerk", new_clerk, _taken_over, _inbox, urgent=True),
    Tell("committees.transfer_clerk", unit_leaders, lambda e, u: f"{u}的承办人由{e.data.get('before', '')}变动为{e.data.get('name', '')}", _inbox),
)  # fmt: skip
