"""The context processor that puts `shell` on every page."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch
from django.utils.functional import SimpleLazyObject

from tongxin.ui import navigation

if TYPE_CHECKING:
    from django.http import HttpRequest

SIZES = ("", "elder")
ENDS_AT = "ends_at"


def shell(request: HttpRequest) -> dict[str, object]:
    """Return the page shell, computed on first use: fragments for htmx never ask for it."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: HttpRequest) -> navigation.Shell:
    kept = getattr(request, "_ui_shell", None)
    if kept is None:
        given = navigation.provided(request)
        kept = replace(
            given,
            size=size_of(request),
            session_seconds=seconds_left(request),
            signin_url=given.signin_url or signin_url(),
        )
        request._ui_shell = kept  # type: ignore[attr-defined]  # noqa: SLF001 -- kept for the second template of the same answer
    return kept


def signin_url() -> str:
    """Return where one signs in; empty where there is no such page."""
    try:
        return resolve_url(settings.LOGIN_URL)
    except NoReverseMatch:
        return ""


def size_of(request: HttpRequest) -> str:
    """Return the text size: the account's choice where there is one, else this device's."""
    user = getattr(request, "user", None)
    chosen = getattr(user, "size", None) if getattr(user, "is_authenticated", False) else None
    if chosen is None:
        chosen = request.COOKIES.get("size", "")
    return chosen if chosen in SIZES else ""


def seconds_left(request: HttpRequest) -> int:
    """Return how long the session still lasts, 0 when nobody is signed in.

    Nothing is written to find out: a session lives from the sign-in, or from the last “继续”.
    """
    user = getattr(request, "user", None)
    session = getattr(request, "session", None)
    if session is None or not getattr(user, "is_authenticated", False):
        return 0
    ends_at = session.get(ENDS_AT)
    if ends_at is None:
        began = getattr(user, "last_login", None)
        ends_at = (began.timestamp() if began else time.time()) + session.get_expiry_age()
    return max(1, int(ends_at - time.time()))
