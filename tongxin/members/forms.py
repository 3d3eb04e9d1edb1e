"""Cleaning of members' contact data."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

PHONE = re.compile(r"^\+?[\d\- ]{5,20}$")


class Contact(forms.Form):
    """How a member can be reached."""

    phone = forms.CharField(label=_("手机"), required=False, max_length=20)
    email = forms.EmailField(label=_("邮箱"), required=False, error_messages={"invalid": _("邮箱格式不对，请核对。")})
    workplace = forms.CharField(label=_("工作单位"), required=False, max_length=80)
    workplace_post = forms.CharField(label=_("单位职务"), required=False, max_length=60)

    def clean_phone(self) -> str:
        """Digits, blanks and hyphens only."""
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not PHONE.match(phone):
            raise forms.ValidationError(_("手机号只能是数字，请核对。"))
        return phone
