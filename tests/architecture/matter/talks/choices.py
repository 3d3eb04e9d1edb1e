"""Where a talk stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The states of a talk."""

    OFFERED = "offered", _("待审核")
    ANNOUNCED = "announced", _("已发布")
    DECLINED = "declined", _("未采用")
