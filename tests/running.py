"""How a run goes: what takes longest begins first, so that no processor waits for another at the end, and a failure is shown when it happens."""

import gc
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent  # the walks, the browser and the faults
LONG = {"backups", "demo"}  # apps whose tests start processes or make whole worlds
EMPTYING = {"transactional_db", "live_server"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first, among those that leave the database alike.

    Pytest-django keeps who empties it behind the others.
    """
    kinds = [_leaves(item) for item in items]
    first_seen = {kind: place for place, kind in reversed(list(enumerate(kinds)))}
    items.sort(key=lambda item: (first_seen[_leaves(item)], _haste(item)))


def _leaves(item: pytest.Item) -> str:
    """Say how a test leaves the database."""
    marker, fixtures = item.get_closest_marker("django_db"), set[str](getattr(item, "fixturenames", []))
    if (marker is not None and marker.kwargs.get("transaction")) or EMPTYING & fixtures:
        return "empty"
    return "as it was" if marker is not None or "db" in fixtures else "not asked"


def _haste(item: pytest.Item) -> int:
    """Say how soon a test should begin."""
    if item.get_closest_marker("thorough") is not None:
        return 0
    return 1 if HERE in item.path.parents else 2 if LONG & set(item.path.parts) else 3


class ShownAtOnce:
    """Shows a failure when it happens; pytest itself tells all of them at the end."""

    def __init__(self, reporter: Any) -> None:
        self.reporter = reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write what failed."""
        if report.failed:
            self.reporter.ensure_newline()
            self.reporter.write_sep("_", f"{report.nodeid} ({report.when})", red=True)
            report.toterminal(self.reporter._tw)


def pytest_collection_finish() -> None:
    """Look less often for what may be thrown away, and never among what was loaded: it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Show failures where there is a terminal: a process that works for another has none."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        config.pluginmanager.register(ShownAtOnce(reporter), "shown-at-once")
