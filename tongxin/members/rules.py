"""Who may see and keep the list of members. Phone numbers are masked; reading one in full is an event."""

from typing import Any

from tongxin.access.permissions import grant
from tongxin.access.predicates import predicate
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds


@predicate
def is_fellow_member(actor: Any, subject: Any) -> bool:
    """A member of the same committee."""
    own = getattr(actor, "member", None) if actor is not None and actor.is_authenticated else None
    return own is not None and (subject is None or subject.committee_id == own.committee_id)


@predicate
def is_self(actor: Any, subject: Any) -> bool:
    """The member's own account."""
    return subject is not None and actor is not None and actor.is_authenticated and subject.account_id == actor.pk


OFFICE = (
    Duty.PROPOSAL_OFFICE, Duty.PRE_EXAMINATION, Duty.FILING, Duty.PUBLICATION, Duty.MEMBER_AFFAIRS, Duty.LEADERSHIP,
)  # fmt: skip
keeps_members = holds(Duty.MEMBER_AFFAIRS)

PERMISSIONS = {
    "members.view": ("本会委员和机关可以查看委员名册", is_fellow_member | holds(*OFFICE)),
    "members.read_phone": ("委员联络人员和本人可以查看手机号，查看会留下记录", keeps_members | is_self),
    "members.invite": ("委员联络人员可以向委员发登录邀请", keeps_members),
    "members.change": ("委员联络人员可以维护委员资料", keeps_members),
}
grant(PERMISSIONS)
