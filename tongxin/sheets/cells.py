"""What stands in a cell, read as people mean it. Each function raises ValueError with a sentence for people."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import fuzz, process

from tongxin.core.words import clean_line, clean_name, clean_text, normal, person_name

Cell = str | int | float | bool | date | datetime | time | timedelta | None

EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, with its 1900 leap-year error taken in
SERIALS = range(10_000, 80_000)  # 1927 … 2119
FIRST_YEAR, LAST_YEAR = 1900, 2100
# a failed formula, as spreadsheet programs write it; signs alone are a column too narrow for its figure
BROKEN = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|GETTING_DATA)|Err:\d{3}|#{3,}",
    re.IGNORECASE,
)
SEPARATORS = re.compile(r"[、,，;；\n]+")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s{0,3}日?(?:[ T]{1,3}\d{1,2}[:：].*)?")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
SHORT = 40
NEAR = 45  # how alike a word must be to be named as the one that was meant


def text(value: Cell) -> str:
    """Return a cell as text: whole numbers without a point, days as 2023-07-01, nothing for an empty cell."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def line(value: Cell, limit: int = 0) -> str:
    """Return a cell as one clean line, refusing a broken formula and what is longer than `limit`."""
    clean = clean_line(text(value))
    if clean and BROKEN.fullmatch(clean):
        message = _("单元格里的公式出错（%(clean)s），请改为数值") % {"clean": clean}
        raise ValueError(message)
    if limit and len(clean) > limit:
        message = _("有 %(n)s 个字，最多 %(limit)s 个字") % {"n": len(clean), "limit": limit}
        raise ValueError(message)
    return clean


def paragraphs(value: Cell, limit: int) -> str:
    """Return a cell as a clean text of several paragraphs."""
    clean = clean_text(text(value))
    if BROKEN.fullmatch(clean):
        message = _("单元格里的公式出错（%(clean)s），请改为文字") % {"clean": clean}
        raise ValueError(message)
    if len(clean) > limit:
        message = _("有 %(n)s 个字，一个单元格最多 %(limit)s 个字") % {"n": len(clean), "limit": limit}
        raise ValueError(message)
    return clean


def name(value: Cell, limit: int = 40) -> str:
    """Return a person's name, trimmed, without the space in 张 三, with one separator."""
    return person_name(line(value, limit))


def several(value: Cell) -> list[str]:
    """Return the parts of a cell separated by 、 or ,."""
    return [part for part in (clean_name(p) for p in SEPARATORS.split(text(value))) if part]


def day(value: Cell) -> date | None:  # noqa: PLR0911 -- one return a spelling
    """Read a day in any of the usual spellings: 2023-07-01, 2023/7/1, 2023.7.1, 2023年7月1日, 20230701, Excel days."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return _sane(value.date(), text(value))
    if isinstance(value, date):
        return _sane(value, text(value))
    written = normal(line(value))
    if not written:
        return None
    if match := _DAY.fullmatch(written):
        return _made(match.groups(), written)
    if re.fullmatch(r"\d{8}", written):
        return _made((written[:4], written[4:6], written[6:]), written)
    if re.fullmatch(r"\d{5}(\.\d+)?", written) and int(float(written)) in SERIALS:
        return EPOCH + timedelta(days=int(float(written)))
    message = _("“%(written)s”不是日期，应写成 2023-07-01 的样子") % {"written": written[:SHORT]}
    raise ValueError(message)


def month(value: Cell) -> date | None:
    """Read a month (出生年月), also from a whole day: 1975-03, 1975年3月, 197503; returns its first day."""
    if isinstance(value, (date, datetime)):
        found = day(value)
        return found.replace(day=1) if found else None
    written = normal(line(value))
    if not written:
        return None
    if match := _MONTH.fullmatch(written):
        return _made((match[1], match[2], "1"), written, _("这个月"))
    if re.fullmatch(r"\d{6}", written):
        return _made((written[:4], written[4:], "1"), written, _("这个月"))
    try:
        found = day(value)
    except ValueError as problem:
        message = _("“%(written)s”不是年月，应写成 1975-03 的样子") % {"written": written[:SHORT]}
        raise ValueError(message) from problem
    return found.replace(day=1) if found else None


def _made(parts: Sequence[str], written: str, what: Any = gettext_lazy("这一天")) -> date:
    try:
        return _sane(date(*(int(part) for part in parts)), written)
    except ValueError as problem:
        message = _("没有“%(written)s”%(what)s，请核对") % {"written": written[:SHORT], "what": what}
        raise ValueError(message) from problem


def _sane(found: date, written: str) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        message = _("“%(written)s”的年份不对，请核对") % {"written": written[:SHORT]}
        raise ValueError(message)
    return found


def whole(value: Cell) -> int | None:
    """Read a number of a record: 12, 0012, 第12号."""
    written = normal(line(value))
    if not written:
        return None
    match = re.fullmatch(r"第?\s*0*(\d{1,9})\s*号?", written)
    if match is None or not int(match[1]):
        message = _("“%(written)s”不是号数，应是 1、2、3 这样的数字") % {"written": written[:SHORT]}
        raise ValueError(message)
    return int(match[1])


def choice(value: Cell, words: Mapping[str, str]) -> str:
    """Read one of the listed words (word → value); the empty cell is empty."""
    written = line(value)
    if not written:
        return ""
    if written not in words:
        near = process.extractOne(written[:SHORT], list(words), scorer=fuzz.ratio, score_cutoff=NEAR)
        nearest = _("，是不是“%(near)s”") % {"near": near[0]} if near else ""
        shown: dict[str, str] = {}
        for word, meant in words.items():
            shown.setdefault(meant, word)
        message = _("“%(written)s”不在可填的范围内%(nearest)s，应是：%(values)s") % {
            "written": written[:SHORT],
            "nearest": nearest,
            "values": "、".join(shown.values()),
        }
        raise ValueError(message)
    return words[written]


YES_NO = {"是": "yes", "否": "no", "有": "yes", "无": "no", "公开": "yes", "不公开": "no", "√": "yes", "×": "no"}


def flag(value: Cell) -> bool | None:
    """Read 是 or 否; None for an empty cell."""
    if isinstance(value, bool):
        return value
    written = line(value)
    if not written:
        return None
    if written not in YES_NO:
        message = _("“%(written)s”应是“是”或“否”") % {"written": written[:SHORT]}
        raise ValueError(message)
    return YES_NO[written] == "yes"


def phone(value: Cell) -> str:
    """Read a mobile number: eleven digits, also with +86, blanks or hyphens."""
    written = normal(line(value))
    digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", re.sub(r"[\s()-]", "", written))
    if digits and not re.fullmatch(r"1\d{10}", digits):
        message = _("“%(written)s”不是手机号，应是 1 开头的 11 位数字") % {"written": written[:SHORT]}
        raise ValueError(message)
    return digits


def guarded(value: str) -> str:
    """Quote a text that a spreadsheet program would take for a formula, with an apostrophe (for CSV)."""
    return f"'{value}" if _DANGEROUS.match(value) else value


def unguarded(value: str) -> str:
    """Undo `guarded`."""
    return value[1:] if value.startswith("'") and _DANGEROUS.match(value[1:]) else value
