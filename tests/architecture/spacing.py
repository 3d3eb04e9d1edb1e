"""How dates and times stand in Chinese sentences: a digit keeps a blank from the character beside it, 日 keeps none."""

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

HAN = "[\u4e00-\u9fff]"
TIMED = frozenset({"moment", "clock"})  # end in a digit
DATED = frozenset({"day", "full_day"})  # end in 日
ALL = TIMED | DATED  # begin with a digit

READ = re.compile(
    rf"{HAN}[0-9]{{1,4}} [年月] ?[0-9日]"
    rf"|{HAN}[0-9]{{1,2}}:[0-9]{{2}}"
    rf"|[0-9]:[0-9]{{2}}{HAN}"
    r"|日\u3000[0-9]{1,2}:[0-9]{2}"
    rf"|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} ?{HAN}"
)


def glued(text: str) -> list[str]:
    """Return the dates and times of a text people read that stick to a character, stand apart from it, or are a machine's."""
    return [text[max(found.start() - 6, 0) : found.end() + 6] for found in READ.finditer(text)]


def _wrong(before: str, filters: set[str], after: str) -> bool:
    if re.search(rf"{HAN}$", before) and filters & ALL:
        return True
    if filters & TIMED:
        return bool(re.match(HAN, after))
    return bool(filters & DATED and re.match(rf" {HAN}", after))


# ── templates ────────────────────────────────────────────────────────────────────────────────────
BLOCK = re.compile(r"{%\s*blocktranslate with (?P<names>.*?)%}(?P<said>.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
WITH = re.compile(r"{%\s*with (?P<names>.*?)%}", re.DOTALL)
NAMED = re.compile(r"(\w+)=\S*?\|(\w+)")
SHOWN = re.compile(r"{{\s*(?P<what>[^}]*?)\s*}}")
WORDS = re.compile(r'{%\s*translate "([^"]*)"\s*%}')


def in_template(source: str) -> Iterator[str]:
    """Return the places where a template sets a date or time wrong, inside its sentences and beside them."""
    plain = WORDS.sub(r"\1", source)
    named = dict(pair for found in (*BLOCK.finditer(plain), *WITH.finditer(plain)) for pair in NAMED.findall(found["names"]))
    for shown in SHOWN.finditer(plain):
        what = shown["what"]
        filters = set(re.findall(r"\|(\w+)", what)) or {named.get(what, "")}
        if _wrong(plain[: shown.start()][-1:], filters, plain[shown.end() :][:2]):
            yield plain[max(shown.start() - 10, 0) : shown.end() + 10]


# ── Python ───────────────────────────────────────────────────────────────────────────────────────
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Pairs = list[tuple[str, set[str]]]


@dataclass
class _Names:
    """What names stand for in a function or a module.

    Filters a value went through, the text it holds, values by their keys.
    """

    filters: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, Pairs] = field(default_factory=dict)

    def learn(self, name: str, value: ast.expr) -> None:
        """Note what a name is given; in one of two branches it may be given something else."""
        self.filters[name] = self.filters.get(name, set()) | self.filters_of(value)
        self.pairs[name] = self.pairs.get(name, []) + self.pairs_of(value)
        self.texts[name] = self.text_of(value)

    def filters_of(self, node: ast.expr) -> set[str]:
        called = {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        return (called & ALL) or (self.filters.get(node.id, set()) if isinstance(node, ast.Name) else set())

    def text_of(self, node: ast.expr) -> str:
        if isinstance(node, ast.Call) and len(node.args) == 1:
            return self.text_of(node.args[0])
        if isinstance(node, ast.Name):
            return self.texts.get(node.id, "")
        return str(node.value) if isinstance(node, ast.Constant) else ""

    def pairs_of(self, node: ast.expr | None) -> Pairs:
        """Return key and filters of each value of a dict: written out, by its name, or joined of several."""
        if isinstance(node, ast.Name):
            return self.pairs.get(node.id, [])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.pairs_of(node.left) + self.pairs_of(node.right)
        found: Pairs = []
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            found += self.pairs_of(value) if key is None else [(str(getattr(key, "value", "")), self.filters_of(value))]
        return found


def in_module(source: str) -> Iterator[str]:
    """Return the places where a module's sentences set a date or time wrong."""
    yield from _in_scope(ast.parse(source), _Names())


def _in_scope(scope: ast.AST, outer: _Names) -> Iterator[str]:
    """Look through a function or a module: the same name is something else in the next function."""
    names, nodes = deepcopy(outer), list(_own(scope))
    for name, value in sorted(_given(nodes), key=lambda pair: (pair[1].lineno, pair[1].col_offset)):
        names.learn(name, value)
    for node in nodes:
        if isinstance(node, FUNCTIONS):
            yield from _in_scope(node, names)
        elif isinstance(node, ast.JoinedStr):
            yield from _in_f_string(node, names)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            yield from _in_named_places(node, names)


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield everything in a scope; of the functions in it no more than that they are there."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, FUNCTIONS):
            yield from _own(node)


def _given(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Yield each name with what it is given: alone, with its type, on the way, or several side by side."""
    for node in nodes:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) else None
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets if value is not None else ():
            side_by_side = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts)
            for one, what in zip(target.elts, value.elts, strict=True) if side_by_side else [(target, value)]:
                if isinstance(one, ast.Name):
                    yield one.id, what


def _in_f_string(said: ast.JoinedStr, names: _Names) -> Iterator[str]:
    parts = [*said.values]
    for place, part in enumerate(parts):
        if isinstance(part, ast.FormattedValue):
            before = names.text_of(parts[place - 1]) if place else ""
            after = names.text_of(parts[place + 1]) if place + 1 < len(parts) else ""
            if _wrong(before, names.filters_of(part.value), after):
                yield ast.unparse(said)


def _in_named_places(said: ast.BinOp, names: _Names) -> Iterator[str]:
    text = names.text_of(said.left)
    for key, filters in names.pairs_of(said.right):
        for place in re.finditer(rf"%\({re.escape(key)}\)s", text):
            if _wrong(text[: place.start()], filters, text[place.end() :]):
                yield text
