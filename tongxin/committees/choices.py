"""Enumerations of assemblies and bodies."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """How high an assembly stands."""

    NATIONAL = "national", _("全国")
    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县级")


class System(models.TextChoices):
    """归口: under which branch a handling unit stands, and so who assigns and supervises."""

    PARTY = "party", _("党委")
    GOVERNMENT = "government", _("政府")
    COURT = "court", _("法院")
    PROCURATORATE = "procuratorate", _("检察院")
    OTHER = "other", _("其他")


class Change(models.TextChoices):
    """What becomes of a unit when bodies are reorganised."""

    RENAME = "rename", _("更名")
    END = "end", _("撤销")
    MERGE = "merge", _("并入")
    SPLIT = "split", _("拆分")


class Undoing(models.TextChoices):
    """How what was done to a unit is set right: each is an act of its own."""

    CALL_OFF = "call_off", _("取消待生效的变动")
    RESTORE = "restore", _("恢复承办单位")
    TAKE_NAME_BACK = "take_name_back", _("撤销更名")


class Duty(models.TextChoices):
    """What somebody may be appointed to do. Who does it is data (`Appointment`), never code."""

    PROPOSAL_OFFICE = "proposal.office", _("提案日常工作")
    PRE_EXAMINATION = "proposal.pre_examination", _("提案预审")
    FILING = "proposal.filing", _("提案审定")
    PUBLICATION = "proposal.publication", _("提案公开审核")
    ASSIGN = "handling.assign", _("交办")
    SUPERVISE = "handling.supervise", _("督办")
    UNIT_CLERK = "unit.clerk", _("承办人")
    UNIT_LEADER = "unit.leader", _("单位负责人")
    MEMBER_AFFAIRS = "member.affairs", _("委员联络")
    LEADERSHIP = "committee.leadership", _("主席会议成员")
    REGULATIONS = "regulation.adopt", _("制度管理")
    SYSTEM_ADMIN = "admin.system", _("系统管理员")
    SECURITY_ADMIN = "admin.security", _("安全管理员")
    AUDIT_ADMIN = "admin.audit", _("审计管理员")
