"""Cleaning of what is said of two rows that look like one person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.members import queries
from tongxin.members.models import Member


class Other(forms.Form):
    """Which other member is the same person."""

    named = forms.CharField(label=_("另一条的姓名或者编号"), max_length=60)


class Apart(forms.Form):
    """Why two who look like one person are two."""

    reason = forms.CharField(
        label=_("依据"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("比如：同名的两位委员，已与两人核对身份。"),
    )


class Part(forms.Form):
    """Why a merger is taken back."""

    reason = forms.CharField(label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class Merge(forms.Form):
    """Which of two members stays, and of what differs which value: each choice is the uid of one of both."""

    stays = forms.ChoiceField(label=_("保留哪一条"), help_text=_("编号和网址用保留的这一条的；另一个编号仍可登录。"))

    def __init__(self, *args: Any, one: Member, other: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.one, self.other = one, other
        self._choose("stays", one.number, other.number)
        for field in queries.differing(one, other):
            mine, theirs = queries.said_of(one, field), queries.said_of(other, field)
            self.fields[field] = forms.ChoiceField(label=queries.label_of(field), initial=one.uid if mine else other.uid)
            self._choose(field, mine or str(_("空")), theirs or str(_("空")), numbered=True)
        if queries.seats_meet(one, other):
            self.fields["seat"] = forms.ChoiceField(label=_("席位的界别、专委会"), initial=one.uid)
            self._choose("seat", *(queries.seats_said(member) for member in (one, other)), numbered=True)
        if one.account is not None and other.account is not None:
            self.fields["account"] = self._account()
            self._choose("account", *(queries.account_said(member) for member in (one, other)), numbered=True)
        self.fields["reason"] = forms.CharField(
            label=_("理由"),
            max_length=200,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("会写进发给委员本人的消息，请用本人看得明白的话。"),
        )

    def _account(self) -> forms.ChoiceField:
        used = [member.uid for member in (self.one, self.other) if queries.used(member.account)]
        both = _("两个账户都登录过，请先问清本人今后用哪一个；另一个不再代表本会委员，没有别的身份的随即关闭。")
        help_text = both if len(used) == 2 else ""  # noqa: PLR2004 -- both
        return forms.ChoiceField(label=_("今后用哪个账户登录"), initial=used[0] if len(used) == 1 else None, help_text=help_text)

    def _choose(self, name: str, mine: str, theirs: str, *, numbered: bool = False) -> None:
        words = [f"{mine}（{self.one.number}）", f"{theirs}（{self.other.number}）"] if numbered else [mine, theirs]
        field = self.fields[name]
        field.choices = list(zip((self.one.uid, self.other.uid), words, strict=True))  # type: ignore[attr-defined]

    def pair(self) -> tuple[Member, Member]:
        """Return the one that stays, and the one that goes."""
        first = self.cleaned_data["stays"] == self.one.uid
        return (self.one, self.other) if first else (self.other, self.one)

    def taken(self) -> set[str]:
        """Return what is taken over from the one that goes."""
        _stays, goes = self.pair()
        return {name for name, value in self.cleaned_data.items() if value == goes.uid and name != "reason"}
