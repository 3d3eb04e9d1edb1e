"""What every row that leaves the database has in common."""

from django.db import models

from tongxin.core.ids import new_uid


class Row(models.Model):
    """A row with a short random `uid`, used wherever the row is named outside the database."""

    uid = models.CharField(max_length=12, unique=True, default=new_uid, editable=False)

    class Meta:
        abstract = True
