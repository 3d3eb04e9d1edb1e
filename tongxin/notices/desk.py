"""Where messages, and how they were sent, stand in menus."""

from django.utils.translation import gettext_lazy as _

from tongxin.desks.menus import HOME, OFFICE, Entry

MENU = (
    Entry(HOME, _("消息"), "/notices/", "bell", "notices.view", 10),
    Entry(OFFICE, _("送达情况"), "/notices/delivery/", "bell", "notices.keep", 60),
)
