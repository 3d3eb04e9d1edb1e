"""The written proposals and answers: read, moved to the world's years, searched for the days they speak of."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "texts"
WRITTEN_FOR = 2026  # the running year the authors had in mind
_YEAR = re.compile(r"(?<!\d)(20[12]\d)(?=\s?年)")
_CHINESE_YEAR = re.compile(r"二〇([一二])([〇一二三四五六七八九])(?=年)")
_TO_COME = "前|起|至|后|截止|召开|动工|揭牌|定稿|开班|结束|开始|试行|开行"
_DAY = re.compile(rf"(?<!\d)(?<!定于)(?<!计划)(?<!至)(?<!从)(\d{{1,2}}) ?月 ?(\d{{1,2}}) ?日(?! ?(?:{_TO_COME}))")
_ANY_MONTH = re.compile(r"(?:\d ?|[一二三四五六七八九十])月(?!票|饼|租|均|嫂|度)")
DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Text:
    """One written matter, as `docs/demo-world.md` describes it."""

    key: str
    world: str
    title: str
    topic: str
    construction: str
    sector: str
    situation: str
    analysis: str
    suggestions: str
    lead: str
    outcome: str
    co: tuple[str, ...] = ()
    into: str = ""
    why: str = ""
    meaning: str = ""
    contact: str = ""
    advice: dict[str, str] = field(default_factory=dict)
    reply: str = ""
    second_reply: str = ""
    unhappy: bool = False
    unhappy_reason: str = ""

    @property
    def paragraphs(self) -> list[str]:
        """Every written paragraph of it."""
        parts = (self.situation, self.analysis, self.suggestions, self.reply, self.second_reply)
        return [line.strip() for part in parts for line in part.split("\n") if line.strip()]

    @property
    def timeless(self) -> bool:
        """Whether handling it at any time of the year contradicts nothing it says."""
        said = self.reply + self.second_reply + self.contact + "".join(self.advice.values())
        return not _ANY_MONTH.search(said)


def _moved(text: str, shift: int) -> str:
    text = _YEAR.sub(lambda m: str(int(m[1]) + shift), text)

    def chinese(match: re.Match[str]) -> str:
        year = int(f"20{DIGITS.index(match[1])}{DIGITS.index(match[2])}") + shift
        return "".join(DIGITS[int(digit)] for digit in str(year))

    return _CHINESE_YEAR.sub(chinese, text).strip()


def _text(raw: dict[str, Any], shift: int) -> Text:
    values: dict[str, Any] = {k: _moved(v, shift) if isinstance(v, str) else v for k, v in raw.items() if v is not None}
    values["co"] = tuple(raw.get("co") or ())
    values["advice"] = {unit: _moved(said, shift) for unit, said in (raw.get("advice") or {}).items()}
    return Text(**values)


@cache
def _raw() -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [entry for path in sorted(FOLDER.glob("*.yaml")) for entry in yaml.load(path.read_text(encoding="utf-8"), loader)]  # noqa: S506 -- a safe loader


def load(running_year: int = WRITTEN_FOR) -> list[Text]:
    """Return every text; the years it names move with the running year."""
    return [_text(raw, running_year - WRITTEN_FOR) for raw in _raw()]


def days_told(text: str, year: int) -> list[date]:
    """Return the days of the year that a text speaks of as gone by (not 某日前, 某日起)."""
    found = []
    for month, day in _DAY.findall(text):
        try:
            found.append(date(year, int(month), int(day)))
        except ValueError:
            continue
    return sorted(found)


_FIRST_DAY = re.compile(r"^\d{1,2} ?月(?: ?\d{1,2} ?日|底|初|[上中下]旬)(?:一早|清晨)?[，,]?")


def undated(note: str) -> str:
    """Return the note of a talk without the day it begins with, for a talk that was told of on another.

    Empty when it names more.
    """
    said = _FIRST_DAY.sub("", note)
    return "" if _ANY_MONTH.search(said) else said


def month_told(text: str, year: int) -> date | None:
    """Return about when a talk took place, by the month its note names: 5月 8日, 4月中旬, 8月底."""
    if days := days_told(text, year):
        return days[-1]
    part = {"初": 3, "上旬": 6, "中旬": 15, "下旬": 25, "底": 27}
    if found := re.findall(r"(?<!\d)([3-9]) ?月 ?(初|上旬|中旬|下旬|底)?", text):
        month, when = found[-1]
        return date(year, int(month), part.get(when, 14))
    return None
