"""What stands in the database on our tables and is not ours.

Whatever changes a row while a lawful act writes or reads it.

We make tables and indexes, nothing else. A trigger that turns each new rating into another would be vouched for with
it.
"""

from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from tongxin.audit import layout

TRIGGER = _("数据表上有不是系统建立的触发器，会在办理时改动数据。请查明是谁建的，做好备份，删除它，再重新核验")
RULE = _("数据表上有不是系统建立的规则，会改变读写的内容。请查明是谁建的，做好备份，删除它，再重新核验")
NO_TABLE = _("应为数据表的是视图或者其他对象。请停用系统，查明是谁改的，从备份恢复这张表，再重新核验")
ALTERED = _("数据表或者索引不是系统建立的样子，约束可能被取消。请停用系统，查明是谁改的，从备份恢复，再重新核验")
UNKNOWN = _("数据库里有不是系统建立的对象，可能改动数据或者混进读出的数据。请查明是谁建的，做好备份，删除它，再重新核验")
HEIR = _("有不是系统建立的表挂在数据表下面，会混进读出的数据。请查明是谁建的，做好备份，解除继承，再重新核验")

POSTGRESQL = """
WITH ours AS (
  SELECT oid, relname, relkind, relrowsecurity FROM pg_class
  WHERE relname = ANY(%s) AND relkind <> 'i' AND relnamespace = ANY(SELECT unnest(current_schemas(false))::regnamespace)
)
SELECT 'trigger', relname, tgname::text FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal
UNION ALL SELECT 'rule', relname, rulename::text FROM ours JOIN pg_rewrite ON ev_class = ours.oid WHERE rulename <> '_RETURN'
UNION ALL SELECT 'rule', relname, 'row security' FROM ours WHERE relrowsecurity
UNION ALL SELECT 'table', relname, relname::text FROM ours WHERE relkind NOT IN ('r', 'p')
UNION ALL SELECT 'heir', ours.relname, heir.relname::text FROM ours JOIN pg_inherits ON inhparent = ours.oid
  JOIN pg_class heir ON heir.oid = inhrelid WHERE NOT heir.relispartition
ORDER BY 1, 2, 3
"""


class Stranger(NamedTuple):
    """On which table something stands, its name, and what is to be done."""

    table: str
    name: str
    reason: Any


def strangers() -> list[Stranger]:
    """Return everything of that sort."""
    if connection.vendor == "sqlite":
        return [_on_sqlite(entry) for entry in layout.odd()]
    tables = {*connection.introspection.django_table_names(), "django_migrations"}
    with connection.cursor() as cursor:
        cursor.execute(POSTGRESQL, [sorted(tables)])
        reasons = {"trigger": TRIGGER, "rule": RULE, "table": NO_TABLE, "heir": HEIR}
        return [Stranger(table, name, reasons[what]) for what, table, name in cursor.fetchall()]


def _on_sqlite(entry: layout.Entry) -> Stranger:
    """Say what one thing is.

    A trigger, something in place of a table of ours, a table or an index of another make, or neither.
    """
    if entry.sql.upper().startswith("CREATE TRIGGER"):
        return Stranger(entry.table, entry.name, TRIGGER)
    own = layout.made().get(entry.name)
    if own is None:
        return Stranger(entry.table, entry.name, UNKNOWN)
    if own.kind == "table" and not entry.sql.upper().startswith("CREATE TABLE"):
        return Stranger(entry.table, entry.name, NO_TABLE)
    return Stranger(entry.table, entry.name, ALTERED)
