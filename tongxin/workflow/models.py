"""What every row with a lifecycle has in common: a state that only `perform` may move."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models

from tongxin.core.models import Row


class StateIsMovedByPerformError(Exception):
    """Somebody tried to write `state` past the engine. No event, no move."""


class StatefulQuerySet(models.QuerySet[Any]):
    """A queryset that refuses to write `state`."""

    def update(self, **values: Any) -> int:
        if "state" in values:
            raise StateIsMovedByPerformError
        return super().update(**values)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        if "state" in fields:
            raise StateIsMovedByPerformError
        return super().bulk_update(objs, fields, batch_size)


class Stateful(Row):
    """A row whose `state` is what its last event says."""

    read_as: ClassVar[tuple[str, ...]] = ()  # fields that must still be as they were when the guards looked at them

    state = models.CharField(max_length=24, editable=False)

    objects = StatefulQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **more: Any) -> Any:
        row = super().from_db(db, field_names, values, **more)
        row.__dict__["_loaded_state"] = row.__dict__.get("state")
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the fields. Raises StateIsMovedByPerformError when `state` was touched, or on a new row not begun."""
        expected = self.__dict__.get("_loaded_state")
        if "state" in self.__dict__ and self.state != expected:
            raise StateIsMovedByPerformError
        super().save(*args, **kwargs)


def move(subject: Stateful, *, source: str, target: str, values: Mapping[str, Any]) -> bool:
    """Compare and set: write the state and `values` if the row still is as it was read. For the engine alone."""
    read = {name: getattr(subject, name) for name in subject.read_as}
    rows: models.QuerySet[Any] = models.QuerySet(type(subject)).filter(pk=subject.pk, state=source, **read)
    if not rows.update(state=target, **values):
        return False
    for name, value in {**values, "state": target}.items():
        setattr(subject, name, value)
    subject.__dict__["_loaded_state"] = target
    return True


def add(subject: Stateful, *, state: str) -> None:
    """Insert a new row in its first state. For the engine alone."""
    subject.state = state
    subject.__dict__["_loaded_state"] = state
    subject.save(force_insert=True)
