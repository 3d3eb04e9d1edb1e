"""Cleaning of what members and the office type into proposal forms."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.files.choices import ACCEPT
from tongxin.proposals.models import LONG, TEXT_FIELDS, Proposal
from tongxin.proposals.regulations import FormRules
from tongxin.ui.fields import WHOLE, CountedText

YES_NO = {"1": True, "0": False}
ONE_LINE = 200  # what the columns of the one-line fields hold


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
        self.fields["title"].widget.attrs["data-max"] = rules.title_max
        for part in LONG:
            self.fields[part].widget.attrs["data-total"] = "body-total"  # the rule limits the three together
        self.fields["title"].widget.attrs |= {"class": "one strong"}

    @classmethod
    def of(cls, proposal: Proposal, rules: FormRules, typed: Mapping[str, Any] | None = None) -> "TextForm":
        """Return the form with a proposal's text, or with what was just typed over it."""
        values = {name: getattr(proposal, name) for name in TEXT_FIELDS} | dict(typed or {})
        shown = {name: ("1" if value else "0") if isinstance(value, bool) else value for name, value in values.items()}
        return cls(rules, initial=shown)


def typed_text(data: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what was typed, field by field, and a sentence when it cannot be kept as it is (nothing is cut off).

    A choice that is none of those there are is left out: silence and rubbish are no consent.
    """
    text: dict[str, Any] = {name: str(data[name]) for name in TEXT_FIELDS if name in data}
    for name in {"consents_to_publication", "wants_contact"} & text.keys():
        if (chosen := YES_NO.get(text.pop(name))) is None:
            return text, gettext("“%(label)s”没有这一项，请重新选择。") % {"label": TextForm.base_fields[name].label}
        text[name] = chosen
    for name, label in (("title", gettext("案由")), ("suggested_units", gettext("建议承办单位"))):
        if len(" ".join(str(text.get(name, "")).split())) > ONE_LINE:
            return text, gettext("%(label)s太长，存不下。请先缩短到 %(most)s 字以内，正文请写在下面各栏。") % {
                "label": label,
                "most": ONE_LINE,
            }
    if any(len(value) > WHOLE for value in text.values() if isinstance(value, str)):
        return text, gettext("正文太长，存不下。请把材料作为附件添加，正文写要点。")
    return text, ""


class SeveralFiles(forms.FileInput):
    """A file field that takes several files at once."""

    allow_multiple_selected = True


class AttachForm(forms.Form):
    """Files to attach; their content is checked when they are stored."""

    uploads = forms.FileField(label=_("选择附件"), widget=SeveralFiles(attrs={"accept": ACCEPT}))

    def __init__(self, rules: FormRules, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["uploads"].widget.attrs["data-max-mb"] = rules.attachment_mb
