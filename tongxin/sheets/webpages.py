"""A web page that was saved as .xls: the tables it holds, also inside a single-file page (MHT)."""

import email
import email.policy
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tongxin.core.words import clean_line

SPAN = 1000  # no cell goes over more rows or columns
CELLS = 3_000_000  # a page holds no more, spans counted out
_CHARSET = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?\s{0,3}([\w-]{3,20})", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+|#{3,}", re.IGNORECASE)
Grid = list[list[str]]


def tables(page: bytes) -> list[Grid]:
    """Return the tables of a page as rows of texts. Raises ValueError where it cannot be read."""
    found: list[Grid] = []
    for part, charset in _parts(page):
        reader = _Reader()
        reader.feed(_decoded(part, charset))
        reader.close()
        found += [table for table in reader.finished if any(any(row) for row in table)]
    return found


def _parts(page: bytes) -> list[tuple[bytes, str]]:
    if not page.lstrip()[:64].lower().startswith(b"mime-version:"):
        return [(page, "")]
    message = email.message_from_bytes(page.lstrip(), policy=email.policy.compat32)
    html = [part for part in message.walk() if part.get_content_type() == "text/html"]
    return [(bytes(part.get_payload(decode=True) or b""), part.get_content_charset() or "") for part in html]


def _decoded(part: bytes, charset: str) -> str:
    said = _CHARSET.search(part[:8192])
    names = [charset, said[1].decode("ascii") if said else "", "utf-8-sig", "gb18030"]
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        names.insert(0, "utf-16")
    for name in names:
        known = "gb18030" if name.lower() in {"gb2312", "gbk", "x-gbk", "cp936"} else name
        try:
            return part.decode(known) if known else part.decode("utf-8-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    message = "undecodable"
    raise ValueError(message)


@dataclass
class _Table:
    rows: Grid = field(default_factory=list)
    below: dict[int, tuple[int, str]] = field(default_factory=dict)  # column → rows still to fill, with what
    text: list[str] | None = None  # of the cell that is open
    spans: tuple[int, int] = (1, 1)
    number: str = ""  # what the spreadsheet program notes as the cell's value

    def begin_row(self) -> None:
        self.end_cell()
        self.rows.append([])

    def _fill(self, row: list[str]) -> None:
        """Put what reaches down from above where the row has come to."""
        while (held := self.below.get(len(row))) and held[0]:
            self.below[len(row)] = (held[0] - 1, held[1])
            row.append(held[1])

    def end_row(self) -> None:
        self.end_cell()
        if self.rows:
            self._fill(self.rows[-1])

    def begin_cell(self, attributes: dict[str, str | None]) -> None:
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        self.text = []
        self.spans = (_span(attributes.get("colspan")), _span(attributes.get("rowspan")))
        self.number = attributes.get("x:num") or ""

    def end_cell(self) -> None:
        if self.text is None:
            return
        row, (wide, deep) = self.rows[-1], self.spans
        self._fill(row)
        said = "\n".join(clean_line(line) for line in "".join(self.text).split("\0")).strip()
        if self.number and _SCIENTIFIC.fullmatch(said):
            said = self.number
        for extra in range(wide):
            if deep > 1:
                self.below[len(row)] = (deep - 1, said if wide == 1 else "")
            row.append(said if extra == 0 else "")
        self.text = None


def _span(written: str | None) -> int:
    return min(max(int(written), 1), SPAN) if written and written.strip().isdecimal() else 1


class _Reader(HTMLParser):
    """Collects tables; a table within a cell is one of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[_Table] = []
        self.finished: list[Grid] = []
        self.passed_over = 0
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open what a tag opens."""
        if tag in {"style", "script"}:
            self.passed_over += 1
        elif tag == "table":
            self.open.append(_Table())
        elif self.open and tag == "tr":
            self.open[-1].begin_row()
        elif self.open and tag in {"td", "th"}:
            self.open[-1].begin_cell(dict(attrs))
            self.cells += self.open[-1].spans[0] * self.open[-1].spans[1]
            if self.cells > CELLS:
                message = "too many cells"
                raise ValueError(message)
        elif tag in {"br", "p", "div"} and self.open and self.open[-1].text:
            self.open[-1].text.append("\0")

    def handle_endtag(self, tag: str) -> None:
        """Close what a tag closes."""
        if tag in {"style", "script"}:
            self.passed_over = max(0, self.passed_over - 1)
        elif self.open and tag in {"td", "th"}:
            self.open[-1].end_cell()
        elif self.open and tag == "tr":
            self.open[-1].end_row()
        elif self.open and tag == "table":
            self._finish()

    def _finish(self) -> None:
        table = self.open.pop()
        table.end_row()
        self.finished.append(table.rows)

    def handle_data(self, data: str) -> None:
        """Keep the text of the open cell."""
        if self.open and self.open[-1].text is not None and not self.passed_over:
            self.open[-1].text.append(data.replace("\0", " "))

    def close(self) -> None:
        """Finish what a cut page left open."""
        super().close()
        while self.open:
            self._finish()
