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


def off(name: str, *, why: str) -> None:
    """Note that a job is switched off here: of it nothing was ever done, so nothing says when."""
    Job.objects.filter(name=name).update(done_at=None, failed_at=None, failures=0, problem=why[: faults.LONGEST])


def failed(name: str, error: Exception, *, at: datetime) -> None:
    """Note that a job failed: in its own words where they are made for this."""
    problem = str(error) if isinstance(error, faults.SaidError) else faults.named(error)
    Job.objects.filter(name=name).update(failed_at=at, failures=F("failures") + 1, problem=problem[: faults.LONGEST])
