"""Notices belong to their reader; how the sending goes is for whoever keeps the system, without what is said."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import anyone, is_signed_in, predicate
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds


@predicate
def is_own(actor: Any, notice: Any) -> bool:
    """The notice was made for the actor."""
    return notice is None or notice.account_id == actor.pk


PERMISSIONS = {
    "notices.view": (_("每个人只能查看发给自己的消息"), is_signed_in & is_own),
    "notices.keep": (_("系统管理员可以查看消息和邮件的送达情况，看不到内容"), holds(Duty.SYSTEM_ADMIN)),
    "notices.health": (_("监控程序不用登录就可以查询系统是否正常"), anyone),
}
grant(PERMISSIONS)
