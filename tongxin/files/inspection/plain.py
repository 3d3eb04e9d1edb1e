"""Plain text: in an encoding that Chinese offices use, and no page, program or shortcut in disguise."""

from typing import IO

from tongxin.files.inspection.reasons import Reason, Refused
from tongxin.files.inspection.secrecy import Scanner

ENCODINGS = ("utf-8-sig", "gb18030")
TAGS = ("html", "script", "svg", "!doctype", "head", "body", "iframe", "object", "embed", "meta", "?xml", "?php", "%")
SHORTCUTS = ("[internetshortcut]", "[desktop entry]", "[shell]")
PROGRAMS = ("#!", "@echo ")
RICH_TEXT = "{\\rtf"


def examine(stream: IO[bytes], scanner: Scanner) -> str:
    """Return "txt". Raises Refused with the reason."""
    stream.seek(0)
    text = _decoded(stream.read())
    start = text.lstrip()[:100].lower()
    if start.startswith(RICH_TEXT):
        raise Refused(Reason.RICH_TEXT)
    if start.startswith(SHORTCUTS):
        raise Refused(Reason.SHORTCUT)
    if start.startswith(PROGRAMS) or _has_tag(text.lower()):
        raise Refused(Reason.SCRIPT)
    scanner.read(text)
    return "txt"


def _decoded(data: bytes) -> str:
    if b"\x00" in data:
        raise Refused(Reason.UNKNOWN)
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(Reason.UNKNOWN)


def _has_tag(text: str) -> bool:
    """Look for each tag from hit to hit: `<` alone, however often, costs nothing."""
    for tag in TAGS:
        at = text.find(f"<{tag}")
        while at >= 0:
            after = at + 1 + len(tag)
            if not text[after : after + 1].isalpha():
                return True
            at = text.find(f"<{tag}", after)
    return False
