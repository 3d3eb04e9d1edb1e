"""How far somebody came with signing in: invited or not, until when the code is good, when the person was here last."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Invitation
from tongxin.accounts.queries import codes_waiting
from tongxin.core.templatetags.chinese import full_day


class Reached(models.TextChoices):
    """How far, in a word."""

    NOT_INVITED = "not_invited", gettext_lazy("未邀请")
    INVITED = "invited", gettext_lazy("已发邀请")
    LAPSED = "lapsed", gettext_lazy("邀请过期")
    NEVER_CAME = "never_came", gettext_lazy("没有登录过")
    CAME = "came", gettext_lazy("登录过")
    TO_CONFIRM = "to_confirm", gettext_lazy("重置待确认")


NEVER_CAME = Q(account=None) | Q(account__last_login=None)


def telling(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Fetch with rows that have the `uid` of a seat and an `account` what `reached` and `told` say: no query more for a list."""
    codes = Invitation.objects.filter(seat=OuterRef("uid"), used_at=None, revoked_at=None).order_by("-made_at", "-pk")
    return rows.annotate(
        code_made_at=Subquery(codes.values("made_at")[:1]),
        code_until=Subquery(codes.values("expires_at")[:1]),
        to_confirm=Exists(codes_waiting(OuterRef("account"), seat=OuterRef("uid"), at=at)),
        came_at=F("account__last_login"),
    )


def reached(row: Any, at: datetime) -> Reached:
    """Say in a word how far somebody came. The row was fetched by `telling`."""
    if row.to_confirm:
        return Reached.TO_CONFIRM
    if row.came_at:
        return Reached.CAME
    if row.code_until is None:
        return Reached.NOT_INVITED if row.account_id is None else Reached.NEVER_CAME
    return Reached.INVITED if row.code_until >= at else Reached.LAPSED


def told(row: Any, at: datetime) -> list[str]:
    """Say in full how far somebody came, with the days. The row was fetched by `telling`."""
    how_far = reached(row, at)
    days = {"made": full_day(row.code_made_at), "until": full_day(row.code_until)}
    if how_far == Reached.INVITED:
        return [_("已发邀请"), _("%(made)s发出") % days, _("%(until)s失效") % days]
    if how_far == Reached.LAPSED:
        return [_("邀请过期"), _("%(made)s发出") % days, _("%(until)s失效，没有用过") % days]
    said = [str(Reached.TO_CONFIRM.label)] if how_far == Reached.TO_CONFIRM else []
    if row.came_at:
        said += [_("登录过"), _("最近一次 %(on)s") % {"on": full_day(row.came_at)}]
    elif how_far != Reached.TO_CONFIRM:
        return [str(how_far.label)]
    if how_far == Reached.CAME and row.code_until and row.code_until >= at:
        said.append(_("%(made)s发了密码重置码，%(until)s失效") % days)
    return said
