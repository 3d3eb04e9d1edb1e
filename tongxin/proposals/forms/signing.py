"""Who signs a proposal: whom to ask and until when, why somebody does not, in whose name the office enters one."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Committee
from tongxin.core.words import number_writings, sought
from tongxin.members.models import Member
from tongxin.proposals.choices import COLLECTIVE_FORMS, Form
from tongxin.ui.fields import Moment


def _few_words(label: Any, seen: Any, too_long: Any) -> forms.CharField:
    """Return a field for a line or two that need not be said; `seen` says by whom they are read."""
    area, said = forms.Textarea(attrs={"rows": 2}), {"max_length": too_long}
    options = {"label": label, "help_text": seen, "widget": area, "error_messages": said}
    return forms.CharField(required=False, max_length=200, **options)


class InviteForm(forms.Form):
    """Whom to ask to co-sign, and until when."""

    until = Moment(
        label=_("联名截止"),
        help_text=_("到时没有答复的视为不参加。"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"required": _("请填写联名截止时间。"), "invalid": _("请按“年-月-日 时:分”填写联名截止时间。")},
    )

    @staticmethod
    def default_until(at: datetime, days: int) -> datetime:
        """Six in the evening, so many days from now."""
        return timezone.localtime(at + timedelta(days=days)).replace(hour=18, minute=0, second=0, microsecond=0)


class AnswerForm(forms.Form):
    """A word beside the answer to an invitation, which nobody has to write."""

    reason = _few_words(_("附言（可不填）"), _("第一提案人会看到。谢绝的，可以说明原因。"), _("附言请写在 200 字以内。"))


class LeavingForm(forms.Form):
    """An optional reason for leaving."""

    reason = _few_words(_("原因（可不填）"), _("第一提案人会看到。"), _("原因请写在 200 字以内。"))


class BehalfForm(forms.Form):
    """In whose name the office enters a proposal: a member's, or a body's."""

    who = forms.ChoiceField(
        label=_("提案人"), choices=[("member", _("委员")), ("body", _("单位或团体"))], widget=forms.RadioSelect, initial="member"
    )
    member = forms.CharField(label=_("委员姓名或编号"), required=False, help_text=_("提案人是委员时填写。"), max_length=40)
    body = forms.CharField(
        label=_("单位或团体名称"), required=False, help_text=_("党派、团体、界别、专委会等提出时填写。"), max_length=80
    )
    form = forms.ChoiceField(
        label=_("集体提案形式"), required=False, choices=[("", _("请选择")), *[(f.value, f.label) for f in COLLECTIVE_FORMS]]
    )

    def __init__(self, committee: Committee, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.committee = committee
        self.found: Member | None = None

    def clean(self) -> dict[str, Any]:
        """Find the one member meant, or ask for the body's name and form."""
        cleaned = super().clean() or {}
        if cleaned.get("who") == "member":
            self._find(cleaned.get("member", "").strip())
            cleaned["form"] = Form.INDIVIDUAL
        elif cleaned.get("who") == "body":
            if not cleaned.get("body"):
                self.add_error("body", _("请填写单位或团体的名称。"))
            if not cleaned.get("form"):
                self.add_error("form", _("请选择集体提案形式。"))
        return cleaned

    def _find(self, text: str) -> None:
        if not text:
            self.add_error("member", _("请填写委员的姓名或编号。"))
            return
        rows = Member.objects.sitting(timezone.localdate()).filter(committee=self.committee)
        same = list(rows.filter(Q(number__iexact=text) | Q(number__in=number_writings(text)))[:1]) or list(
            rows.filter(name__in=sought(text))[:3]
        )
        if not same:
            self.add_error("member", _("本会没有名为“%(name)s”的在任委员，请核对姓名，或填写委员编号。") % {"name": text})
        elif len(same) > 1:
            numbers = "、".join(m.number for m in same)
            self.add_error("member", _("有同名委员，请填写编号：%(numbers)s。") % {"numbers": numbers})
        else:
            self.found = same[0]
