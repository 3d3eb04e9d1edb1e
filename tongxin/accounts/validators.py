"""What a password may not be."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts import names
from tongxin.accounts.models import Account
from tongxin.core.words import plain_sign_in_name

SHORTEST_NAME = 4  # shorter names occur in a password by chance
PASSWORD_RULE = gettext_lazy("至少十位，不能全是数字，不能含有手机号或者四位以上的登录名。")  # said at the field


class NotTheSignInName:
    """A password may not contain the sign-in name (old systems used the phone's digits)."""

    def validate(self, password: str, user: Any = None) -> None:
        own = names.of(user) if isinstance(user, Account) else []
        plain = plain_sign_in_name(password)
        if any(len(name) >= SHORTEST_NAME and plain_sign_in_name(name) in plain for name in own):
            raise ValidationError(_("密码里不能含有登录名。"), code="contains_name")

    def get_help_text(self) -> str:
        return _("密码里不能含有手机号或者四位以上的登录名。")


class LongEnough:
    """A password has at least `min_length` characters (Django's own sentence has no Chinese translation)."""

    def __init__(self, min_length: int = 10) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 -- Django's signature
        if len(password) < self.min_length:
            message = _("密码只有 %(have)s 位，至少要 %(need)s 位。")
            raise ValidationError(message, code="too_short", params={"have": len(password), "need": self.min_length})

    def get_help_text(self) -> str:
        return _("密码至少 %(need)s 位。") % {"need": self.min_length}
