"""The worker's part: looking through, writing, undoing.

Each step can be done again by another worker if one dies in it.
"""

import logging
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task

from tongxin.core import faults
from tongxin.core.ids import new_uid
from tongxin.files import actions as files
from tongxin.files.queries import ChangedError as NotTheSameError
from tongxin.files.queries import LostError as NotThereError
from tongxin.files.queries import open_checked
from tongxin.imports.actions import undoing
from tongxin.imports.actions.finding import New, look_through
from tongxin.imports.actions.recording import LostError, hold, kept_by, passed_over, places_of, record, wrong_rows
from tongxin.imports.choices import AT_WORK, Stage
from tongxin.imports.models import Beat, Finding, Import, Listed
from tongxin.imports.rules import OFFERED
from tongxin.regulations.queries import MissingRegulationError
from tongxin.sheets import engine

DEAD = timedelta(minutes=5)  # without a sign of life: the worker is gone
TRIES = 3
FULL = gettext_lazy("服务器的磁盘满了，没有办成，没有写入任何内容。请维护人员腾出空间，再试一次。")
BEAT = 1.0  # seconds between two signs of life
WORKBOOK_MB = 256
CHANGED = gettext_lazy("确认以后，系统里的资料有了变化：核对时{before}，现在{now}。已经重新核对，请再看一遍。")
SPOILED = gettext_lazy("上传的文件《{name}》已经丢失，或者内容被改动过，没有办成。请点“放弃”，再重新上传。")
OVERTAKEN = gettext_lazy("写入时系统里的资料有了变化，没有写入任何内容。已经重新核对，请再看一遍。")
log = logging.getLogger(__name__)


class SpoiledError(Exception):
    """An uploaded file is gone, or is not what was received; the message says which."""


class ChangedError(Exception):
    """What would happen now is not what somebody agreed to; the message says the difference."""


@task()
def work_on(uid: str) -> None:
    """Do what waits to be done with an import."""
    work(uid, now=timezone.now)


def set_to_work(run: Import) -> None:
    """Let the worker take an import in hand, once the caller's transaction is done."""
    work_on.enqueue(run.uid)


def take_up(*, now: Callable[[], datetime]) -> int:
    """Go on with the imports that nobody has in hand: the worker died in them, or never began. Returns how many."""
    left = Import.objects.filter(stage__in=AT_WORK).filter(Q(beat=None, begun_at__lt=now() - DEAD) | Q(beat__at__lt=now() - DEAD))
    return faults.each(left.values_list("uid", flat=True), lambda uid: work(uid, now=now), what=_("接着办理导入"))


def work(uid: str, *, now: Callable[[], datetime]) -> bool:
    """Do the step at which an import stands; say whether there was one.

    What fails is kept in words, to be tried again.
    """
    run = _taken(uid, at=now())
    if run is None:
        return False
    steps = {Stage.CHECKING: _check, Stage.WRITING: _write, Stage.UNDOING: _undo}
    try:
        if run.tries > TRIES:
            _give_up(run, _("后台任务几次中断，没有办成。"))
        else:
            steps[Stage(run.stage)](run, now)
    except LostError:
        log.warning("import %s was taken over by another worker", run.uid)
    except (MissingRegulationError, SpoiledError) as problem:
        _give_up(run, str(problem))
    except Exception as error:
        log.exception("import %s failed", run.uid)
        _give_up(
            run,
            str(
                FULL
                if faults.is_full_disk(error)
                else _("系统出错，没有办成（%(named)s），请再试一次；仍未办成的，请联系维护人员。")
                % {"named": faults.named(error)}
            ),
        )
    return True


@transaction.atomic
def _taken(uid: str, *, at: datetime) -> Import | None:
    """Take an import in hand; nothing where another worker has it, or it waits for nobody."""
    free = Import.objects.filter(uid=uid, stage__in=AT_WORK).filter(Q(ticket="") | Q(beat__at__lt=at - DEAD)).first()
    ticket = new_uid()
    if free is None or not Import.objects.filter(pk=free.pk, stage=free.stage, ticket=free.ticket).update(
        ticket=ticket, tries=F("tries") + 1
    ):
        return None
    run = (
        Import.objects.select_related("committee", "account", "confirmed_by", "undone_by").filter(uid=uid, ticket=ticket).first()
    )
    if run is not None:
        Beat.objects.update_or_create(
            imported=run, defaults={"at": at, "rows": 0}, create_defaults={"committee": run.committee, "at": at}
        )
    return run


def _give_up(run: Import, word: str) -> None:
    """Say that it was not done, and why. What was imported stays imported where its undoing failed."""
    target = Stage.IMPORTED if run.stage == Stage.UNDOING else Stage.FAILED
    mine = Import.objects.filter(pk=run.pk, ticket=run.ticket, stage=run.stage)
    mine.update(stage=target, ticket="", tries=0, word=word[:300])


class _Pulse:
    """Tells each second that the worker lives and how far it is, by a connection of its own.

    The import's is in a transaction.
    """

    def __init__(self, run: Import, now: Callable[[], datetime]) -> None:
        self.run, self.now, self.rows = run, now, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.over.set()
        self.thread.join()

    def __call__(self, _phase: str, rows: int) -> None:
        self.rows = rows

    def _beat(self) -> None:
        try:
            while not self.over.wait(BEAT):
                with suppress(DatabaseError):  # somebody else writes: the next one will do
                    self._write()
        finally:
            connection.close()

    def _write(self) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 200")  # milliseconds
        Beat.objects.filter(imported=self.run, imported__ticket=self.run.ticket).update(at=self.now(), rows=self.rows)


