"""Menus of the foundations below `desks`, and of the pages that stand above all matters."""

from django.utils.translation import gettext_lazy as _

from tongxin.desks.menus import BODIES, HOME, OFFICE, Door, Entry, Tab
from tongxin.desks.panels import BOARDS, Panel
from tongxin.site.queries import keeping

MENU = (
    Entry(HOME, _("我的工作台"), "/home/", "home", "site.home"),
    Entry(BODIES, _("承办单位"), "/units/", "list", "committees.view_units", 10),
    Entry(OFFICE, _("届次"), "/sessions/", "calendar", "committees.keep_sessions", 20),
    Entry(OFFICE, _("职责任免"), "/appointments/", "key", "committees.appoint", 40),
    Entry(OFFICE, _("操作记录"), "/audit/", "shield", "audit.read", 50),
)
TABS = (
    Tab(_("首页"), "/home/", "home", "site.home", waits=True),
    Tab(_("我的"), "/account/", "person", "accounts.own", 90),
)
DOORS = (Door(_("首页"), lambda committee: f"/public/{committee.code}/" if committee else "/", "home"),)
DESK_PANELS = (Panel(BOARDS, keeping.of_keepers, 5),)
