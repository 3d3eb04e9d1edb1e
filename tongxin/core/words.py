"""Counting and cleaning of Chinese text as offices do it. Pure."""

import re
import unicodedata

_BLANK = re.compile(r"[\s\u3000]+")
_PHONE_MARKS = re.compile(r"[\s\-()\u2010-\u2015]+")
_MOBILE_WITH_COUNTRY = re.compile(r"(?:\+|00)?86(1[0-9]{10})")
_MOBILE = re.compile(r"1[0-9]{10}")
_DIGITS = re.compile(r"[0-9]{5,20}")
_SPACED_NAME = re.compile(r"^([\u3400-\u9fff])\s+([\u3400-\u9fff])$")


def character_count(text: str) -> int:
    """Count characters without white space: what 字数 means on the form."""
    return len(_BLANK.sub("", text))


def clean_line(text: str) -> str:
    """Trim, drop control characters, and turn runs of white space into one space."""
    visible = text
    if not text.isprintable():  # nothing to drop in most lines: that is known at once
        visible = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) not in {"Cc", "Cf"})
    return _BLANK.sub(" ", visible).strip()


def clean_text(text: str) -> str:
    """Clean a text of several paragraphs: one line each, no blank lines at the ends, styles and controls dropped."""
    lines = [clean_line(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_name(text: str) -> str:
    """Trim a person's name and close the space in two-character names: 张 三 → 张三."""
    line = clean_line(text)
    return _SPACED_NAME.sub(r"\1\2", line)


def plain_phone(text: str) -> str:
    """Return a phone number as bare digits, however it is written: +86 138-0000 0001, １３８…; nothing when it is none."""
    bare = _PHONE_MARKS.sub("", unicodedata.normalize("NFKC", text))
    mobile = _MOBILE_WITH_COUNTRY.fullmatch(bare)
    if mobile:
        return mobile[1]
    return bare if _DIGITS.fullmatch(bare) else ""


def plain_sign_in_name(text: str) -> str:
    """Return a sign-in name as it is compared: half width, no blanks, no controls, upper and lower case alike."""
    wide = unicodedata.normalize("NFKC", text)
    kept = "".join(c for c in wide if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return unicodedata.normalize("NFKC", kept.casefold())


def plain_staff_name(text: str) -> str:
    """Return a name of staff as it is kept: a mobile phone as bare digits, anything else as a sign-in name."""
    phone = plain_phone(text)
    return phone if _MOBILE.fullmatch(phone) else plain_sign_in_name(text)


def wide(text: str) -> str:
    """Return the full-width writing of a half-width text: YX001 → ＹＸ００１, as some lists number their members."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
