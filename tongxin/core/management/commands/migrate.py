"""Django's `migrate`, which may make the database where there is none; no other of its commands may."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from tongxin.core import database


class Command(Migrate):
    """Bring the schema up to date, in a new database too."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Migrate; the checks that come before it ask the database already."""
        database.allow_making()
        return super().execute(*args, **options)
