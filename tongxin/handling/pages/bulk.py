"""What the desk does to several proposals at once: each row is asked again, done for itself, and reported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.committees.models import Committee
from tongxin.handling import actions as handling
from tongxin.handling.pages import desk
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries as proposals_read
from tongxin.proposals.workflow import Filing
from tongxin.workflow import engine


@dataclass(frozen=True)
class Bulk:
    """One act of the bulk bar. `permission` is asked of the committee, and of each row again."""

    label: Any
    permission: str
    effect: Any
    shut: Any


BULK = {
    "remind": Bulk(gettext_lazy("催办"), "handling.remind_many", gettext_lazy("承办单位立即收到催办通知，期限不变。"), gettext_lazy("没有正在办理的单位")),
    "file": Bulk(
        gettext_lazy("立案"), "handling.file_many",
        gettext_lazy("按预审提出的类别和交办口立案，依次编号。编号一经给出，不再改变。"), gettext_lazy("没有到审定这一步，或预审类别不全"),
    ),
    "release": Bulk(
        gettext_lazy("公开"), "proposals.release", gettext_lazy("没有查出电话、住址等内容的提案向社会公开，附件不公开；查出的逐件核对后公开。答复另行核对。"), gettext_lazy("已经公开、还没有立案或提案人不同意公开")
    ),
}  # fmt: skip


@dataclass
class Outcome:
    """What became of the ticked rows."""

    done: int = 0
    left: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """Say it: 3 件完成，1 件未办，and why."""
        said = _("%(n)s 件完成") % {"n": self.done}
        if not self.left:
            return f"{said}。"
        return _("%(said)s，%(n)s 件未办：%(left)s。") % {"said": said, "n": len(self.left), "left": "；".join(self.left)}


def ticked(user: Any, committee: Committee, uids: Sequence[str]) -> list[desk.Row]:
    """Return the ticked rows that the person may see, the first received first: numbers are given in that order."""
    w = desk.Wanted(committee, desk.STAGES["received"], picked=tuple(uids), size=desk.SIZES[-1], sort="id")
    return desk.listing(user, w).rows


def _remind(row: desk.Row, reason: str, actor: Account, at: datetime) -> None:
    parts = desk.remindable(row.tasks)
    if not parts:
        raise handling.HandlingError(_("没有正在办理的单位"))
    for task in parts:
        handling.remind(task, reason=reason, actor=actor, at=at)


def _file(row: desk.Row, _reason: str, actor: Account, at: datetime) -> None:
    p = row.proposal
    engine.perform(p, "file", actor=actor, at=at, payload=Filing(p.construction, p.topic, p.routed_to))


def _release(row: desk.Row, _reason: str, actor: Account, at: datetime) -> None:
    whole = proposals_read.original_visible_to(actor).select_related("committee").get(pk=row.proposal.pk)  # the row has no texts
    proposals.release_without_findings(whole, actor=actor, at=at)


DOING: dict[str, Callable[[desk.Row, str, Account, datetime], None]] = {"remind": _remind, "file": _file, "release": _release}


def to_many(act: str, rows: Sequence[desk.Row], *, reason: str, actor: Account, at: datetime) -> Outcome:
    """Do one act to each row in a transaction of its own; what cannot be done is left and said."""
    outcome = Outcome()
    for row in rows:
        try:
            with transaction.atomic():
                if act not in row.can.split() or not allowed(actor, BULK[act].permission, row.proposal):
                    raise proposals.ProposalError(str(BULK[act].shut))  # noqa: TRY301 -- the row's transaction must be left
                DOING[act](row, reason, actor, at)
        except engine.Overtaken:
            outcome.left.append(_("《%(title)s》已由他人办理") % {"title": row.proposal.title})
        except (engine.WorkflowError, proposals.ProposalError, handling.HandlingError) as error:
            outcome.left.append(_("《%(title)s》%(why)s") % {"title": row.proposal.title, "why": error})
        else:
            outcome.done += 1
    return outcome


@transaction.atomic
def note_export(committee: Committee, *, rows: int, actor: Account, at: datetime, words: str) -> None:
    """Record that a list left the system, with its filter."""
    audit.record("proposals.export", committee, actor=actor, at=at, data={"rows": rows, "filter": words})
