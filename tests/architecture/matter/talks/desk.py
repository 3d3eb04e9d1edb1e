"""Where talks stand in menus, for whom they wait, how one begins, and its page."""

from django.utils.translation import gettext_lazy as _

from tongxin.committees.choices import Duty
from tongxin.desks import plain
from tongxin.desks.beginnings import Beginning
from tongxin.desks.menus import Entry, Group
from tongxin.desks.objects import ObjectPage
from tongxin.desks.panels import Quick
from tongxin.desks.queues import Queue
from tongxin.talks import actions
from tongxin.talks.choices import State
from tongxin.talks.models import Talk

MENU = (Entry(Group(_("宣讲"), 40), _("宣讲"), "/talks/", "hall", "talks.list"),)
QUICK = (Quick(_("宣讲"), "hall", lambda _user: "/talks/", 40),)
TO_EXAMINE = plain.in_states(Talk, Duty.MEMBER_AFFAIRS, State.OFFERED)
QUEUES = (
    Queue((Duty.MEMBER_AFFAIRS,), "待审核宣讲", "/talks/", "去审核", TO_EXAMINE, plain.todos("member", fetched=("member",))),
)
NEW = Beginning("talk-new", _("报送宣讲"), "talks.offer", actions.Offer, actions.offer, back="/talks/")
FIELDS = ((_("报送人"), "member"), (_("报送时间"), "offered_at"), (_("提纲"), "outline"))
PAGE = ObjectPage("talk", Talk, "talks.view", fields=FIELDS)
BEGINNINGS, OBJECTS = (NEW,), (PAGE,)
