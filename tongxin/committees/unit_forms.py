"""Cleaning of what is said when units are renamed, ended and restored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees.choices import Change
from tongxin.committees.models import Unit
from tongxin.committees.queries import Work
from tongxin.committees.successions import Prospect
from tongxin.core.words import clean_line
from tongxin.ui.fields import Day

ENDINGS = [
    (Change.END.value, gettext_lazy("撤销")),
    (Change.MERGE.value, gettext_lazy("并入其他单位")),
    (Change.SPLIT.value, gettext_lazy("拆分为几个单位")),
]


class ReasonForm(forms.Form):
    """By what a unit's matter is decided."""

    reason = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("写明文件名称、文号或者原因，例如：机构改革方案（云发〔2026〕3 号）。会写入记录并告知有关人员。"),
    )


class UndoForm(ReasonForm):
    """By what something is set right, and what of the unit was shown: the key of an `Undo`."""

    shown = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class ChangeForm(ReasonForm):
    """From which day a change takes effect, and by what it was decided."""

    on = Day(label=gettext_lazy("自何日起"), help_text=gettext_lazy("今天的，确认后即时生效；以后的，到那一天自动生效。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> date:
        """Not in the past: what was done until today was done by the unit as it was."""
        day: date = self.cleaned_data["on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("不能早于今天。"))
        return day


class RenameForm(ChangeForm):
    """A unit's other name. The short name of before is not offered again: lists would go on saying it."""

    name = forms.CharField(label=gettext_lazy("新名称"), max_length=60)
    short_name = forms.CharField(label=gettext_lazy("新简称"), max_length=20, required=False)
    field_order = ("name", "short_name", "on", "reason")

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, initial={"name": unit.name}, **kwargs)
        before = _("现在的简称是“%(name)s”，仍用它的，请再填一次。") % {"name": unit.short_name} if unit.short_name else ""
        self.fields["short_name"].help_text = before + _("不填的，名册和列表里写全称。")


class EndForm(ChangeForm):
    """How a unit ends and who goes on with its work."""

    kind = forms.ChoiceField(label=gettext_lazy("变动"), choices=ENDINGS, widget=forms.RadioSelect)
    successors = forms.MultipleChoiceField(
        label=gettext_lazy("承接单位"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("并入的选一个；拆分的选两个以上，新设的写在下面；撤销的可以不选，在办事项由交办部门逐件移交。"),
    )
    made = forms.CharField(
        label=gettext_lazy("新设的承接单位"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("拆分、撤销时新设的单位，一行写一个全称，自同一天起承办。"),
    )
    field_order = ("kind", "successors", "made", "on", "reason")

    def __init__(self, *args: Any, others: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_uid = {unit.uid: unit for unit in others}
        self.fields["successors"].choices = [(unit.uid, unit.name) for unit in others]  # type: ignore[attr-defined]

    def clean_made(self) -> list[str]:
        """Return the names, one a line."""
        names = [clean_line(line) for line in self.cleaned_data["made"].splitlines()]
        if long := next((name for name in names if len(name) > 60), ""):  # noqa: PLR2004 -- the field's length
            raise forms.ValidationError(_("“%(name)s……”过长，一行写一个单位。"), params={"name": long[:20]})
        return [name for name in names if name]

    @property
    def kind_in_words(self) -> str:
        """Return what happens, in words."""
        return str(dict(ENDINGS)[self.cleaned_data["kind"]])

    @property
    def heirs(self) -> list[tuple[str, str]]:
        """Return who goes on with the work: by what each is named in the plan, and its name."""
        chosen = [(uid, self.by_uid[uid].name) for uid in self.cleaned_data["successors"]]
        return [*chosen, *((name, name) for name in self.cleaned_data["made"])]

    def clean(self) -> dict[str, Any]:
        """The successors fit the kind."""
        data = super().clean() or {}
        if "made" not in data or "successors" not in data:
            return data
        several = len(data["made"]) + len(data["successors"])
        if data.get("kind") == Change.MERGE and (several != 1 or data["made"]):
            self.add_error("successors", _("并入的，请选一个承接的单位。"))
        if data.get("kind") == Change.SPLIT and several < 2:  # noqa: PLR2004 -- into several
            self.add_error("made", _("拆分的，请选或写明两个以上承接的单位。"))
        return data


@dataclass(frozen=True)
class PlanLine:
    """One open matter in the preview.

    What has to be chosen of it, the date it has where there is nothing to choose, what it loses.
    """

    matter: Work
    until: str
    note: str
    fields: Sequence[forms.BoundField]


class PlanForm(forms.Form):
    """Which unit goes on with which open matter, where several follow.

    And which date it has there, where there is a choice.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        work: Sequence[Work],
        heirs: Sequence[tuple[str, str]],
        foreseen: Prospect,
    ) -> None:
        super().__init__(data)
        self.work, self.notes = work, foreseen.notes
        self.dates_of = foreseen.dates if heirs else {}
        for matter in work:
            if len(heirs) > 1:
                self.fields[f"to_{matter.key}"] = forms.ChoiceField(
                    label=_("由谁承接"),
                    required=False,
                    initial=heirs[0][0],
                    choices=[*heirs, ("", _("先不定，留给交办部门移交"))],
                )
            if len(choices := self.dates_of.get(matter.key, ())) > 1:
                self.fields[f"date_{matter.key}"] = forms.ChoiceField(
                    label=_("期限"),
                    required=False,
                    initial=choices[0][0],
                    choices=choices,
                    widget=forms.RadioSelect,
                )

    @property
    def lines(self) -> list[PlanLine]:
        """Return every open matter with what may be chosen of it."""
        return [self._line(matter) for matter in self.work]

    def _line(self, matter: Work) -> PlanLine:
        names = [name for name in (f"to_{matter.key}", f"date_{matter.key}") if name in self.fields]
        choices = self.dates_of.get(matter.key, ())
        until, note = choices[0][1] if len(choices) == 1 else "", self.notes.get(matter.key, "")
        return PlanLine(matter, until, note, [self[name] for name in names])

    def _chosen(self, prefix: str) -> dict[str, str]:
        found = self.cleaned_data.items()
        return {name.removeprefix(prefix): said for name, said in found if said and name.startswith(prefix)}

    @property
    def plan(self) -> dict[str, str]:
        """Return the open matters for which a unit was chosen."""
        return self._chosen("to_")

    @property
    def dates(self) -> dict[str, str]:
        """Return the open matters for which a date was chosen."""
        return self._chosen("date_")
