"""The list of talks."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tongxin.desks import plain
from tongxin.desks.listings import Link, Listing, Sheet, may
from tongxin.talks.workflow import TALKS

COLUMNS = plain.title(_("题目")), plain.value("member", _("报送人")), plain.value("offered_at", _("报送时间"))
ALL = Listing(
    "talks",
    _("宣讲"),
    "talks.list",
    (plain.all_of(TALKS, *COLUMNS, fetched=("member",)),),
    links=(Link(_("报送宣讲"), partial(reverse, "talk-new"), "plus", main=True, offered=may("talks.offer")),),
    sheet=Sheet("talks.export", "talks.export"),
)
LISTS = (ALL,)
