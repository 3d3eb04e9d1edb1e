"""Where imports stand in the menu."""

from django.utils.translation import gettext_lazy as _

from tongxin.desks.menus import BODIES, Entry

MENU = (Entry(BODIES, _("导入"), "/imports/", "upload", "imports.handle", 20),)
