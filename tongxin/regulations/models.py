"""Local rules as dated data: in force from a day until the next version; never changed once adopted."""

from typing import Any, Never

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees.models import Committee
from tongxin.core.models import Row

GIVES_UP = "gives_up"  # in a body, beside the keys of the schema: what a version hands back to the committee above


class AdoptedError(Exception):
    """Somebody tried to change an adopted regulation; adopt a new version instead."""


class Regulation(Row):
    """One adopted version of one kind. Without a committee it is the national default of the library."""

    committee = models.ForeignKey(Committee, null=True, on_delete=models.PROTECT, related_name="regulations")
    kind = models.CharField(_("种类"), max_length=40)
    effective_from = models.DateField(_("施行日期"))
    title = models.CharField(_("依据"), max_length=120)
    article = models.CharField(_("条款"), max_length=120, blank=True)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    link = models.CharField(_("出处"), max_length=200, blank=True)
    note = models.TextField(_("说明"), blank=True)
    body = models.JSONField(_("内容"))
    adopted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["committee", "kind", "effective_from"], name="regulation_once"),
            models.UniqueConstraint(
                fields=["kind", "effective_from"], condition=Q(committee=None), name="regulation_national_once"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="regulation_has_reference"),
        ]

    def __str__(self) -> str:
        return gettext("%(title)s（%(effective_from)s 起）") % {
            "title": self.title,
            "effective_from": f"{self.effective_from:%Y-%m-%d}",
        }

    @property
    def version(self) -> str:
        """Name this version the way events pin it: YX:handling.deadlines:2026-01-01."""
        return f"{self.committee.code if self.committee else '*'}:{self.kind}:{self.effective_from.isoformat()}"

    @property
    def says(self) -> dict[str, Any]:
        """Return the keys that this version rules: those that change."""
        return {key: value for key, value in self.body.items() if key != GIVES_UP}

    @property
    def gives_up(self) -> list[str]:
        """Return the keys that this version no longer rules itself: from its day on the committee above does."""
        return list(self.body.get(GIVES_UP, ()))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adopt. Raises AdoptedError on any later change."""
        if self.pk is not None:
            raise AdoptedError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> Never:
        raise AdoptedError
