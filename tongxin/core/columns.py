"""What the database itself computes columns from.

Each in a form that every database keeps, without functions of ours.
"""

from typing import Any

from django.db import models


class DayHere(models.Func):
    """The day on which a stored moment lies in China: eight hours ahead of the kept time all year round.

    Django's own `TruncDate` stands on a function that only its connections to SQLite know: no copy, no repair could
    write a row then. PostgreSQL keeps in a column only what does not depend on the session, so the zone is named.
    """

    arity = 1
    output_field = models.DateField()
    template = "(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Say it with SQLite's own function."""
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '+8 hours')", **context)
