"""The frame itself: scripts that parse, tools that stay small, documents whose links and commands exist."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests import gate
from tests.architecture import source
from tongxin.cli import entrance
from tongxin.cli.exchange import OrBundle

sys.path.insert(0, str(source.ROOT / "tools"))
SCRIPTS = ("tools/setup", "tools/browser", "tools/postgres", ".ci/run")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
TARGET = re.compile(r"`make ([a-z-]+)|^make ([a-z-]+)", re.MULTILINE)


def documents() -> list[Path]:
    return [*source.ROOT.glob("*.md"), *(source.ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_parses_and_may_be_run(name: str) -> None:
    path = source.ROOT / name
    bash = shutil.which("bash") or "bash"
    assert subprocess.run([bash, "-n", path], check=False).returncode == 0  # noqa: S603 -- a script of ours
    assert path.stat().st_mode & 0o111


def test_every_tool_is_under_150_lines() -> None:
    sizes = {p.name: len(p.read_text(encoding="utf-8").splitlines()) for p in (source.ROOT / "tools").iterdir() if p.is_file()}
    assert {name: n for name, n in sizes.items() if n >= 150} == {}


def test_every_module_that_walks_further_when_asked_is_among_those_that_are_asked() -> None:
    """`make thorough` takes what is marked: a walk that reads the switch and has no mark would never be whole."""
    tests = [*(source.ROOT / "tests").rglob("test_*.py"), *source.TONGXIN.rglob("test_*.py")]
    said = {path: path.read_text(encoding="utf-8") for path in tests if path != Path(__file__)}
    reading = {source.name(path) for path, text in said.items() if re.search(r"\b(THOROUGH|some_of)\b", text)}
    assert {source.name(path) for path, text in said.items() if "pytest.mark.thorough" in text} == reading


SKIPS = re.compile(r"pytest\.skip\(|mark\.skip|importorskip\(")
MAY_SKIP = {"tests/chromium.py": "a machine without Chromium; where nothing may be skipped it is installed"}


def test_no_test_is_skipped_but_where_only_shared_data_would_do() -> None:
    """A run in which a test was left out is red (tests/gate.py).

    A test that is for one database says what holds on the other.
    """
    lines = [
        (source.name(path), line)
        for path in [*(source.ROOT / "tests").rglob("*.py"), *source.TONGXIN.rglob("tests/**/*.py")]
        for line in path.read_text(encoding="utf-8").splitlines()
        if SKIPS.search(line) and path not in {Path(__file__), Path(gate.__file__)}
    ]
    assert [said for said in lines if "../shared" not in said[1] and said[0] not in MAY_SKIP] == []


def test_links_in_documents_lead_somewhere() -> None:
    dead = [
        f"{source.name(path)}: {link}"
        for path in documents()
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if not link.startswith(("http://", "https://", "mailto:")) and not (path.parent / link).exists()
    ]
    assert dead == []


def test_commands_named_in_documents_exist() -> None:
    there = set(re.findall(r"^([a-z-]+):", (source.ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {a or b for path in documents() for a, b in TARGET.findall(path.read_text(encoding="utf-8"))}
    assert named - there == set()


def commands(group: click.Group = entrance.tongxin, before: str = "tongxin") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words it is called by."""
    asked = click.Context(group)
    for name in group.list_commands(asked):
        command = group.get_command(asked, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        elif command is not None:
            yield f"{before} {name}", command
        if isinstance(command, OrBundle):
            yield f"{before} {name} bundle", command.bundle


def test_every_command_and_option_stands_in_the_operations() -> None:
    """The table of commands is complete and names nothing that is not there."""
    text = (source.ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("## Commands")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(tongxin [a-z -]+)` \| (.*) \|$", text, re.MULTILINE))
    written = {name: set(re.findall(r"`(-[-a-z]+)", said)) for name, said in rows.items()}
    there = {
        name: {max(p.opts, key=len) for p in command.params if isinstance(p, click.Option) and not p.hidden}
        for name, command in commands()
    }
    assert written == there


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("open /root/notes", True),  # paths-ok
        ("see /home/somebody/tongxin", True),  # paths-ok
        ("https://example.org/home/page/", False),
        ("a route like /members/home/", False),
    ],
)
def test_machine_paths_are_found(line: str, *, found: bool) -> None:
    import check

    assert (check.MACHINE_PATHS.search(line) is not None) is found


def test_in_ci_only_what_needs_the_workshop_may_be_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gate, "SHARED", tmp_path / "absent")
    assert gate.excused("needs ../shared/data")
    assert not gate.excused("there is no Chromium on this machine")
    monkeypatch.setattr(gate, "SHARED", tmp_path)
    assert not gate.excused("needs ../shared/data")
