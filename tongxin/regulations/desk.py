"""Where the rules stand in menus, and what of them stands on the home of who adopts them."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.menus import OFFICE, Entry, Tab
from tongxin.desks.panels import BOARDS, Board, Line, Panel, boards
from tongxin.regulations.models import Regulation
from tongxin.regulations.schema import KINDS

NEWEST = 5

MENU = (Entry(OFFICE, _("制度与规则"), "/regulations/", "gear", "regulations.view", 10),)
TABS = (Tab(_("制度"), "/regulations/", "book", "regulations.view", 30),)


def of_adopters(user: Any) -> dict[str, Any] | None:
    """Return the own rules of each committee whose rules somebody adopts: those still to begin, and the newest."""
    held = {a.committee_id: a.committee for a in bodies.appointments_of(user) if a.duty == Duty.REGULATIONS}
    return boards([_board(committee) for committee in held.values()])


def _board(committee: Committee) -> Board:
    today, every = timezone.localdate(), reverse("regulations")
    own = [
        row
        for row in Regulation.objects.filter(committee=committee).defer("body").order_by("-effective_from", "kind")
        if row.kind in KINDS
    ]
    lines = [
        Line(
            gettext("本级规定"),
            gettext("%(n)s 项") % {"n": len({row.kind for row in own})} if own else gettext("还没有，全部沿用上级规定"),
        )
    ]
    for row in own[:NEWEST]:
        said = gettext("%(on)s起施行") % {"on": full_day(row.effective_from)}
        to_come = row.effective_from > today
        label = str(KINDS[row.kind].label)
        lines.append(
            Line(
                label,
                gettext("待生效，%(said)s") % {"said": said} if to_come else said,
                reverse("regulation", args=[row.kind]),
                "warn" if to_come else "",
            )
        )
    return Board(gettext("制度与规则"), lines, every, gettext("全部规定"))


DESK_PANELS = (Panel(BOARDS, of_adopters, 8),)
