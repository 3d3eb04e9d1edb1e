"""Where the rules stand in menus."""

from django.utils.translation import gettext_lazy as _

from tongxin.desks.menus import OFFICE, Entry, Tab

MENU = (Entry(OFFICE, _("制度与规则"), "/regulations/", "gear", "regulations.view", 10),)
TABS = (Tab(_("制度"), "/regulations/", "book", "regulations.view", 30),)
