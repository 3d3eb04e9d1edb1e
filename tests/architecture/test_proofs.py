"""Every act that vouches for a row asked first whether it still was what had been said of it, or made the row itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.architecture import source

ASKING = {"sound", "intact"}
NAMING = {"proves", "shortened"}  # as keywords of a call
FRESH = "New"  # a row that the act made: truth.New
WITH_COLUMNS = {"Saved", "Part"}  # a row, and what of it
PASSED_ON = {"list", "set", "tuple", "sorted"}
LOOPS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)

HANDED_ON = {
    "tongxin/members/actions/standing.py:record": "each change of a standing hands in what it asked about",
    "tongxin/proposals/actions/doubles.py:_names_again": "whoever parts two members asked about all their names at once",
    "tongxin/proposals/actions/doubles.py:_one_name": "whoever makes two members one asked about all their names at once",
    "tongxin/proposals/actions/steps.py:move_along": "`merged_into` asked about them; this is written once the step has won",
    "tongxin/workflow/engine.py:perform": "a setter returns what it asked about in its `Setting`; the step itself asks in `_proved`",
    "tongxin/audit/erasing.py:erase": "who erases hands in what he asked about, with `shortened`",
    "tongxin/privacy/actions.py:_record": "each app's erasure hands in what it asked about, in `Erased`",
}


# who asks holds the rows to the end of a transaction: it has one of its own, or is part of one
IN_THE_TRANSACTION_OF = {
    "tongxin/audit/intactness.py:intact": "hands the question on",
    "tongxin/handling/actions/again.py:answer_recalled": "a step",
    "tongxin/committees/reorganising.py:_announce_or_carry_out": "the act that decides",
    "tongxin/committees/reorganising.py:_carry_out": "the act that decides, or the day on which it takes effect",
    "tongxin/handling/actions/doubles.py:_ask_again": "`members.merging.part`",
    "tongxin/committees/reorganising.py:_call_off": "`undo`",
    "tongxin/committees/reorganising.py:_drop": "`undo`",
    "tongxin/committees/reorganising.py:_restore": "`undo`",
    "tongxin/committees/reorganising.py:_take_name_back": "`undo`",
    "tongxin/handling/actions/steps.py:category_reviewed": "a step: `engine.perform`",
    "tongxin/handling/actions/steps.py:rating_opened": "a step",
    "tongxin/handling/privacy.py:_erase_contacts": "an erasure: `privacy.actions.erase`",
    "tongxin/handling/privacy.py:_erase_comments": "an erasure",
    "tongxin/imports/actions/undoing.py:_remove": "the undoing of an import",
    "tongxin/members/actions/ending.py:end": "the ending of a seat, or of a term's",
    "tongxin/members/actions/restoring.py:_give_back": "`restore`",
    "tongxin/members/actions/restoring.py:_never_ended": "`restore`",
    "tongxin/members/correcting.py:_begin": "`correct`",
    "tongxin/members/correcting.py:_correct_posts": "`correct`",
    "tongxin/members/correcting.py:_correct_seat": "`correct`",
    "tongxin/members/correcting.py:_move_posts": "`correct`",
    "tongxin/proposals/actions/agreeing.py:drop_unconfirmed": "the submission",
    "tongxin/proposals/actions/correcting.py:_correct": "each correction",
    "tongxin/proposals/actions/doubles.py:carry": "`members.merging.merge`",
    "tongxin/proposals/actions/doubles.py:give_back": "`members.merging.part`",
    "tongxin/proposals/actions/leaving.py:_end": "what follows from the ending of a seat, and the submission",
    "tongxin/proposals/actions/publishing.py:_keep_copy": "the release, and the confirmation of a copy",
    "tongxin/proposals/actions/publishing.py:_keep_files": "the same",
    "tongxin/proposals/actions/steps.py:merged_into": "a step",
    "tongxin/proposals/privacy.py:_erase_discarded": "an erasure",
    "tongxin/workflow/engine.py:_proved": "a step",
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
        """Note what a name holds: of two assigned side by side each its own.

        Of two that come out of one, neither is known.
        """
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, said in zip(target.elts, value.elts, strict=True):
                self._take(one, said)
            return
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                known = value if target is name else ast.Tuple([ast.Starred(value)])
                self.assigned.setdefault(name.id, []).append(known)


@dataclass(frozen=True)
class Asked:
    """What counts as asked about, in one function: `asking` are the functions that return nothing else."""

    own: Function
    asking: frozenset[str]
    seen: frozenset[str] = frozenset()

    def holds(self, value: ast.expr) -> bool:
        """Say whether all that is vouched for here was asked about, or is made anew."""
        if isinstance(value, (ast.List, ast.Tuple)):
            return all(self.holds(one) for one in value.elts)
        if isinstance(value, ast.Starred):
            return self.holds(value.value)
        if isinstance(value, ast.Call):
            name = name_of(value)
            return name in {*self.asking, FRESH} or (name in PASSED_ON and all(self.holds(one) for one in value.args))
        if isinstance(value, ast.IfExp):
            said = self.said_of(value.test) | self._found_among(value.test)
            return self.holds(value.orelse) and (self.holds(value.body) or words(value.body) <= said)
        if isinstance(value, LOOPS):
            return self._holds_each(value)
        return isinstance(value, ast.Name) and self._holds_name(value.id)

    def _holds_name(self, name: str) -> bool:
        if name in self.seen:
            return True
        inside = Asked(self.own, self.asking, self.seen | {name})
        return name in self.own.assigned and all(inside.holds(said) for said in self.own.assigned[name])

    def _holds_each(self, loop: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> bool:
        """Each that is taken was asked about.

        It comes from there, is looked up there, or is the row that was asked about.
        """
        each = loop.generators[0]
        if self.holds(loop.elt):
            return True
        tests = [test for test in each.ifs if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In)]
        if any(words(test.left) == words(loop.elt) and self.holds(test.comparators[0]) for test in tests):
            return True
        if not self.holds(each.iter):
            return False
        return words(loop.elt) == words(each.target) or words(loop.elt) <= self.said_of(each.iter)

    def _found_among(self, test: ast.expr) -> set[str]:
        """Return the names of a row that is looked up among those that were asked about."""
        is_lookup = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In)
        return words(test.left) if is_lookup and self.holds(test.comparators[0]) else set()  # type: ignore[attr-defined]

    def said_of(self, asked: ast.expr) -> set[str]:
        """Return the names of the rows that a question was about, or that were written with the words it was asked in."""
        if isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.And):
            return set().union(*(self.said_of(one) for one in asked.values))
        if isinstance(asked, ast.Name):
            questions = self.own.assigned.get(asked.id, [])
            return (
                set.intersection(*(self.said_of(one) for one in questions)) if questions and asked.id not in self.seen else set()
            )
        if not isinstance(asked, ast.Call) or name_of(asked) not in ASKING:
            return set()
        about = set().union(*(words(one) for one in asked.args))
        return about | {name for name, said in self.own.assigned.items() if all(about <= words(one) for one in said)}


def name_of(call: ast.Call) -> str:
    """Return the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def words(value: ast.AST) -> set[str]:
    """Return the names that stand in there, but for what is called, and for the columns that are told of with a row."""
    calls = [call for call in ast.walk(value) if isinstance(call, ast.Call)]
    apart = {id(call.func) for call in calls}
    apart |= {id(name) for call in calls if name_of(call) in WITH_COLUMNS for told in call.args[1:] for name in ast.walk(told)}
    return {name.id for name in ast.walk(value) if isinstance(name, ast.Name) and id(name) not in apart}


