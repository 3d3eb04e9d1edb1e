"""Cleaning of how a member can be reached."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.core.secrets import mask_phone
from tongxin.core.shown import Plain
from tongxin.core.words import plain_phone
from tongxin.members import queries
from tongxin.members.models import Member
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
            self.fields["phone"].help_text = _("现在是 %(phone)s，不改的无需填写。") % {"phone": mask_phone(member.phone)}
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
        named = "、".join(
            gettext("%(other)s（编号 %(number)s）") % {"other": other.name, "number": other.number} for other in others
        )
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
