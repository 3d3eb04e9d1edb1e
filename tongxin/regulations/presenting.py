"""Values of a regulation as people read them: label, text or table, and where each comes from."""

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from tongxin.regulations.models import Regulation
from tongxin.regulations.queries import InForce

WORDS = {
    "solved": "已解决或基本解决", "planned": "正在解决或列入计划", "later": "暂不能解决", "reference": "留作参考",
    "suggestion": "转意见建议", "opinion": "转社情民意", "letter": "转来信", "nowhere": "不立案",
}  # fmt: skip
COLUMNS = {
    "code": "代码", "name": "名称", "short": "简称", "label": "说明", "meaning": "含义", "text": "情形", "destinations": "内容可以转到",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One value: what it is called, its text, or a table of rows; help; and the regulation it comes from."""

    label: str
    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    help: str
    source: Regulation | None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(_text(v) for v in value)
    return WORDS.get(value, str(value)) if isinstance(value, str) else str(value)


def lines(found: InForce) -> list[Line]:
    """Return the values of a kind in force, in the schema's order."""
    made = []
    for spec in fields(found.kind.schema):
        value, meta = getattr(found.values, spec.name), spec.metadata
        head: tuple[str, ...] = ()
        rows: tuple[tuple[str, ...], ...] = ()
        text = ""
        if isinstance(value, tuple) and value and is_dataclass(value[0]):
            names = [f.name for f in fields(value[0])]
            head = tuple(COLUMNS.get(n, n) for n in names)
            rows = tuple(tuple(_text(getattr(item, n)) for n in names) for item in value)
        else:
            choices = meta.get("choices") or {}
            text = str(choices.get(value, _text(value)))
            text = f"{text} {meta['unit']}" if meta.get("unit") else text
        made.append(Line(meta["label"], text, head, rows, meta.get("help", ""), found.sources.get(spec.name)))
    return made
