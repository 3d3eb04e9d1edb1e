"""What takes longest begins first, and a failure is shown when it happens."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import running

ROOT = Path(__file__).resolve().parents[1]


def item(path: str, *fixtures: str, **marks: Any) -> Any:
    """Return what stands in for a test."""
    found = {name: SimpleNamespace(kwargs=said) for name, said in marks.items()}
    return SimpleNamespace(path=ROOT / path, fixturenames=fixtures, get_closest_marker=found.get, name=path)


def test_the_long_ones_begin_and_who_empties_the_database_comes_behind_who_leaves_it() -> None:
    short, copies = item("tongxin/ui/tests/test_forms.py", "db"), item("tongxin/backups/tests/test_bundles.py", "db")
    walk, browser = item("tests/leaks/test_leaks.py", "db", thorough={}), item("tests/browser/test_filing.py", "live_server")
    emptying, pure = (
        item("tongxin/ui/tests/test_browser.py", django_db={"transaction": True}),
        item("tongxin/core/tests/test_ids.py"),
    )
    faults = item("tests/faults/test_kills.py")
    items = [short, copies, walk, emptying, browser, pure, faults]
    running.pytest_collection_modifyitems(items)
    assert [one.name for one in items] == [one.name for one in (walk, copies, short, browser, emptying, faults, pure)]


def test_a_failure_is_shown_when_it_happens(request: pytest.FixtureRequest) -> None:
    said: list[str] = []
    reporter = SimpleNamespace(ensure_newline=lambda: None, write_sep=lambda _sep, title, **_how: said.append(title), _tw=None)
    shown = running.ShownAtOnce(reporter)
    for failed in (False, True):
        report = SimpleNamespace(
            failed=failed, nodeid="a::b", when="call", toterminal=lambda _writer: said.append("assert 1 == 2")
        )
        shown.pytest_runtest_logreport(report)  # type: ignore[arg-type]
    assert said == ["a::b (call)", "assert 1 == 2"]
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    assert request.config.pluginmanager.has_plugin("shown-at-once") is (terminal is not None)
