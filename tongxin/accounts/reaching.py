"""How far somebody came with signing in: invited or not, until when the code is good."""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.queries import codes_waiting
from tongxin.core.templatetags.chinese import full_day


class Reached(models.TextChoices):
    """How far, in a word."""

    NOT_INVITED = "not_invited", gettext_lazy("未邀请")
    RELEASED = "released", gettext_lazy("关联已解除，未重新邀请")
    INVITED = "invited", gettext_lazy("已发邀请")
    LAPSED = "lapsed", gettext_lazy("邀请过期")
    HAS_ACCOUNT = "has_account", gettext_lazy("有账户，未登录")
    CAME = "came", gettext_lazy("登录过")
    RESET = "reset", gettext_lazy("已发重置码")
    TO_CONFIRM = "to_confirm", gettext_lazy("码待确认")


MORE = {  # what is said beside the word on the own page of somebody
    Reached.INVITED: (gettext_lazy("%(made)s发出"), gettext_lazy("%(until)s失效")),
    Reached.LAPSED: (gettext_lazy("%(made)s发出"), gettext_lazy("%(until)s失效，没有用过")),
    Reached.RESET: (gettext_lazy("%(made)s发出"), gettext_lazy("%(until)s失效")),
    Reached.TO_CONFIRM: (gettext_lazy("%(made)s发出"), gettext_lazy("%(until)s失效")),
}
NEVER_CAME = Q(account=None) | Q(account__last_login=None)  # however far they came on the way


def telling(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Fetch with rows of seats (`uid`, `account`, `released_at`) what `reached` and `told` say.

    No query more for a list.
    """
    codes = Invitation.objects.filter(seat=OuterRef("uid"), used_at=None, revoked_at=None).order_by("-made_at", "-pk")
    return rows.annotate(
        code_made_at=Subquery(codes.values("made_at")[:1]),
        code_until=Subquery(codes.values("expires_at")[:1]),
        to_confirm=Exists(codes_waiting(OuterRef("account"), seat=OuterRef("uid"), at=at)),
        came_at=F("account__last_login"),
        has_password=Exists(
            Account.objects.filter(pk=OuterRef("account")).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        ),
    )


def reached(row: Any, at: datetime) -> Reached:
    """Say in a word how far somebody came. The row was fetched by `telling`."""
    is_open = row.code_until is not None and row.code_until >= at
    if row.to_confirm:
        return Reached.TO_CONFIRM
    if row.came_at:
        if not is_open:
            return Reached.CAME
        return Reached.RESET if row.has_password else Reached.INVITED
    if row.code_until is None:
        return _without_code(row)
    return Reached.INVITED if is_open else Reached.LAPSED


def _without_code(row: Any) -> Reached:
    if row.account_id is not None:
        return Reached.HAS_ACCOUNT
    return Reached.NOT_INVITED if row.released_at is None else Reached.RELEASED


def told(row: Any, at: datetime) -> list[str]:
    """Say in full how far somebody came, with the days of the code. The row was fetched by `telling`.

    Not when the person was here last: an account is one in all committees, and the day would tell of another's
    business.
    """
    how_far, days = reached(row, at), {"made": full_day(row.code_made_at), "until": full_day(row.code_until)}
    return [str(how_far.label), *(str(words) % days for words in MORE.get(how_far, ()))]
