"""Cleaning of what members and the office type into proposal forms."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Committee
from tongxin.files.choices import ACCEPT
from tongxin.members.models import Member
from tongxin.proposals.choices import COLLECTIVE_FORMS, Form
from tongxin.proposals.models import TEXT_FIELDS, Proposal
from tongxin.proposals.regulations import FormRules
from tongxin.ui.fields import CountedText, Moment

YES_NO = {"1": True, "0": False}
ONE_LINE = 200  # what the columns of the one-line fields hold
WHOLE = 100_000  # more than any regulation allows, so that over-long texts are kept and only then complained about


class TextForm(forms.Form):
    """The text of a proposal. It shows the limits of the regulation; saving asks only whether the text can be kept."""

    use_required_attribute = False
    title = CountedText(label=_("案由"), rows=1)
    situation = CountedText(label=_("情况"), help_text=_("现在是什么样，涉及多少人，您怎么知道的。"))
    analysis = CountedText(label=_("分析"), help_text=_("难在哪里，为什么一直没有解决。"))
    suggestions = CountedText(label=_("建议"), rows=6, help_text=_("请写清由谁做、做什么、做到什么程度，一条一段。"))
    suggested_units = forms.CharField(
        label=_("建议承办单位"), required=False, help_text=_("仅供参考，最终由审查后交办确定。"), max_length=ONE_LINE
    )
    consents_to_publication = forms.ChoiceField(
        label=_("是否同意公开"), choices=[("1", _("同意全文公开")), ("0", _("不公开"))], widget=forms.RadioSelect, required=False
    )
    wants_contact = forms.ChoiceField(
        label=_("是否愿意面商"),
        choices=[("1", _("愿意面商")), ("0", _("书面沟通即可"))],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, rules: FormRules, **options: Any) -> None:
        super().__init__(**options)
        for name, most in (
            ("title", rules.title_max),
            *((part, rules.body_max) for part in ("situation", "analysis", "suggestions")),
        ):
            self.fields[name].widget.attrs["data-max"] = most
        self.fields["title"].widget.attrs |= {"class": "one strong"}

    @classmethod
    def of(cls, proposal: Proposal, rules: FormRules, typed: Mapping[str, Any] | None = None) -> "TextForm":
        """Return the form with a proposal's text, or with what was just typed over it."""
        values = {name: getattr(proposal, name) for name in TEXT_FIELDS} | dict(typed or {})
        shown = {name: ("1" if value else "0") if isinstance(value, bool) else value for name, value in values.items()}
        return cls(rules, initial=shown)


def typed_text(data: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what was typed, field by field, and a sentence when it cannot be kept as it is (nothing is cut off)."""
    text: dict[str, Any] = {}
    for name in TEXT_FIELDS:
        if name not in data:
            continue
        value = str(data[name])
        text[name] = YES_NO.get(value, True) if name in {"consents_to_publication", "wants_contact"} else value
    for name, label in (("title", gettext("案由")), ("suggested_units", gettext("建议承办单位"))):
        if len(" ".join(str(text.get(name, "")).split())) > ONE_LINE:
            return text, gettext("%(label)s太长，存不下。请先缩短到 %(most)s 字以内，正文请写在下面各栏。") % {
                "label": label,
                "most": ONE_LINE,
            }
    if any(len(value) > WHOLE for value in text.values() if isinstance(value, str)):
        return text, gettext("正文太长，存不下。请把材料作为附件添加，正文写要点。")
    return text, ""


class InviteForm(forms.Form):
    """Whom to ask to co-sign, and until when."""

    until = Moment(
        label=_("联名截止"), help_text=_("到时没有答复的视为不参加。"), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("请填写联名截止时间。"), "invalid": _("请按“年-月-日 时:分”填写联名截止时间。")},
    )  # fmt: skip

    @staticmethod
    def default_until(at: datetime, days: int) -> datetime:
        """Six in the evening, so many days from now."""
        return timezone.localtime(at + timedelta(days=days)).replace(hour=18, minute=0, second=0, microsecond=0)


class AnswerForm(forms.Form):
    """An optional reason for declining or leaving."""

    reason = forms.CharField(
        label=_("原因"), required=False, max_length=200, help_text=_("可以不写。写了，第一提案人会看到。"),
        widget=forms.Textarea(attrs={"rows": 2}), error_messages={"max_length": _("原因请写在 200 字以内。")},
    )  # fmt: skip


class SeveralFiles(forms.FileInput):
    """A file field that takes several files at once."""

    allow_multiple_selected = True


class AttachForm(forms.Form):
    """Files to attach; their content is checked when they are stored."""

    uploads = forms.FileField(label=_("选择附件"), widget=SeveralFiles(attrs={"accept": ACCEPT}))

    def __init__(self, rules: FormRules, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["uploads"].widget.attrs["data-max-mb"] = rules.attachment_mb


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
        same = list(rows.filter(number__iexact=text)[:1]) or list(rows.filter(name=text)[:3])
        if not same:
            self.add_error("member", _("本会没有名为“%(name)s”的在任委员，请核对姓名，或填写委员编号。") % {"name": text})
        elif len(same) > 1:
            numbers = "、".join(m.number for m in same)
            self.add_error("member", _("有同名委员，请填写编号：%(numbers)s。") % {"numbers": numbers})
        else:
            self.found = same[0]
