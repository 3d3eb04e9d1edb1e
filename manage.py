#!/usr/bin/env python
"""Django's own commands; people use `tongxin …`."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from tongxin.core.database import NotThereError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if not isinstance(error.__cause__, NotThereError):
            raise
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
