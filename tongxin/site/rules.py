"""Who may open the pages that stand above all matters."""

from typing import Any

from tongxin.access.permissions import CATALOGUE, grant
from tongxin.access.predicates import anyone, is_signed_in, predicate
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds


@predicate
def sees_the_proposal(actor: Any, proposal: Any) -> bool:
    """Whoever may see the proposal."""
    return bool(CATALOGUE["proposals.view"].predicate.test(actor, proposal))


@predicate
def sees_its_case(actor: Any, proposal: Any) -> bool:
    """Whoever may see its handling: its units too, who are unknown to the proposal itself."""
    case = getattr(proposal, "case", None)
    return case is not None and bool(CATALOGUE["handling.view_case"].predicate.test(actor, case))


PERMISSIONS = {
    "site.front": ("所有人都可以打开首页", anyone),
    "site.home": ("登录的人有自己的首页", is_signed_in),
    "site.switch_role": ("演示时可以切换身份；正式使用时没有这一功能", anyone),
    "site.view_proposal": ("能看提案或能看其办理情况的人，可以打开提案页", sees_the_proposal | sees_its_case),
    "site.view_told": (
        "机关提案工作人员可以查看本会提案的消息告知了谁、何时阅读",
        sees_the_proposal & holds(Duty.PROPOSAL_OFFICE),
    ),
    "site.remind": ("机关提案工作人员可以催办", holds(Duty.PROPOSAL_OFFICE)),
    "site.file_many": ("提案审定人员可以成批立案", holds(Duty.FILING)),
}
grant(PERMISSIONS)
