"""Cleaning of members' contact data, and of what is said when their standing changes."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Sector, SpecialCommittee
from tongxin.core.secrets import mask_phone
from tongxin.core.shown import Plain
from tongxin.core.words import clean_line, person_name, plain_phone
from tongxin.members import queries
from tongxin.members.choices import OF_SEAT, Ending, Gender, Rank
from tongxin.members.models import Member
from tongxin.members.rules import is_name
from tongxin.sheets import cells
from tongxin.ui.fields import Day
from tongxin.ui.shown import AsShown


class Contact(AsShown):
    """How a member can be reached."""

    phone = forms.CharField(label=_("新的手机号"), required=False, max_length=20)
    shared = forms.BooleanField(label=_("确是两人共用这个手机号"), required=False)
    no_phone = forms.BooleanField(label=_("删去手机号"), required=False)
    email = forms.EmailField(label=_("邮箱"), required=False, error_messages={"invalid": _("邮箱格式不对，请核对。")})
    workplace = forms.CharField(label=_("工作单位"), required=False, max_length=80)
    workplace_post = forms.CharField(label=_("单位职务"), required=False, max_length=60)

    unshown: ClassVar = frozenset({"phone"})

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        """Show what is kept only masked: reading the number in full is an act of its own, which leaves a record."""
        super().__init__(*args, **kwargs)
        self.member = member
        if member.phone:
            self.fields["phone"].help_text = _("现在是 %(phone)s，不改的不用填写。") % {"phone": mask_phone(member.phone)}
        else:
            del self.fields["no_phone"]
        self.asked = self.fields.pop("shared")  # asked where another is reached by the number: `_demand_shared`
        self.remember(queries.reached(member), of=member.uid)

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
        elif data.get("phone"):
            self._demand_shared(data["phone"])
        return data

    def _demand_shared(self, phone: str) -> None:
        """A family may share a number; a slip of the pen is more likely, and the number is a name to sign in with."""
        others = queries.others_reached_by(phone, self.member)
        if not others:
            return
        self.fields["shared"] = self.asked
        self.order_fields(["phone", "shared"])
        if self.data.get("shared"):
            return
        named = "、".join(f"{other.name}（编号 {other.number}）" for other in others)
        message = _(
            "与%(named)s的手机号相同，请核对。填错的请改正；确是两人共用的，请勾选“确是两人共用这个手机号”，再保存一次，登录时以密码区分。"
        )
        self.add_error("phone", message % {"named": named})

    def as_kept(self, name: str, value: Any) -> Plain:
        """Of a number the mark that is compared."""
        return queries.as_reached(self.member, name, value)

    def written(self) -> dict[str, Any]:
        """Return what is to be kept, without the number when it stays."""
        said = super().written()
        if not said.get("phone") and not self.cleaned_data.get("no_phone"):
            said.pop("phone", None)
        return said

    def in_words(self, name: str) -> str:
        """The number masked."""
        return mask_phone(self.member.phone) if name == "phone" else super().in_words(name)


class Month(forms.CharField):
    """A month as people write it: 1975-03, 1975年3月; its first day."""

    def in_words(self, kept: str) -> str:
        """Write it as the pages do."""
        year, _dash, month = kept.partition("-")
        return f"{year} 年 {int(month)} 月" if month else kept

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
        label=_("是否中共党员"), choices=[("", _("没有登记")), ("yes", _("是")), ("no", _("否"))], required=False,
        coerce=lambda said: said == "yes", empty_value=None,
    )  # fmt: skip
    sector = forms.ModelChoiceField(label=_("界别"), queryset=Sector.objects.none())
    starts_on = Day(
        label=_("任职日期"), widget=forms.DateInput(attrs={"type": "date"}), error_messages={"invalid": _("日期格式不对，请核对。")},
        help_text=_("何日起任委员；与席位同时开始的职务一并更正。"),
    )  # fmt: skip
    convenes = forms.TypedChoiceField(
        label=_("界别召集人"), choices=[("no", _("否")), ("yes", _("是"))], required=False, coerce=lambda said: said == "yes",
        empty_value=False,  # type: ignore[arg-type]  # the stubs know words alone
        help_text=_("召集人更正界别的，这里先改为“否”；在新的界别任召集人的，更正以后再改为“是”。"),
    )  # fmt: skip
    special_committee = forms.ModelChoiceField(label=_("专委会"), queryset=SpecialCommittee.objects.none(), required=False)
    ranks = forms.MultipleChoiceField(
        label=_("职务"), choices=[choice for choice in Rank.choices if choice[0] != Rank.MEMBER], required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("都不选的是委员。只更正登记错的；任免有先后的，这里不能办理。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("会写进发给委员本人的消息，比如：导入的表里出生年月写错。"),
    )  # fmt: skip

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
        """Say whether the page was about another seat than that held now: what was written of it is not written to this one."""
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


class Standing(forms.Form):
    """From which day a member's standing changes, why, and by which paper."""

    on = Day(
        label=_("自何日起"),
        widget=forms.DateInput(attrs={"type": "date"}),
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
        label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("比如：本人在其他政协已有账户，误设了第二个。"),
    )  # fmt: skip


class Other(forms.Form):
    """Which other member is the same person."""

    named = forms.CharField(label=_("另一条的姓名或者编号"), max_length=60)


class Apart(forms.Form):
    """Why two who look like one person are two."""

    reason = forms.CharField(
        label=_("依据"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("比如：同名的两位委员，已与两人核对身份。"),
    )  # fmt: skip


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
            label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("会写进发给委员本人的消息，请用本人看得明白的话。"),
        )  # fmt: skip

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


class TermEnd(Standing):
    """Which term ends for all who still hold a seat of it."""

    term = forms.ChoiceField(label=_("届"))
    field_order = ("term", "on", "reason", "document_number")

    def __init__(self, *args: Any, terms: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = [(uid, str(term)) for uid, term in terms.items()]  # type: ignore[attr-defined]