def asking_in(functions: list[ast.FunctionDef | ast.AsyncFunctionDef]) -> frozenset[str]:
    """Return the functions of a module that return only what was asked about."""
    found = frozenset(ASKING)
    for function in functions:
        said = [step.value for step in ast.walk(function) if isinstance(step, ast.Return)]
        asked = Asked(Function.of(function), found)
        if said and all(value is not None and asked.holds(value) for value in said):
            found |= {function.name}
    return found


def named(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Return everything that a function gives to be vouched for, by its name or in a dictionary."""
    for step in ast.walk(node):
        if isinstance(step, ast.Call):
            yield from (word.value for word in step.keywords if word.arg in NAMING)
        elif isinstance(step, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in step.keys]
            yield from (value for key, value in zip(keys, step.values, strict=True) if key in NAMING)


def unasked(path: Path) -> Iterator[str]:
    """Return the functions of a module that vouch for what they did not ask about."""
    functions = list(source.functions(path))
    asking = asking_in(functions)
    for function in functions:
        asked = Asked(Function.of(function), asking)
        if not all(asked.holds(value) for value in named(function)):
            yield f"{source.name(path)}:{function.name}"


def is_act(node: ast.AST) -> bool:
    """Say whether a function, or a block, is a transaction of its own."""
    asked = node.items if isinstance(node, ast.With) else getattr(node, "decorator_list", [])
    return any("transaction.atomic" in ast.unparse(one) for one in asked)


def asks(node: ast.AST) -> bool:
    return any(isinstance(step, ast.Call) and name_of(step) in ASKING for step in ast.walk(node))


def unheld(path: Path) -> Iterator[str]:
    """Return the functions of a module that ask outside a transaction of their own."""
    for function in source.functions(path):
        blocks = [step for step in ast.walk(function) if isinstance(step, ast.With) and is_act(step)]
        if asks(function) and not is_act(function) and not any(asks(block) for block in blocks):
            yield f"{source.name(path)}:{function.name}"


def test_whoever_asks_holds_what_he_asks_about_until_he_has_vouched_for_it() -> None:
    """Our tests run in a transaction each: they would not fall over one that is missing."""
    assert {found for path in source.modules() for found in unheld(path)} == set(IN_THE_TRANSACTION_OF)


def test_every_act_asks_before_it_vouches() -> None:
    assert {found for path in source.modules() for found in unasked(path)} == set(HANDED_ON)


def written(tmp_path: Path, text: str) -> bool:
    path = tmp_path / "acts.py"
    path.write_text(text, encoding="utf-8")
    [function] = [f for f in source.functions(path) if f.name == "act"]
    asked = Asked(Function.of(function), asking_in(list(source.functions(path))))
    found = list(named(function))
    assert found, text
    return all(asked.holds(value) for value in found)


def test_the_question_is_seen_where_it_is_asked_and_nowhere_else(tmp_path: Path) -> None:
    asked = (
        "def act(row): found = audit.sound([row]); record(proves=found)",
        "def act(row): day, fine = 1, audit.intact(row); record(proves=[row] if fine else ())",
        "def act(row): record(proves=[New(row)])",
        "def act(row): record(proves=[Saved(row) for _one in audit.sound([row])])",
        "def ask(row): return audit.sound([row])\ndef act(row): b = ask(row); record(proves=[*b])",
        "def act(row): fine = audit.sound([row]); record(proves=[Saved(row) for _one in fine])",
        "def act(rows): fine = set(audit.sound(rows)); record(proves=[row for row in rows if row in fine])",
        "def act(key): fine = audit.sound(Row.filter(key=key)); row, new = Row.write(key=key); record(proves=[Saved(row) for _r in fine])",
        "def act(row): return Setting(proves=audit.sound([row]))",
    )
    not_asked = (
        "def act(row): record(proves=[row])",
        "def act(row): audit.sound([row]); record(proves=[row])",
        "def act(row): fine = audit.sound([row]); record(proves=[*fine, row])",
        "def act(row): day, fine = [row], audit.sound([row]); record(proves=day)",
        "def act(row): found = audit.sound([row]); found = [row]; record(proves=found)",
        "def act(row): return Setting(proves=[row])",
        "def act(row): record(proves=[Saved(row)])",
        "def ask(row): return row, audit.sound([row])\ndef act(row): copy, vouched = ask(row); record(proves=[copy])",
        "def ask(row): return row, audit.sound([row])\ndef act(row): copy, vouched = ask(row); record(proves=vouched)",
        "def ask(row): audit.sound([row]); return [row]\ndef act(row): record(proves=ask(row))",
        "def act(row, other): fine = audit.sound([other]); record(proves=[row] if fine else ())",
        "def act(row, other): fine = audit.sound([other]); record(proves=[Saved(row) for _one in fine])",
        "def act(row): record(proves=[other for other in [row] if audit.sound([])])",
        "def act(row): record(**{'proves': [row]})",
        "def act(row): said = {'proves': [row]}; record(**said)",
    )
    assert [text for text in asked if not written(tmp_path, text)] == []
    assert [text for text in not_asked if written(tmp_path, text)] == []
