"""Cleaning of what is typed on the pages of handling; saving is done by the actions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees.models import Unit
from tongxin.core.asked import LARGEST
from tongxin.files.choices import ACCEPT
from tongxin.handling.choices import Grade, Part, Stage, Way
from tongxin.handling.models import PublicReply, Reply
from tongxin.handling.queries import names_for_work, whom_to_ask
from tongxin.handling.regulations import ReplyCategories, Review
from tongxin.proposals.forms import CoveringForm
from tongxin.proposals.models import Signature
from tongxin.texts.redaction import find, marks_from
from tongxin.ui.fields import CountedText, Day

WAYS = {
    "sole": gettext_lazy("独办"),
    "lead": gettext_lazy("主办、会办"),
    "separate": gettext_lazy("分办"),
    "co": gettext_lazy("增加会办单位"),
}
COMMENT_MAX = 300


def _unit_choices(units: Iterable[Unit], suggested: str, known: Mapping[int, str]) -> list[tuple[str, str]]:
    """Name the units, those that the proposer suggested first; those that have nobody to sign for it say so."""
    named = [(u.uid, _("%(unit)s（提案人建议）") % {"unit": known[u.pk]}) for u in units if u.name in suggested]
    return [*named, *((u.uid, known[u.pk]) for u in units if u.name not in suggested)]


def _offer(field: Any, choices: list[tuple[str, Any]]) -> None:
    field.choices = choices


class UnitsForm(forms.Form):
    """Who handles a proposal: one unit alone, several separately, or a lead with co-handlers."""

    way = forms.ChoiceField(label=gettext_lazy("承办方式"), widget=forms.RadioSelect)
    units = forms.MultipleChoiceField(
        label=gettext_lazy("承办单位"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("独办、主办选一个，分办选两个以上。只列出本交办口的单位。"),
    )  # fmt: skip
    co = forms.MultipleChoiceField(
        label=gettext_lazy("会办单位"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("只在主办、会办时选，可以是其他归口的单位。"),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, own: Sequence[Unit], everyone: Sequence[Unit], ways: Sequence[str], suggested: str = ""
    ) -> None:
        """Offer the units that may be chosen; `ways` are those that make sense for this case."""
        super().__init__(data)
        self.by_uid = {u.uid: u for u in everyone}
        known = names_for_work(everyone, timezone.localdate())
        _offer(self.fields["way"], [(name, WAYS[name]) for name in ways])
        self.fields["way"].error_messages["required"] = _("请选择承办方式。")
        if len(ways) == 1:
            self.fields["way"].initial = ways[0]
        _offer(self.fields["units"], _unit_choices(own, suggested, known))
        _offer(self.fields["co"], _unit_choices(everyone, suggested, known))
        if ways == ["co"]:
            del self.fields["units"]
        if not {"lead", "co"} & set(ways):
            del self.fields["co"]

    def clean(self) -> dict[str, Any]:
        """Say beside the field what does not fit together."""
        said = super().clean() or {}
        way, units, co = said.get("way"), said.get("units", []), said.get("co", [])
        if way in {"sole", "lead"} and len(units) != 1:
            self.add_error("units", _("请选一个%(part)s单位。") % {"part": Part(way).label})
        if way == "separate" and not units:
            self.add_error("units", _("请选分办单位。"))
        if way in {"lead", "co"} and not co:
            self.add_error("co", _("请选会办单位；没有会办单位的，请改为独办。") if way == "lead" else _("请选会办单位。"))
        if way in {"sole", "separate"} and co:
            self.add_error("co", _("独办、分办没有会办单位，请取消勾选，或改为主办、会办。"))
        return said

    @property
    def parts(self) -> list[tuple[Unit, str]]:
        """Return what was chosen as (unit, part)."""
        way = self.cleaned_data["way"]
        answering = [(self.by_uid[uid], way) for uid in self.cleaned_data.get("units", [])] if way != "co" else []
        return [*answering, *((self.by_uid[uid], str(Part.CO)) for uid in self.cleaned_data.get("co", []))]


class MoreUnitsForm(UnitsForm):
    """Further units after a return, with the reason."""

    reason = CountedText(
        label=gettext_lazy("调整理由"), most=300, rows=2, error_messages={"required": gettext_lazy("请填写调整理由。")}
    )


class TogetherForm(forms.Form):
    """Several proposals to one unit at once."""

    unit = forms.ChoiceField(
        label=gettext_lazy("独办单位"),
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": gettext_lazy("请选择承办单位。")},
    )

    def __init__(self, data: Any = None, *, own: Sequence[Unit]) -> None:
        """Offer the units of the reader's 归口."""
        super().__init__(data)
        self.by_uid = {u.uid: u for u in own}
        known = names_for_work(own, timezone.localdate())
        _offer(self.fields["unit"], [("", _("请选择")), *((u.uid, known[u.pk]) for u in own)])

    def clean_unit(self) -> Unit:
        """Return the unit that was meant."""
        return self.by_uid[self.cleaned_data["unit"]]


