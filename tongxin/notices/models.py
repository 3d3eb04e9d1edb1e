"""Who was told what, and when it was read; the letters that go out by e-mail; and how the worker's jobs went."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.core.models import Row

TEXT = 300  # the longest sentence of a notice, in characters


class Notice(Row):
    """One sentence for one person, leading to a page.

    Shown and sent together are those of one `matter` on one day: `matter` names the proposal, or whatever else the
    event is about where no proposal stands behind it.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    committee_code = models.CharField(max_length=20, blank=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    matter = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=TEXT)
    url = models.CharField(max_length=200, blank=True)
    urgent = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    day = models.DateField(default=timezone.localdate)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="notice_list"),
            models.Index(fields=["account", "-day", "-matter"], name="notice_entries"),
            models.Index(fields=["account", "day", "matter"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["matter", "id"], name="notice_matter"),
        ]
        constraints = [models.UniqueConstraint(fields=["account", "event"], name="notice_once")]  # whatever its words

    def __str__(self) -> str:
        return self.text


class Letter(models.Model):
    """What is to be said of a notice by e-mail; the system works without any mail server, letters then wait for a week.

    Several go out as one e-mail: those have the same `parcel`, which is its Message-ID, made once and kept, so that
    whoever receives it twice after a crash can tell. Who sends holds its letters until `claimed_until`; `claim` says
    who.
    """

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="letter")
    address = models.EmailField()
    made_at = models.DateTimeField()
    parcel = models.CharField(max_length=200, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claim = models.CharField(max_length=12, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    again_at = models.DateTimeField(null=True, blank=True)  # when somebody had it tried anew: its week begins there
    dropped_at = models.DateTimeField(null=True, blank=True)  # nobody wants it any more: read, switched off, closed
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="letter_open", condition=Q(sent_at=None, given_up_at=None, dropped_at=None))
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def standing(self) -> str:
        """Where it stands, in a word; `problem` says why."""
        if self.sent_at is not None:
            return _("已寄出")
        if self.dropped_at is not None:
            return _("不用寄")
        if self.given_up_at is not None:
            return _("没有寄成")
        if self.problem:
            return _("还没有寄成，会再试")
        if self.again_at is not None:
            return _("排队中，将在几分钟内再寄")
        return _("等待寄出") if self.notice.urgent else _("随每日汇总邮件寄出")


class Job(models.Model):
    """How a job of the worker's went the last times; of one that nobody asked for, `problem` says by which setting."""

    name = models.CharField(max_length=120, unique=True)
    label = models.CharField(max_length=60, blank=True)
    every_seconds = models.PositiveIntegerField()
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.label or self.name

    @property
    def switched_off(self) -> str:
        """Say why the job does nothing here; empty where it does its work."""
        return self.problem if not self.failures else ""
