"""Files as offices send them and as attackers build them, made here byte by byte."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": ("word/document.xml", f"{OFFICE}wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{OFFICE}spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{OFFICE}presentationml.presentation.main+xml"),
}
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


# ── office files of today ────────────────────────────────────────────────────────────────────────
def zipped(parts: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def parts(kind: str = "docx", text: str = "走访情况", *, types: str = "", body: str = "") -> dict[str, bytes | str]:
    """Return the parts of a small office file; its text is cut into two runs, as editing leaves it."""
    main, said = MAIN[kind]
    runs = f"<w:p><w:r><w:t>{text[:1]}</w:t></w:r><w:r><w:t>{text[1:]}</w:t></w:r></w:p>{body}"
    return {
        "[Content_Types].xml": (
            '<?xml version="1.0"?><Types><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/{main}" ContentType="{said}"/>{types}</Types>'
        ),
        "_rels/.rels": relations(("officeDocument", main, False)),
        main: f"<?xml version='1.0'?><w:document {WORD}><w:body>{runs}</w:body></w:document>",
    }


def relations(*lines: tuple[str, str, bool]) -> str:
    """Return a part of relationships: (kind, target, outside)."""
    modes = {True: 'TargetMode="External"', False: ""}
    said = "".join(
        f'<Relationship Id="r{n}" Type="{RELATION}/{kind}" Target="{target}" {modes[outside]}/>'
        for n, (kind, target, outside) in enumerate(lines)
    )
    return f"<?xml version='1.0'?><Relationships>{said}</Relationships>"


def office(kind: str = "docx", text: str = "走访情况", *, extra: Mapping[str, bytes | str] | None = None, **more: str) -> bytes:
    """Return a small office file."""
    return zipped(parts(kind, text, **more) | dict(extra or {}))


def linked(kind: str, target: str, *, outside: bool = True) -> bytes:
    """Return a text with one relationship."""
    return office(extra={"word/_rels/document.xml.rels": relations((kind, target, outside))})


def patched(data: bytes, *, offset: int, value: bytes, of: bytes = b"PK\x01\x02") -> bytes:
    """Write over some bytes behind the first directory line (or another signature) of an archive."""
    at = data.index(of) + offset
    return data[:at] + value + data[at + len(value) :]


# ── office files of before ───────────────────────────────────────────────────────────────────────
WORD_HEAD = struct.pack("<HHHHHH", 0xA5EC, 193, 0, 0x0804, 0, 0x0200) + b"\0" * 500


def biff(*records: tuple[int, bytes]) -> bytes:
    """Return a workbook's stream: the given records, then the end of the first substream."""
    lines = [(0x0809, struct.pack("<HHHH", 0x0600, 5, 0, 0)), *records, (0x0A, b"")]
    return b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in lines)


def sheet(kind: int = 0) -> tuple[int, bytes]:
    """Return a workbook's line about a sheet; kind 1 is a sheet of macros."""
    return 0x85, struct.pack("<LBBBB", 0, 0, kind, 1, 0) + b"A"


def slides(*records: tuple[int, int, bytes]) -> bytes:
    """Return a stream of slides: (head, kind, content), containers have the head 0xF."""
    return b"".join(struct.pack("<HHL", head, kind, len(content)) + content for head, kind, content in records)


def compound(streams: Mapping[str, bytes], *, storages: Mapping[str, Mapping[str, bytes]] | None = None) -> bytes:
    """Return a compound file; small streams go into the mini stream, as the format wants."""
    lines: list[list] = [["Root Entry", 5, b""]]
    children: dict[int, list[int]] = {0: []}
    for name, content in streams.items():
        children[0].append(len(lines))
        lines.append([name, 2, content])
    for name, inner in (storages or {}).items():
        children[0].append(len(lines))
        here = len(lines)
        children[here] = []
        lines.append([name, 1, b""])
        for inner_name, content in inner.items():
            children[here].append(len(lines))
            lines.append([inner_name, 2, content])
    return _sectors(lines, children)


