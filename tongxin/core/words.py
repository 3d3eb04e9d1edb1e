"""Counting and cleaning of Chinese text as offices do it. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

MOST_MARKS = 30  # on one letter: Stream-Safe Text Format, Unicode Standard Annex 15
LONGEST_NAME = 300  # twice what a column of names holds; a name that is longer is nobody's
LONGEST_PHONE = 60  # with its blanks, hyphens and country
# Letters that no combining mark is among: whatever stands between them is looked at one by one.
_UNUSUAL = re.compile("[^\x00-\u02ff\u2000-\u206f\u3000-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7ff\uff00-\uff9d]+")
_BLANK = re.compile(r"[\s\u3000]+")
_PHONE_MARKS = re.compile(r"[\s\-()\u2010-\u2015]+")
_PHONE_HYPHENS = re.compile(r" ?[\-\u2010-\u2015\u2212] ?")
_MOBILE_WITH_COUNTRY = re.compile(r"(?:\+|00)?86(1[0-9]{10})")
_MOBILE = re.compile(r"1[0-9]{10}")
_DIGITS = re.compile(r"[0-9]{5,20}")
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # with what lies outside the basic plane: 𠮷, 𬀩
_SPACED_NAME = re.compile(f"^([{_HAN}])\\s+([{_HAN}])$")
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
DOT = "·"
COMMITTEE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")  # stands in addresses and in names of files
DOTS = "•・･‧⋅∙·．.﹒⸱᛫●∘・"  # what keyboards and old systems write between the parts of a name
_BLANK_OR_DOT = re.compile(f"[\\s{re.escape(DOTS)}]")
_DOT_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])\\s*[{re.escape(DOTS)}]+\\s*(?=[{_HAN}])")


def character_count(text: str) -> int:
    """Count characters without white space: what 字数 means on the form."""
    return len(_BLANK.sub("", text))


def normal(text: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    """Return a text in a normal form, whatever it is: the only place that normalises what people write.

    Normalising puts the marks on a letter into their order, one past the other: forty thousand marks on one letter take
    a process for seconds. More than thirty on one letter are no writing of any language; what is more is left away.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _UNUSUAL.sub(lambda run: "".join(_bearable(run[0])), text))


def _bearable(run: str) -> Iterator[str]:
    marks = 0
    for char in run:
        marks = marks + 1 if _begins_with_a_mark(char) else 0
        if marks <= MOST_MARKS:
            yield char


def _begins_with_a_mark(char: str) -> bool:
    """Some letters come apart into marks alone, of which none is one before it comes apart."""
    return bool(unicodedata.combining(char) or unicodedata.combining(unicodedata.normalize("NFKD", char)[0]))


def clean_line(text: str) -> str:
    """Trim, drop control characters, and turn runs of white space into one space."""
    visible = text
    if not text.isprintable():  # nothing to drop in most lines: that is known at once
        visible = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) not in {"Cc", "Cf"})
    return " ".join(visible.split())


def on_one_line(text: str) -> str:
    r"""Show a text that anybody may have written where it is said beside others: no sign that a terminal obeys, no line of its own.

    >>> on_one_line("茶园\n没有发现改动\x1b[8m")
    '茶园�没有发现改动�[8m'
    """
    return "".join(sign if sign.isprintable() or sign == "\u3000" else "\ufffd" for sign in text)


def clean_text(text: str) -> str:
    """Clean a text of several paragraphs: one line each, no blank lines at the ends, styles and controls dropped."""
    lines = [clean_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def one_dot(text: str) -> str:
    """Write the separator in names of ethnic minorities in its one form: 阿依古丽 • 买买提 → 阿依古丽·买买提."""
    return _DOT_BETWEEN_HAN.sub(DOT, text)


def clean_name(text: str) -> str:
    """Clean a name of whatever bears one: one separator, the space in two-character names closed: 张 三 → 张三."""
    return _SPACED_NAME.sub(r"\1\2", one_dot(clean_line(text)))


def person_name(text: str) -> str:
    """Clean the name of one person: no space stands between its characters, 欧阳 修远 → 欧阳修远, and the separator is one."""
    return _BETWEEN_HAN.sub("", one_dot(clean_line(text)))


def name_key(text: str) -> str:
    """Return what two writings of one name have in common.

    Width, capitals, spaces and separators do not tell people apart.

    >>> name_key("阿依古丽 • 买买提") == name_key("阿依古丽．买买提") == name_key("阿依古丽 买买提")
    True
    """
    return _BLANK_OR_DOT.sub("", normal(person_name(text)).casefold())


def spellings(name: str) -> list[str]:
    """Return the writings under which a name may have been kept before its separator was made one."""
    return [name, *(name.replace(DOT, dot) for dot in DOTS if dot != DOT)] if DOT in name else [name]


def sought(text: str) -> list[str]:
    """Return the writings under which a sought name, or a part of one, may be kept.

    Whatever separator was typed, it is any.
    """
    plain = person_name(text)
    dotted = "".join(DOT if sign in DOTS and sign != "." else sign for sign in plain)
    return spellings(dotted)


def plain_number(text: str) -> str:
    """Return a number of a record as it is compared: half width, capitals, no blanks, no zeros before its figures.

    ００１ → 1.
    """
    written = "".join(normal(text).split()).upper()
    head = written.rstrip("0123456789")
    figures = written[len(head) :]
    return head + (figures.lstrip("0") or "0" if figures else "")


def kept_number(text: str) -> str:
    """Return a number of a record as it is kept: half width, capitals, no blanks, its zeros as they were written.

    Ｙｘ００１ → YX001.
    """
    return re.sub(r"\s", "", normal(clean_line(text))).upper()


def number_writings(text: str) -> list[str]:
    """Return the writings under which a sought number may be kept.

    As it is kept now, and full-width as older lists brought it.

    >>> number_writings("yx001"), number_writings("ＹＸ００１")
    (['YX001', 'ＹＸ００１'], ['YX001', 'ＹＸ００１'])
    """
    kept = kept_number(text)
    return [kept, wide(kept)]


def plain_phone(text: str) -> str:
    """Return a phone number as bare digits, however it is written: +86 138-0000 0001, １３８…; nothing when it is none."""
    if len(text) > LONGEST_PHONE:
        return ""
    bare = _PHONE_MARKS.sub("", normal(text))
    mobile = _MOBILE_WITH_COUNTRY.fullmatch(bare)
    if mobile:
        return mobile[1]
    return bare if _DIGITS.fullmatch(bare) else ""


def written_phone(text: str) -> str:
    """Return a number to call as an office writes it.

    Half width, a mobile as bare digits, a fixed line with its hyphens.

    >>> written_phone("０９００－１２３４　５６７"), written_phone("+86 138-0000 0001")
    ('0900-1234 567', '13800000001')
    """
    line = _PHONE_HYPHENS.sub("-", clean_line(normal(text)))
    plain = plain_phone(line)
    return plain if _MOBILE.fullmatch(plain) else line


def plain_sign_in_name(text: str) -> str:
    """Return a sign-in name as it is compared: half width, no blanks, no controls, upper and lower case alike."""
    wide = normal(text[:LONGEST_NAME])
    kept = "".join(c for c in wide if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return normal(kept.casefold())


def plain_staff_name(text: str) -> str:
    """Return a name of staff as it is kept: a mobile phone as bare digits, anything else as a sign-in name."""
    phone = plain_phone(text)
    return phone if _MOBILE.fullmatch(phone) else plain_sign_in_name(text)


def wide(text: str) -> str:
    """Return the full-width writing of a half-width text: YX001 → ＹＸ００１, as some lists number their members."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
