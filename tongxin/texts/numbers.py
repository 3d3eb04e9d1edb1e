"""Numbers that lead to a person: telephones, identity cards, bank accounts. Read from plain text (texts.widths). Pure.

Figures are read as runs of groups (0990-123 4567 is three), and windows of whole groups are judged by how many figures
they have. A window is bounded, so that the longest text is read in time that grows with its length alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

PHONE, IDENTITY, BANK = "phone", "identity", "bank"
Found = tuple[int, int, str]

GROUP = re.compile(r"[0-9]+(?:[Xx](?![0-9A-Za-z]))?")
RUN = re.compile(rf"{GROUP.pattern}(?:[ .()-]{{1,3}}{GROUP.pattern})*")
MOBILE = re.compile(r"(?:0|86|086|0086)?(1[3-9][0-9]{9})")
AREA = re.compile(r"(?:(?:86|0086)?0|86|0086)(?:10|2[0-9]|[3-9][0-9]{2})")
ASKED_FOR_PHONE = re.compile(r"(?:电话|座机|固话|传真|致电|拨打|短号|分机|手机|联系方式|[Tt]el)[^0-9\n]{0,6}$")
ASKED_FOR_ACCOUNT = re.compile(r"(?:账号|帐号|账户|帐户|卡号)[^0-9\n]{0,6}$")
CARD = re.compile(
    r"(?:银行卡|储蓄卡|信用卡|借记卡|工资卡|惠农卡|存折|一卡通)(?:号码|卡号|账号|帐号|账户|号)?(?:是|为|[ :(]){0,3}$"
)  # a card, named right before its number
COUNTED = re.compile(r" ?(?:[张户笔本人件个份]|人次)")
EXTENSION = re.compile(r"[ ,，]?(?:转|分机号?|ext\.?|[Xx*#-]) ?[0-9]{1,5}(?![0-9])")
AMOUNT = re.compile(r" ?(?:[元万亿%‰吨米斤亩度]|千克|公里|平方|立方|美元)")
PROVINCES = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83]
)
SHORTEST, LONGEST = 5, 25  # figures
MOST_GROUPS, FEW_GROUPS = 25, 6  # figure by figure; otherwise
LOCAL, SHORT = (7, 8), (5, 6)  # figures of a telephone without its area code; of one within a unit
SHORTEST_ACCOUNT = 9  # the shortest passbooks
BEFORE = 14  # so much before a number is read for what it is asked as


@dataclass(frozen=True)
class _Group:
    start: int
    end: int
    figures: str


def numbers(text: str) -> Iterator[Found]:
    """Yield where numbers that lead to a person stand: (start, end, kind), from left to right, none within another."""
    for run in RUN.finditer(text):
        groups = [_Group(m.start(), m.end(), m[0].upper()) for m in GROUP.finditer(text, run.start(), run.end())]
        yield from _of_run(text, groups)


def _of_run(text: str, groups: Sequence[_Group]) -> Iterator[Found]:
    first = 0
    while first < len(groups):
        last, kind = _longest(text, groups, first)
        if not kind:
            first += 1
            continue
        start, end = groups[first].start, groups[last].end
        opened = text[start - 1 : start] == "+" or (text[start - 1 : start] == "(" and ")" in text[start:end])
        yield (start - 1 if opened else start), _with_extension(text, end, kind), kind
        first = last + 1


def _longest(text: str, groups: Sequence[_Group], first: int) -> tuple[int, str]:
    """Return the last group of the longest window from `first` that is a number of a kind.

    No kind when there is none.
    """
    found, kind = first, ""
    figures = ""
    singly = True
    for last in range(first, min(first + MOST_GROUPS, len(groups))):
        figures += groups[last].figures
        singly = singly and len(groups[last].figures) == 1
        if len(figures) > LONGEST or (last - first >= FEW_GROUPS and not singly):
            break
        if len(figures) >= SHORTEST and (judged := _judge(text, groups[first : last + 1], figures)):
            found, kind = last, judged
    return found, kind


def _judge(text: str, groups: Sequence[_Group], figures: str) -> str:
    """Say which kind of number a window of groups is; nothing when it is none."""
    start, end = groups[0].start, groups[-1].end
    before = text[max(0, start - BEFORE) : start]
    if is_identity(figures):
        return IDENTITY
    if "X" in figures or AMOUNT.match(text, end):
        return ""
    if _is_mobile(text, groups, figures) or _is_fixed(text, groups, figures, before):
        return PHONE
    if CARD.search(before) and len(figures) >= SHORTEST_ACCOUNT and not COUNTED.match(text, end):
        return BANK
    return BANK if _is_account(figures, before) else ""


def is_identity(figures: str) -> bool:
    """Say whether figures are an identity number: a province, a birthday, the length of 18 or the old 15.

    The check figure is not asked for: a number written down wrongly still tells where and when somebody was born.
    """
    if re.fullmatch(r"[0-9]{17}[0-9X]", figures):
        born = figures[6:14]
    elif re.fullmatch(r"[0-9]{15}", figures):
        born = f"19{figures[6:12]}"
    else:
        return False
    return int(figures[:2]) in PROVINCES and _is_day(born)


def _is_day(figures: str) -> bool:
    try:
        day = date(int(figures[:4]), int(figures[4:6]), int(figures[6:]))
    except ValueError:
        return False
    return 1850 <= day.year <= 2100  # noqa: PLR2004 -- people who live


def _is_mobile(text: str, groups: Sequence[_Group], figures: str) -> bool:
    if not MOBILE.fullmatch(figures):
        return False
    between = text[groups[0].start : groups[-1].end]
    # 138.1234.5678, never 138.5 and 1234567
    return "." not in between or [len(g.figures) for g in groups][-2:] == [4, 4]


def _is_fixed(text: str, groups: Sequence[_Group], figures: str, before: str) -> bool:
    """With its area code, or without one where a telephone is spoken of; 12345, 110 and 400 lines are nobody's own."""
    between = text[groups[0].start : groups[-1].end]
    if "." in between:
        return False
    area = AREA.match(figures)
    if area and len(figures) - area.end() in LOCAL:
        return len(groups) > 1 or figures[0] == "0"
    if area and len(groups) > 2 and len(groups[-1].figures) <= 5:  # noqa: PLR2004 -- area code, number, extension
        return len(figures) - area.end() - len(groups[-1].figures) in LOCAL
    if not ASKED_FOR_PHONE.search(before):
        return False
    return (len(figures) in LOCAL and figures[0] in "2345678") or ("短号" in before and len(figures) in SHORT)


def _is_account(figures: str, before: str) -> bool:
    """A bank card by its length and check figure, any longer number where an account is spoken of."""
    if ASKED_FOR_ACCOUNT.search(before):
        return len(figures) >= SHORTEST_ACCOUNT
    return 15 <= len(figures) <= 19 and figures[0] in "3456" and passes_luhn(figures)  # noqa: PLR2004 -- lengths of cards


def passes_luhn(figures: str) -> bool:
    """Say whether the last figure checks the others (ISO/IEC 7812)."""
    doubled = [int(c) * (2 if place % 2 else 1) for place, c in enumerate(reversed(figures))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0  # noqa: PLR2004 -- the sum of two figures


def _with_extension(text: str, end: int, kind: str) -> int:
    found = EXTENSION.match(text, end) if kind == PHONE else None
    return found.end() if found else end
