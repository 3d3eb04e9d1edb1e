"""Size is not bought with density: lines that are too long and `fmt: skip` are counted, and never become more."""

import re

from tests.architecture import source

PYTHON, TEMPLATE = 120, 160  # signs of a line
FOR_TOOLS = re.compile(r"\s+# (noqa|type: ignore)\b.*")  # an exemption stands with its reason in the line that it is for
TREES = ("tongxin", "tests", "bench", "tools", "config")
# How many there were when somebody looked last: whoever makes one less says so here.
COUNTED = {"python": 1736, "templates": 417, "skips": 153}


def _lines(ending: str) -> list[str]:
    paths = [path for tree in TREES for path in (source.ROOT / tree).rglob(f"*{ending}") if "migrations" not in path.parts]
    return [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def test_lines_that_are_too_long_and_tables_that_are_not_formatted_become_fewer() -> None:
    python, templates = _lines(".py"), _lines(".html")
    mark = "# fmt: " + "skip"
    assert {
        "python": sum(len(FOR_TOOLS.sub("", line)) > PYTHON for line in python),
        "templates": sum(len(line) > TEMPLATE for line in templates),
        "skips": sum(mark in line for line in python),
    } == COUNTED
