"""What a step has to tell goes by arguments and returns: no act hangs anything on a row that is not a column of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from tests.architecture import source


def declared() -> set[str]:
    """Return the names of all columns and relations of our models, and the keys behind relations."""
    names = {"pk"}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            names |= {field.name, getattr(field, "attname", field.name), getattr(field, "get_accessor_name", lambda: "")() or ""}
    return names


def hung(path: Path, columns: set[str]) -> Iterator[str]:
    """Return the assignments of a module to what is no column of a row.

    An object's own in its methods are its affair.
    """
    for function in source.functions(path):
        for step in ast.walk(function):
            if _hangs(step, columns):
                yield f"{function.name}: {ast.unparse(step)}"


def _hangs(step: ast.AST, columns: set[str]) -> bool:
    if isinstance(step, ast.Attribute) and isinstance(step.value, ast.Name):
        is_own = step.value.id in {"self", "cls"}
        return isinstance(step.ctx, ast.Store) and not is_own and step.attr not in columns
    if isinstance(step, ast.Subscript):
        return isinstance(step.ctx, ast.Store) and ast.unparse(step.value).endswith(".__dict__")
    if isinstance(step, ast.Call) and ast.unparse(step.func) == "setattr":
        return isinstance(step.args[1], ast.Constant) and step.args[1].value not in columns
    return False


def is_of_writes(path: Path) -> bool:
    """Say whether a module writes rows: actions and tables of the apps, and the engine with its rows."""
    if path.parent.name == "workflow":
        return path.stem in {"engine", "models"}
    return bool({path.stem, path.parent.name} & {"actions", "workflow"})


KEPT = {
    "tongxin/workflow/models.py:move: subject.__dict__['_loaded_state']": "the state that `save` compares with",
    "tongxin/workflow/models.py:add: subject.__dict__['_loaded_state']": "the state that `save` compares with",
    "tongxin/workflow/models.py:from_db: row.__dict__['_loaded_state']": "the state that `save` compares with",
}


def test_no_act_hangs_anything_on_a_row() -> None:
    columns = declared()
    found = {f"{source.name(path)}:{one}" for path in source.modules() if is_of_writes(path) for one in hung(path, columns)}
    assert found == set(KEPT)


def test_it_is_seen_where_something_is_hung_on_a_row(tmp_path: Path) -> None:
    path = tmp_path / "actions.py"
    path.write_text(
        "def act(case):\n    case.event_facts = {}\n    case.__dict__['_x'] = 1\n    setattr(case, 'y', 2)\n    case.round = 2\n",
        encoding="utf-8",
    )
    assert len(list(hung(path, declared()))) == 3


# ── the time of the act ──────────────────────────────────────────────────────────────────────────
def read_today(path: Path) -> Iterator[str]:
    """Return where a module reads a rule by the clock of the machine instead of the time of the act."""
    for function in source.functions(path):
        for step in ast.walk(function):
            if isinstance(step, ast.Call) and ast.unparse(step.func).rpartition(".")[2] in {"in_force", "look_up"}:
                on = ast.unparse(step.args[-1]) if step.args else ""
                if on.endswith(("localdate()", "now()")):
                    yield f"{source.name(path)}:{function.name}"


def test_who_may_and_what_is_done_read_the_rules_of_the_acts_own_time() -> None:
    of_acts = [path for path in source.modules() if is_of_writes(path) or path.stem == "rules"]
    assert [one for path in of_acts for one in read_today(path)] == []
