"""Taking uploads in, and clearing away what belongs to nothing."""

import hashlib
from datetime import datetime
from functools import partial
from typing import IO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.core.words import clean_line
from tongxin.files import queries
from tongxin.files.models import File
from tongxin.files.queries import MB, RefusedError

__all__ = ["RefusedError", "clear_orphans", "store"]


def store(upload: UploadedFile, *, committee: Committee, owner: Account, at: datetime, limit_mb: int) -> File:
    """Check an upload by its content and keep it. Raises RefusedError with a sentence for people; nothing is kept then.

    The file is written before the row: a file without a row is cleared away, a row without a file never exists.
    """
    name = clean_line((upload.name or "").replace("\\", "/").rsplit("/", 1)[-1])[-200:] or "未命名"
    size = upload.size or 0
    if size == 0:
        message = f"“{name}”是空文件，没有内容可以上传。"
        raise RefusedError(message)
    if size > limit_mb * MB:
        message = f"“{name}”有 {size / MB:.1f} MB，超过 {limit_mb} MB。请压缩或分成几个文件再上传。"
        raise RefusedError(message)
    kind = queries.inspect(cast("IO[bytes]", upload), name)
    upload.seek(0)
    digest = hashlib.sha256()
    for piece in upload.chunks():
        digest.update(piece)
    file = File(committee=committee, owner=owner, name=name, kind=kind, size=size, digest=digest.hexdigest(), uploaded_at=at)
    upload.seek(0)
    file.content.save(f"{file.uid}.{kind}", upload, save=False)
    file.save(force_insert=True)
    return file


def clear_orphans(*, at: datetime, most: int = 500) -> int:
    """Remove uploads that belong to nothing since a day. Returns how many went."""
    gone = 0
    for file in queries.orphans(before=at)[:most]:
        stored, name = file.content.storage, str(file.content.name)
        with transaction.atomic():
            file.delete()
            transaction.on_commit(partial(stored.delete, name))
        gone += 1
    return gone
