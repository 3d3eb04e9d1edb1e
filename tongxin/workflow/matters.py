"""An app that declares itself: the modules in which it does are read at start, and none of them is listed."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig

REGISTERING = ("events", "rules", "notices", "privacy", "regulations", "sheets", "workflow")


class Matter(AppConfig):
    """Reads the modules by which an app declares itself, as far as it has them."""

    default = False  # each app has its own

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.default = True

    def ready(self) -> None:
        """Read them; then tell of each lifecycle what its app left to the table."""
        for module in REGISTERING:
            if find_spec(f"{self.name}.{module}") is not None:
                import_module(f"{self.name}.{module}")
        from tongxin.workflow.telling import tell_of  # noqa: PLC0415 -- needs the models

        tell_of(self.label)
