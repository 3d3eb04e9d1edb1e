"""Enumerations of handling."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Where the handling of one proposal stands, over all its units."""

    IN_HAND = "in_hand", _("办理中")
    RATING = "rating", _("待评价")
    WITH_OFFICE = "with_office", _("待政协协调")
    CLOSED = "closed", _("已办结")
    RECALLED = "recalled", _("已撤回交办")


class TaskState(models.TextChoices):
    """Where one unit's part stands."""

    AWAITING = "awaiting", _("待签收")
    RETURN_ASKED = "return_asked", _("申请退办")
    RETURNED = "returned", _("已退办")
    IN_HAND = "in_hand", _("办理中")
    ADVICE_GIVEN = "opinion_given", _("会办意见已送")  # the stored word, which events of earlier versions say
    WITH_LEADER = "with_leader", _("单位审签")
    UNDER_REVIEW = "under_review", _("答复待审")
    ANSWERED = "answered", _("已答复")
    MOVED = "moved", _("已移交")
    RECALLED = "recalled", _("已撤回")


class TaskStates:
    """Named sets of states."""

    open: ClassVar = (
        TaskState.AWAITING,
        TaskState.RETURN_ASKED,
        TaskState.IN_HAND,
        TaskState.WITH_LEADER,
        TaskState.UNDER_REVIEW,
    )
    writing: ClassVar = (TaskState.IN_HAND,)
    signed_for: ClassVar = (TaskState.IN_HAND, TaskState.WITH_LEADER, TaskState.UNDER_REVIEW, TaskState.ANSWERED)
    with_the_unit: ClassVar = (TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER)
    done: ClassVar = (TaskState.ANSWERED, TaskState.ADVICE_GIVEN)
    # the unit has no part in the case any more
    gone: ClassVar = (TaskState.RETURNED, TaskState.MOVED, TaskState.RECALLED)


class Counted(models.TextChoices):
    """What a limit is counted in."""

    WORKING_DAYS = "working_days", _("工作日")
    MONTHS = "months", _("月")
    DAYS = "days", _("天")


class Part(models.TextChoices):
    """How a unit takes part."""

    SOLE = "sole", _("独办")
    SEPARATE = "separate", _("分办")
    LEAD = "lead", _("主办")
    CO = "co", _("会办")


ANSWERING = (Part.SOLE, Part.SEPARATE, Part.LEAD)


class Stage(models.TextChoices):
    """When a contact with the proposer took place."""

    BEFORE = "before", _("办前")
    DURING = "during", _("办中")
    AFTER = "after", _("办后")


class Way(models.TextChoices):
    """How the unit spoke with the proposer."""

    MEETING = "meeting", _("面谈")
    FORUM = "forum", _("座谈会")
    VISIT = "visit", _("实地")
    PHONE = "phone", _("电话")
    MAIL = "mail", _("邮件")
    LETTER = "letter", _("书信")
    OTHER = "other", _("其他")


class Grade(models.TextChoices):
    """What a proposer says of the attitude and of the result."""

    SATISFIED = "satisfied", _("满意")
    FAIRLY = "fairly", _("基本满意")
    DISSATISFIED = "dissatisfied", _("不满意")


class Meaning(models.TextChoices):
    """What a reply category means, whatever letter a committee gives it."""

    SOLVED = "solved", _("已解决或基本解决")
    PLANNED = "planned", _("正在解决或列入计划")
    LATER = "later", _("暂不能解决")
    REFERENCE = "reference", _("留作参考")
