"""What a session keeps for half an hour, encrypted as the database keeps everything secret.

A slip to print, a code on its way.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from tongxin.core import secrets

KEPT = timedelta(minutes=30)


def put(request: HttpRequest, key: str, what: Any, *, at: datetime) -> None:
    """Keep something (what JSON can say) under a key of this session."""
    request.session[key] = secrets.encrypt(json.dumps({"until": (at + KEPT).timestamp(), "what": what}))


def get(request: HttpRequest, key: str, *, at: datetime) -> Any:
    """Return what this session keeps, or nothing when its time is over."""
    if key not in request.session:
        return None
    kept = json.loads(secrets.decrypt(request.session[key]))
    return kept["what"] if kept["until"] >= at.timestamp() else None


def drop(request: HttpRequest, key: str) -> None:
    """Keep it no more: it was used, put away, or does not fit."""
    request.session.pop(key, None)
