"""Cleaning of units' and appointments' data."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.accounts import names
from tongxin.accounts.models import Account
from tongxin.committees import successions
from tongxin.committees.actions import NameTakenError, known_account
from tongxin.committees.choices import Duty, System
from tongxin.committees.models import Committee, Session, Unit
from tongxin.committees.queries import namesakes, not_ended
from tongxin.core.words import clean_line, clean_name, written_phone
from tongxin.ui.fields import Day, Moment


class UnitForm(forms.Form):
    """A handling unit's data."""

    name = forms.CharField(label=_("单位名称"), max_length=60)
    short_name = forms.CharField(label=_("简称"), max_length=20, required=False)
    system = forms.ChoiceField(label=_("归口"), choices=System.choices, widget=forms.RadioSelect)
    contact = forms.CharField(label=_("联系人"), max_length=40, required=False)
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)

    def __init__(self, *args: Any, committee: Committee, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.committee, self.unit = committee, unit
        if unit is not None:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("名称变动请办理更名，已经送出的答复保留当时的名称。")

    def clean_name(self) -> str:
        """One unit of a name in a committee; a unit that is there keeps its own."""
        if self.unit is not None:
            return self.unit.name
        name = clean_line(self.cleaned_data["name"])
        if taken := successions.why_not_free(self.committee, name):
            message = f"{taken}。"
            raise forms.ValidationError(message)
        return name

    def clean_phone(self) -> str:
        """As an office writes a number to call."""
        return written_phone(self.cleaned_data["phone"])


class PersonForm(forms.Form):
    """Who is appointed: a known sign-in name keeps its person."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    username = forms.CharField(label=_("登录名"), max_length=40, help_text=_("手机号或工号。已有账户的填原来的登录名。"))

    another = forms.BooleanField(label=_("是另一位同名的人"), required=False)

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.committee = committee
        self.asked = self.fields.pop("another")  # asked where somebody of the name is there: `_demand_another_person`

    def clean_name(self) -> str:
        """As the list of people writes it."""
        return clean_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """A sign-in name keeps its person; the same sentence whoever else has it, here or in another committee."""
        data: dict[str, Any] = super().clean() or {}
        name, username = data.get("name", ""), data.get("username", "")
        if not (name and username):
            return data
        try:
            known = known_account(self.committee, name=name, username=username)
            if known is None:
                names.for_staff(username)
        except (NameTakenError, names.NameRefusedError) as problem:
            self.add_error("username", f"{problem}。")
        else:
            self._demand_another_person(name, known)
        return data

    def _demand_another_person(self, name: str, known: Account | None) -> None:
        """Who holds a duty here by one account gets none by a second.

        Between two of them nothing keeps security and audit apart.
        """
        same = namesakes(self.committee, name, on=timezone.localdate())
        if not same or known in same:
            return
        self.fields["another"] = self.asked
        self.order_fields(["name", "username", "another"])
        if self.data.get("another"):
            return
        message = _(
            "本会已有同名的%(name)s（登录名 %(logins)s），是同一个人的请填原来的登录名；不是同一个人的请勾选“是另一位同名的人”。"
        )
        self.add_error("username", message % {"name": name, "logins": "、".join(names.of(account)[0] for account in same)})


class TransferForm(PersonForm):
    """Who takes over a unit's clerkship, and why."""

    reason = forms.CharField(
        label=_("变动原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：原承办人调离。会写入任免记录。"),
    )


class EndForm(forms.Form):
    """From which day somebody holds a duty no more, and why."""

    on = Day(label=_("自何日起"), help_text=_("今天的，确认后即时生效。"))
    reason = forms.CharField(
        label=_("免去原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：工作调动。会写入任免记录。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> date:
        """Not in the past: what was done until today was done with the duty."""
        day: date = self.cleaned_data["on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("不能早于今天，以前办理的事项仍然有效。"))
        return day


class FactorForm(forms.Form):
    """Why somebody's second factor is reset."""

    reason = forms.CharField(
        label=_("重置原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：手机和备用码都丢失，已当面核实本人身份。会告知本人和审计管理员。"),
    )


class AppointmentForm(PersonForm):
    """Who does what from when, in which scope."""

    duty = forms.ChoiceField(label=_("职责"), choices=[("", _("请选择")), *Duty.choices])
    unit = forms.ChoiceField(label=_("所在承办单位"), required=False, help_text=_("承办人、单位负责人必须选单位。"))
    affiliation = forms.ChoiceField(
        label=_("归口"), required=False, choices=[("", _("不限")), *System.choices], help_text=_("交办、督办按归口任命。")
    )
    body = forms.CharField(label=_("以何名义"), max_length=60, required=False, help_text=_("例如：提案委员会办公室。"))
    starts_on = Day(label=_("自何日起"))

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, committee=committee, **kwargs)
        units = Unit.objects.filter(not_ended(timezone.localdate()), committee=committee).order_by("id")
        self.units = {u.uid: u for u in units}
        self.fields["unit"].choices = [("", _("不属于承办单位")), *((u.uid, u.name) for u in units)]  # type: ignore[attr-defined]
        if not units:
            self.fields["unit"].help_text = _("本会还没有承办单位，请提案工作人员先增加单位，再任命承办人、单位负责人。")
        self.fields["starts_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """Scopes fit the duty. Who may hold what beside what is the action's word."""
        data = super().clean()
        duty, unit = data.get("duty", ""), data.get("unit")
        if duty.startswith("unit.") and not unit:
            self.add_error("unit", _("请选所在承办单位。"))
        if duty and not duty.startswith("unit.") and unit:
            self.add_error("unit", _("这项职责不属于承办单位，请选“不属于承办单位”。"))
        if duty in {Duty.ASSIGN, Duty.SUPERVISE} and not data.get("affiliation"):
            self.add_error("affiliation", _("交办、督办请选归口。"))
        return data


def _moment(label: Any, help_text: Any = "") -> Moment:
    return Moment(label=label, required=False, help_text=help_text)


class PlenaryForm(forms.Form):
    """When a plenary is held."""

    plenary_from = _moment(_("大会开幕"))
    plenary_until = _moment(_("大会闭幕"))
    cut_off_at = _moment(_("大会提案截止"), _("不填的，按制度规定的开幕后若干小时计算。"))

    def clean(self) -> dict[str, Any]:
        """In order of time."""
        data: dict[str, Any] = super().clean() or {}
        begins, ends, cut_off = (data.get(n) for n in ("plenary_from", "plenary_until", "cut_off_at"))
        if begins and ends and ends <= begins:
            self.add_error("plenary_until", _("闭幕应在开幕之后。"))
        if cut_off and not begins:
            self.add_error("plenary_from", _("写了提案截止时间的，请写明开幕时间。"))
        return data


class SessionForm(PlenaryForm):
    """A new session of the committee."""

    term = forms.IntegerField(label=_("届"), min_value=1, max_value=99)
    number = forms.IntegerField(label=_("次"), min_value=1, max_value=99)
    starts_on = Day(
        label=_("工作年度自何日起"),
        help_text=_("这一天以后提交的平时提案，计入这一次会议。"),
    )
    field_order = ("term", "number", "starts_on", "plenary_from", "plenary_until", "cut_off_at")

    def __init__(self, *args: Any, committee: Committee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.committee = committee

    def clean(self) -> dict[str, Any]:
        """Neither the session nor its first day is there yet."""
        data = super().clean()
        known = Session.objects.filter(committee=self.committee)
        term, number = data.get("term"), data.get("number")
        if term and number and known.filter(term__number=term, number=number).exists():
            self.add_error("number", _("这一次会议已经设立。"))
        if data.get("starts_on") and known.filter(starts_on=data["starts_on"]).exists():
            self.add_error("starts_on", _("已有会议的工作年度从这一天起，请另选一天。"))
        return data
