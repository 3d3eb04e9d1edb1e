"""Reads of files: what an upload really is, and links that one person may follow for a while."""

import io
import re
import zipfile
from datetime import datetime, timedelta
from typing import IO, Any
from urllib.parse import quote

import filetype
from django.core import signing
from django.db.models import Exists, OuterRef, QuerySet

from tongxin.files.choices import IN_WORDS, KINDS
from tongxin.files.models import File
from tongxin.files.rules import HOLDERS

LINK_SECONDS = 2 * 60 * 60
MB = 1024 * 1024
UNPACKED_MB = 400  # an office file that unpacks to more is a bomb
HEAD = 4096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_STREAMS = (("doc", "WordDocument"), ("xls", "Workbook"), ("xls", "Book"), ("ppt", "PowerPoint Document"))
OFFICE_FOLDERS = (("docx", "word/"), ("xlsx", "xl/"), ("pptx", "ppt/"))
SECRET_NAME = re.compile(r"绝密|机密|秘密\s*[★☆]")
SECRET_TEXT = re.compile(r"(绝密|机密|秘密)\s*[★☆]")


class RefusedError(Exception):
    """An upload that is not taken; the message says why and what to do."""


# ── what it is ───────────────────────────────────────────────────────────────────────────────────
def inspect(upload: IO[bytes], name: str) -> str:
    """Return the kind of an upload by its content. Raises RefusedError with a sentence for people."""
    if SECRET_NAME.search(name):
        message = f"文件名“{name}”带有密级字样。本平台连接互联网，不能上传涉密文件，请走机要渠道。"
        raise RefusedError(message)
    kind = _kind_by_content(upload)
    if kind is None:
        message = f"“{name}”不是可以上传的文件。可以上传{IN_WORDS}。"
        raise RefusedError(message)
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in KINDS[kind].endings:
        message = f"“{name}”的内容是 {kind.upper()}，与文件名不符。请用原来的软件另存后再上传。"
        raise RefusedError(message)
    _refuse_active(upload, kind, name)
    if kind in {"docx", "txt"} and SECRET_TEXT.search(_text_of(upload, kind)):
        message = f"“{name}”里有密级标志。本平台连接互联网，不能上传涉密文件，请走机要渠道。"
        raise RefusedError(message)
    return kind


def _head(upload: IO[bytes]) -> bytes:
    upload.seek(0)
    return upload.read(HEAD)


def _kind_by_content(upload: IO[bytes]) -> str | None:
    head = _head(upload)
    if head.startswith(OLE):
        return next((kind for kind, stream in OLE_STREAMS if _contains(upload, stream.encode("utf-16-le"))), None)
    if head.startswith(b"PK\x03\x04"):
        return _office_kind(upload)
    guess = filetype.guess(head)
    if guess is not None:
        return guess.extension if guess.extension in {"pdf", "jpg", "png"} else None
    return "txt" if _is_text(upload) else None


def _office_kind(upload: IO[bytes]) -> str | None:
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for kind, folder in OFFICE_FOLDERS if any(name.startswith(folder) for name in names)), None)


def _is_text(upload: IO[bytes]) -> bool:
    head = _head(upload)
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:
                continue
        return not re.search(rb"(?i)<(script|html|svg|!doctype)|^#!", head)
    return False


def _contains(upload: IO[bytes], *needles: bytes) -> bool:
    """Search a file in pieces, so that a large one is never whole in memory."""
    overlap = max(len(needle) for needle in needles) - 1
    upload.seek(0)
    tail = b""
    while piece := upload.read(MB):
        window = tail + piece
        if any(needle in window for needle in needles):
            return True
        tail = window[-overlap:]
    return False


def _refuse_active(upload: IO[bytes], kind: str, name: str) -> None:
    """Refuse macros, programs inside documents, and archives that unpack without end."""
    active = f"“{name}”里有宏或可以运行的程序，不能上传。请另存为不带宏的文件，或转成 PDF 再上传。"
    if kind in {"docx", "xlsx", "pptx"}:
        upload.seek(0)
        with zipfile.ZipFile(upload) as packed:
            infos = packed.infolist()
            types = b"" if sum(i.file_size for i in infos) > UNPACKED_MB * MB else packed.read("[Content_Types].xml")
        if not types:
            message = f"“{name}”解开后超过 {UNPACKED_MB} MB，不能上传。请压缩其中的图片后再试。"
            raise RefusedError(message)
        programs = (".exe", ".dll", ".bat", ".js", ".vbs", ".ps1", ".scr")
        if b"macroEnabled" in types or any(
            i.filename.lower().endswith(("vbaproject.bin", "oleobject.exe", *programs)) for i in infos
        ):
            raise RefusedError(active)
    elif kind in {"doc", "xls", "ppt"}:
        if _contains(upload, "_VBA_PROJECT".encode("utf-16-le"), "VBA\0".encode("utf-16-le")):
            raise RefusedError(active)
    elif kind == "pdf" and _contains(upload, b"/Launch", b"/JavaScript"):
        raise RefusedError(active)


def _text_of(upload: IO[bytes], kind: str) -> str:
    upload.seek(0)
    if kind == "txt":
        return upload.read(MB).decode("utf-8", "ignore")
    with zipfile.ZipFile(upload) as packed:
        try:
            with packed.open("word/document.xml") as part:
                raw = io.BytesIO(part.read(8 * MB)).getvalue().decode("utf-8", "ignore")
        except KeyError:
            return ""
    return re.sub(r"<[^>]+>", "", raw)


# ── links ────────────────────────────────────────────────────────────────────────────────────────
def link(file: File, user: Any) -> str:
    """Return an address under which `user`, and nobody else, may download the file for two hours."""
    token = signing.dumps([file.uid, user.pk], salt="tongxin.files", compress=False)
    return f"/files/{file.uid}/?t={quote(token)}"


def link_is_good(uid: str, user: Any, token: str) -> bool | None:
    """Say whether a link is this user's and in time; None when it was but has expired."""
    try:
        good = signing.loads(token, salt="tongxin.files", max_age=LINK_SECONDS) == [uid, user.pk]
    except signing.SignatureExpired:
        return None
    except signing.BadSignature:
        return False
    return bool(good)


def orphans(*, before: datetime) -> QuerySet[File]:
    """Return files that belong to nothing and were uploaded more than a day before."""
    found = File.objects.filter(uploaded_at__lt=before - timedelta(days=1))
    for model, field in {(holder.model, holder.field) for holder in HOLDERS}:
        found = found.exclude(Exists(model._default_manager.filter(**{field: OuterRef("pk")})))  # noqa: SLF001
    return found
