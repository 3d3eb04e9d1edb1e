"""Every act that vouches for a row asked first whether it still was what had been said of it, or made the row itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.architecture import source

ASKING = {"sound", "intact"}
NAMING = {"proves", "shortened"}  # as keywords of a call
LEFT = "event_proves"  # what a setter leaves for the engine
FRESH = {"New"}  # a row that the act made: truth.New

HANDED_ON = {
    "tongxin/members/actions.py:_record": "each act of this module hands in what it asked about",
    "tongxin/audit/erasing.py:erase": "who erases hands in what he asked about, with `shortened`",
    "tongxin/privacy/actions.py:_record": "each app's erasure hands in what it asked about, in `Erased`",
}


@dataclass
class Function:
    """What one function assigns to which name, and whether it asks."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)

    @classmethod
    def of(cls, node: ast.FunctionDef | ast.AsyncFunctionDef) -> "Function":
        made = cls(node)
        for step in ast.walk(node):
            if isinstance(step, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and step.value is not None:
                targets = step.targets if isinstance(step, ast.Assign) else [step.target]
                for target in targets:
                    made._take(target, step.value)
            elif isinstance(step, ast.comprehension):
                made._take(step.target, step.iter)
        return made

    def _take(self, target: ast.expr, value: ast.expr) -> None:
        """Note what a name holds: of two assigned side by side each its own."""
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, said in zip(target.elts, value.elts, strict=True):
                self._take(one, said)
            return
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                self.assigned.setdefault(name.id, []).append(value)


def called(node: ast.AST) -> set[str]:
    """Return the names of what is called somewhere in there."""
    calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in calls if isinstance(f, (ast.Attribute, ast.Name))}


def is_asked(value: ast.expr, own: Function, asking: set[str], seen: frozenset[str] = frozenset()) -> bool:
    """Say whether all that is vouched for here was asked about, or is made anew."""
    if isinstance(value, (ast.List, ast.Tuple)):
        return all(is_asked(one, own, asking, seen) for one in value.elts)
    if isinstance(value, ast.Starred):
        return is_asked(value.value, own, asking, seen)
    if called(value) & (asking | FRESH):
        return True
    if isinstance(value, ast.IfExp):
        both = is_asked(value.body, own, asking, seen) and is_asked(value.orelse, own, asking, seen)
        return both or mentions(value.test, own, asking, seen)
    held = [each.iter for each in value.generators] if isinstance(value, ast.ListComp) else [value]
    return isinstance(value, (ast.Name, ast.ListComp)) and any(mentions(one, own, asking, seen) for one in held)


def mentions(value: ast.expr, own: Function, asking: set[str], seen: frozenset[str]) -> bool:
    """Say whether a name in there holds, each time it is assigned, what was asked about."""
    if called(value) & asking:
        return True
    names = {name.id for name in ast.walk(value) if isinstance(name, ast.Name)} - seen
    return any(
        all(is_asked(said, own, asking, seen | {name}) for said in own.assigned[name]) for name in names if name in own.assigned
    )


def named(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Return everything that a function gives to be vouched for."""
    for step in ast.walk(node):
        if isinstance(step, ast.Call):
            yield from (word.value for word in step.keywords if word.arg in NAMING)
        elif isinstance(step, ast.Assign) and any(isinstance(t, ast.Attribute) and t.attr == LEFT for t in step.targets):
            yield step.value


def unasked(path: Path) -> Iterator[str]:
    """Return the functions of a module that vouch for what they did not ask about."""
    functions = list(source.functions(path))
    asking = ASKING | {f.name for f in functions if called(f) & ASKING}
    for function in functions:
        own = Function.of(function)
        if not all(is_asked(value, own, asking) for value in named(function)):
            yield f"{source.name(path)}:{function.name}"


def test_every_act_asks_before_it_vouches() -> None:
    assert {found for path in source.modules() for found in unasked(path)} == set(HANDED_ON)


def written(tmp_path: Path, text: str) -> bool:
    path = tmp_path / "acts.py"
    path.write_text(text, encoding="utf-8")
    [function] = [f for f in source.functions(path) if f.name == "act"]
    asking = ASKING | {f.name for f in source.functions(path) if called(f) & ASKING}
    return all(is_asked(value, Function.of(function), asking) for value in named(function))


def test_the_question_is_seen_where_it_is_asked_and_nowhere_else(tmp_path: Path) -> None:
    asked = (
        "def act(row): found = audit.sound([row]); record(proves=found)",
        "def act(row): day, fine = 1, audit.intact(row); record(proves=[row] if fine else ())",
        "def act(row): record(proves=[New(row)])",
        "def act(row): record(proves=[Saved(row) for _one in audit.sound([row])])",
        "def ask(row): return audit.sound([row])\ndef act(row): a, b = ask(row); record(proves=[*b])",
        "def act(row): row.event_proves = audit.sound([row])",
    )
    not_asked = (
        "def act(row): record(proves=[row])",
        "def act(row): audit.sound([row]); record(proves=[row])",
        "def act(row): fine = audit.sound([row]); record(proves=[*fine, row])",
        "def act(row): day, fine = [row], audit.sound([row]); record(proves=day)",
        "def act(row): found = audit.sound([row]); found = [row]; record(proves=found)",
        "def act(row): row.event_proves = [row]",
        "def act(row): record(proves=[Saved(row)])",
    )
    assert [text for text in asked if not written(tmp_path, text)] == []
    assert [text for text in not_asked if written(tmp_path, text)] == []
