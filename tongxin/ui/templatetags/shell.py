"""What stands around every page is drawn once and kept: a template builtin, so no page loads it.

A head is the same for the same person with the same numbers waiting on the same page. It is kept by all that it shows,
and what differs from one answer to the next (the token of its forms, where the page was) is put in afterwards.
"""

from functools import lru_cache

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tongxin.ui.navigation import Shell

register = template.Library()

KEPT = 256  # heads, of some kilobytes each
TOKEN, PLACE = "\x02token\x02", "\x02place\x02"  # no text of ours holds them


class Place:
    """Stands for the request while a head is drawn for keeping: it is asked for its address alone."""

    get_full_path = PLACE


@register.simple_tag(takes_context=True)
def shell_head(context: Context, name: str) -> SafeString:
    """Draw the head of a page with its menus.

    The template finds nothing but `shell`, the token and the page's address.
    """
    shell = (context.get("shell") or Shell()).kept
    drawn = (_head if _keeps() else _head.__wrapped__)(name, shell, get_language())
    request = context.get("request")
    place = escape(request.get_full_path()) if request is not None else ""
    return SafeString(drawn.replace(TOKEN, str(context.get("csrf_token", ""))).replace(PLACE, place))


@lru_cache(maxsize=KEPT)
def _head(name: str, shell: Shell, _language: str) -> str:
    return render_to_string(name, {"shell": shell, "csrf_token": TOKEN, "request": Place})


@register.simple_tag
def unchanging(name: str) -> SafeString:
    """Draw a template that finds nothing: the same on every page."""
    return (_alone if _keeps() else _alone.__wrapped__)(name, get_language())


@lru_cache(maxsize=KEPT)
def _alone(name: str, _language: str) -> SafeString:
    return render_to_string(name)


def _keeps() -> bool:
    """Say whether templates stay as they are as long as the process lives."""
    return not settings.DEBUG
