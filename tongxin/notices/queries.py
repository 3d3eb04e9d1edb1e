"""What somebody was told."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.notices.models import Notice

CAP = 99


def visible_to(user: Any) -> QuerySet[Notice]:
    """Return the account's own notices, newest first: nobody reads another's."""
    if not user.is_authenticated:
        return Notice.objects.none()
    return Notice.objects.filter(account=user).order_by("-id")


def unread(user: Any) -> int:
    """Count the unread ones, up to 99."""
    return visible_to(user).filter(read_at=None)[:CAP].count() if user.is_authenticated else 0


def with_committees(user: Any, notices: Iterable[Notice]) -> list[Notice]:
    """Return notices with the name of the committee that told each, for who has to do with several; else without."""
    told = list(notices)
    several = bodies.has_to_do_with_several(user)
    codes = {notice.committee_code for notice in told} if several else set()
    names = dict(Committee.objects.filter(code__in=codes).values_list("code", "short_name")) if codes else {}
    for notice in told:
        notice.committee_name = names.get(notice.committee_code, "")  # type: ignore[attr-defined]
    return told
