"""Cleaning of what is said when a member's standing changes, or a seat leaves its account."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.members import queries
from tongxin.members.choices import Ending
from tongxin.members.models import Member
from tongxin.ui.fields import Day


class Standing(forms.Form):
    """From which day a member's standing changes, why, and by which paper."""

    on = Day(
        label=_("自何日起"),
        error_messages={"invalid": _("日期格式不对，请核对。")},
    )
    reason = forms.CharField(label=_("说明"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    document_number = forms.CharField(label=_("文号"), max_length=60, required=False)
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    def __init__(self, *args: Any, kind: str, member: Member | None = None, never_ended: bool = False, **kwargs: Any) -> None:
        """`never_ended`: what is taken back was a mistake, and the seat goes on without a day between.

        `member`: whose page it is; it brings back the mark of what it said (`queries.as_it_stands`).
        """
        super().__init__(*args, **kwargs)
        if member is None:
            del self.fields["shown"]
        else:
            self.member, self.now = member, queries.as_it_stands(member, kind)
            self.fields["shown"].initial = self.now
        self.fields["on"].initial = timezone.localdate()
        if never_ended:
            del self.fields["on"]
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

    def clean(self) -> dict[str, Any]:
        """Ask once more where the standing is not what the page said; what was written stays."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("shown") and said["shown"] != self.now:
            self.add_error(None, f"{queries.overtaken(self.member)}。")
            sent: Any = self.data.copy()  # type: ignore[attr-defined]  # what a request brought
            sent[self.add_prefix("shown")] = self.now
            self.data = sent
        return said


class Release(forms.Form):
    """Why a seat is taken off an account."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("比如：本人在其他政协已有账户，误设了第二个。"),
    )


class TermEnd(Standing):
    """Which term ends for all who still hold a seat of it."""

    term = forms.ChoiceField(label=_("届"))
    field_order = ("term", "on", "reason", "document_number")

    def __init__(self, *args: Any, terms: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = [(uid, str(term)) for uid, term in terms.items()]  # type: ignore[attr-defined]
