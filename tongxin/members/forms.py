"""Cleaning of members' contact data, and of what is said when their standing changes."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.members.choices import Ending

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


class Standing(forms.Form):
    """From which day a member's standing changes, why, and by which paper."""

    on = forms.DateField(
        label=_("自何日起"), widget=forms.DateInput(attrs={"type": "date"}), error_messages={"invalid": _("日期格式不对，请核对。")}
    )
    reason = forms.CharField(label=_("说明"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    document_number = forms.CharField(label=_("文号"), max_length=60, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        if kind == Ending.DIED:
            self.fields["on"].label = _("去世日期")
            self.fields["reason"].required = False
        if kind == Ending.REVOKED:
            self.fields["document_number"].required = True
            self.fields["document_number"].help_text = _("常委会决定的文号。")


class TermEnd(Standing):
    """Which term ends for all who still hold a seat of it."""

    term = forms.ChoiceField(label=_("届"))
    field_order = ("term", "on", "reason", "document_number")

    def __init__(self, *args: Any, terms: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = [(uid, str(term)) for uid, term in terms.items()]  # type: ignore[attr-defined]
