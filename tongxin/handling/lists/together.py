"""What the desk does to several proposals at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.desks.listings import Act, Question
from tongxin.handling import actions as handling
from tongxin.handling.forms import Reason
from tongxin.handling.pages.desk import Row, acts_open, remindable
from tongxin.handling.pages.stages import desk_committees
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries as proposals_read
from tongxin.proposals.workflow import Filing
from tongxin.workflow import engine


def _remind(row: Row, said: Mapping[str, Any], *, actor: Account, at: datetime, **_seen: str) -> None:
    parts = remindable(row.tasks)
    if not parts:
        raise handling.HandlingError(_("没有正在办理的单位"))
    for task in parts:
        handling.remind(task, reason=said["reason"], actor=actor, at=at)


def _ways(row: Row) -> tuple[str, str, str]:
    """Return by what a proposal is filed as it was shown: its categories, and which office hands it over."""
    p = row.proposal
    return p.construction, p.topic, p.routed_to


def _file(row: Row, _said: Mapping[str, Any], *, actor: Account, at: datetime, seen: str) -> None:
    engine.perform(row.proposal, "file", actor=actor, at=at, payload=Filing(*_ways(row)), seen=seen)


def _release(row: Row, _said: Mapping[str, Any], *, actor: Account, at: datetime, **_seen: str) -> None:
    # the row has no texts
    whole = proposals_read.original_visible_to(actor).select_related("committee").get(pk=row.proposal.pk)
    if whole.version != row.proposal.version:
        raise engine.Overtaken(engine.last_event(whole))
    proposals.release_without_findings(whole, actor=actor, at=at)


def _shut(name: str, why: Any) -> Callable[[Row], str]:
    return lambda row: "" if name in acts_open(row.proposal, row.tasks) else str(why)


def _may(permission: str) -> Callable[[Question], bool]:
    """Offer an act to who may do it in the committee whose desk it is."""

    def offered(q: Question) -> bool:
        own = desk_committees(q.user)
        return allowed(q.user, permission, next((c for c in own if c.code == q.chosen.get("in")), own[0]))

    return offered


def _act(name: str, label: Any, permission: str, does: Any, *, why: Any, effect: Any, **more: Any) -> Act:
    return Act(
        name,
        label,
        permission,
        does,
        _shut(name, why),
        effect,
        subject=lambda row: row.proposal,
        offered=_may(permission),
        why=why,
        refusals=(proposals.ProposalError, handling.HandlingError),
        **more,
    )


ACTS = (
    _act(
        "remind", gettext_lazy("催办"), "handling.remind_many", _remind, why=gettext_lazy("没有正在办理的单位"),
        effect=gettext_lazy("承办单位立即收到催办通知，期限不变。"), asks=lambda _q, data: Reason(data),
        rests_on=lambda row: [f"{task.uid}-{task.state}" for task in remindable(row.tasks)],
    ),
    _act(
        "file", gettext_lazy("立案"), "handling.file_many", _file, why=gettext_lazy("没有到审定这一步，或预审类别不全"),
        effect=gettext_lazy("按预审提出的类别和交办口立案，依次编号。编号一经给出，不再改变。"), rests_on=_ways,
    ),
    _act(
        "release", gettext_lazy("公开"), "proposals.release", _release, why=gettext_lazy("已经公开、还没有立案或提案人不同意公开"),
        effect=gettext_lazy("没有查出电话、住址等内容的提案向社会公开，附件不公开；查出的逐件核对后公开。答复另行核对。"),
    ),
)  # fmt: skip