def _names(run: Import) -> dict[Path, str]:
    """Return where the uploaded files lie, with their names; their bytes are those that were received.

    Raises SpoiledError.
    """
    found = {}
    for source in run.sources.select_related("file"):
        if source.file is None:  # the committee moved house meanwhile, and such files stay behind
            raise SpoiledError(SPOILED.format(name=source.name))
        try:
            open_checked(source.file).close()
        except (NotThereError, NotTheSameError) as error:
            raise SpoiledError(SPOILED.format(name=source.name)) from error
        found[Path(source.file.content.path)] = source.name
    return found


def _engine(run: Import, kind: Any, now: Callable[[], datetime], out: Path | None, **more: Any) -> engine.Report:
    names = _names(run)
    with _Pulse(run, now) as pulse:
        return engine.run(
            kind,
            list(names),
            run.committee,
            skip_invalid=out,
            actor=run.confirmed_by or run.account,
            at=now(),
            progress=pulse,
            named=names.__getitem__,
            **more,
        )


# ── looking through ──────────────────────────────────────────────────────────────────────────────
def _check(run: Import, now: Callable[[], datetime]) -> None:
    kind = OFFERED[run.kind].kind
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "rejects.xlsx"
        new = New(run)
        report = _engine(run, kind, now, out, dry_run=True, looked=new)
        found = look_through(run, kind, _names(run), report)
        _keep(run, report, found, new.listed(report), out.read_bytes() if report.left_out else b"", at=now())


def _keep(
    run: Import, report: engine.Report, found: Iterable[Finding], listed: Iterable[Listed], rejects: bytes, *, at: datetime
) -> None:
    sheet = SimpleUploadedFile(_("%(offered)s-没有导入的行.xlsx") % {"offered": OFFERED[run.kind].label}, rejects)
    wrong = wrong_rows(report)
    with files.received([sheet] if rejects else [], limit_mb=WORKBOOK_MB, judge=_our_own) as ready, transaction.atomic():
        hold(run, Stage.CHECKING)
        owner: Any = run.account
        kept = [files.store(file, committee=run.committee, owner=owner, at=at) for file in ready]
        figures = {"rows": report.rows, "unchanged": report.unchanged, "wrong": wrong}
        record("imports.compare", run, actor=owner, at=at, **figures)
        created = max(report.rows - report.unchanged - wrong, 0)
        stage = Stage.CHECKED if created and not report.refused else Stage.REFUSED  # nothing waits for anybody
        Finding.objects.filter(imported=run).delete()
        Finding.objects.bulk_create(found, batch_size=500)
        Listed.objects.filter(imported=run).delete()
        Listed.objects.bulk_create(listed if stage == Stage.CHECKED else (), batch_size=100)
        Import.objects.filter(pk=run.pk).update(
            **figures,
            created=created,
            warned=len(places_of(report.warnings)),
            made=report.made,
            passed=passed_over(report),
            passed_rows=len(report.passed),
            unreadable=report.refused,
            rejects=kept[0] if kept else None,
            stage=stage,
            ended_at=at if stage == Stage.REFUSED else None,
            ticket="",
            tries=0,
        )


def _our_own(named: Sequence[tuple[Path, str]]) -> Iterator[str]:
    """Take workbooks for what they are: made here a moment ago."""
    return ("xlsx" for _one in named)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────
def _write(run: Import, now: Callable[[], datetime]) -> None:
    def agreed(report: engine.Report) -> None:
        here = (report.created, report.unchanged, wrong_rows(report))
        if here != (run.created, run.unchanged, run.wrong):
            before, after = (_figures(*said) for said in ((run.created, run.unchanged, run.wrong), here))
            raise ChangedError(CHANGED.format(before=before, now=after))

    kind = kept_by(run, OFFERED[run.kind].kind, ended_at=now())
    try:
        with tempfile.TemporaryDirectory() as place:
            out = Path(place) / "rejects.xlsx" if run.skips else None
            report = _engine(run, kind, now, out, before_writing=agreed)
        if report.refused or not report.created:
            report.created = 0
            agreed(report)
    except (ChangedError, engine.ChangedMeanwhile) as changed:
        _look_again(run, str(str(changed) or OVERTAKEN))
        work(run.uid, now=now)


def _figures(created: int, unchanged: int, wrong: int) -> str:
    return _("新增 %(created)s 行、已有 %(unchanged)s 行、有错 %(wrong)s 行") % {
        "created": created,
        "unchanged": unchanged,
        "wrong": wrong,
    }


def _look_again(run: Import, word: str) -> None:
    mine = Import.objects.filter(pk=run.pk, ticket=run.ticket, stage=Stage.WRITING)
    if not mine.update(stage=Stage.CHECKING, ticket="", tries=0, word=word):
        raise LostError


# ── undoing ──────────────────────────────────────────────────────────────────────────────────────
def _undo(run: Import, now: Callable[[], datetime]) -> None:
    undoing.carry_out(run, at=now())
