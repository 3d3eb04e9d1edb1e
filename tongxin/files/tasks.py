"""The nightly clearing of uploads that belong to nothing."""

from django.utils import timezone
from django_tasks import task

from tongxin.files import actions


@task()
def clear_orphans() -> int:
    """Remove uploads that belong to nothing since a day."""
    return actions.clear_orphans(at=timezone.now())
