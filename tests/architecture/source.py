"""The repository as the architecture tests read it: its apps, modules, functions and templates."""

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TONGXIN = ROOT / "tongxin"


# The modules of an app from top to bottom, each row importing only what stands below it; those on one row are
# strangers.
ORDER: tuple[tuple[str, ...], ...] = (
    ("urls",),
    ("views", "api"),
    ("lists",),
    ("drafts",),
    ("forms",),
    ("tasks",),
    ("desk",),
    ("notices", "papers", "sheets", "privacy"),
    ("workflow",),
    ("actions",),
    ("queries",),
    ("regulations",),
    ("rules",),
    ("events",),
    ("models",),
    ("choices",),
)
CLOSED_LIST = {name for row in ORDER for name in row} | {"admin", "apps", "__init__"}
# What stands in the order besides in one app: below which of these.
BELOW = {"pages": "desk", "merging": "workflow", "correcting": "workflow", "closing": "actions"} | dict.fromkeys(
    ("consequences", "acting", "carrying", "joining", "capacities"), "rules"
)
# Foundations that have names of their own, and the doors of the whole; every other app holds modules of the closed list
# only.
OF_THEIR_OWN = {"core", "access", "ui", "texts", "sheets", "accounts", "audit", "workflow", "backups", "demo", "cli"}


def layers() -> list[set[str]]:
    """Return the layers of the import contract, from top to bottom: the one place where the order is written."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", encoding="utf-8")
    lines = contract["importlinter:contract:direction"]["layers"].split("\n")
    return [set(re.findall(r"\w+", line)) for line in lines if line.strip()]


def depth(app: str) -> int:
    """Return how far down an app stands."""
    return next(n for n, layer in enumerate(layers()) if app in layer)


def apps() -> list[str]:
    """Return the apps that exist."""
    return sorted(path.parent.name for path in TONGXIN.glob("*/__init__.py"))


def by_the_list() -> list[str]:
    """Return the apps that hold modules of the closed list."""
    return [app for app in apps() if app not in OF_THEIR_OWN]


def matters() -> list[str]:
    """Return the apps that hold to the order of modules.

    The matters, with who takes part in them and what joins them.
    """
    between = range(depth("site") + 1, depth("members") + 1)
    return [app for app in apps() if depth(app) in between]


def modules(*, tests: bool = False) -> list[Path]:
    """Return the product's modules, without migrations."""
    found = (p for p in TONGXIN.rglob("*.py") if "migrations" not in p.parts)
    return sorted(p for p in found if tests or "tests" not in p.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return every function of a module, nested ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring."""
    body = function.body
    spoken = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str)
    docstring = (body[0].end_lineno or 0) - body[0].lineno + 1 if spoken else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def templates() -> list[Path]:
    """Return the product's templates."""
    return sorted(p for p in TONGXIN.rglob("templates/**/*.html"))


def name(path: Path) -> str:
    """Return a path as people write it."""
    return path.relative_to(ROOT).as_posix()
