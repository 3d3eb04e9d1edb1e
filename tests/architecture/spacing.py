"""How dates and times stand in Chinese sentences: a digit keeps a blank from the character beside it, 日 keeps none."""

import ast
import re
from collections.abc import Iterator
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
@dataclass
class _Module:
    """What names of a module stand for: the filters a value went through, and the text a name holds."""

    filters: dict[str, set[str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def filters_of(self, node: ast.expr) -> set[str]:
        called = {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        return (called & ALL) or (self.filters.get(node.id, set()) if isinstance(node, ast.Name) else set())

    def text_of(self, node: ast.expr) -> str:
        if isinstance(node, ast.Call) and len(node.args) == 1:
            return self.text_of(node.args[0])
        if isinstance(node, ast.Name):
            return self.texts.get(node.id, "")
        return str(node.value) if isinstance(node, ast.Constant) else ""


def in_module(source: str) -> Iterator[str]:
    """Return the places where a module's sentences set a date or time wrong."""
    tree, names = ast.parse(source), _Module()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.filters[node.targets[0].id] = names.filters_of(node.value)
            names.texts[node.targets[0].id] = names.text_of(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from _in_f_string(node, names)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            yield from _in_named_places(node, names)


def _in_f_string(said: ast.JoinedStr, names: _Module) -> Iterator[str]:
    parts = [*said.values]
    for place, part in enumerate(parts):
        if isinstance(part, ast.FormattedValue):
            before = names.text_of(parts[place - 1]) if place else ""
            after = names.text_of(parts[place + 1]) if place + 1 < len(parts) else ""
            if _wrong(before, names.filters_of(part.value), after):
                yield ast.unparse(said)


def _in_named_places(said: ast.BinOp, names: _Module) -> Iterator[str]:
    text, values = names.text_of(said.left), said.right
    for key, value in zip(values.keys, values.values, strict=True) if isinstance(values, ast.Dict) else ():
        for place in re.finditer(rf"%\({getattr(key, 'value', '')}\)s", text):
            if _wrong(text[: place.start()], names.filters_of(value), text[place.end() :]):
                yield text
