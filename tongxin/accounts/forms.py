"""Signing in, setting a password, one's own settings."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import Account


class SignIn(LoginForm):
    """The sign-in form in the house's words."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("登录名")
        self.fields["login"].help_text = _("委员编号或手机号")
        self.fields["login"].widget = forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = ""
        if "remember" in self.fields:
            self.fields["remember"].label = _("在这台设备上保持登录")


class Code(forms.Form):
    """The code of an invitation slip."""

    code = forms.CharField(label=_("邀请码"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}))


class NewPassword(forms.Form):
    """A password of one's own, twice."""

    code = forms.CharField(widget=forms.HiddenInput)
    password = forms.CharField(
        label=_("新密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("至少十位，不能全是数字，不能含有登录名。"),
    )  # fmt: skip
    again = forms.CharField(label=_("再输一次"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean(self) -> dict[str, Any]:
        """Both the same, and a password that does."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("password") != data.get("again"):
            self.add_error("again", _("两次输入的密码不一样，请重新输入。"))
        elif data.get("password"):
            try:
                validate_password(data["password"], self.account)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class Settings(forms.Form):
    """Text size and letters."""

    size = forms.ChoiceField(label=_("字号"), choices=Account.Size.choices, widget=forms.RadioSelect)
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("可以不填；系统里的消息不依赖邮件。"))
    by_mail = forms.BooleanField(label=_("有新消息时，同时发邮件给我"), required=False)
