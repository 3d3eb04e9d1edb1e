"""Pages of sessions, appointments and the audit reader."""

from tongxin.committees.views.appointing import appoint, end_appointment, reset, reset_second_factor, transfer
from tongxin.committees.views.bodies import add_unit, session, sessions, unit
from tongxin.committees.views.reading import events, verify
from tongxin.committees.views.reorganising import course, end, rename, restore

__all__ = [
    "add_unit",
    "appoint",
    "course",
    "end",
    "end_appointment",
    "events",
    "rename",
    "reset",
    "reset_second_factor",
    "restore",
    "session",
    "sessions",
    "transfer",
    "unit",
    "verify",
]
