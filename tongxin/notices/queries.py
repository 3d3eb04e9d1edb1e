"""What somebody was told."""

from typing import Any

from django.db.models import QuerySet

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
