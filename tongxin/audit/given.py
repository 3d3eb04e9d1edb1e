"""Whether a row that was just written reads as it was given.

What changes it on its way (a trigger) is not vouched for.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WHOLE_ROW = gettext_lazy("这一行")


class AlteredError(Exception):
    """The database holds something else than what the act gave it; the act is taken back."""

    def __init__(self, key: str, path: str) -> None:
        super().__init__(
            _(
                "写入数据库的与办理的内容不一致（%(key)s，%(path)s），没有办理。数据库里可能有会改动数据的触发器或规则，请系统管理员运行 tongxin check 查明。"
            )
            % {"key": key, "path": path}
        )


def altered(row: models.Model, paths: Iterable[str], read: Mapping[str, Any]) -> str | None:
    """Return the first of these facts that was read otherwise than it stands in memory; nothing when all agree."""
    return next((path for path in paths if _is_known(row, path) and _given(row, path) != read[path]), None)


def _is_known(row: models.Model, path: str) -> bool:
    """Say whether the fact stands in memory.

    Not deferred, no expression, of another row only what came along with it.
    """
    name, _sep, rest = path.partition("__")
    field = row._meta.get_field(name)  # noqa: SLF001 -- Django's public-in-practice Meta
    value = row.__dict__.get(field.attname, models.NOT_PROVIDED)  # type: ignore[union-attr]  # a column of its own
    if value is models.NOT_PROVIDED or hasattr(value, "resolve_expression"):
        return False
    return not rest or (rest == "uid" and (value is None or field.is_cached(row)))  # type: ignore[union-attr]  # as above


def _given(row: models.Model, path: str) -> Any:
    """Return a fact as the database would give it back: a day that was given as text is a day."""
    name, _sep, rest = path.partition("__")
    field: Any = row._meta.get_field(name)  # noqa: SLF001 -- as above
    if rest:
        return getattr(getattr(row, name), rest, None)
    value = row.__dict__[field.attname]
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=field.encoder), cls=field.decoder)
    return field.to_python(field.get_prep_value(value))
