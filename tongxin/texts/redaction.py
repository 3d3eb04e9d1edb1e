"""What must not be read in public is found in a text and covered: telephones, numbers of people, plates, doors. Pure.

Found marks are proposals: people confirm or correct them. They are places in the original text, which stays as it is.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tongxin.texts.addresses import addresses
from tongxin.texts.numbers import BANK, IDENTITY, PHONE, is_identity, numbers
from tongxin.texts.widths import plain

EMAIL, PLATE, ADDRESS, ACCOUNT, OTHER = "email", "plate", "address", "account", "other"
WORDS = {
    PHONE: "电话",
    IDENTITY: "证件号码",
    BANK: "银行账号",
    EMAIL: "电子邮箱",
    PLATE: "车牌号",
    ADDRESS: "住址",
    ACCOUNT: "社交账号",
    OTHER: "内容",
}
ORDER = (IDENTITY, PHONE, BANK, EMAIL, PLATE, ACCOUNT, ADDRESS, OTHER)

MAIL_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-")
LONGEST_NAME = 64
MAIL_HOST = re.compile(r" ?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATES = re.compile(
    rf"[{PLACES}][A-HJ-Za-hj-z][ ·.•・-]?(?:"
    r"(?=[A-Za-z]{0,4}[0-9])[A-HJ-NP-Za-hj-np-z0-9]{4}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳领]"
    r"|[0-9]{5}[A-HJKa-hjk]|[A-HJKa-hjk][A-HJ-NP-Za-hj-np-z0-9][0-9]{4})(?![A-Za-z0-9])"
    r"|(?<![A-Za-z])WJ[ ·]?[" + PLACES + r"]?[ ·]?[0-9]{4}[0-9JXTSHBD](?![A-Za-z0-9])"
)
HANDLES = re.compile(
    r"(?:微信|QQ|qq|[Vv]信|WeChat|wechat|抖音|快手)(群|号码|号|账号|帐号|ID|id)?((?:是|为|[: ]){0,3})"
    r"([A-Za-z0-9_-]{5,30})(?![A-Za-z0-9_-])"
)
NAMES_OF_PAPERS = (
    r"(?:身份证|护照|通行证|台胞证|回乡证|居住证|军官证|士兵证|警官证|驾驶证|社保卡|社会保障卡|医保卡|残疾证|残疾人证)"
)
PAPERS = re.compile(
    NAMES_OF_PAPERS + r"(?:(?:号码|证号|卡号|编号|号|[: ]){1,3}(?:是|为|: ?)?([A-Za-z\u4e00-\u9fff]{0,3}[0-9]{5,20})"
    # right behind its name: as long as such numbers are, and not a day
    r"|([\u4e00-\u9fff]{1,2}字第?[0-9]{5,8}|[A-Za-z]{1,2}[0-9]{7,10}|(?!(?:19|20)[0-9]{6}(?![0-9]))[0-9]{8,20}[Xx]?))"
    r"(?![0-9])(?! ?(?:[张本人件户个份元万亿]))"
)
DISABILITY = re.compile(
    r"(?<![0-9])([0-9]{17}[0-9Xx])[1-7][1-4](?:[Bb][0-9])?(?![0-9])"
)  # an identity number, the kind, the grade
SPOKEN_MOBILE = re.compile(
    r"(?<![零〇一幺二三四五六七八九])[一幺][三四五六七八九][零〇一幺二三四五六七八九]{9}(?![零〇一幺二三四五六七八九])"
)


Place = list[int | str]  # start, end, kind: a mark as JSON can say it


@dataclass(frozen=True, order=True)
class Mark:
    """A part of a text that is covered in public, and what stands there."""

    start: int
    end: int
    kind: str

    @property
    def word(self) -> str:
        """What stands there, for people."""
        return WORDS[self.kind]

    @property
    def place(self) -> Place:
        """The mark as a row keeps it."""
        return [self.start, self.end, self.kind]


@dataclass(frozen=True)
class Piece:
    """A part of a text, with the mark that covers it; no mark where it stays."""

    text: str
    mark: Mark | None = None


def marks_from(places: Iterable[Sequence[Any]]) -> tuple[Mark, ...]:
    """Return marks from the places that a row keeps."""
    return tuple(Mark(*place) for place in places)


def find(text: str) -> tuple[Mark, ...]:
    """Return what should be covered in a text, from left to right, no part twice."""
    read = plain(text)
    found = [Mark(*read.span(start, end), kind) for start, end, kind in _found(read.text)]
    return without_overlap(found)


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    yield from numbers(text)
    for said in SPOKEN_MOBILE.finditer(text):
        yield said.start(), said.end(), PHONE
    yield from ((start, end, EMAIL) for start, end in _emails(text))
    for plate in PLATES.finditer(text):
        yield plate.start(), plate.end(), PLATE
    for handle in HANDLES.finditer(text):
        if handle[1] or ":" in handle[2] or not handle[3].isalpha():  # 微信WeChat is a product, 微信号 wangli is somebody
            yield handle.start(3), handle.end(3), ACCOUNT
    for card in DISABILITY.finditer(text):
        if is_identity(card[1].upper()):
            yield card.start(), card.end(), IDENTITY
    for paper in PAPERS.finditer(text):
        yield *(paper.span(1) if paper[1] else paper.span(2)), IDENTITY
    yield from ((start, end, ADDRESS) for start, end in addresses(text))


def _emails(text: str) -> Iterator[tuple[int, int]]:
    """Look from each @ to both sides.

    An expression that begins with the name would read a long word again and again.
    """
    at = text.find("@")
    while at != -1:
        end = at - 1 if text[at - 1 : at] == " " else at
        start = end
        while start > 0 and end - start < LONGEST_NAME and text[start - 1] in MAIL_NAME:
            start -= 1
        right = MAIL_HOST.match(text, at + 1)
        if start < end and right:
            yield start, right.end()
        at = text.find("@", at + 1)


def occurrences(text: str, words: str) -> tuple[Mark, ...]:
    """Return every place where words stand in a text, as marks of their own kind."""
    if not words:
        return ()
    return tuple(Mark(m.start(), m.end(), OTHER) for m in re.finditer(re.escape(words), text))


def without_overlap(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return marks in order; those that touch one another's text are one, of the graver kind."""
    joined: list[Mark] = []
    for mark in sorted(marks):
        if joined and mark.start < joined[-1].end:
            last = joined[-1]
            kind = min(last.kind, mark.kind, key=ORDER.index)
            joined[-1] = Mark(last.start, max(last.end, mark.end), kind)
        else:
            joined.append(mark)
    return tuple(joined)


