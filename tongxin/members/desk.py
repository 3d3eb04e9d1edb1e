"""Where members stand in menus, and who has a code to look into."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.choices import Duty
from tongxin.desks.menus import BODIES, Entry, Tab
from tongxin.desks.panels import Quick
from tongxin.desks.queues import Queue
from tongxin.desks.todos import SHOWN, Todo
from tongxin.members.models import Member
from tongxin.members.queries import codes_to_confirm, with_code_to_confirm
from tongxin.members.rules import CONFIRM, member_of, sitting_member_of


def _own_page(user: Any) -> str:
    member = member_of(user)
    return f"/members/{member.uid}/" if member is not None else ""


MENU = (Entry(BODIES, _("委员名册"), "/members/", "people", "members.view"),)
QUICK = (
    Quick(_("委员名册"), "people", lambda user: "/members/" if sitting_member_of(user) else "", 20),
    Quick(_("我的资料"), "person", lambda user: "" if sitting_member_of(user) else _own_page(user), 20),
)
TABS = (Tab(_("名册"), "/members/", "people", "members.view", 20),)


def _codes(rows: QuerySet[Member], button: str, _on: date) -> Iterable[Todo]:
    for member in rows.order_by("number")[:SHOWN]:
        code = gettext("密码重置码") if member.account_id else gettext("邀请码")
        yield Todo(
            gettext("%(member)s的%(code)s") % {"member": member.name, "code": code},
            gettext("委员编号 %(number)s") % {"number": member.number},
            f"/members/{member.uid}/confirm/",
            button,
        )


QUEUES = (
    Queue(
        tuple(dict.fromkeys((Duty.MEMBER_AFFAIRS, *CONFIRM))),
        _("重置码待确认"),
        "/members/?who=waiting",
        _("去核实"),
        lambda user, _on: with_code_to_confirm(user, timezone.now()),
        _codes,
        counted_anew=True,
        count=lambda user, _on: codes_to_confirm(user, timezone.now()),
        order=80,
    ),
)
