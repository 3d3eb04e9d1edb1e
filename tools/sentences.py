"""Put predicates, guards and events into words for the generated documents."""

import ast
import re
from pathlib import Path
from typing import Any

import yaml

JOINERS = {ast.BitAnd: "并且", ast.BitOr: "或者"}
SCOPES = {"holds": "", "holds_for_unit": "本单位的", "holds_for_affiliation": "本归口的"}
DUTY = re.compile(r"(holds\w*)\(([^()]*)\)")


def _parsed(predicate: Any) -> tuple[ast.expr, dict[str, str]]:
    """Read a predicate's name as an expression; each duty becomes one word."""
    duties: dict[str, str] = {}

    def keep(match: re.Match[str]) -> str:
        key = f"duty_{len(duties)}"
        duties[key] = match[0]
        return key

    return ast.parse(DUTY.sub(keep, predicate.name), mode="eval").body, duties


def duty(word: str) -> str:
    """Say a duty by its label: holds(proposal.filing) → 担任“提案审定”."""
    from tongxin.committees.choices import Duty

    match = DUTY.fullmatch(word)
    if match is None:
        return ""
    return f"担任{SCOPES[match[1]]}“{'、'.join(str(Duty(d).label) for d in match[2].split(' or '))}”"


def who(predicate: Any) -> str:
    """Say a sum of predicates in words, with brackets only where they are needed."""
    tree, duties = _parsed(predicate)

    def words_of(node: ast.expr, inside: type | None = None) -> str:
        if isinstance(node, ast.BinOp):
            kind = type(node.op)
            text = f" {JOINERS[kind]} ".join((words_of(node.left, kind), words_of(node.right, kind)))
            return f"（{text}）" if inside not in (None, kind) else text
        if isinstance(node, ast.UnaryOp):
            return f"不是 {words_of(node.operand, ast.Invert)}"
        name = node.id if isinstance(node, ast.Name) else ""
        return duty(duties[name]) if name in duties else f"`{name}`"

    return words_of(tree)


def words(predicate: Any) -> set[str]:
    """Return the named predicates that take part, without the duties."""
    tree, duties = _parsed(predicate)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in duties}


def meaning(word: str) -> str:
    """Return the sentence of a predicate."""
    from tongxin.access.predicates import SENTENCES

    return SENTENCES.get(word, "")


def of(function: Any) -> str:
    """Return the first sentence of a guard, setter or effect."""
    return (function.__doc__ or function.__name__).partition("\n")[0]


def app_of(kind: str) -> str:
    """Return the app an event kind belongs to: that of its table, or the one it is named after."""
    from tongxin.workflow.table import BY_NAME

    head = kind.partition(".")[0]
    return BY_NAME[head].model.partition(".")[0] if head in BY_NAME else head


def text_of(kind: Any) -> str:
    """Return an event's sentence, or that it is put together from what happened."""
    return "（依当时情况成句）" if callable(kind.sentence) else str(kind.sentence)


def national(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the newest national value of every key, by kind."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        for entry in sorted(yaml.safe_load(path.read_text(encoding="utf-8")), key=lambda e: str(e["effective_from"])):
            found.setdefault(entry["kind"], {}).update(entry["values"])
    return found


def limits(meta: Any) -> str:
    """Say within which limits a value of a regulation stands."""
    if meta.get("choices"):
        return "、".join(str(v) for v in meta["choices"].values())
    low, high = meta.get("low"), meta.get("high")
    return "–" if low is None and high is None else f"{low} … {high}"


def value(meta: Any, said: Any) -> str:
    """Say a value as the library has it, with the words of its choices."""
    if isinstance(said, list):
        return "；".join(value({}, one) for one in said)
    if isinstance(said, dict):
        return " ".join(value({}, one) for one in said.values() if one is not None)
    if isinstance(said, bool) or said is None:
        return {True: "是", False: "否", None: "–"}[said]
    return str((meta.get("choices") or {}).get(said, said))
