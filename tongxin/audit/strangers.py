"""What stands in the database on our tables and is not ours: whatever changes a row while a lawful act writes or reads it.

We make tables and indexes, nothing else. A trigger that turns each new rating into another would be vouched for with it.
"""

from typing import NamedTuple

from django.db import connection

TRIGGER = "数据表上有不是系统建立的触发器，会在办理时改动数据。请查明是谁建的，做好备份，删除它，再重新核验"
RULE = "数据表上有不是系统建立的规则，会改变读写的内容。请查明是谁建的，做好备份，删除它，再重新核验"
NO_TABLE = "应是数据表的地方是视图或者别的东西。请停用系统，查明是谁改的，从备份恢复这张表，再重新核验"
HEIR = "有不是系统建立的表挂在数据表下面，会混进读出的数据。请查明是谁建的，做好备份，解除继承，再重新核验"

SQLITE = """
SELECT type, tbl_name, name FROM sqlite_master
WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%' ORDER BY type, tbl_name, name
"""
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
    reason: str


def strangers() -> list[Stranger]:
    """Return everything of that sort."""
    tables = {*connection.introspection.django_table_names(), "django_migrations"}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(SQLITE)
            made = [_on_sqlite(what, table, name, tables) for what, table, name in cursor.fetchall()]
            return [stranger for stranger in made if stranger is not None]
        cursor.execute(POSTGRESQL, [sorted(tables)])
        reasons = {"trigger": TRIGGER, "rule": RULE, "table": NO_TABLE, "heir": HEIR}
        return [Stranger(table, name, reasons[what]) for what, table, name in cursor.fetchall()]


def _on_sqlite(what: str, table: str, name: str, tables: set[str]) -> Stranger | None:
    """Say what one thing is: the file is ours alone, so every trigger counts, and a view or virtual table in place of one of ours."""
    if what == "trigger":
        return Stranger(table, name, TRIGGER)
    return Stranger(table, name, NO_TABLE) if name.lower() in tables else None
