"""Reads of files: what is refused and in which words, links that one person may follow for a while, what belongs to nothing."""

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit import contents
from tongxin.files.inspection.reasons import Reason, Refused, sentence
from tongxin.files.inspection.secrecy import marks_name
from tongxin.files.models import File
from tongxin.files.rules import HOLDERS

LINK_SECONDS = 2 * 60 * 60
MB = 1024 * 1024
INCOMING = ".incoming"  # under the kept files, so that a checked upload is moved and not copied


MOST_COMPARED = 10_000  # files whose digest a process remembers


class RefusedError(Exception):
    """An upload that is not taken; the message says why and what to do."""


class LostError(Exception):
    """A file whose bytes are not there, or cannot be read."""


class ChangedError(Exception):
    """A file whose bytes are not those that were received."""


# ── what is refused ──────────────────────────────────────────────────────────────────────────────
def refuse_by_name_and_size(name: str, size: int, *, limit_mb: int) -> None:
    """Refuse what needs no look inside. Raises RefusedError with a sentence for people."""
    if size == 0:
        message = _("“%(name)s”是空文件，没有内容可以上传。") % {"name": name}
        raise RefusedError(message)
    if size > limit_mb * MB:
        message = _("“%(name)s”有 %(size).1f MB，超过 %(limit_mb)s MB。请压缩或分成几个文件再上传。") % {
            "name": name,
            "size": size / MB,
            "limit_mb": limit_mb,
        }
        raise RefusedError(message)
    if marks_name(name):
        raise RefusedError(sentence(Reason.SECRET_NAME, name=name))


@contextlib.contextmanager
def in_words(name: str) -> Iterator[None]:
    """Say to people why the file of this name is refused."""
    try:
        yield
    except Refused as refused:
        raise RefusedError(sentence(refused.reason, name=name, kind=refused.kind.upper())) from refused


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


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────
_compared: dict[tuple[int, ...], str] = {}  # which bytes, as the disk knows them → their digest


def open_checked(file: File) -> BufferedReader:
    """Open a file whose bytes are, as they are compared now, those that were received.

    Raises LostError or ChangedError.

    The open file is compared, not its path: nothing can be put in its place between the comparison and the sending. Who
    writes into this very file while it is sent, or sets its size and all its times as they were, is found by `audit
    verify`.
    """
    try:
        content = contents.open_plain(file.content.storage, str(file.content.name))
    except contents.UnreadableError as error:
        raise LostError from error
    try:
        same = _digest(content) == file.digest
    except OSError as error:
        content.close()
        raise LostError from error
    if not same:
        content.close()
        raise ChangedError
    return content


def _digest(content: BufferedReader) -> str:
    """Return the digest of an open file, read once in a process as long as the disk says that nobody wrote to it."""
    now = os.fstat(content.fileno())
    which = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)
    digest = _compared.get(which)
    if digest is None:
        digest = contents.digest_of(content)
        content.seek(0)
        if len(_compared) >= MOST_COMPARED:
            _compared.clear()
        _compared[which] = digest
    return digest  # another thread may have forgotten it by now


# ── what belongs to nothing ──────────────────────────────────────────────────────────────────────
def orphans(*, before: datetime) -> QuerySet[File]:
    """Return files that belong to nothing and were uploaded more than a day before."""
    found = File.objects.filter(uploaded_at__lt=before - timedelta(days=1))
    for model, field in {(holder.model, holder.field) for holder in HOLDERS}:
        found = found.exclude(Exists(model._default_manager.filter(**{field: OuterRef("pk")})))  # noqa: SLF001
    return found


def strays(*, before: datetime) -> Iterator[Path]:
    """Return what lies since before then where uploads are checked."""
    incoming = Path(settings.MEDIA_ROOT) / INCOMING
    for path in incoming.glob("*"):
        try:
            written = path.stat().st_mtime
        except FileNotFoundError:
            continue  # just checked, and moved to where it belongs
        if written < before.timestamp():
            yield path