def clear_of(taken: Iterable[Mark], marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks that touch none of the parts that are taken."""
    held = without_overlap(taken)
    starts = [mark.start for mark in held]

    def touched(mark: Mark) -> bool:
        before = bisect_left(starts, mark.end)  # so many begin before the mark ends; the last of them reaches furthest
        return before > 0 and held[before - 1].end > mark.start

    return [mark for mark in marks if not touched(mark)]


def pieces(text: str, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    """Return a text in parts: what stays, and what is covered with its mark."""
    parts, behind = [], 0
    for mark in without_overlap(marks):
        if mark.start > behind:
            parts.append(Piece(text[behind : mark.start]))
        parts.append(Piece(text[mark.start : mark.end], mark))
        behind = mark.end
    if behind < len(text):
        parts.append(Piece(text[behind:]))
    return tuple(parts)


def left_in_the_open(texts: Iterable[tuple[str, Sequence[Mark]]]) -> dict[str, list[str]]:
    """Return what is still found in texts as their marks cover them, in the words for people, the gravest first."""
    found: dict[str, list[str]] = {}
    for text, marks in texts:
        public = redact(text, marks)
        for mark in find(public):
            found.setdefault(mark.kind, []).append(public[mark.start : mark.end])
    return {WORDS[kind]: found[kind] for kind in ORDER if kind in found}


def redact(text: str, marks: Sequence[Mark]) -> str:
    """Return a text with every mark covered, saying what stood there: 〔电话已隐去〕."""
    return "".join(f"〔{p.mark.word}已隐去〕" if p.mark else p.text for p in pieces(text, marks))
