"""What every row that leaves the database has in common."""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState

from tongxin.core.ids import new_uid


class Row(models.Model):
    """A row with a short random `uid`, used wherever the row is named outside the database."""

    uid = models.CharField(max_length=12, unique=True, default=new_uid, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **_more: Any) -> Self:
        """Make a row of what was read, as Django does, without going through its constructor.

        Of all work on rows that is half.

        Nobody listens to rows being made, and no row has a constructor of its own: `core/tests/test_rows.py` holds
        both.
        """
        row = cls.__new__(cls)
        state = ModelState()
        state.adding, state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True), _state=state)
        return row
