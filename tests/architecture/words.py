"""Where Chinese stands in the product, and whether it goes through gettext.

In Python by its syntax, in templates and scripts by their tokens.
"""

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.architecture import source

HAN = re.compile("[\u3400-\u9fff]")
WORDS = "tongxin.core.catalogue"  # what runs without Django finds its sentences there
NOW = {"gettext", "ngettext", "pgettext", "npgettext"}
LATER = {f"{name}_lazy" for name in NOW} | {"gettext_noop"}
COUNTED = {"ngettext": 2, "ngettext_lazy": 2, "pgettext": 2, "pgettext_lazy": 2, "npgettext": 3, "npgettext_lazy": 3}

# What is no sentence of the screen, by module: why.
NOT_SCREEN = {
    "tongxin/demo/*": "texts of a fictional county, as its people write them",
    "tongxin/ui/samples.py": "texts of the same county on the page of components",
    "tongxin/texts/*": "word lists that read Chinese",
    "tongxin/core/sounds.py": "sounds of Chinese characters",
    "tongxin/core/numerals.py": "Chinese numerals and ordinals, read and written",
    "tongxin/cli/phrases.py": "click's own sentences in Chinese: a catalogue itself",
    "tongxin/*/sheets/words.py": "words that may stand in a cell, read and written alike whoever opens the sheet",
    "tongxin/files/inspection/secrecy.py": "marks of secrecy that files are read for",
    "tongxin/accounts/guessing.py": "words that events keep of failures, and their sentences read",
    "tongxin/audit/listening.py": "the same, of signals",
    "tongxin/sheets/headers.py": "words that heads of columns are known by",
}
# What is none by what is done with it: names of calls whose texts are read by, looked for, kept, not shown.
READ_BY = {
    *("compile", "match", "fullmatch", "search", "sub", "findall", "finditer", "maketrans", "translate"),
    *("startswith", "endswith", "split", "rsplit", "splitlines", "partition", "rpartition", "strip", "lstrip", "rstrip"),
    *(
        "removeprefix",
        "removesuffix",
        "replace",
        "find",
        "rfind",
        "index",
        "count",
        "frozenset",
        "set",
        "get",
        "pop",
        "getLogger",
    ),
    *("debug", "info", "exception"),
}
# The vocabulary of sheets is the same in every language: what sheets and columns are called, what else and for example
# stands there.
VOCABULARY = {"Column": {"name", "others", "example"}, "Kind": {"label"}}
SHEETS = ("/sheets/", "/sheets.py")
OF_CELLS = {"是", "否", "有", "无", "空", "未评价", "（示例）", "合计", "原因"}  # what a sheet is read by besides


# Constants that are none, by name: why.
KEPT = {
    **dict.fromkeys(("SYSTEM", "SYSTEM_NAME"), "the system's own account is called so in its row, and in events"),
    "NAMELESS": "a file without a name is kept under it",
    **dict.fromkeys(("SETTING_UP", "SWITCHING_OFF", "RECOVERY_CODES"), "events keep it, their sentence reads it"),
    **dict.fromkeys(("CONFIRMING", "CONFIRMING_BY_PASSWORD", "CHANGING_PASSWORD"), "the same"),
    **dict.fromkeys(("_HAN", "PEOPLE"), "a pattern that reads Chinese"),
}

KEPT_BY = {"data", "facts"}  # what events keep is in the system's own language, whoever acts


class Found(NamedTuple):
    """One text that is not in order: where, what is wrong with it, and it."""

    line: int
    fault: str  # bare, joined, not a literal, too early
    text: str


@dataclass
class Place:
    """A Chinese text in Python: its node, whether it is met while the module is imported, what it stands in."""

    node: ast.expr
    fault: str
    early: bool
    parents: tuple[ast.AST, ...]
    names: set[str] = field(default_factory=set)  # what scopes around it bind


def not_screen(name: str) -> bool:
    """Say whether the table above leaves a module out."""
    return any(fnmatch(name, one) for one in NOT_SCREEN)


def product() -> list[Path]:
    """Return the modules that speak to people."""
    return [path for path in source.modules() if not not_screen(source.name(path))]


