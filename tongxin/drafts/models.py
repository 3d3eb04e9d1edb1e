"""What was typed and could not be saved where it belongs.

Kept beside the newer text until its writer has looked at both.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models

from tongxin.committees.models import Committee
from tongxin.core.models import Row
from tongxin.core.secrets import EncryptedJSON


class KeptCopy(Row):
    """A save that started from an old version, or came when its text was closed.

    The matters' texts are named by their uids.

    No key of the database's leads to the text: every matter's copies stand here, and a copy outlives the row that it
    was typed for.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)  # the name under which the draft is declared
    subject = models.CharField(max_length=12)  # the uid in the draft's address
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    tab = models.CharField(max_length=24, blank=True)  # which window of the browser; empty where no script told
    started_from = models.PositiveIntegerField()
    fields = EncryptedJSON()  # telephone numbers among them
    kept_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    # said here: the type checker does not find it by itself
    objects: ClassVar[models.Manager["KeptCopy"]] = models.Manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "subject", "account"], name="kept_copy_of_text"),
            models.Index(fields=["committee", "kind", "settled_at"], name="kept_copy_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} v{self.started_from}"

    def get_absolute_url(self) -> str:
        return f"/drafts/{self.kind}/{self.subject}/copies/{self.uid}/"
