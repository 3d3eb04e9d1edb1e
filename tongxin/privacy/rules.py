"""Everybody reads what is held about himself; who takes away what is over is in the regulation."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import is_signed_in, predicate
from tongxin.committees import queries as bodies
from tongxin.privacy import queries


@predicate
def executes_something(actor: Any, committee: Any) -> bool:
    """Whoever the committee's regulation names for some personal values (of any committee, when there is none)."""
    found = queries.executing(actor, timezone.localdate())
    return bool(found) if committee is None else committee in found


@predicate
def executes_it(actor: Any, keeping: Any) -> bool:
    """Whoever holds the duty that the regulation in force names for these values, in their committee."""
    return keeping is not None and keeping.committee.pk in bodies.committees_with(actor, keeping.duty)


PERMISSIONS = {
    "privacy.own": (_("每个人可以查看、导出系统保存的本人信息"), is_signed_in),
    "privacy.keep": (_("制度指定的人可以查看本会到期的个人信息"), is_signed_in & executes_something),
    "privacy.erase": (_("制度指定的人可以删除到期的个人信息"), is_signed_in & executes_it),
}
grant(PERMISSIONS)
