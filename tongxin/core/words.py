"""Counting and cleaning of Chinese text as offices do it. Pure."""

import re
import unicodedata

_BLANK = re.compile(r"[\s\u3000]+")
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
