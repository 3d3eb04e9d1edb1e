"""Who may read a file: whoever may see what it belongs to; until it belongs to something, only its uploader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import allowed, grant
from tongxin.access.predicates import is_signed_in, predicate


@dataclass(frozen=True)
class Holder:
    """A model whose rows hold files, with the permission that opens them, asked about `subject(row)`."""

    model: type[models.Model]
    permission: str
    subject: Callable[[Any], Any]
    field: str
    related: tuple[str, ...]


HOLDERS: list[Holder] = []


def register_owner(
    model: type[models.Model],
    permission: str,
    *,
    subject: Callable[[Any], Any] = lambda row: row,
    field: str = "file",
    related: tuple[str, ...] = (),
) -> None:
    """Say that rows of `model` hold files in `field`, readable by whoever has `permission` on `subject(row)`.

    A model may be registered more than once: any one of its permissions opens the file.
    """
    HOLDERS.append(Holder(model, permission, subject, field, related))


def holding_rows(file: Any) -> list[tuple[Holder, Any]]:
    """Return what holds a file, each with the register's line."""
    found, kept = [], {}
    for holder in HOLDERS:
        key = (holder.model, holder.field)
        if key not in kept:
            rows = holder.model._default_manager.select_related(*holder.related)  # noqa: SLF001
            kept[key] = rows.filter(**{holder.field: file}).first()
        if kept[key] is not None:
            found.append((holder, kept[key]))
    return found


@predicate
def may_read_it(actor: Any, file: Any) -> bool:
    """Somebody who may see what the file belongs to; its uploader while it belongs to nothing."""
    held = holding_rows(file)
    if not held:
        return bool(actor.is_authenticated and file.owner_id == actor.pk)
    return any(allowed(actor, holder.permission, holder.subject(row)) for holder, row in held)


PERMISSIONS = {"files.download": (_("能查看提案等材料的人可以下载其中的附件"), is_signed_in & may_read_it)}
grant(PERMISSIONS)
