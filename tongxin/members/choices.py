"""Enumerations of members."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Gender(models.TextChoices):
    MALE = "male", _("男")
    FEMALE = "female", _("女")


class Rank(models.TextChoices):
    """职务 in the assembly, lowest first."""

    MEMBER = "member", _("委员")
    STANDING = "standing", _("常委")
    SECRETARY_GENERAL = "secretary_general", _("秘书长")
    VICE_CHAIR = "vice_chair", _("副主席")
    CHAIR = "chair", _("主席")


class Ending(models.TextChoices):
    """Why a seat ended (委员变动)."""

    RESIGNED = "resigned", _("辞去委员")
    REVOKED = "revoked", _("撤销委员资格")
    DIED = "died", _("去世")
    EXPIRED = "expired", _("任期届满")


ENDING_EVENTS = {
    Ending.RESIGNED: "members.resign",
    Ending.REVOKED: "members.revoke",
    Ending.DIED: "members.record_death",
    Ending.EXPIRED: "members.expire",
}  # what each is told as


CONTACT_FIELDS = {
    "phone": _("手机"),
    "email": _("邮箱"),
    "workplace": _("工作单位"),
    "workplace_post": _("单位职务"),
}  # as their changes name them
ENTERED_FIELDS = {
    "name": _("姓名"),
    "gender": _("性别"),
    "ethnicity": _("民族"),
    "born_in": _("出生年月"),
    "party": _("政治面貌"),
    "is_party_member": _("是否党员"),
    "sector": _("界别"),
    "starts_on": _("任职日期"),
    "convenes": _("界别召集人"),
    "special_committee": _("专委会"),
    "ranks": _("职务"),
}  # as their corrections name them
OF_SEAT = ("sector", "starts_on", "convenes", "special_committee", "ranks")  # those that are the seat's, or of its term
