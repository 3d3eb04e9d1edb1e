"""Joins the style sheets and script modules into `app.css` and `app.js`: `python -m tongxin.ui.bundle`.

One hashed file of each kind keeps a page within its requests; the parts stay small, readable files. A script
part may only `import` from another part and must not reuse another part's top-level names: joined, they are
one module.
"""

import re
from pathlib import Path

STATIC = Path(__file__).parent / "static" / "ui"
STYLES = (
    *("base", "layout", "buttons", "cards", "status", "figures", "tables", "tabs", "forms", "conflict", "lists"),
    *("actions", "timeline", "steps", "lanes", "feedback", "dialogs", "menus", "drawer"),
    *("member", "desk", "portal", "plain", "elder", "print"),
)
SCRIPTS = (
    *("page", "size", "counters", "toast", "dialogs", "menus", "focus", "openers", "guard", "uploads", "tables", "bulk"),
    *(
        "reading",
        "print",
        "uncovering",
        "session",
        "codes",
        "days",
        "drafts",
        "compare",
        "following",
        "autosave",
        "keeping",
        "sending",
        "start",
    ),
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LINE_COMMENT = re.compile(r"^\s*(?://|/\*\*|\* |\*/).*$", re.MULTILINE)
IMPORT = re.compile(r"^import [^;]*;$", re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)
BLANK = re.compile(r"\n\s*\n+")


def styles() -> str:
    """Return the whole style sheet: tokens first, then the parts in order, without comments."""
    parts = [STATIC / "tokens.css", *(STATIC / "css" / f"{name}.css" for name in STYLES)]
    return _tidy(COMMENT.sub("", "\n".join(part.read_text("utf-8") for part in parts)))


def scripts() -> str:
    """Return the whole script: the parts in order as one module."""
    joined = "\n".join((STATIC / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    return _tidy(EXPORT.sub("", IMPORT.sub("", LINE_COMMENT.sub("", joined))))


def _tidy(text: str) -> str:
    return BLANK.sub("\n", text).strip() + "\n"


def write() -> None:
    """Write both joined files beside their parts."""
    (STATIC / "app.css").write_text(styles(), "utf-8")
    (STATIC / "app.js").write_text(scripts(), "utf-8")


if __name__ == "__main__":
    write()
