"""Signing in, setting a password, one's own settings."""

import re
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, SetPasswordForm
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from tongxin.accounts import names, seats, signals
from tongxin.accounts.adapters import password_fits
from tongxin.accounts.models import Account
from tongxin.accounts.queries import LONGEST_CODE
from tongxin.accounts.validators import PASSWORD_RULE
from tongxin.core.ids import ALPHABET
from tongxin.core.words import normal

NEW, AGAIN = _("新密码"), _("再输一次")
DIFFERENT = _("两次输入的密码不一样，请重新输入。")
CODE_SHAPE = re.compile(f"([{ALPHABET}]{{4}}-?){{2}}[{ALPHABET}]{{4}}")  # by its look alone: no code is looked up here
LONGEST_PASSWORD = 128  # anybody may send one, and it is weighed letter by letter
NOT_TOO_LONG = MaxLengthValidator(LONGEST_PASSWORD, _("密码最多 %(limit_value)d 位，现在有 %(show_value)d 位。"))


def bound_passwords(form: forms.Form) -> None:
    """Refuse passwords that are too long before anything is done with them.

    The browser must not cut them short in silence.
    """
    for field in form.fields.values():
        if isinstance(field.widget, forms.PasswordInput):
            field.validators.append(NOT_TOO_LONG)
            field.widget.attrs.pop("placeholder", None)  # allauth's, which says the label a second time


class SignIn(LoginForm):  # type: ignore[misc]
    """The sign-in form in the house's words.

    A member number is a committee's: where there are several, it is asked for.
    """

    def __init__(self, *args: Any, realm: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("登录名")
        self.fields["login"].help_text = _("委员编号或手机号；工作人员用手机号或工号。")
        self.fields["login"].widget = forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"})
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = ""
        bound_passwords(self)
        known = names.realms() if not realm else []
        self.realm = realm or (known[0].code if len(known) == 1 else "")
        if len(known) > 1:
            self.fields["realm"] = forms.ChoiceField(
                label=_("所在政协"),
                required=False,
                help_text=_("用委员编号登录的请选；用手机号的，机关和承办单位人员，可以不选。"),
                choices=[("", _("不选")), *((r.code, r.name) for r in known)],
            )
            self.order_fields(["realm", "login", "password"])

    def user_credentials(self) -> dict[str, Any]:
        """Add the committee whose numbers are meant."""
        credentials: dict[str, Any] = super().user_credentials()
        return credentials | {"realm": self.realm or self.cleaned_data.get("realm", "")}

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super()._clean_with_password(credentials)
        except forms.ValidationError:
            if getattr(self.request, "several_accounts", False):
                raise forms.ValidationError(_("这个手机号有几个账户，请改用委员编号或工号登录。")) from None
            if CODE_SHAPE.fullmatch(normal(self.cleaned_data.get("password", "")).strip().lower()):
                raise forms.ValidationError(
                    _("您在密码栏填的像是邀请码或者重置码。请到下面的“我有邀请码或者密码重置码”里输入。")
                ) from None
            raise forms.ValidationError(_("登录名或密码不对，请核对后再输一次。")) from None
        return cleaned

    def _login_with_password(self, request: Any, redirect_url: str | None, _credentials: dict[str, Any]) -> Any:
        if realm := self.realm or self.cleaned_data.get("realm", ""):
            request.session[seats.REALM_KEY] = realm  # in whose seat the session begins
        # the password was just typed: who has to set up a second factor now is not asked for it a second time
        record_authentication(request, self.user, method="password", reauthenticated=True)
        return super()._login_with_password(request, redirect_url, {})  # the session need not keep a phone number


class InOwnWords(forms.Form):
    """A new password, twice: allauth's forms in the words of every page of the house."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label, self.fields["password1"].help_text = NEW, PASSWORD_RULE
        self.fields["password2"].label = AGAIN
        bound_passwords(self)

    def clean(self) -> dict[str, Any]:
        """Say that the two differ; allauth has said so before, and taken the second away."""
        data: dict[str, Any] = super().clean() or {}
        again = self.data.get(self.add_prefix("password2"))
        if data.get("password1") and again and data["password1"] != again:
            self.errors.pop("password2", None)
            self.add_error("password2", DIFFERENT)
        return data


class ChangePassword(InOwnWords, ChangePasswordForm):  # type: ignore[misc]
    """Changing the own password; wrong old ones count like those of the sign-in page."""

    def clean_oldpassword(self) -> str:
        """The password one has."""
        given: str = self.cleaned_data["oldpassword"]
        if not password_fits(context.request, self.user, given, step=signals.CHANGING_PASSWORD):
            raise forms.ValidationError(_("现在的密码不对，请重新输入。"))
        return given


class SetPassword(InOwnWords, SetPasswordForm):  # type: ignore[misc]
    """A first password, where there was none."""


class ConfirmPassword(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before a step that touches how one signs in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound_passwords(self)


class Code(forms.Form):
    """The code of an invitation slip."""

    keeps_work = False  # a code alone is nothing that somebody fears to lose

    code = forms.CharField(
        label=_("邀请码或重置码"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "data-from-hash": ""}),
    )


class NewPassword(forms.Form):
    """A password of one's own, twice."""

    code = forms.CharField(max_length=LONGEST_CODE, widget=forms.HiddenInput)
    password = forms.CharField(
        label=NEW,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=PASSWORD_RULE,
    )
    again = forms.CharField(label=AGAIN, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        bound_passwords(self)

    def clean(self) -> dict[str, Any]:
        """Both the same, and a password that does."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data.get("password") != data.get("again"):
            self.add_error("again", DIFFERENT)
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
