"""The ledger of proposals: what a sheet of the desk says of each."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from tongxin.core.templatetags.chinese import yes_no
from tongxin.desks.listings import Column
from tongxin.handling.pages.desk import Row
from tongxin.handling.pages.standing import case_of
from tongxin.proposals.choices import Answer, Role


def _day(value: datetime | date | None) -> str:
    if value is None:
        return ""
    on = timezone.localdate(value) if isinstance(value, datetime) else value
    return on.isoformat()


def _signers(row: Row, *, first: bool) -> str:
    signed = [s for s in row.proposal.signatures.all() if s.answer == Answer.ACCEPTED]
    return "、".join(s.name for s in signed if (s.role == Role.FIRST) is first)


def _units(row: Row, *, answering: bool) -> str:
    return "、".join(t.unit_called for t in row.tasks if t.answers is answering)


def _due(row: Row) -> str:
    return _day(min((t.due_on for t in row.tasks if t.answers and t.due_on), default=None))


def _answered(row: Row) -> str:
    return _day(max((t.answered_at for t in row.tasks if t.answered_at), default=None))


def _assigned(row: Row) -> str:
    case = case_of(row.proposal)
    return _day(case.assigned_at) if case else ""


def _number(row: Row) -> str:
    """Return the number; with it, that it is no filed proposal's."""
    note = row.proposal.number_note
    return (f"{row.proposal.number:04d}" + (f"（{note}）" if note else "")) if row.proposal.number else ""


def _category(row: Row) -> str:
    proposal = row.proposal
    return f"{proposal.category_label}{proposal.category_number:03d}" if proposal.category_number else ""


def _column(name: str, label: Any, width: int, read: Callable[[Row], Any]) -> Column:
    return Column(f"ledger_{name}", label, read, only="sheet", width=width)


COLUMNS = (
    _column("session", gettext_lazy("届次"), 16, lambda r: str(r.proposal.session) if r.proposal.session else ""),
    _column("number", gettext_lazy("案号"), 8, _number),
    _column("category", gettext_lazy("类别号"), 14, _category),
    _column("title", gettext_lazy("案由"), 48, lambda r: r.proposal.title),
    _column("form", gettext_lazy("提案形式"), 14, lambda r: str(r.proposal.get_form_display())),
    _column("first", gettext_lazy("第一提案人"), 14, lambda r: _signers(r, first=True)),
    _column("cosigners", gettext_lazy("联名"), 24, lambda r: _signers(r, first=False)),
    _column("season", gettext_lazy("提案时段"), 10, lambda r: str(r.proposal.get_season_display())),
    _column("topic", gettext_lazy("本地类别"), 12, lambda r: r.topic),
    _column("standing", gettext_lazy("状态"), 12, lambda r: r.badge.word),
    _column("lead", gettext_lazy("主办、独办、分办"), 24, lambda r: _units(r, answering=True)),
    _column("co", gettext_lazy("会办"), 24, lambda r: _units(r, answering=False)),
    _column("submitted", gettext_lazy("提交日期"), 12, lambda r: _day(r.proposal.submitted_at)),
    _column("filed", gettext_lazy("立案日期"), 12, lambda r: _day(r.proposal.decided_at)),
    _column("assigned", gettext_lazy("交办日期"), 12, _assigned),
    _column("due", gettext_lazy("答复期限"), 12, _due),
    _column("answered", gettext_lazy("答复日期"), 12, _answered),
    _column("talks", gettext_lazy("面商次数"), 8, lambda r: str(r.contacts)),
    _column("public", gettext_lazy("是否公开"), 8, lambda r: yes_no(r.proposal.released_at is not None)),
)
