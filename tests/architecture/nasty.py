"""What hostile or broken clients send, and the names under which our pages read anything: found in the source."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.architecture import source
from tests.architecture.addresses import Route
from tongxin.desks.declared import listings

VALUES = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "+1",
    "1.5",
    "1e9",
    "0x10",
    "²",
    "１２",
    "٣٤",
    "९",
    "99999999",
    "2147483648",
    "9" * 18,
    "9" * 19,
    "9" * 20,
    "9" * 400,
    "9" * 5000,
    "-" + "9" * 30,
    "NaN",
    "inf",
    "null",
    "true",
    "[]",
    "{}",
    "0001-01-01",
    "1899-12-31",
    "9999-12-31",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "2026-02-30",
    "2026-W01-1",
    "20260301",
    "0001-01-01.1",
    "9999-12-31.9",
    "2026-03-06." + "9" * 30,
    "-.1",
    "-." + "9" * 30,
    ".",
    "..",
    "a.b",
    "2026-03-06.",
    "\x00",
    "夜间\x00药房",
    "2026-03-06.\x00",
    "\ud800",
    "\ufffd\u202e\u200b",
    "%00",
    "%",
    "'",
    '"><script>alert(1)</script>',
    "' OR 1=1 --",
    "../../etc/passwd",
    "//evil.example",
    "\r\nSet-Cookie: a=b",
    "{{7*7}}",
    "_" * 3,
    "長" * 300,
    "x" * 20000,
)
SHORT = ("²", "9" * 19, "9" * 4400, "0001-01-01", "9999-12-31.9", "-." + "9" * 30, "夜间\x00药房", "'%\r\n")

_NAME = re.compile(r"[a-z][a-z_]{0,23}")
READS_ADDRESS = re.compile(r"\bGET\b|QueryDict|self\.data\b")
READS_LIST = re.compile(r"\bFilter\(")  # a declared list reads its filters from the address
READS_BODY = re.compile(r"\bPOST\b|forms\.|CountedText|_ask\(|TEXT_FIELDS|REPLY_FIELDS")


def _strings(path: Path, said: re.Pattern[str]) -> set[str]:
    """Return every name-like string of the functions and classes that read from a request."""
    text = path.read_text(encoding="utf-8")
    found = set()
    for node in ast.parse(text).body:
        part = ast.get_source_segment(text, node) or ""
        if not said.search(part):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and _NAME.fullmatch(inner.value):
                found.add(inner.value)
            if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                found.add(inner.target.id)
            if isinstance(inner, ast.Assign):
                found |= {target.id for target in inner.targets if isinstance(target, ast.Name)}
    return found


@cache
def names(module: str, *, body: bool = False) -> tuple[str, ...]:
    """Return the names that a view's module, and the forms beside it, may read from an address or from a body."""
    said = READS_BODY if body else READS_ADDRESS
    path = source.ROOT / (module.replace(".", "/") + ".py")
    if not path.exists():
        path = source.ROOT / module.replace(".", "/") / "__init__.py"
    if source.TONGXIN not in path.parents:
        return (
            ("next", "code", "login", "password", "remember", "oldpassword", "password1", "password2")
            if body
            else ("next", "code")
        )
    app = source.TONGXIN / path.relative_to(source.TONGXIN).parts[0]
    beside = [p for p in app.glob("*.py") if p.name == "forms.py" or "QueryDict" in p.read_text(encoding="utf-8")]
    beside += [app / "workflow.py"] if body and (app / "workflow.py").exists() else []
    found = set().union(*(_strings(p, said) for p in [path, *beside]))
    if not body and (app / "lists.py").exists():
        found |= _strings(app / "lists.py", READS_LIST)
    if module.startswith("tongxin.workflow") and body:
        found |= set().union(*(_strings(p, said) for p in source.TONGXIN.glob("*/workflow.py")))
    return tuple(sorted(name for name in found if _NAME.fullmatch(name)))


def asked_by(route: Route) -> tuple[str, ...]:
    """Return the names that may stand behind the question mark of a route's address."""
    return tuple(sorted({*names(route.module), *_asked_of_lists().get(route.name.removeprefix("api:list-"), ())}))


@cache
def _asked_of_lists() -> dict[str, set[str]]:
    """Return what the declarations of lists say may be asked of them, on their pages and by the interface."""
    common = {"q", "sort", "size", "after", "before"}
    return {one.name: common | {one.tab_name} | {narrowing.name for narrowing in one.filters} for one in listings()}


def said_to(route: Route) -> tuple[str, ...]:
    """Return the names that may stand in what is posted to a route."""
    return names(route.module, body=True)
