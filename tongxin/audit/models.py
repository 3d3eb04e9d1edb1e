"""The one append-only event stream: audit trail, outbox of notices, material of duty and reports."""

from typing import Any, Never

from django.conf import settings
from django.db import models

from tongxin.core.models import Row


class AppendOnlyError(Exception):
    """Somebody tried to change or delete what may only be added to."""


class AppendOnlyQuerySet(models.QuerySet["Event"]):
    """A queryset that adds and reads, nothing else."""

    def update(self, **_values: Any) -> Never:
        raise AppendOnlyError

    def delete(self) -> Never:
        raise AppendOnlyError

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> Never:
        raise AppendOnlyError


class Event(Row):
    """One thing that happened. Names are kept as strings beside the keys, so that the record outlives its objects.

    `at` is when it happened, `recorded_at` when it was written down (they differ for imported history). `digest` is
    keyed, made at writing, and takes in the digest of the subject's event before. It covers the uids of subject and
    people, and of what is personal a salted commitment (`veils`: field → salt:commitment), so that the value may be
    erased later. `proofs` are keyed digests of rows whose truth matters, as they were after this event (table:uid →
    digest).
    """

    committee_code = models.CharField(max_length=20)
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    subject_uid = models.CharField(max_length=12, blank=True)
    subject_label = models.CharField(max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor_uid = models.CharField(max_length=12, blank=True)
    actor_name = models.CharField(max_length=60)
    acting_as = models.CharField(max_length=80, blank=True)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    behalf_uid = models.CharField(max_length=12, blank=True)
    behalf_name = models.CharField(max_length=60, blank=True)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24, blank=True)
    data = models.JSONField(default=dict)
    regulation_version = models.CharField(max_length=300, blank=True)
    request = models.CharField(max_length=16, blank=True)
    via = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(null=True)  # null: an imported sheet did not say when
    recorded_at = models.DateTimeField()
    veils = models.JSONField(default=dict)
    proofs = models.JSONField(default=dict)
    digest = models.CharField(max_length=80, blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["committee_code", "-id"], name="event_committee"),
            models.Index(fields=["kind", "-id"], name="event_kind"),
            models.Index(fields=["actor", "kind", "id"], name="event_actor"),  # what somebody did, told to himself
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the event. Raises AppendOnlyError when it is already written."""
        if self.pk is not None:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> Never:
        raise AppendOnlyError


class Mark(models.Model):
    """An event some consumer has still to work on; written with the event, removed when done.

    What fails stays, with the sort of the fault and the place in the code: never the values, which may be anybody's.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="marks")
    consumer = models.CharField(max_length=20)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "event"], name="mark_once")]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.event_id}"


class Head(models.Model):
    """A subject's last event in one committee's stream.

    Whoever deletes it, or adds one without the key, does not fit `mac`.
    """

    committee_code = models.CharField(max_length=20)
    subject_type = models.CharField(max_length=60)
    subject_uid = models.CharField(max_length=12)
    events = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=80, blank=True)
    mac = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee_code", "subject_type", "subject_uid"], name="head_once")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_uid}"


class Chain(models.Model):
    """The last seal of one committee, and up to which number the heads stand in the file outside the database."""

    committee_code = models.CharField(max_length=20, unique=True)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=80, blank=True)
    mac = models.CharField(max_length=80, blank=True)
    noted = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.committee_code} {self.number}"


class Seal(models.Model):
    """An event's place in its committee's chain, given at sealing, because commit order is not id order.

    `former` is its digest in the chain as it was before events had keyed digests; the heads kept then still fit it.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal")
    committee_code = models.CharField(max_length=20)
    number = models.BigIntegerField()
    digest = models.CharField(max_length=80)
    former = models.CharField(max_length=80, blank=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["committee_code", "number"], name="seal_number_once")]

    def __str__(self) -> str:
        return f"{self.committee_code} {self.number}"
