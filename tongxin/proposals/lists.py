"""My proposals: what somebody raised, co-signed, was invited to, entered for others, and what the committee has filed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.permissions import allowed
from tongxin.committees import queries as bodies
from tongxin.core.templatetags.chinese import case_number, moment, near_day
from tongxin.desks.listings import Cell, Column, Filter, Head, Link, Listing, Question, Saying, Tab
from tongxin.desks.reading import Rows
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Role, States
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force

EMPTY = {
    "mine": gettext_lazy("您还没有提出提案。"),
    "cosigned": gettext_lazy("您还没有联名的提案。"),
    "invited": gettext_lazy("现在没有等您答复的联名邀请。"),
    "entered": gettext_lazy("您还没有代录的提案。"),
    "discarded": gettext_lazy("没有已删除的草稿。"),
    "filed": gettext_lazy("本会还没有立案的提案。"),
}


# ── who has which part ───────────────────────────────────────────────────────────────────────────
def _is_member(q: Question) -> bool:
    return member_of(q.user) is not None


def _sits(q: Question) -> bool:
    return sitting_member_of(q.user) is not None


def _enters(q: Question) -> bool:
    return queries.enters_for_others(q.user)


# ── what stands there ────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Line:
    """A proposal as its own list shows it; where the title leads depends on whose text it is now."""

    proposal: Proposal
    url: str
    standing: queries.Standing
    invited: bool  # it stands among the invitations

    @property
    def cosigners(self) -> dict[str, int]:
        """How many were asked to co-sign, by what they answered."""
        found: dict[str, int] = {}
        for signature in self.proposal.signatures.all():
            if signature.role == Role.CO:
                found[signature.answer] = found.get(signature.answer, 0) + 1
        return found


def _lines(found: list[Proposal], q: Question) -> Iterable[Line]:
    queries.with_names(found)
    standings, sits = queries.standings_of(found, q.user), _sits(q)
    return [Line(p, _url(p, q.tab, sits=sits), standings[p.pk], q.tab == "invited") for p in found]


def _url(proposal: Proposal, tab: str, *, sits: bool) -> str:
    own = tab == "entered" or (tab == "mine" and sits)
    ending = "edit/" if own and proposal.state in States.with_the_proposer else "invitation/" if tab == "invited" else ""
    return proposal.get_absolute_url() + ending


def _title(line: Line) -> Cell:
    first = next((s.name for s in line.proposal.signatures.all() if s.role == Role.FIRST), "")
    return Cell(str(line.proposal), line.url, below=f"{first}　{_('机关代录')}" if line.proposal.entered_by_id else first)


def _number(line: Line) -> Cell:
    if line.proposal.number:
        return Cell(case_number(line.proposal.number), below=line.proposal.number_note)
    return Cell(f"{_('收件')} {line.proposal.serial}" if line.proposal.serial else _("未提交"))


def _cosigned(line: Line) -> Cell:
    if line.invited and line.proposal.cosign_until:
        return Cell(f"{moment(line.proposal.cosign_until)} {_('截止')}")
    found = line.cosigners
    if not found:
        return Cell(_("无"))
    waiting = found.get(Answer.INVITED, 0)
    return Cell(
        _("%(n)s 位同意") % {"n": found.get(Answer.ACCEPTED, 0)}, below=_("%(n)s 位待答复") % {"n": waiting} if waiting else ""
    )


def _when(line: Line) -> str:
    if line.proposal.submitted_at:
        return f"{near_day(line.proposal.submitted_at)}{_('提交')}"
    return f"{near_day(line.proposal.edited_at)}{_('保存')}"


COLUMNS = (
    Column("title", gettext_lazy("案由　提案人"), _title, "title", width=48),
    Column("number", gettext_lazy("案号"), _number, "nowrap"),
    Column("cosigners", gettext_lazy("联名"), _cosigned),
    Column("when", gettext_lazy("时间"), _when),
    Column("standing", gettext_lazy("状态"), lambda line: Cell(line.standing.word, badge=line.standing.kind)),
)


# ── around it ────────────────────────────────────────────────────────────────────────────────────
def _head(q: Question) -> Head:
    committee = queries.committee_of(q.user)
    session = bodies.session_on(committee, q.on) if committee else None
    named = committee is not None and bodies.has_to_do_with_several(q.user)
    where = [committee.short_name if named and committee else "", str(session or "")]
    return Head(_("我的提案"), "　".join([*(word for word in where if word), _("一事一案，有情况、有分析、有具体建议")]))


def _topics(q: Question) -> list[tuple[str, Any]]:
    committee = queries.committee_of(q.user)
    rules: Taxonomies | None = in_force(committee, Taxonomies, q.on) if committee else None
    return [("", _("全部")), *((topic.code, topic.name) for topic in (rules.topics if rules else ()))]


def _nothing(q: Question) -> Saying:
    if q.tab == "mine" and _sits(q):
        return Saying(EMPTY["mine"], reverse("proposal-new"), _("写提案"))
    return Saying(EMPTY[q.tab])


def _tab(key: str, offered: Any, **more: Any) -> Tab:
    rows = Rows(lambda *asked: queries.for_rows(queries.own_list(key, *asked)), lambda q: queries.asked_by(q.user, at=q.at))
    return Tab(key, queries.LABELS[key], rows, ("-id",), COLUMNS, gettext_lazy("共 %(n)s 件"), _nothing, _lines, offered, **more)


def _has_own(q: Question) -> bool:
    return _is_member(q) or _enters(q)


MINE = Listing(
    "proposals",
    gettext_lazy("我的提案"),
    "proposals.own_list",
    (
        _tab("mine", _is_member),
        _tab("cosigned", _is_member),
        _tab("invited", _sits),
        _tab("entered", _enters),
        _tab("discarded", _has_own, kept=False),
        _tab("filed", lambda q: _sits(q) or _enters(q)),
    ),
    tab_name="tab",
    head=_head,
    find=lambda rows, words, q: queries.titled(rows, words, q.user),
    find_label=gettext_lazy("案由或案号"),
    filters=(Filter("topic", gettext_lazy("类别"), _topics, lambda rows, topic, _q: rows.filter(topic=topic), handed_on=True),),
    links=(
        Link(gettext_lazy("代录提案"), partial(reverse, "proposal-behalf"), "edit", offered=lambda q: allowed(q.user, "proposals.enter")),
        Link(gettext_lazy("写提案"), partial(reverse, "proposal-new"), "plus", main=True, offered=_sits),
    ),
    counts=lambda q: queries.counts_for(q.user, at=q.at),
    sizes=(14,),
    not_found=gettext_lazy("没有找到符合条件的提案。"),
)  # fmt: skip
LISTS = (MINE,)
