"""What is kept of the worker's jobs: when each began, ended, failed, and how often in a row."""

from datetime import datetime

from django.db.models import F

from tongxin.core import faults
from tongxin.notices.models import Job

LABEL = int(Job._meta.get_field("label").max_length or 0)  # noqa: SLF001 -- what the column holds


def begin(name: str, *, label: str, every_seconds: float, at: datetime) -> None:
    """Note that a job begins."""
    Job.objects.update_or_create(
        name=name, defaults={"label": label[:LABEL], "every_seconds": int(every_seconds), "begun_at": at}
    )


def done(name: str, *, at: datetime) -> None:
    """Note that a job came to its end."""
    Job.objects.filter(name=name).update(done_at=at, failures=0, problem="")


def failed(name: str, error: Exception, *, says: bool, at: datetime) -> None:
    """Note that a job failed; `says`: its own words are made for this and name nobody."""
    problem = str(error) if says else faults.named(error)
    Job.objects.filter(name=name).update(failed_at=at, failures=F("failures") + 1, problem=problem[: faults.LONGEST])
