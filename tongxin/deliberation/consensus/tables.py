"""Reads the two small tables that may stand beside the votes: the list of statements and a given membership."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tongxin.core.catalogue import _
from tongxin.deliberation.consensus.layout import PERSON, STATEMENT, find, normal
from tongxin.deliberation.consensus.problems import BadInput, Problem, demand_file, unreadable
from tongxin.deliberation.consensus.sheets import is_workbook, sheet_rows

_TEXT = frozenset({"text", "comment-body", "statement-text"})
_MODERATED = frozenset({"moderated"})
_GROUP = frozenset({"group", "group-id"})
_VERDICTS = {"-1": True, "0": False, "1": False, "": False}


@dataclass(frozen=True)
class Statements:
    """The statements of a conversation: identifier → text, and those moderated out."""

    texts: dict[str, str]
    moderated: frozenset[str]


def read_statements(path: str | Path) -> Statements:
    """The list ``statement_id,text[,moderated]``; −1 is out of the mathematics. Raises ``BadInput``."""
    name, header, rows = _table(Path(path))
    statement, words, verdict = _needed(name, header, STATEMENT, "statement_id"), find(header, _TEXT), find(header, _MODERATED)
    texts: dict[str, str] = {}
    moderated, problems = set(), []
    for line, cells in rows:
        identifier = cells[statement]
        if not identifier:
            problems.append(Problem(line, header[statement], _("是空的，请填编号。")))
            continue
        if identifier in texts:
            problems.append(
                Problem(
                    line, header[statement], _("观点“%(identifier)s”前面已经列过，请删去一行。") % {"identifier": identifier[:20]}
                )
            )
        texts[identifier] = "" if words is None else cells[words]
        if verdict is not None:
            if cells[verdict] not in _VERDICTS:
                reason = _("“%(cells)s”无效，应为 -1（不参加计算）、0 或 1，也可不填。") % {"cells": cells[verdict][:20]}
                problems.append(Problem(line, header[verdict], reason))
            elif _VERDICTS[cells[verdict]]:
                moderated.add(identifier)
    if problems:
        raise BadInput(name, problems)
    return Statements(texts, frozenset(moderated))


def read_membership(path: str | Path) -> dict[str, int]:
    """The table ``participant_id,group``; who has no group is left out. Raises ``BadInput``.

    Groups keep their numbers if all are whole numbers; other names are numbered 0, 1, … in the order of the names.
    """
    name, header, rows = _table(Path(path))
    person, group = _needed(name, header, PERSON, "participant_id"), _needed(name, header, _GROUP, "group")
    named: dict[str, str] = {}
    problems = []
    for line, cells in rows:
        identifier, label = cells[person], cells[group]
        if not identifier:
            problems.append(Problem(line, header[person], _("是空的，请填编号。")))
        elif identifier in named and named[identifier] != label:
            problems.append(
                Problem(
                    line, header[person], _("参与者“%(identifier)s”前面在另一组，请只留一行。") % {"identifier": identifier[:20]}
                )
            )
        else:
            named[identifier] = label
    if problems:
        raise BadInput(name, problems)
    labels = {label for label in named.values() if label}
    if all(label.isascii() and label.isdigit() for label in labels):
        return {person: int(label) for person, label in named.items() if label}
    numbers = {label: number for number, label in enumerate(sorted(labels))}
    return {person: numbers[label] for person, label in named.items() if label}


def read_previous(path: str | Path) -> dict[str, int]:
    """Participant → group number from the JSON of an earlier run. Raises ``BadInput``."""
    path = Path(path)
    try:
        demand_file(path)
        groups = json.loads(path.read_text(encoding="utf-8"))["groups"]
        return {str(member): int(group["id"]) for group in groups for member in group["members"]}
    except OSError as fault:
        raise unreadable(path.name, fault) from fault
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        reason = _("不是 tongxin consensus --json 的结果，请给出上次保存的 JSON 文件。")
        raise BadInput(path.name, [Problem(0, "", reason)]) from fault


def _needed(file: str, header: tuple[str, ...], names: frozenset[str], shown: str) -> int:
    place = find(header, names)
    if place is None:
        raise BadInput(
            file, [Problem(1, shown, _("缺少这一列。现有的列：%(map)s。") % {"map": "、".join(map(normal, header))[:100]})]
        )
    return place


def _table(path: Path) -> tuple[str, tuple[str, ...], list[tuple[int, list[str]]]]:
    """Name, header and rows (line number, trimmed cells); blank rows are left out."""
    try:
        demand_file(path)
        rows = sheet_rows(path) if is_workbook(path) else _csv_rows(path)
        found = [(line, [cell.strip() for cell in cells]) for line, cells in rows if any(cell.strip() for cell in cells)]
    except OSError as fault:
        raise unreadable(path.name, fault) from fault
    except csv.Error as fault:
        raise BadInput(
            path.name, [Problem(0, "", _("不是完整的 CSV（引号可能没有配对）：%(fault)s") % {"fault": fault})]
        ) from fault
    if not found:
        raise BadInput(path.name, [Problem(1, "", _("没有表头。"))])
    header = tuple(found[0][1])
    problems = [
        Problem(line, "", _("有 %(n)s 格，表头是 %(n2)s 格，请补齐或删去多余的逗号。") % {"n": len(cells), "n2": len(header)})
        for line, cells in found[1:]
        if len(cells) != len(header)
    ]
    if problems:
        raise BadInput(path.name, problems)
    return path.name, header, found[1:]


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise BadInput(path.name, [Problem(0, "", _("既不是 UTF-8 也不是 GB18030 编码。请另存为 UTF-8 的 CSV。"))])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1
