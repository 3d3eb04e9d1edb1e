"""A file's name as it may be kept and offered again on any system."""

import unicodedata

from tongxin.core.words import clean_line, normal

NAMELESS = "未命名"
CHARACTERS, BYTES = 200, 240  # the column; what file systems take, with room for “ (1)”
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def clean_name(given: str) -> str:
    """Keep the last part of a path, without control and direction characters, shortened in the stem and never in the ending."""
    line = clean_line(normal(given.replace("\\", "/").rsplit("/", 1)[-1], "NFC"))
    shown = "".join(c for c in line if unicodedata.category(c) != "Cs").translate(_FORBIDDEN).strip(". ")
    stem, dot, ending = shown.rpartition(".")
    if not dot or len(ending.encode()) > BYTES // 4:
        stem, dot, ending = shown, "", ""
    if stem.strip().lower() in _RESERVED:
        stem = f"_{stem}"
    stem = stem[:CHARACTERS]
    while len(stem + dot + ending) > CHARACTERS or len((stem + dot + ending).encode()) > BYTES:
        stem = stem[:-1]
    return (stem.rstrip(". ") + dot + ending) or NAMELESS


def ending_of(name: str) -> str:
    """Return what stands behind the last dot, in small letters; empty when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""
