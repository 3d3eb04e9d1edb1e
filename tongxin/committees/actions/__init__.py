"""Every write about bodies: appointments, numbers, assemblies and their sessions, units."""

from tongxin.committees.actions.appointing import (
    OVER,
    STANDS_ALONE,
    AppointmentError,
    NameTakenError,
    appoint,
    appoint_person,
    end_appointment,
    known_account,
    register_end_of_duty,
    transfer_clerk,
)
from tongxin.committees.actions.bodies import found, open_session, set_plenary
from tongxin.committees.actions.numbers import claim_number, next_number, take_numbers
from tongxin.committees.actions.resets import (
    make_code_on_the_server,
    make_reset_code,
    reset_second_factor,
    reset_second_factor_of,
)
from tongxin.committees.actions.units import hold_names, hold_units, save_unit

__all__ = [
    "OVER",
    "STANDS_ALONE",
    "AppointmentError",
    "NameTakenError",
    "appoint",
    "appoint_person",
    "claim_number",
    "end_appointment",
    "found",
    "hold_names",
    "hold_units",
    "known_account",
    "make_code_on_the_server",
    "make_reset_code",
    "next_number",
    "open_session",
    "register_end_of_duty",
    "reset_second_factor",
    "reset_second_factor_of",
    "save_unit",
    "set_plenary",
    "take_numbers",
    "transfer_clerk",
]
