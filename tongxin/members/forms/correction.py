"""Cleaning of what was entered wrong of a member."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Sector, SpecialCommittee
from tongxin.core.shown import Plain
from tongxin.core.words import clean_line, person_name
from tongxin.members import queries
from tongxin.members.choices import OF_SEAT, Gender, Rank
from tongxin.members.models import Member
from tongxin.members.rules import is_name
from tongxin.sheets import cells
from tongxin.ui.fields import Day
from tongxin.ui.shown import AsShown


class Month(forms.CharField):
    """A month as people write it: 1975-03, 1975年3月; its first day."""

    def in_words(self, kept: str) -> str:
        """Write it as the pages do."""
        year, _dash, month = kept.partition("-")
        return gettext("%(year)s 年 %(month)s 月") % {"year": year, "month": int(month)} if month else kept

    def prepare_value(self, value: Any) -> Any:
        """Show the month."""
        return f"{value:%Y-%m}" if isinstance(value, date) else value

    def clean(self, value: Any) -> Any:
        """Read it as the sheets do."""
        try:
            found = cells.month(super().clean(value))
        except ValueError as problem:
            message = f"{problem}。"
            raise forms.ValidationError(message) from problem
        if found is not None and found > timezone.localdate():
            raise forms.ValidationError(_("出生年月不能在今天以后，请核对。"))
        return found


class Correction(AsShown):
    """What was entered of a member, as it should be; and why it is corrected."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    gender = forms.ChoiceField(label=_("性别"), choices=[("", _("没有登记")), *Gender.choices], required=False)
    ethnicity = forms.CharField(label=_("民族"), max_length=20, required=False)
    born_in = Month(label=_("出生年月"), max_length=20, required=False, help_text=_("如 1975-03。"))
    party = forms.CharField(
        label=_("政治面貌"), max_length=30, required=False, help_text=_("如中共党员、民盟盟员、无党派人士、群众。")
    )
    is_party_member = forms.TypedChoiceField(
        label=_("是否中共党员"),
        choices=[("", _("没有登记")), ("yes", _("是")), ("no", _("否"))],
        required=False,
        coerce=lambda said: said == "yes",
        empty_value=None,
    )
    sector = forms.ModelChoiceField(label=_("界别"), queryset=Sector.objects.none())
    starts_on = Day(
        label=_("任职日期"),
        error_messages={"invalid": _("日期格式不对，请核对。")},
        help_text=_("何日起任委员；与席位同时开始的职务一并更正。"),
    )
    convenes = forms.TypedChoiceField(
        label=_("界别召集人"),
        choices=[("no", _("否")), ("yes", _("是"))],
        required=False,
        coerce=lambda said: said == "yes",
        empty_value=False,  # type: ignore[arg-type]  # the stubs know words alone
        help_text=_("召集人更正界别的，这里先改为“否”；在新的界别任召集人的，更正以后再改为“是”。"),
    )
    special_committee = forms.ModelChoiceField(label=_("专委会"), queryset=SpecialCommittee.objects.none(), required=False)
    ranks = forms.MultipleChoiceField(
        label=_("职务"),
        choices=[choice for choice in Rank.choices if choice[0] != Rank.MEMBER],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("都不选的是委员。只更正登记错的；任免有先后的，这里不能办理。"),
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("会写进发给委员本人的消息，比如：导入的表里出生年月写错。"),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = timezone.localdate()
        seat = queries.seat_now(member, on)
        for name, model in (("sector", Sector), ("special_committee", SpecialCommittee)) if seat is not None else ():
            self.fields[name].queryset = model.objects.filter(term=seat.term_id).order_by("place_in_list", "id")  # type: ignore[attr-defined, union-attr]
        if seat is None:
            for name in OF_SEAT:
                del self.fields[name]
        self.remember(queries.entered(member, on), of=member.uid)

    def as_kept(self, name: str, value: Any) -> Plain:
        """As what was entered is compared."""
        return queries.as_entered(name, value)

    @property
    def is_of_another_seat(self) -> bool:
        """Say whether the page was about another seat than that held now.

        What was written of it is not written to this one.
        """
        return self.seen.get(queries.SEAT) != self.kept.get(queries.SEAT)

    def say_what_changed(self) -> None:
        """Say also where the seat is another, or none any more."""
        super().say_what_changed()
        if self.is_of_another_seat:
            why = _("席位在您打开以后有变化（离任、恢复或者换届），这次没有更正。请核对现在的席位，仍要更正的，请再保存一次。")
            self.add_error(None, why)

    def clean_name(self) -> str:
        """The name as sheets read it: without a space in 张 三, with one separator."""
        name = person_name(clean_line(self.cleaned_data["name"]))
        if not is_name(name):
            raise forms.ValidationError(_("姓名不能只有数字、符号，请核对。"))
        return name

    def clean_ethnicity(self) -> str:
        """On one clean line."""
        return clean_line(self.cleaned_data["ethnicity"])

    def clean_party(self) -> str:
        """On one clean line."""
        return clean_line(self.cleaned_data["party"])
