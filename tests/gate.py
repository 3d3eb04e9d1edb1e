"""In CI nothing is left out.

A run with a skipped test fails, unless the test needs what only the workshop has (../shared).
"""

import os
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that writes reviewed files anew."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


def excused(reason: str) -> bool:
    """Say whether a skip is allowed in CI: it names ../shared, and that is not there."""
    return "../shared" in reason and not SHARED.exists()


def _left_out(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI"):
        return []
    reports: list[Any] = reporter.stats.get("skipped", [])
    reasons = [(r.nodeid, r.longrepr[2] if isinstance(r.longrepr, tuple) else str(r.longrepr)) for r in reports]
    return [f"{name}: {reason}" for name, reason in reasons if not excused(reason)]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a green run with skipped tests red."""
    if session.exitstatus == pytest.ExitCode.OK and _left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name what was left out."""
    if left := _left_out(terminalreporter.config):
        terminalreporter.section("in CI nothing may be skipped", red=True)
        for line in left:
            terminalreporter.line(line)
