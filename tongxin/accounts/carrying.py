"""The code of a slip, carried through the sign-in by the session: nobody types it twice, and no address or log has it."""

import json
from datetime import datetime, timedelta

from django.http import HttpRequest

from tongxin.accounts import queries
from tongxin.core import secrets

CARRIED = timedelta(minutes=30)
SESSION_KEY = "carried_code"


def carry(request: HttpRequest, code: str, *, at: datetime) -> None:
    """Keep a code in the session, encrypted as the database keeps everything secret."""
    said = json.dumps({"until": (at + CARRIED).timestamp(), "code": code[: queries.LONGEST_CODE]})
    request.session[SESSION_KEY] = secrets.encrypt(said)


def carried(request: HttpRequest, *, at: datetime) -> str:
    """Return the code that this session carries, unless its time is over."""
    said = json.loads(secrets.decrypt(request.session[SESSION_KEY])) if SESSION_KEY in request.session else {}
    return str(said["code"]) if said.get("until", 0) >= at.timestamp() else ""


def put_down(request: HttpRequest) -> None:
    """Carry no code any more: it was used, or does not fit."""
    request.session.pop(SESSION_KEY, None)
