"""What apps declare in their `desk.py`, `lists.py` and `drafts.py`. Nothing central lists the apps that have one."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import apps

HOUSE = "tongxin."


@cache
def _modules(module: str) -> tuple[ModuleType, ...]:
    names = [f"{config.name}.{module}" for config in apps.get_app_configs() if config.name.startswith(HOUSE)]
    return tuple(import_module(name) for name in names if find_spec(name) is not None)


def declared(name: str) -> Iterator[Any]:
    """Yield what the apps' `desk.py` hold under a name (MENU, QUEUES, OBJECTS and so on), app after app from below."""
    for module in _modules("desk"):
        yield from getattr(module, name, ())


def listings() -> Iterator[Any]:
    """Yield the lists that the apps' `lists.py` declare (LISTS)."""
    for module in _modules("lists"):
        yield from module.LISTS


def drafts() -> Iterator[Any]:
    """Yield the long texts that the apps' `drafts.py` declare (DRAFTS)."""
    for module in _modules("drafts"):
        yield from module.DRAFTS
