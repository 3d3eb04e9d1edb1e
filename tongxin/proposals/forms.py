"""Cleaning of what members and the office type into proposal forms."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from tongxin.texts.redaction import WORDS, Mark, clear_of, left_in_the_open, occurrences, pieces, redact, without_overlap
from tongxin.ui.fields import CountedText, Moment

YES_NO = {"1": True, "0": False}
MOST_WORDS = 100  # further words to cover, at once
CHANGED = _("核对期间原文有改动，标出的位置对不上了。请按现在的原文重新核对。")
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


# ── what is covered in public ────────────────────────────────────────────────────────────────────
PLACE = re.compile(r"([a-z_]{1,30}):([0-9]{1,7}):([0-9]{1,7}):([a-z]{1,20})")


@dataclass(frozen=True)
class Part:
    """A part of a text as the page draws it: plain, or a mark with its tick."""

    text: str
    word: str = ""
    value: str = ""
    ticked: bool = False


@dataclass(frozen=True)
class Drawn:
    """A text with its marks drawn on it, and as the public would read it."""

    label: str
    parts: tuple[Part, ...]
    covered: tuple[Part, ...]


class CoveringForm(forms.Form):
    """Which marks cover which parts of some texts, and words to cover wherever they stand. Works without scripts."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    words = forms.CharField(
        label=_("再隐去的文字"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行写一处，与原文一字不差；原文中每一处都会隐去。姓名、病情、家庭情况等系统查不出，请通读后写在这里。"),
        error_messages={"max_length": _("最多 2000 字，请只写要隐去的文字。")},
    )  # fmt: skip
    prints = forms.BooleanField(label=_("已经逐处看过，以上内容照登"), required=False)

    def __init__(
        self,
        texts: Mapping[str, tuple[str, str]],
        proposed: Mapping[str, Sequence[Mark]],
        *,
        version: int,
        ticked: Mapping[str, Sequence[Mark]] | None = None,
        data: Any = None,
    ) -> None:
        """`texts` are label and text by name; `proposed` the marks that the machine finds.

        `ticked`: those that stand ticked until somebody says otherwise, where somebody said it before; else all proposed ones.
        """
        super().__init__(data, initial={"version": version})
        self.texts = texts
        self.proposed = proposed
        self.of_version = version
        self.fields["version"].error_messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), CHANGED)
        begun = proposed if ticked is None else ticked
        self.marks: dict[str, tuple[Mark, ...]] = {name: tuple(begun.get(name, ())) for name in texts}

    def clean(self) -> dict[str, Any]:
        """Read the ticked marks and find the added words in the texts."""
        cleaned = super().clean() or {}
        if cleaned.get("version") != self.of_version:
            if "version" not in self.errors:
                self.add_error(None, CHANGED)
            return cleaned
        marks = self._ticked()
        lines = dict.fromkeys(line.strip() for line in str(cleaned.get("words", "")).splitlines())
        if len(lines) > MOST_WORDS:
            self.add_error("words", gettext("一次最多写 %(n)s 处，请分几次核对。") % {"n": MOST_WORDS})
            return cleaned
        for words in lines:
            found = {name: occurrences(text, words) for name, (_label, text) in self.texts.items()}
            if words and not any(found.values()):
                self.add_error("words", gettext("原文里没有“%(words)s”，请照原文抄写。") % {"words": words[:40]})
            for name, more in found.items():
                marks[name] += more
        self.marks = {name: without_overlap(found) for name, found in marks.items()}
        return cleaned | {"marks": self.marks}

    def _ticked(self) -> dict[str, tuple[Mark, ...]]:
        marks: dict[str, tuple[Mark, ...]] = dict.fromkeys(self.texts, ())
        values = self.data.getlist("mark") if hasattr(self.data, "getlist") else []
        for value in values:
            place = PLACE.fullmatch(value)
            known = place is not None and place[1] in self.texts and place[4] in WORDS
            if place is None or not known or not int(place[2]) < int(place[3]) <= len(self.texts[place[1]][1]):
                self.add_error(None, CHANGED)
                continue
            marks[place[1]] += (Mark(int(place[2]), int(place[3]), place[4]),)
        return marks

    @property
    def printed(self) -> list[str]:
        """Say what leads to a person and would be printed as it stands: kind, how often, and the words themselves."""
        found = left_in_the_open((text, self.marks[name]) for name, (_label, text) in self.texts.items())
        said = gettext("%(kind)s %(n)s 处（%(words)s）")
        return [said % {"kind": kind, "n": len(parts), "words": "、".join(parts)} for kind, parts in found.items()]

    @property
    def told(self) -> str:
        """Say what stands ticked, or that what was found is printed, or that nothing was found."""
        if marked := len(self.values):
            return gettext("已标出 %(n)s 处，去掉勾选即照登。") % {"n": marked}
        if found := sum(len(marks) for marks in self.proposed.values()):
            return gettext("查出 %(n)s 处，都没有勾选，将照登。应当隐去的，请勾选。") % {"n": found}
        return gettext("没有查出电话、证件号码、住址等内容。")

    def agrees(self) -> bool:
        """Say whether it may be released like this: nothing of a person is left in the open, or somebody ticked that it is printed."""
        if not self.printed or self.cleaned_data["prints"]:
            return True
        self.add_error("prints", gettext("还有内容没有隐去。应当隐去的，请返回修改；确实要照登的，请勾选。"))
        return False

    @property
    def values(self) -> list[str]:
        """Return the marks that are ticked, as the form sends them."""
        return [_place(name, mark) for name, marks in self.marks.items() for mark in marks]

    def drawn(self) -> list[Drawn]:
        """Return every text that is not empty, with its marks: the ticked ones, and the proposed ones that were unticked."""
        found = []
        for name, (label, text) in self.texts.items():
            ticked = self.marks[name]
            apart = clear_of(ticked, self.proposed.get(name, ()))
            covers = set(ticked)
            parts = [
                Part(p.text, p.mark.word, _place(name, p.mark), ticked=p.mark in covers) if p.mark else Part(p.text)
                for p in pieces(text, (*ticked, *apart))
            ]
            shown = [
                Part(redact(p.text, [Mark(0, len(p.text), p.mark.kind)]), p.mark.word) if p.mark else Part(p.text)
                for p in pieces(text, ticked)
            ]
            if text:
                found.append(Drawn(label, tuple(parts), tuple(shown)))
        return found


def _place(name: str, mark: Mark) -> str:
    return f"{name}:{mark.start}:{mark.end}:{mark.kind}"
