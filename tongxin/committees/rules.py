"""`holds(duty)` and its relatives: predicates on appointments, and what may be seen of bodies."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import Predicate, predicate
from tongxin.committees import queries
from tongxin.committees.choices import Duty


def holds(*duties: str) -> Predicate:
    """The actor holds any of the duties in the subject's committee (in any committee, when there is no subject)."""

    def test(actor: Any, subject: Any) -> bool:
        if actor is None or not actor.is_authenticated:
            return False
        committees = queries.committees_with(actor, *duties)
        if subject is None:
            return bool(committees)
        return getattr(subject, "committee_id", None) in committees or (
            subject.__class__.__name__ == "Committee" and subject.pk in committees
        )

    test.__name__ = f"holds({' or '.join(duties)})"
    return predicate(test)


def holds_for_unit(*duties: str) -> Predicate:
    """The actor holds any of the duties for the subject's own unit."""

    def test(actor: Any, subject: Any) -> bool:
        return (
            actor is not None
            and actor.is_authenticated
            and subject is not None
            and subject.unit_id in queries.units_with(actor, *duties)
        )

    test.__name__ = f"holds_for_unit({' or '.join(duties)})"
    return predicate(test)


def holds_for_affiliation(*duties: str) -> Predicate:
    """The actor holds any of the duties for the subject's 归口 (`subject.affiliation`) in its committee."""

    def test(actor: Any, subject: Any) -> bool:
        if actor is None or not actor.is_authenticated:
            return False
        own = queries.affiliations_with(actor, *duties)
        return bool(own) if subject is None else (subject.committee_id, subject.affiliation) in own

    test.__name__ = f"holds_for_affiliation({' or '.join(duties)})"
    return predicate(test)


@predicate
def belongs_here(actor: Any, _subject: Any) -> bool:
    """Somebody who holds a duty in a committee, or sits in it."""
    return actor is not None and actor.is_authenticated and queries.committee_of(actor) is not None


PERMISSIONS = {
    "committees.view_units": (_("本会委员、机关和承办单位人员可以查看承办单位"), belongs_here),
    "committees.change_units": (_("机关提案工作人员可以维护承办单位"), holds(Duty.PROPOSAL_OFFICE)),
    "committees.reorganise": (_("机关提案工作人员可以办理承办单位的更名、撤销、并入、拆分和恢复"), holds(Duty.PROPOSAL_OFFICE)),
    "committees.keep_sessions": (
        _("机关提案工作人员和制度管理人员可以设立届次、改定会期"),
        holds(Duty.PROPOSAL_OFFICE, Duty.REGULATIONS),
    ),
    "committees.appoint": (_("安全管理员可以任免职责"), holds(Duty.SECURITY_ADMIN)),
    "audit.read": (_("审计管理员可以查阅操作记录"), holds(Duty.AUDIT_ADMIN)),
}
grant(PERMISSIONS)
