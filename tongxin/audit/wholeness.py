"""Whether the database is whole by its own account, and a uid or a code names one row: what rows are told apart by.

An index that does not fit its table gives queries other rows than those whose digests are computed. Two rows of one uid
have one digest wherever they are told of, and what points to the one may be pointed to the other.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from tongxin.audit import stored, truth
from tongxin.audit.outside import NAMED, Problem

TORN = _("数据库文件自身不完整，索引与数据表不符。请停用系统，从备份恢复，再重新核验（{said}）")
DOUBLED = _("不止一行用同一个标识，唯一约束被取消过。请停用系统，查明哪一行是原来的，从备份恢复，再重新核验")
ADRIFT = _("它指向的数据不存在，不是系统写入的。请停用系统，查明这一行，从备份恢复，再重新核验")
FILE = "sqlite"  # the place of what is wrong with the database file itself
FINE = "ok"
MOST = 10_000  # lines that SQLite says at most
# judged by `stored` and by digests
VALUES = re.compile("(CHECK constraint failed|(NULL|TEXT|NUMERIC|non-[A-Z]+) value) in ")


def torn() -> Problem | None:
    """Return what SQLite finds wrong when it compares every index with its table.

    PostgreSQL does not let anybody at its pages.
    """
    if connection.vendor != "sqlite":
        return None
    try:
        said = [line for line in _checked() if line != FINE and not VALUES.match(line)]
    except DatabaseError as error:
        said = [str(error)]
    return Problem(FILE, TORN.format(said=said[0].splitlines()[-1])) if said else None


def _checked() -> list[str]:
    """Return SQLite's own lines; what single values are is another question, and each other release asks more of it.

    Where as many lines come as are said at most, the rest may be anything: that is said first.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = 1")
        try:
            cursor.execute(f"PRAGMA integrity_check({MOST})")
            lines = [str(line) for (line,) in cursor.fetchall()]
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = 0")
    return [f"{MOST} lines", *lines] if len(lines) >= MOST else lines


def adrift() -> Iterator[Problem]:
    """Return rows that point to nothing.

    A question that goes by way of what is not there does not find them, others do.
    """
    rows = _adrift_on_sqlite() if connection.vendor == "sqlite" else _adrift()
    for model, key in islice(dict.fromkeys(rows), NAMED):
        own = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 -- as below
        name = next(stored.said_of(models.QuerySet(model).filter(pk=key), "uid" if "uid" in own else "pk"))
        yield Problem(truth.key_of(model._meta.label_lower, name), ADRIFT)  # noqa: SLF001 -- as below


def _adrift_on_sqlite() -> Iterator[tuple[type[models.Model], Any]]:
    """Return them of every table of ours: SQLite compares all keys at once."""
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}  # noqa: SLF001 -- as below
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        ours = ((tables[table], key) for table, key, _parent, _number in cursor if table in tables)
        yield from list(islice(ours, NAMED))  # what stands beside ours may be adrift a thousand times and hides nothing


def _adrift() -> Iterator[tuple[type[models.Model], Any]]:
    """Return them of what is vouched for: where a constraint was dropped nothing else compares the keys."""
    for model in dict.fromkeys(model for kind in truth.declared() for model in kind.models()):
        for field in (field for field in model._meta.concrete_fields if field.remote_field):  # noqa: SLF001 -- as below
            rows: models.QuerySet[Any] = models.QuerySet(model).exclude(**{field.attname: None})
            there: models.QuerySet[Any, Any] = models.QuerySet(field.related_model).filter(pk=OuterRef(field.attname))
            yield from ((model, key) for key in rows.exclude(Exists(there)).values_list("pk", flat=True)[:NAMED])


def doubled() -> Iterator[Problem]:
    """Return of each model that is told of by a uid or a code the first that stands on two rows."""
    for model, name in dict.fromkeys(name for kind in truth.declared() for name in kind.names()):
        rows: models.QuerySet[Any, Any] = models.QuerySet(model).order_by(name).values_list(name)
        twice = next(stored.said_of(rows.annotate(times=Count("pk")).filter(times__gt=1)[:1], name), None)
        if twice is not None:
            yield Problem(truth.key_of(model._meta.label_lower, twice), DOUBLED)  # noqa: SLF001 -- Django's public-in-practice Meta
