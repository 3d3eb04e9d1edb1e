"""Each event is noted outside the database when its transaction has committed, until it is sealed and its chain's head is.

What is not sealed yet has no other witness: without this, a subject whose whole life of the last minutes is deleted
with its head, or a head set back to a saved older one, would look as written. One line an event, added in one write
without a lock; one file for each hour, machine and process: on a home that several machines share nobody writes into
another's line, and the worker takes away whole files that nobody adds to any more.
"""

import errno
import os
import re
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from tongxin.audit.models import Event

KEPT_HOURS = 2  # nobody adds to the file of an hour that is over by then
ASKED = 500  # what a database takes in one list of values
LINE = re.compile(r"(?P<uid>\S+) (?P<digest>\S+) (?:#(?P<key>[0-9]{1,19}) )?(?P<code>(?!#).*)")


class Act(NamedTuple):
    """One line: which event, its digest, in whose stream, its key here; lines of earlier revisions know no key.

    Until the seal nothing else holds the key, and with it the order of what two lives tell of one row.
    """

    uid: str
    digest: str
    code: str
    key: int | None = None

    def is_kept_by(self, row: tuple[str, int] | None) -> bool:
        """Say whether an event with this digest and key is the one that was noted."""
        return row is not None and row[0] == self.digest and self.key in {None, row[1]}


def folder() -> Path:
    """Where the files of the last hours lie."""
    path: Path = settings.TONGXIN_HOME / "audit" / "acts"
    return path


def _hour(ago: int = 0) -> str:
    return time.strftime("%Y%m%dT%H", time.gmtime(time.time() - ago * 3600))


def _machine() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())


def note(events: Sequence[Event]) -> None:
    """Note events, with their digests, as soon as they are committed; what is rolled back is not noted."""
    transaction.on_commit(partial(_add, events), robust=True)


def _add(events: Sequence[Event]) -> None:
    lines = "".join(f"{event.uid} {event.digest} #{event.pk} {event.committee_code}\n" for event in events).encode()
    path = folder() / f"{_hour()}.{_machine()}.{os.getpid()}"
    try:
        _write(path, lines)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, lines)


def _write(path: Path, lines: bytes) -> None:
    """Add lines in one piece, behind an end of line of their own.

    What was cut off before stays alone, and says nothing.

    Raises OSError where not all of it was written.
    """
    said = b"\n" + lines
    out = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.write(out, said) != len(said):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(out)


def files() -> list[tuple[Path, int]]:
    """Return the files there are, the oldest first, each with its size now.

    So far one reads what stands in a database later.
    """
    found = []
    for path in sorted(folder().glob("*")):
        try:
            found.append((path, path.stat().st_size))
        except FileNotFoundError:
            continue  # taken away by the worker, with all its events sealed
    return found


def read(path: Path, size: int) -> Iterator[Act]:
    """Return the whole lines of a file, up to a size; what a full disk or a kill cut off says nothing."""
    try:
        source = path.open("rb")
    except OSError:
        return  # taken away meanwhile; what cannot be read is named by `unreadable`
    with source:
        for line in source:
            size -= len(line)
            if size < 0:
                return
            said = line.decode(errors="replace").rstrip("\n")
            found = LINE.fullmatch(said)
            if found and line.endswith(b"\n") and said.isprintable():
                yield Act(found["uid"], found["digest"], found["code"], int(found["key"]) if found["key"] else None)


def unreadable(those: Iterable[tuple[Path, int]]) -> str | None:
    """Return the name of the first of these that is there and cannot be read: what it told of is not known."""
    return next((path.name for path, _size in those if path.exists() and not (path.is_file() and os.access(path, os.R_OK))), None)


def lost(acts: Iterable[Act], code: str | None = None) -> str | None:
    """Return the uid of the first event (of a committee) that was noted and is not there as it was.

    Nothing when all are.
    """
    own = (act for act in acts if code is None or act.code == code)
    while some := list(islice(own, ASKED)):
        there = _rows(some)
        if odd := next((act.uid for act in some if not act.is_kept_by(there.get(act.uid))), None):
            return odd
    return None


class Noted:
    """What was noted, by event.

    Read when an event is asked for that is not among it, so once for all that an import wrote.
    """

    def __init__(self) -> None:
        self._acts: dict[str, list[Act]] = {}

    def turned(self, events: Sequence[Event]) -> set[str]:
        """Return the committees some of whose events stand under another key than was noted.

        A seal would make that look as written.
        """
        if any(event.uid not in self._acts for event in events):
            self._read()
        return {
            event.committee_code
            for event in events
            if not all(act.is_kept_by((event.digest, event.pk)) for act in self._acts.get(event.uid, ()))
        }

    def _read(self) -> None:
        self._acts.clear()
        for path, size in files():
            for act in read(path, size):
                self._acts.setdefault(act.uid, []).append(act)


def shed() -> int:
    """Take away the files of hours that are over and of which every event is sealed and vouched for by the heads.

    Return how many.
    """
    over, gone = _hour(KEPT_HOURS), 0
    for path, size in files():
        if path.name.partition(".")[0] <= over and not unreadable([(path, size)]) and _are_sealed(read(path, size)):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def put_aside(place: Path) -> int:
    """Move the files that tell of events which are not there as they were into a folder; return how many."""
    gone = 0
    for path, size in files():
        if lost(read(path, size)):
            path.rename(place / path.name)
            gone += 1
    return gone


def put_back(place: Path) -> None:
    """Move them back; what was noted meanwhile stays too."""
    for aside in place.glob("[0-9]*T*"):
        path = folder() / aside.name
        if path.exists():
            _write(path, aside.read_bytes())
            aside.unlink()
        else:
            aside.rename(path)


def _are_sealed(acts: Iterable[Act]) -> bool:
    rows = iter(acts)
    while some := list(islice(rows, ASKED)):
        there = _rows(some, seal__isnull=False)
        if not all(act.is_kept_by(there.get(act.uid)) for act in some):
            return False
    return True


def _rows(some: Iterable[Act], **only: bool) -> dict[str, tuple[str, int]]:
    """Return the digest and key of those of the noted events that are there, by uid."""
    rows = Event.objects.filter(uid__in=[act.uid for act in some], **only).values_list("uid", "digest", "pk")
    return {uid: (digest, key) for uid, digest, key in rows}