def _sectors(lines: list[list], children: dict[int, list[int]]) -> bytes:
    fat: list[int] = []
    body = b""
    mini, mini_fat = b"", []

    def put(content: bytes) -> int:
        nonlocal body
        count = -(-len(content) // 512)
        if not count:
            return 0xFFFFFFFE
        first = len(fat)
        fat.extend([*range(first + 1, first + count), 0xFFFFFFFE])
        body += content.ljust(count * 512, b"\0")
        return first

    starts = []
    for _name, _type, content in lines:
        if 0 < len(content) < 4096:
            first, count = len(mini_fat), -(-len(content) // 64)
            mini_fat.extend([*range(first + 1, first + count), 0xFFFFFFFE])
            mini += content.ljust(count * 64, b"\0")
            starts.append(first)
        else:
            starts.append(put(content))
    starts[0], root_size = put(mini), len(mini)
    mini_start = put(struct.pack(f"<{len(mini_fat)}L", *mini_fat).ljust(512, b"\xff") if mini_fat else b"")
    directory = b""
    for number, (name, kind, content) in enumerate(lines):
        inside = children.get(number, [])
        sibling = 0xFFFFFFFF
        for group in children.values():
            if number in group and group.index(number) + 1 < len(group):
                sibling = group[group.index(number) + 1]
        spelled = name.encode("utf-16-le")
        directory += (
            (spelled + b"\0\0").ljust(64, b"\0")
            + struct.pack("<HBBLLL", len(spelled) + 2, kind, 1, 0xFFFFFFFF, sibling, inside[0] if inside else 0xFFFFFFFF)
            + b"\0" * 36
            + struct.pack("<LLL", starts[number], root_size if number == 0 else len(content), 0)
        )
    directory_start = put(directory)
    return _with_tables(fat, body, directory_start, mini_start, has_mini=bool(mini_fat))


def _with_tables(fat: list[int], body: bytes, directory: int, mini: int, *, has_mini: bool) -> bytes:
    """Add the allocation table, the sectors that name its sectors where the header has no room for all, and the header."""
    tables, more = 1, 0
    while -(-(len(fat) + tables + more) // 128) > tables or -(-max(0, tables - 109) // 127) > more:
        tables = -(-(len(fat) + tables + more) // 128)
        more = -(-max(0, tables - 109) // 127)
    first, first_more = len(fat), len(fat) + tables
    fat.extend([0xFFFFFFFD] * tables + [0xFFFFFFFC] * more)
    body += struct.pack(f"<{len(fat)}L", *fat).ljust(tables * 512, b"\xff")
    named = [*range(first, first + tables)]
    for number in range(more):
        here = named[109 + 127 * number :][:127]
        following = first_more + number + 1 if number + 1 < more else 0xFFFFFFFE
        body += struct.pack("<128L", *here, *[0xFFFFFFFF] * (127 - len(here)), following)
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack(
            "<HHHHH6sLLLLLLLLL",
            0x3E,
            3,
            0xFFFE,
            9,
            6,
            b"",
            0,
            tables,
            directory,
            0,
            4096,
            mini,
            int(has_mini),
            first_more if more else 0xFFFFFFFE,
            more,
        )
    )
    return head + struct.pack("<109L", *named[:109], *[0xFFFFFFFF] * (109 - len(named[:109]))) + body


def doc(head: bytes = WORD_HEAD, text: str = "走访情况", **storages: Mapping[str, bytes]) -> bytes:
    """Return an old text document."""
    return compound({"WordDocument": head + text.encode("utf-16-le"), "1Table": b"\0" * 64}, storages=storages)


def xls(*records: tuple[int, bytes], storages: Mapping[str, Mapping[str, bytes]] | None = None) -> bytes:
    """Return an old workbook."""
    return compound({"Workbook": biff(*(records or (sheet(),)))}, storages=storages)


def ppt(*records: tuple[int, int, bytes], user: bytes = b"\0" * 20) -> bytes:
    """Return old slides."""
    return compound({"PowerPoint Document": slides(*(records or ((0xF, 0x03E8, b"\0" * 16),))), "Current User": user})


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────
def pdf(
    *more: bytes, catalog: bytes = b"", packed: bytes | None = None, loose: bytes = b"", content: bytes = b"", font: bytes = b""
) -> bytes:
    """Return a PDF of one page.

    `more` are objects from number 5 on, `packed` one inside an object stream, `loose` one that no table names.
    """
    objects = [
        b"<</Type /Catalog /Pages 2 0 R" + catalog + b">>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <<" + font + b">>>>",
        stream(content),
        *more,
    ]
    if packed is not None:
        inner = f"{len(objects) + 2} 0 ".encode()
        objects.append(stream(inner + packed, b"/Type /ObjStm /N 1 /First " + str(len(inner)).encode()))
        return _with_cross_reference_stream(objects)
    data, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj ".encode() + one + b" endobj\n"
    data += loose
    table = b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    return data + head + table + f"trailer <</Size {len(objects) + 1} /Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF\n".encode()


def stream(content: bytes, more: bytes = b"") -> bytes:
    """Return a packed stream object."""
    packed = zlib.compress(content)
    return b"<<" + more + f" /Filter /FlateDecode /Length {len(packed)}>>\nstream\n".encode() + packed + b"\nendstream"


def _with_cross_reference_stream(objects: list[bytes]) -> bytes:
    data, lines = b"%PDF-1.7\n", [struct.pack(">BLH", 0, 0, 65535)]
    for number, one in enumerate(objects, 1):
        lines.append(struct.pack(">BLH", 1, len(data), 0))
        data += f"{number} 0 obj ".encode() + one + b" endobj\n"
    lines.append(struct.pack(">BLH", 2, len(objects), 0))
    lines.append(struct.pack(">BLH", 1, len(data), 0))
    table = stream(b"".join(lines), f"/Type /XRef /W [1 4 2] /Root 1 0 R /Size {len(lines)}".encode())
    return data + f"{len(lines) - 1} 0 obj ".encode() + table + f" endobj\nstartxref\n{len(data)}\n%%EOF\n".encode()


def pdf_saying(text: str) -> bytes:
    """Return a PDF whose page shows a text, with a font that says which character each code is."""
    codes = "".join(f"{n:04x}" for n in range(1, len(text) + 1))
    lines = "\n".join(f"<{n:04x}> <{c.encode('utf-16-be').hex()}>" for n, c in enumerate(text, 1))
    spelled = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{len(text)} beginbfchar\n{lines}\nendbfchar endcmap end end"
    )
    font = b"<</Type /Font /Subtype /Type0 /BaseFont /S /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R>>"
    child = b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /S /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>>>"
    shown = f"BT /F1 16 Tf 80 780 Td <{codes}> Tj ET".encode()
    return pdf(font, child, stream(spelled.encode()), content=shown, font=b"/Font <</F1 5 0 R>>")


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────
def picture(form: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """Return a picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, form)
    return made.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Return a picture that claims a size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))

    head = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


PDF, PNG, JPG, DOCX = pdf(), picture("PNG"), picture("JPEG"), office()
HARMLESS = {
    "走访.pdf": PDF,
    "照片.png": PNG,
    "手写稿.jpeg": JPG,
    "情况.docx": DOCX,
    "汇总表.xlsx": office("xlsx"),
    "汇报.pptx": office("pptx"),
    "说明.txt": "走访五个小区。".encode(),
    "旧稿.doc": doc(),
    "旧表.xls": xls(),
    "旧片.ppt": ppt(),
}
