"""What the form that ends a duty is sent."""

from datetime import date

from django.utils import timezone


def ending(on: date | None = None) -> dict[str, str]:
    """Return day and reason; today, unless a day is given."""
    return {"on": (on or timezone.localdate()).isoformat(), "reason": "工作调动"}
