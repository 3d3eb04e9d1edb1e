"""Notices belong to their reader."""

from typing import Any

from tongxin.access.permissions import grant
from tongxin.access.predicates import is_signed_in, predicate


@predicate
def is_own(actor: Any, notice: Any) -> bool:
    """The notice was made for the actor."""
    return notice is None or notice.account_id == actor.pk


PERMISSIONS = {"notices.view": ("每个人只能查看发给自己的消息", is_signed_in & is_own)}
grant(PERMISSIONS)
