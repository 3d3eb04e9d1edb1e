"""Cleaning of members' contact data, and of what is said when their standing changes."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.core.words import plain_phone
from tongxin.members.choices import Ending
from tongxin.ui.fields import Day


class Contact(forms.Form):
    """How a member can be reached."""

    phone = forms.CharField(label=_("新的手机号"), required=False, max_length=20)
    no_phone = forms.BooleanField(label=_("删去手机号"), required=False)
    email = forms.EmailField(label=_("邮箱"), required=False, error_messages={"invalid": _("邮箱格式不对，请核对。")})
    workplace = forms.CharField(label=_("工作单位"), required=False, max_length=80)
    workplace_post = forms.CharField(label=_("单位职务"), required=False, max_length=60)

    def __init__(self, *args: Any, masked: str = "", **kwargs: Any) -> None:
        """Show what is kept only masked: reading the number in full is an act of its own, which leaves a record."""
        super().__init__(*args, **kwargs)
        if masked:
            self.fields["phone"].help_text = _("现在是 %(phone)s，不改的不用填写。") % {"phone": masked}
        else:
            del self.fields["no_phone"]

    def clean_phone(self) -> str:
        """The bare digits, however they are written: the number is also a name to sign in with."""
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not plain_phone(phone):
            raise forms.ValidationError(_("手机号只能是数字，请核对。"))
        return plain_phone(phone)

    def clean(self) -> dict[str, Any]:
        """A new number or none: not both."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("phone") and data.get("no_phone"):
            self.add_error("no_phone", _("已经填写了新的手机号，不能同时删去。"))
        return data

    def changes(self) -> dict[str, str]:
        """Return what is to be kept, without the number when it stays."""
        said = dict(self.cleaned_data)
        if not said.pop("no_phone", False) and not said["phone"]:
            del said["phone"]
        return said


class Standing(forms.Form):
    """From which day a member's standing changes, why, and by which paper."""

    on = Day(
        label=_("自何日起"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("日期格式不对，请核对。")},
    )
    reason = forms.CharField(label=_("说明"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    document_number = forms.CharField(label=_("文号"), max_length=60, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        if kind == Ending.DIED:
            self.fields["on"].label = _("去世日期")
            self.fields["reason"].required = False
        else:  # nobody is told of the own death
            self.fields["reason"].help_text = _("会写进发给委员本人的消息，请用本人看得明白的话。")
        if kind == Ending.REVOKED:
            self.fields["document_number"].required = True
            self.fields["document_number"].help_text = _("常委会决定的文号。")

    def clean_on(self) -> date:
        """Today or a day before: what is still to come is done on its day."""
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("日期不能在今天以后，请到那一天再办理。"))
        return on


class Release(forms.Form):
    """Why a seat is taken off an account."""

    reason = forms.CharField(
        label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("比如：本人在其他政协已有账户，误设了第二个。"),
    )  # fmt: skip


class TermEnd(Standing):
    """Which term ends for all who still hold a seat of it."""

    term = forms.ChoiceField(label=_("届"))
    field_order = ("term", "on", "reason", "document_number")

    def __init__(self, *args: Any, terms: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = [(uid, str(term)) for uid, term in terms.items()]  # type: ignore[attr-defined]
