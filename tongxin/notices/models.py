"""Who was told what, and when it was read; and the letters that go out by e-mail."""

from django.conf import settings
from django.db import models

from tongxin.audit.models import Event
from tongxin.core.models import Row


class Notice(Row):
    """One sentence for one person, leading to a page."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    committee_code = models.CharField(max_length=20, blank=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=200, blank=True)
    urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="notice_list")]
        constraints = [models.UniqueConstraint(fields=["account", "event", "text"], name="notice_once")]

    def __str__(self) -> str:
        return self.text


class Letter(models.Model):
    """An e-mail to be sent; the system works without any mail server, letters then wait and are given up after a week."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="letter")
    address = models.EmailField()
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["sent_at", "next_try_at"], name="letter_waiting")]

    def __str__(self) -> str:
        return self.address