class ContactForm(forms.Form):
    """A talk with the proposer (面商)."""

    stage = forms.ChoiceField(
        label=gettext_lazy("阶段"),
        choices=Stage.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择阶段。")},
    )
    way = forms.ChoiceField(
        label=gettext_lazy("方式"), choices=Way.choices, error_messages={"required": gettext_lazy("请选择方式。")}
    )
    on = Day(
        label=gettext_lazy("日期"),
        error_messages={"required": gettext_lazy("请填写日期。"), "invalid": gettext_lazy("请填写日期，例如 2026-03-18。")},
    )  # fmt: skip
    who = forms.CharField(
        label=gettext_lazy("单位参加人"), max_length=80, error_messages={"required": gettext_lazy("请填写单位参加人。")}
    )
    present = forms.MultipleChoiceField(
        label=gettext_lazy("到场的提案人"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("系统会请勾选的提案人确认。没有提案人到场的，不算答复前的面商。"),
    )  # fmt: skip
    with_whom = forms.CharField(
        label=gettext_lazy("其他参加人"), max_length=120, required=False, help_text=gettext_lazy("没有的无需填写。")
    )
    note = CountedText(
        label=gettext_lazy("主要意见"), most=500, rows=4, error_messages={"required": gettext_lazy("请填写主要意见。")}
    )

    def __init__(self, data: Any = None, *, initial: Any = None, signers: Sequence[Signature], again: bool) -> None:
        """Offer the signers; in a second handling a talk cannot have been before it was begun."""
        super().__init__(data, initial=initial)
        self.by_uid = {s.uid: s for s in signers}
        _offer(self.fields["present"], [(s.uid, s.name) for s in signers])
        if again:
            _offer(self.fields["stage"], [choice for choice in Stage.choices if choice[0] != Stage.BEFORE])

    def clean_present(self) -> list[Signature]:
        """Return the signers who were ticked."""
        return [self.by_uid[uid] for uid in self.cleaned_data["present"]]

    def clean_on(self) -> Any:
        """A talk that has not been held cannot be recorded."""
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("面商日期不能在今天以后。"))
        return on


class WordForm(forms.Form):
    """What was not as written, of a talk that somebody was at."""

    word = CountedText(
        label=gettext_lazy("与事实不符的地方"), most=300, rows=3,
        error_messages={"required": gettext_lazy("请写明与事实不符的地方。")},
    )  # fmt: skip


class RemindForm(forms.Form):
    """What the chased unit is told."""

    reason = CountedText(
        label=gettext_lazy("催办要求"), most=300, rows=3, error_messages={"required": gettext_lazy("请填写催办要求。")}
    )


