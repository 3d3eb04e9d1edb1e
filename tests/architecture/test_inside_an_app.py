"""Inside a matter a module imports only what stands below it in the closed list, whatever the app is called."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import source

RANK = {name: place for place, row in enumerate(source.ORDER) for name in row}


def rank(module: str) -> float:
    """Return how far down a module stands; what one app has besides stands below the one that is named for it."""
    above = source.BELOW.get(module)
    if above is None:
        return RANK[module]
    among = [name for name, other in source.BELOW.items() if other == above]
    return RANK[above] + (0.5 if above == "workflow" else (1 + among.index(module)) / (1 + len(among)))


def imported(path: Path, app: str) -> Iterator[str]:
    """Yield the modules of its own app that a module imports, wherever in it that stands."""
    inside = f"tongxin.{app}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" if node.module == inside else str(node.module) for alias in node.names]
        else:
            continue
        yield from (name.split(".")[2] for name in names if name.startswith(f"{inside}."))


def module_of(path: Path, app: str) -> str:
    """Return the module of the list to which a file belongs: a package is one."""
    return path.relative_to(source.TONGXIN / app).parts[0].removesuffix(".py")


def upward(files: dict[Path, str], app: str) -> list[str]:
    """Name what imports something beside or above itself."""
    found = []
    for path, module in files.items():
        if module not in {"apps", "__init__", "templatetags", "management"}:
            others = {other for other in imported(path, app) if other != module}
            found += [f"{source.name(path)} imports {other}" for other in sorted(others) if rank(other) <= rank(module)]
    return found


@pytest.mark.parametrize("app", source.matters())
def test_a_module_imports_only_what_stands_below_it(app: str) -> None:
    files = {path: module_of(path, app) for path in source.modules() if path.is_relative_to(source.TONGXIN / app)}
    assert upward(files, app) == []


def test_matters_are_found_by_their_layer() -> None:
    assert {"members", "proposals", "handling"} <= set(source.matters())
    assert not set(source.matters()) & {"site", "api", "privacy"}


def test_an_import_of_what_stands_above_is_seen() -> None:
    path = source.TONGXIN / "proposals" / "workflow.py"
    assert upward({path: "choices"}, "proposals") != []
