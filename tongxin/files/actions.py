"""Taking uploads in, and clearing away what belongs to nothing."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File as DjangoFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.core import faults
from tongxin.core.ids import new_uid
from tongxin.files import queries
from tongxin.files.inspection import process
from tongxin.files.inspection.names import clean_name
from tongxin.files.inspection.process import Limits
from tongxin.files.models import File
from tongxin.files.queries import INCOMING, RefusedError

__all__ = ["Received", "RefusedError", "clear_orphans", "clear_strays", "received", "refuse_doubles", "store"]
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Received:
    """An upload that was checked and lies ready beside the kept files: what is left to do takes no time."""

    path: Path
    name: str
    kind: str
    size: int
    digest: str
    kept_at: list[Path] = field(default_factory=list, compare=False)

    def forget(self) -> None:
        """Take the bytes away again: what was to be done with them was not done."""
        for path in self.kept_at:
            path.unlink(missing_ok=True)


class _Ready(DjangoFile):
    """A file on the same disk: the storage moves it into its place in one step, so that no half of it is ever there."""

    def temporary_file_path(self) -> str:
        """Name the place from which the storage takes it."""
        return str(self.name)


Judge = Callable[[Sequence[tuple[Path, str]]], Iterator[str]]


def _by_content(files: Sequence[tuple[Path, str]], limits: Limits | None = None) -> Iterator[str]:
    return process.kinds(files, places=Path(settings.TONGXIN_HOME) / "checks", limits=limits or Limits())


@contextlib.contextmanager
def received(
    uploads: Sequence[UploadedFile], *, limit_mb: int, limits: Limits | None = None, judge: Judge | None = None
) -> Iterator[list[Received]]:
    """Check uploads by their content, all or none.

    Raises RefusedError with a sentence for people; nothing is kept then.

    `judge` says what each is, in place of our own look inside: of sheets for an import, which whoever reads them
    judges. Enter it before a transaction begins: a check may take seconds, and on SQLite one writer keeps all others
    waiting.
    """
    with contextlib.ExitStack() as tidying:
        waiting = [_received(upload, limit_mb=limit_mb, tidying=tidying) for upload in uploads]
        named = [(path, name) for path, name, _size, _digest in waiting]
        kinds = judge(named) if judge else _by_content(named, limits)
        ready = []
        for path, name, size, digest in waiting:
            with queries.in_words(name):
                ready.append(Received(path, name, next(kinds), size, digest))
        try:
            yield ready
        except BaseException:
            for file in ready:
                file.forget()
            raise


def _received(upload: UploadedFile, *, limit_mb: int, tidying: contextlib.ExitStack) -> tuple[Path, str, int, str]:
    """Write an upload to the disk where it may stay; it goes again with `tidying` unless it was stored."""
    name, size = clean_name(upload.name or ""), upload.size or 0
    queries.refuse_by_name_and_size(name, size, limit_mb=limit_mb)
    folder = Path(settings.MEDIA_ROOT) / INCOMING
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / new_uid()
    digest = hashlib.sha256()
    written = 0
    tidying.callback(path.unlink, missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as kept:
        for piece in upload.chunks():
            digest.update(piece)
            written += kept.write(piece)
        kept.flush()
        os.fsync(kept.fileno())
    return path, name, written, digest.hexdigest()


def refuse_doubles(ready: Sequence[Received], *, among: QuerySet[Any]) -> None:
    """Refuse what was received twice: the same bytes are a slip of the hand, or a second click. Raises RefusedError.

    `among` are the rows that hold the files kept already. Ask while they are locked.
    """
    have = dict(among.values_list("file__digest", "file__name"))
    for file in ready:
        if file.digest in have:
            message = _("“%(file)s”与附件“%(have)s”内容相同，无需重复添加") % {"file": file.name, "have": have[file.digest]}
            raise RefusedError(message)
        have[file.digest] = file.name


def store(file: Received, *, committee: Committee, owner: Account, at: datetime) -> File:
    """Keep what was received.

    The file is moved before the row is written, so that a row without a file never exists.
    """
    kept = File(
        committee=committee, owner=owner, name=file.name, kind=file.kind, size=file.size, digest=file.digest, uploaded_at=at
    )
    with file.path.open("rb") as content:
        kept.content.save(f"{kept.uid}.{file.kind}", _Ready(content, name=str(file.path)), save=False)
    file.kept_at.append(Path(kept.content.path))
    kept.save(force_insert=True)
    return kept


def clear_orphans(*, at: datetime, most: int = 500) -> int:
    """Remove uploads that belong to nothing since a day, each by itself. Returns how many went."""

    def clear(file: File) -> bool:
        stored, name = file.content.storage, str(file.content.name)
        with transaction.atomic():
            file.delete()
            transaction.on_commit(partial(stored.delete, name))
        return True

    return faults.each(faults.rows_of(queries.orphans(before=at), most=most), clear, what=_("清除没有用上的附件"))


def clear_strays(*, at: datetime) -> int:
    """Remove uploads that a crash left where they are checked, each by itself. Returns how many went."""

    def clear(path: Path) -> bool:
        path.unlink(missing_ok=True)
        return True

    return faults.each(queries.strays(before=at - A_DAY), clear, what=_("清除检查时留下的附件"))