# ── Python ───────────────────────────────────────────────────────────────────────────────────────
def translators(tree: ast.AST) -> dict[str, str]:
    """Return by which names a module calls which function of gettext."""
    named = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in {"django.utils.translation", WORDS}:
            for one in node.names:
                if one.name in NOW | LATER | ({"_", "later"} if node.module == WORDS else set()):
                    named[one.asname or one.name] = "catalogue" if node.module == WORDS else one.name
    return named


class Reader(ast.NodeVisitor):
    """Walks a module: keeps what is Chinese and unwrapped, and calls of gettext that cannot work."""

    def __init__(self, tree: ast.Module, known: Collection[str] = ()) -> None:
        self.named, self.known = translators(tree), known
        self.places: list[Place] = []
        self._parents: list[ast.AST] = []
        self._early = [True]
        self._bound: list[set[str]] = []
        self.visit(tree)

    def visit(self, node: ast.AST) -> None:
        self._parents.append(node)
        super().visit(node)
        self._parents.pop()

    def _keep(self, node: ast.expr, fault: str) -> None:
        bound = set().union(*self._bound)
        self.places.append(Place(node, fault, self._early[-1], tuple(self._parents[:-1]), bound))

    # what runs later, and what is bound there
    def _body(self, args: ast.arguments, body: Iterable[ast.AST], *, kept: bool = False) -> None:
        body = list(body)
        given = {one.arg for one in ast.walk(args) if isinstance(one, ast.arg)}
        made = {one.id for part in body for one in ast.walk(part) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        self._early.append(kept)
        self._bound.append(given | made)
        for part in body:
            self.visit(part)
        self._early.pop()
        self._bound.pop()

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for one in (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(one)
        kept = any("cache" in ast.unparse(one) and "cached_property" not in ast.unparse(one) for one in node.decorator_list)
        # what is kept for the process is in one language
        self._body(node.args, _without_docstring(node.body), kept=kept)

    visit_FunctionDef = visit_AsyncFunctionDef = _function  # noqa: N815 -- named by ast

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for one in (*node.args.defaults, *(d for d in node.args.kw_defaults if d)):
            self.visit(one)
        self._body(node.args, [node.body])

    def _comprehension(self, node: ast.AST) -> None:
        self._bound.append({one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)})
        self.generic_visit(node)
        self._bound.pop()

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension  # noqa: N815 -- named by ast

    def visit_Module(self, node: ast.Module) -> None:
        for part in _without_docstring(node.body):
            self.visit(part)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for one in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.visit(one)
        for part in _without_docstring(node.body):
            self.visit(part)

    # what is read by, and not shown
    def visit_Assign(self, node: ast.Assign) -> None:
        names = {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        if not (names <= KEPT.keys() or (names <= KEPT_BY and isinstance(node.value, ast.Dict))):
            self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for one in (node.left, *node.comparators):
            if not _plain(one):
                self.visit(one)

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """A pattern is compared with."""

    def visit_Set(self, node: ast.Set) -> None:
        for one in node.elts:
            if not isinstance(one, ast.Constant):
                self.visit(one)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if not (key is None or isinstance(key, ast.Constant)):  # a key is looked up by
                self.visit(key)
            self.visit(value)

    # calls
    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if isinstance(node.func, ast.Name) and called in self.named:
            self._translated(node, self.named[called])
            return
        if isinstance(node.func, ast.Attribute) and not (called in READ_BY and isinstance(node.func.value, ast.Constant)):
            self.visit(node.func.value)
        for one in node.args:
            if not (called in READ_BY and _plain(one)):
                self.visit(one)
        for one in node.keywords:
            kept = (one.arg or "").partition("__")[0] in KEPT_BY
            if not (kept or (self.known and one.arg in VOCABULARY.get(called, ()))):
                self.visit(one.value)

    def _translated(self, node: ast.Call, by: str) -> None:
        texts = COUNTED.get(by, 1)
        if not all(isinstance(one, ast.Constant) for one in node.args[:texts]):
            self._keep(node, "not a literal")
        if self._early[-1] and by in NOW:
            self._keep(node, "too early")
        for one in node.args[texts:]:
            self.visit(one)

    # texts
    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and HAN.search(node.value) and node.value not in self.known:
            self._keep(node, "bare")

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if any(isinstance(one, ast.Constant) and HAN.search(one.value) for one in node.values):
            self._keep(node, "joined")
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                self.visit(one)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    spoken = body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return body[1:] if spoken else body


def _plain(node: ast.expr) -> bool:
    """Say whether a text, or a list of texts, is all that stands there."""
    inner = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    return all(isinstance(one, ast.Constant) for one in inner)


@cache
def columns() -> frozenset[str]:
    """Return what columns of sheets are called: a sheet is read by these, whoever opens it."""
    found = set(OF_CELLS)
    for path in source.modules():
        if any(part in source.name(path) for part in SHEETS):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            given = {
                one.id: node.value
                for node in tree.body
                if isinstance(node, ast.Assign)
                for one in node.targets
                if isinstance(one, ast.Name)
            }
            called = (
                node.args[0] for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Column"
            )
            names = (given.get(name.id, name) if isinstance(name, ast.Name) else name for name in called)
            found |= {str(name.value) for name in names if isinstance(name, ast.Constant)}
    return frozenset(found)


def vocabulary(name: str) -> frozenset[str]:
    """Return the words of a module that are the same in every language."""
    return columns() if any(part in name for part in SHEETS) else frozenset()


def in_python(text: str, name: str = "") -> list[Found]:
    """Return what of a module is not in order."""
    found = Reader(ast.parse(text), vocabulary(name)).places
    return [Found(one.node.lineno, one.fault, (ast.get_source_segment(text, one.node) or "")[:80]) for one in found]


# ── templates ────────────────────────────────────────────────────────────────────────────────────
TOKEN = re.compile(r"(\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->)", re.DOTALL)
QUOTED = re.compile(r"""(_\()?("[^"]*"|'[^']*')(\))?""")
TRANSLATED, BLOCK = {"translate", "trans"}, {"blocktranslate": "endblocktranslate", "blocktrans": "endblocktrans"}


def in_template(text: str) -> Iterator[Found]:
    """Tell what of a template is not in order: Chinese in its text, or in a tag's argument that is not `_("…")`."""
    line, until = 1, ""
    for token in TOKEN.split(text):
        tag = token[2:-2].split() if token.startswith("{%") else []
        if until:
            until = "" if tag and tag[0] == until else until
        elif tag and tag[0] == "comment":
            until = "endcomment"
        elif tag and tag[0] in BLOCK:
            until = BLOCK[tag[0]]
            yield from _arguments(token, line)
        elif tag and tag[0] in TRANSLATED:
            yield from _arguments(token.partition(tag[0])[2].lstrip().partition(tag[1][-1])[2] if len(tag) > 1 else "", line)
        elif token.startswith(("{%", "{{")):
            yield from _arguments(token, line)
        elif not token.startswith(("{#", "<!--")):
            yield from (
                Found(line + number, "bare", part.strip()[:80])
                for number, part in enumerate(token.split("\n"))
                if HAN.search(part)
            )
        line += token.count("\n")


def _arguments(token: str, line: int) -> Iterator[Found]:
    for match in QUOTED.finditer(token):
        if HAN.search(match[2]) and not (match[1] and match[3]):
            yield Found(line, "bare", match[2])


# ── scripts ──────────────────────────────────────────────────────────────────────────────────────
SCRIPT = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<regexp>(?<=[(,=:!&|?;])\s*/(?![*/])(?:\\.|\[[^\]]*\]|[^/\n\\])+/[a-z]*)"""
    r"""|(?P<text>(?P<by>\b(?:_|say|gettext)\()?(?P<quote>["'`])(?:\\.|(?!(?P=quote)).)*(?P=quote))""",
    re.DOTALL,
)


def in_script(text: str) -> Iterator[Found]:
    """Tell what of a script is not in order.

    Chinese outside `_("…")`, or with values inside (they are handed in by name).
    """
    for match in SCRIPT.finditer(text):
        if match["text"] and HAN.search(match["text"]) and (not match["by"] or match["quote"] == "`"):
            yield Found(text.count("\n", 0, match.start()) + 1, "joined" if match["quote"] == "`" else "bare", match["text"][:80])
