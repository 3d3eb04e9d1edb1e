"""What a password may not be."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NotTheSignInName:
    """A password may not contain the sign-in name (old systems used the phone's digits)."""

    def validate(self, password: str, user: Any = None) -> None:
        name = getattr(user, "username", "") or ""
        if name and len(name) > 3 and name.lower() in password.lower():  # noqa: PLR2004 -- very short names occur by chance
            raise ValidationError(_("密码里不能含有登录名。"), code="contains_name")

    def get_help_text(self) -> str:
        return _("密码里不能含有登录名或手机号。")
