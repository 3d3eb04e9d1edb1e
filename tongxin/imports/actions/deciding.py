"""What a person does with an import: brings it, takes it, drops it, asks for its undoing. The worker does the rest."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.files import actions as files
from tongxin.imports.actions.clearing import forget
from tongxin.imports.actions.recording import record
from tongxin.imports.actions.working import set_to_work
from tongxin.imports.choices import DROPPABLE, WAITING, Stage
from tongxin.imports.models import Import, Source
from tongxin.sheets.files import Limits, recognise
from tongxin.sheets.problems import Place, Unreadable


class NotNowError(Exception):
    """The import is not, or no more, where this can be done."""


def _sheets(named: Sequence[tuple[Path, str]]) -> Iterator[str]:
    """Say of each upload what kind of file it is kept as, in the judgement of who will read it. Raises RefusedError."""
    for path, name in named:
        try:
            what, _encoding = recognise(path, Place(name), Limits.of_settings())
        except Unreadable as problem:
            message = "；".join(f"“{name}”：{fault.reason}" for fault in problem.faults)
            raise files.RefusedError(message) from problem
        ending = Path(name).suffix.lower()
        yield {"zip": "ods" if ending == ".ods" else "xlsx", "ole": "xls"}.get(what, "csv")


def upload(kind: str, uploads: Sequence[UploadedFile], *, committee: Committee, actor: Account, at: datetime) -> Import:
    """Keep files that are to be imported and let the worker look through them.

    Raises RefusedError; nothing is kept then.
    """
    with files.received(uploads, limit_mb=settings.IMPORT_MAX_MB, judge=_sheets) as ready, transaction.atomic():
        run = Import.objects.create(committee=committee, kind=kind, account=actor, begun_at=at)
        names = _apart([file.name for file in ready])
        for file, name in zip(ready, names, strict=True):
            kept = files.store(file, committee=committee, owner=actor, at=at)
            Source.objects.create(committee=committee, imported=run, name=name, file=kept)
        record("imports.upload", run, actor=actor, at=at, files=names)
        set_to_work(run)
    return run


def _apart(names: Sequence[str]) -> list[str]:
    """Tell files of one name apart."""
    told: list[str] = []
    for name in names:
        others = (f"{name}（{number}）" for number in count(2))
        told.append(next(free for free in chain([name], others) if free not in told and (free == name or free not in names)))
    return told


def _move(run: Import, sources: Sequence[Stage], target: Stage, **values: Any) -> None:
    """Go on to a stage. Raises NotNowError where somebody was faster, or found other figures meanwhile."""
    figures = {"created": run.created, "unchanged": run.unchanged, "wrong": run.wrong}
    moved = Import.objects.filter(pk=run.pk, stage__in=sources, **figures)
    if not moved.update(stage=target, ticket="", tries=0, **values):
        raise NotNowError
    run.refresh_from_db()


@transaction.atomic
def confirm(run: Import, *, skips: bool, seen: str, actor: Account, at: datetime) -> None:
    """Let the worker import what was looked through; with `skips` what is wrong is left out.

    `seen`: the figures that were shown. Raises NotNowError, also where others stand by now.
    """
    if seen != run.figures or run.unreadable or not run.created or (run.wrong and not skips):
        raise NotNowError
    _move(run, [Stage.CHECKED], Stage.WRITING, skips=bool(skips and run.wrong), confirmed_by=actor, word="")
    record("imports.confirm", run, actor=actor, at=at, skips=run.skips)
    set_to_work(run)


@transaction.atomic
def drop(run: Import, *, actor: Account, at: datetime) -> None:
    """Do nothing with it; what was uploaded, and what was found in it, goes. Raises NotNowError.

    Also of what was refused: the wrong workbook, with people's numbers in it, does not lie there until its time is
    over.
    """
    _move(run, DROPPABLE, Stage.DROPPED, ended_at=at, word="")
    forget(run)
    record("imports.drop", run, actor=actor, at=at)


@transaction.atomic
def check_again(run: Import, *, actor: Account, at: datetime) -> None:
    """Look through the files once more: the last time it failed, or what is known may have changed.

    Raises NotNowError.
    """
    if not run.sources.exists() or run.sources.filter(file=None).exists():
        raise NotNowError
    _move(run, WAITING, Stage.CHECKING, word="")
    record("imports.check_again", run, actor=actor, at=at)
    set_to_work(run)


@transaction.atomic
def ask_undo(run: Import, *, reason: str, seen: str = "", actor: Account) -> None:
    """Let the worker take back what the import made, as long as nothing rests on it; else all but what was worked with.

    `seen`: the figures of what goes and what stays that were shown, and agreed to; empty where all goes. The worker
    compares them with what is so by then. Raises NotNowError.
    """
    _move(run, [Stage.IMPORTED], Stage.UNDOING, reason=reason, agreed=seen, undone_by=actor, word="")
    set_to_work(run)