class ReplyForm(forms.Form):
    """A reply as it is being written: nothing is required yet, the guards of the next step ask for it."""

    category = forms.ChoiceField(label=gettext_lazy("答复类别"), widget=forms.RadioSelect, required=False)
    text = CountedText(label=gettext_lazy("答复内容"), rows=16, required=False)
    contact = forms.CharField(
        label=gettext_lazy("联系人"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("写在答复函上，方便提案人联系，可不填。"),
    )
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=30, required=False, help_text=gettext_lazy("可不填。"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST)

    def __init__(self, data: Any = None, *, categories: ReplyCategories, review: Review, reply: Reply) -> None:
        """Offer the categories in force; the limit only counts here, the next step asks for it."""
        start = {name: getattr(reply, name) for name in ("category", "text", "contact", "phone", "version")}
        super().__init__(data, initial=start | (whom_to_ask(reply) if data is None else {}))
        _offer(
            self.fields["category"],
            [(c.code, _("%(code)s 类　%(c)s") % {"code": c.code, "c": c.label}) for c in categories.categories],
        )
        self.fields["text"].widget.attrs["data-max"] = review.reply_max


class UploadForm(forms.Form):
    """A file for the reply; its content is checked when it is stored, by the rules for all files."""

    file = forms.FileField(
        label=gettext_lazy("选择文件"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPT}), allow_empty_file=True,
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Ask for a file only where somebody adds one: a reply goes without."""
        if self.cleaned_data["file"] is None:
            raise forms.ValidationError(_("请先选择文件。"))
        return self.cleaned_data["file"]


class RatingForm(forms.Form):
    """Two questions about one reply."""

    attitude = forms.ChoiceField(
        label=gettext_lazy("一、对办理态度"), choices=Grade.choices, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择对办理态度的评价。")},
    )  # fmt: skip
    result = forms.ChoiceField(
        label=gettext_lazy("二、对办理结果"), choices=Grade.choices, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择对办理结果的评价。")},
    )  # fmt: skip
    comment = CountedText(
        label=gettext_lazy("想说的话"),
        most=COMMENT_MAX,
        rows=3,
        required=False,
        help_text=gettext_lazy("评为不满意的，请写明理由。"),
    )
    passes_on = forms.BooleanField(
        label=gettext_lazy("理由可以不署名转告承办单位"), required=False,
        help_text=gettext_lazy("不勾选的，想说的话只有政协看到。"),
    )  # fmt: skip

    @property
    def said(self) -> list[tuple[str, str]]:
        """Say what was chosen and written, under its labels, to be read once more before it is final."""
        given, grades = self.cleaned_data, dict(Grade.choices)
        comment = given["comment"].strip()
        lines = [(_("办理态度"), str(grades[given["attitude"]])), (_("办理结果"), str(grades[given["result"]]))]
        lines.append((_("想说的话"), comment or _("没有填写")))
        if comment:
            shown = _("不署名转告承办单位") if given["passes_on"] else _("只给政协看，不转告承办单位")
            lines.append((_("这段话"), shown))
        return lines

    def clean(self) -> dict[str, Any]:
        """Where somebody is dissatisfied, the reason is what helps."""
        said = super().clean() or {}
        if (
            Grade.DISSATISFIED in (said.get("attitude"), said.get("result"))
            and not said.get("comment", "").strip()
            and "comment" not in self.errors
        ):
            self.add_error("comment", _("评为不满意的，请写明理由。"))
        return said


class EarlyForm(forms.Form):
    """What a rater agrees to about the whole case."""

    closes_early = forms.BooleanField(
        label=gettext_lazy("同意全部委员评价后提前办结，不等到截止日"), required=False,
        help_text=gettext_lazy("每位提案人都同意的才提前；承办单位由此知道大家都评过了。"),
    )  # fmt: skip


class PublicReplyForm(CoveringForm):
    """What is covered in a sent reply, or why the public does not read it."""

    reason = forms.CharField(
        label=gettext_lazy("不公开的理由"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("提案人和承办单位会看到。"), error_messages={"max_length": gettext_lazy("理由请写在 300 字以内。")},
    )  # fmt: skip

    def __init__(self, copy: PublicReply, *, data: Any = None) -> None:
        texts = {"text": (_("答复内容"), copy.reply.text)}
        confirmed = {"text": marks_from(copy.marks)} if copy.confirmed_at else None
        super().__init__(texts, {"text": find(copy.reply.text)}, version=copy.reply.version, ticked=confirmed, data=data)
