"""Accepting that the files outside say something else than the database.

A backup was restored, and one is older (break-glass).

Without it the finding would stay for ever, and the growth of the heads file would never be noted again. What no longer
fits is put aside as it is, never deleted; the database is not touched, and what is wrong in it is still named. Files
and events change together or not at all: an acceptance that is written down happened.
"""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import models, transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions, acts, misstored, outside, sealing, verifying, wholeness
from tongxin.audit.models import Chain
from tongxin.audit.outside import Line, Problem

KIND = "audit.accept"


class NotAsFoundError(Exception):
    """What is accepted is not what is found now; `found` is."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__("what is accepted is not what is found now")
        self.found = found


class UnreadableRecordError(Exception):
    """The record cannot be read to its end: what the files outside say otherwise may come of it. `found` is why."""

    def __init__(self, found: Problem) -> None:
        super().__init__("the record holds what cannot be read")
        self.found = found


def differences() -> list[Problem]:
    """Return what the files outside say otherwise than the database.

    UnreadableRecordError where they were not compared.
    """
    problems = verifying.verify(reads_files=False).problems
    if broken_off := next((problem for problem in problems if problem.where in {wholeness.FILE, verifying.DATABASE}), None):
        raise UnreadableRecordError(broken_off)
    return [problem for problem in problems if problem.outside]


def accept(subjects: Sequence[models.Model], *, where: Collection[str], reason: str, at: datetime) -> Path:
    """Accept the differences at these places, all that there are, and begin anew outside.

    Return where the old files lie.

    `subjects` are the committees whose auditors are to know: the heads of all stand in one file. Raises NotAsFoundError
    and does nothing when something else is found than was looked at; UnreadableRecordError where a row of the record
    itself is not in our form, or the database is not whole.
    """
    if unread := wholeness.torn() or misstored.in_record():
        raise UnreadableRecordError(unread)
    found = differences()
    if not found or {problem.where for problem in found} != set(where):
        raise NotAsFoundError(found)
    said = {"reason": reason, "found": "；".join(f"{problem.where} {problem.reason}" for problem in found)}
    sealing.seal(at=at)  # what is sealed needs the files of the last hours no more
    with sealing.appending() as out:  # until all is done or put back: what the worker adds meanwhile would be lost
        place = _aside(at)
        with _put_back_on_failure(place), transaction.atomic():
            for subject in subjects or [Account.objects.system()]:
                actions.record(KIND, subject, actor=None, at=at, data=said)
            _keep_what_fits(out)
            acts.put_aside(place)
    with suppress(OSError):  # the worker does it in its next round; `tongxin check` says when it cannot
        sealing.seal(at=at)
    return place


def _aside(at: datetime) -> Path:
    """Copy what may be cut into a folder of its own, before anything is changed: a full disk shows here."""
    place: Path = settings.TONGXIN_HOME / "audit" / "aside" / at.strftime("%Y%m%dT%H%M%S%f")
    place.mkdir(parents=True)
    for path in (sealing.heads_file(), sealing.growth_file()):
        if path.is_file() and path.stat().st_size:
            shutil.copyfile(path, _copy_of(path, place))
    return place


def _copy_of(path: Path, place: Path) -> Path:
    return place / (path.name if path == sealing.heads_file() else f"keys-{path.name}")


@contextmanager
def _put_back_on_failure(place: Path) -> Iterator[None]:
    """An error leaves all as it was.

    The events go with their transaction, the files with this, while nobody else writes.
    """
    try:
        yield
    except BaseException:
        for path in (sealing.heads_file(), sealing.growth_file()):
            if (copy := _copy_of(path, place)).exists():
                shutil.copyfile(copy, path)
        acts.put_back(place)
        shutil.rmtree(place)
        raise


def _keep_what_fits(out: BinaryIO) -> None:
    """Cut the heads file before its first line that is not true, and note the growth of what stays."""
    kept, noted = sealing.Grown(), dict[str, int]()
    out.seek(0)
    for raw, line in _true_lines(list(sealing.lines_of(out))):
        kept.add(raw)
        if line is not None and not line.former:
            noted[line.code] = max(line.number, noted.get(line.code, 0))
    out.truncate(kept.size)
    os.fsync(out.fileno())
    for chain in Chain.objects.all():
        Chain.objects.filter(pk=chain.pk).update(noted=noted.get(chain.committee_code, 0))
    sealing.note_growth(kept)


def _true_lines(raws: list[tuple[bytes, str]]) -> list[tuple[bytes, Line | None]]:
    """Return the lines in front of the first that is not as written, or of which the database has no such head."""
    read = [(raw, outside.line_in(raw, before)) for raw, before in raws]
    lines = [line for _raw, line in read if line is not None]
    codes = {line.code for line in lines}
    seals = {code: outside.seals_of(code, [line for line in lines if line.code == code]) for code in codes}
    for place, (_raw, line) in enumerate(read):
        if line is not None and not (line.sound and line.is_true(seals[line.code].get(line.number))):
            return read[:place]
    return read
