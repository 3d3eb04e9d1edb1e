"""The desk that supervises: every part of the cases under the reader's 归口, the most urgent first."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.committees.queries import committees_held
from tongxin.desks.listings import Listing, Question, Saying, Tab, always
from tongxin.desks.reading import Rows
from tongxin.handling import queries
from tongxin.handling.lists import tasks
from tongxin.handling.queries.lists import Row

LABELS = {
    "": gettext_lazy("在办"),
    "sign": gettext_lazy("待签收"),
    "review": gettext_lazy("答复待审"),
    "again": gettext_lazy("重新办理"),
    "answered": gettext_lazy("已答复"),
}


def _parts() -> dict[str, Any]:
    parts = queries.supervision_parts()
    return {name: parts[name or "open"] for name in LABELS}


def _scope(q: Question) -> list[Any]:
    return queries.scope_of(q.user, Duty.SUPERVISE)


def _committees(q: Question) -> list[Committee]:
    return committees_held(q.user, Duty.SUPERVISE)


def _counts(q: Question) -> dict[str, int]:
    scope = _scope(q)
    return tasks.counted(
        lambda: queries.supervised(*scope), _parts, "", q, committees=_committees(q), scope=("supervise", *scope)
    )


def _rows(part: str) -> Rows:
    return Rows(lambda *scope: queries.for_rows(queries.supervised(*scope).filter(_parts()[part])), _scope)


def _url(row: Row) -> str:
    """Lead to the review where a reply waits for one, else to the page of the part."""
    return reverse("handling-review", args=[row.task.uid]) if row.task.awaits_review else tasks.page_of(row)


def _nothing(q: Question) -> Saying:
    return Saying(_("这里没有提案。"), *(("?", _("显示全部在办")) if q.tab else ()))


SUPERVISE = Listing(
    "handling-supervise",
    gettext_lazy("督办"),
    "handling.supervise",
    tuple(
        Tab(
            part, label, _rows(part), queries.NEWEST if part == "answered" else queries.BY_CLOCK,
            tasks.columns(tasks.titled(_url), named=always), gettext_lazy("共 %(n)s 件"), _nothing, tasks.lines,
        )
        for part, label in LABELS.items()
    ),
    intro=gettext_lazy("本归口在办的提案，按期限由急到缓排列。点案由可以催办，待审核的可以对照原文审核。"),
    filters=(tasks.levels(_committees),),
    counts=_counts,
    lanes_label=gettext_lazy("在办的，按期限分"),
    sizes=(queries.SIZE,),
    printed=True,
    not_found=gettext_lazy("这一档没有提案。"),
)  # fmt: skip
