"""Whether the stored files that vouched rows point to still hold the bytes whose digest the rows give.

A row is vouched for with the place of a file when one of its facts is a file field; beside that field stands `digest`,
the SHA-256 of what was received. Who owns the disk can change the bytes and nothing in the database says otherwise.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import Storage
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from tongxin.audit import truth
from tongxin.audit.outside import Problem

BATCH = 2000
MISSING = _("保存的文件丢失，或者无法读取")
CHANGED = _("保存的文件不是当时收到的，内容被换过")


class UnreadableError(Exception):
    """A stored file is not there, cannot be read, or is no plain file in its storage."""


@dataclass(frozen=True)
class Place:
    """Where rows of a kind say that a file lies, and which digest it has: paths as in `values()`."""

    kind: truth.Witnessed
    name: str
    digest: str
    storage: Storage


def places() -> list[Place]:
    """Return every fact of what is vouched for that is the place of a file."""
    found = []
    for kind in truth.declared():
        for path in kind.fields:
            field = kind.field_of(path)
            if isinstance(field, models.FileField):
                found.append(Place(kind, path, f"{path.removesuffix(field.name)}digest", field.storage))
    return found


def problems(code: str | None) -> list[Problem]:
    """Read every file, of one committee or of all.

    Return of each committee the first that is missing, and the first changed.
    """
    return [problem for _code, problem in problems_by_code(code)]


def problems_by_code(code: str | None) -> list[tuple[str, Problem]]:
    """Return them each with the code of its committee.

    Asked outside the one moment of `verify`: it may take minutes, and a file may go lawfully meanwhile.
    """
    found: dict[tuple[str, str], Problem] = {}
    for place in places():
        for row in _rows(place, code):
            why = _altered_bytes(place.storage, row[place.name], row[place.digest])
            if why and (row["code_"], why) not in found and _still(place, row):
                found[row["code_"], why] = Problem(truth.key_of(place.kind.label, row["uid"]), why)
    return [(whose, problem) for (whose, _why), problem in found.items()]


def _rows(place: Place, code: str | None) -> Iterator[dict[str, Any]]:
    """Return the rows by their key, some at a time: no reading stays open while files are read."""
    rows = place.kind.readable().annotate(key_=F("pk"))
    own, last = rows if code is None else rows.filter(code_=code), 0
    while some := list(own.filter(pk__gt=last)[:BATCH]):
        yield from some
        last = some[-1]["key_"]


def _still(place: Place, row: dict[str, Any]) -> bool:
    same = {"uid": row["uid"], place.name: row[place.name], place.digest: row[place.digest]}
    return place.kind.rows().filter(**same).exists()


def _altered_bytes(storage: Storage, name: str, digest: str) -> str:
    """Return what is wrong with a stored file; nothing when its bytes are those that were received."""
    try:
        with open_plain(storage, name) as file:
            return str("" if digest_of(file) == digest else CHANGED)
    except (UnreadableError, OSError):
        return str(MISSING)


def open_plain(storage: Storage, name: str) -> BufferedReader:
    """Open a stored file for reading. Raises UnreadableError; waits for no pipe that was put in its place."""
    try:
        file = open(storage.path(name), "rb", opener=_at_once)  # noqa: SIM115 -- whoever asked closes it
    except (OSError, ValueError, SuspiciousOperation) as error:
        raise UnreadableError from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadableError
    return file


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def digest_of(file: BufferedReader) -> str:
    """Return the SHA-256 of what remains to be read of a file, read piece by piece."""
    return hashlib.file_digest(file, "sha256").hexdigest()
