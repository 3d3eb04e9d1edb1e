"""Chinese numerals and the names of terms and sessions (届次)."""

import re

LONGEST_SESSION = 40  # characters of 第十一届政协委员会第五次全体会议, with room
DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """Write 1 … 99 in Chinese numerals: 11 → 十一, 20 → 二十.

    >>> chinese(11), chinese(25)
    ('十一', '二十五')
    """
    if not 0 <= number <= 99:  # noqa: PLR2004 -- terms and sessions never reach a hundred
        message = f"cannot write {number} as a short Chinese numeral"
        raise ValueError(message)
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    head = "" if tens == 1 else DIGITS[tens]
    return f"{head}十{DIGITS[ones] if ones else ''}"


def arabic(text: str) -> int:
    """Read a numeral of either kind: 十一, 二十, 11.

    Raises ValueError for anything else.
    """
    text = text.strip()
    if text.isdecimal():
        return int(text)
    match = re.fullmatch(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九零]?)", text)
    if not text or match is None:
        message = f"not a numeral: {text}"
        raise ValueError(message)
    tens, ten, ones = match.groups()
    if not ten:
        if tens and ones:
            message = f"not a numeral: {text}"
            raise ValueError(message)
        return DIGITS.index(tens or ones)
    return (DIGITS.index(tens) if tens else 1) * 10 + (DIGITS.index(ones) if ones else 0)


def session_label(term: int, session: int) -> str:
    """Name a plenary: (11, 5) → 十一届五次会议."""
    return f"{chinese(term)}届{chinese(session)}次会议"


def parse_session(text: str) -> tuple[int, int]:
    """Read a 届次 in any of the usual spellings: 十届三次, 第十届第三次会议, 10-3.

    Returns (term, session); raises ValueError for anything else.
    """
    compact = re.sub(r"\s", "", text)
    if len(compact) > LONGEST_SESSION:
        message = f"not a 届次: {text[:LONGEST_SESSION]}…"
        raise ValueError(message)
    if match := re.fullmatch(r"(\d+)[-—–.](\d+)", compact):
        return int(match[1]), int(match[2])
    if match := re.fullmatch(r"第?(.{1,9}?)届(?:政协)?(?:委员会)?第?(.{1,9}?)次(?:全体)?(?:会议)?", compact):
        return arabic(match[1]), arabic(match[2])
    message = f"not a 届次: {text}"
    raise ValueError(message)
