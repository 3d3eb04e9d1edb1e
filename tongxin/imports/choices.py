"""How far an import came."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The worker is at it, somebody has to decide, or it is over."""

    CHECKING = "checking", _("正在核对")
    CHECKED = "checked", _("待确认")
    WRITING = "writing", _("正在导入")
    IMPORTED = "imported", _("已导入")
    DROPPED = "dropped", _("已放弃")
    REFUSED = "refused", _("没有可导入的")
    FAILED = "failed", _("没有办成")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")


AT_WORK = (Stage.CHECKING, Stage.WRITING, Stage.UNDOING)  # the worker's
WAITING = (Stage.CHECKED, Stage.FAILED)  # for somebody's decision
DROPPABLE = (*WAITING, Stage.REFUSED)  # what was uploaded lies there until it is dropped, or its time is over
BADGES = {
    Stage.CHECKING: "doing",
    Stage.CHECKED: "wait",
    Stage.WRITING: "doing",
    Stage.IMPORTED: "good",
    Stage.DROPPED: "note-end",
    Stage.REFUSED: "note-end",
    Stage.FAILED: "stop",
    Stage.UNDOING: "doing",
    Stage.UNDONE: "note-end",
}
