"""A talk (宣讲) that a member offers to give, and the office announces."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Committee
from tongxin.members.models import Member
from tongxin.talks.choices import State
from tongxin.workflow.models import Stateful


class Talk(Stateful):
    """One talk."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="talks")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="talks")
    title = models.CharField(_("题目"), max_length=60)
    outline = models.TextField(_("提纲"))
    offered_at = models.DateTimeField(_("报送时间"))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(state__in=State.values), name="talk_state_known")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return its page."""
        return reverse("talk", args=[self.uid])
