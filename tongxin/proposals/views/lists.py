"""My proposals: what I raised, co-signed, was invited to, and what the committee has filed."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.core import asked
from tongxin.desks.paging import page_asked
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Role
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force

PAGE = 14
EMPTY = {
    "mine": _("您还没有提出提案。"),
    "cosigned": _("您还没有联名的提案。"),
    "invited": _("现在没有等您答复的联名邀请。"),
    "entered": _("您还没有代录的提案。"),
    "discarded": _("没有已删除的草稿。"),
    "filed": _("本会还没有立案的提案。"),
}


@requires("proposals.own_list")
def mine(request: HttpRequest) -> HttpResponse:
    """List one tab, searched and paged by key."""
    at = timezone.now()
    tabs = queries.tabs_for(request.user, at=at)
    tab = next((t.key for t in tabs if t.key == request.GET.get("tab")), tabs[0].key)
    text, topic = asked.words(request.GET.get("q", ""), 60), request.GET.get("topic", "")[:24]
    rows = queries.lists_for(request.user, tab, at=at, text=text, topic=topic)
    page = page_asked(queries.for_rows(rows), ("-id",), request.GET, size=PAGE)
    committee = queries.committee_of(request.user)
    standings = queries.standings_of(page.rows, request.user)
    kept = {"tab": tab, "q": text, "topic": topic}
    context = {
        "tab": tab,
        "q": text,
        "topic": topic,
        "rows": [_row(p, request.user, tab, standings[p.pk]) for p in page.rows],
        "topics": in_force(committee, Taxonomies, timezone.localdate(at)).topics if committee else (),
        "tabs": [{"label": t.label, "count": t.count, "url": f"?tab={t.key}", "current": t.key == tab} for t in tabs],
        "page": {
            "caption": _("本页 %(n)s 件") % {"n": len(page.rows)},
            "next_url": _url(kept, after=page.rows[-1].uid) if page.has_next and page.rows else "",
            "previous_url": _url(kept, before=page.rows[0].uid) if page.has_previous and page.rows else "",
        },
        "empty": _("没有找到符合条件的提案。") if text or topic else EMPTY[tab],
        "may_enter": allowed(request.user, "proposals.enter"),
        "is_member": sitting_member_of(request.user) is not None,
        "names_committee": bodies.has_to_do_with_several(request.user),
        "committee": committee,
        "session": bodies.session_on(committee, timezone.localdate(at)) if committee else None,
    }
    return render(request, "proposals/mine.html", context)


def _url(kept: dict[str, str], **border: str) -> str:
    return f"?{urlencode({name: value for name, value in (kept | border).items() if value})}"


def _row(proposal: Proposal, user: Any, tab: str, standing: queries.Standing) -> dict[str, Any]:
    """Return what one line shows: where the title leads depends on whose text it is now."""
    signatures = list(proposal.signatures.all())
    first = next((s for s in signatures if s.role == Role.FIRST), None)
    cosigners = [s for s in signatures if s.role == Role.CO]
    writes = tab == "entered" or (tab == "mine" and sitting_member_of(user) is not None)
    own_draft = writes and proposal.state in {"draft", "gathering", "returned"}
    ending = {True: "edit/", False: "invitation/" if tab == "invited" else ""}[own_draft]
    return {
        "proposal": proposal,
        "url": proposal.get_absolute_url() + ending,
        "first": first.name if first else "",
        "agreed": sum(s.answer == Answer.ACCEPTED for s in cosigners),
        "asked": len(cosigners),
        "waiting": sum(s.answer == Answer.INVITED for s in cosigners),
        "standing": standing,
        "invited_at": next((s.invited_at for s in cosigners if s.member == member_of(user)), None),
    }
