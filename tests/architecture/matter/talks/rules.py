"""Who may do what with a talk."""

from typing import Any

from tongxin.access.permissions import grant
from tongxin.access.predicates import predicate
from tongxin.audit import audience
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds
from tongxin.members.rules import is_fellow_member, is_the_member
from tongxin.talks.choices import State

in_office = holds(Duty.MEMBER_AFFAIRS)


@predicate
def is_announced(_actor: Any, talk: Any) -> bool:
    """The office announced it."""
    return bool(talk.state == State.ANNOUNCED)


opens_it = is_the_member | in_office | (is_fellow_member & is_announced)

PERMISSIONS = {
    "talks.offer": ("在任委员可以报送宣讲", is_fellow_member),
    "talks.list": ("在任委员和委员联络人员可以查看宣讲", is_fellow_member | in_office),
    "talks.view": ("报送人和委员联络人员可以查看；发布后本会在任委员也可以查看", opens_it),
    "talks.export": ("委员联络人员可以导出宣讲", in_office),
}
grant(PERMISSIONS)
audience.open_to("talks.talk", parties=opens_it, office=in_office)
