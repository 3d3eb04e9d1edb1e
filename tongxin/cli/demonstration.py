"""`tongxin demo`: a living county in one command."""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from tongxin.cli import start
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _

REAL = _("这个数据目录里已有正式数据，演示不能装在一起。请另设 TONGXIN_HOME（或 DATABASE_URL）再运行。")


@click.command(help=_("建好演示用的青岚市云溪县（已有则直接使用），然后启动网站和后台任务。"))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("端口。"))
@click.option("--no-serve", is_flag=True, help=_("只建数据，不启动。"))
@click.option("--fresh", is_flag=True, help=_("删去已有的演示数据，重新建。"))
def demo(*, port: int, no_serve: bool, fresh: bool) -> None:
    """Build the demo world if absent, then serve it with the worker beside."""
    from tongxin.cli.running import HERE, demand_free, run_server

    if not no_serve:
        demand_free(HERE, port)
    start.django(demo=True, makes=True)
    _refuse_real_data()
    if fresh:
        _clear()
    start.migrate_and_load()
    _build_if_absent()
    if no_serve:
        return
    prepare_static()
    click.echo(_("同心演示已启动：http://localhost:%(port)s/　按 Ctrl+C 停止。") % {"port": port}, err=True)
    with _worker_beside():
        run_server(host=HERE, port=port, workers=1, threads=4)


def _refuse_real_data() -> None:
    from django.db import connection, transaction
    from django.db.utils import DatabaseError

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM committees_committee WHERE NOT fictional")
            real = cursor.fetchone()[0]
    except DatabaseError:  # no such table yet
        return
    if real:
        raise BadInput(REAL)


def _clear() -> None:
    """Empty the demo's database (an SQLite file is removed, so that an older schema does not matter) and its files."""
    import shutil

    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from tongxin.audit import sealing

    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        connection.close()
        for path in (name, name.with_name(name.name + "-wal"), name.with_name(name.name + "-shm")):
            path.unlink(missing_ok=True)
    elif not start.pending():
        call_command("flush", interactive=False, verbosity=0)
    for folder in (settings.MEDIA_ROOT, settings.TONGXIN_HOME / "audit"):
        shutil.rmtree(folder, ignore_errors=True)
    sealing.growth_file().unlink(missing_ok=True)


def _build_if_absent() -> None:
    from django.db import transaction

    from tongxin.committees.models import Committee

    if Committee.objects.exists():
        return
    from tongxin.demo import world

    click.echo(_("正在建演示数据，约需一两分钟。"), err=True)
    with transaction.atomic():  # all of the world or none of it
        world.build(today=date.today())  # noqa: DTZ011 -- the day on the wall of the office
    click.echo(_("演示数据已建好。"), err=True)


def prepare_static() -> None:
    """Collect and compress the static files when any of them changed.

    One server for all that start, and wholly or not at all.
    """
    from django.conf import settings

    settings.TONGXIN_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.TONGXIN_HOME / ".static.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        facts = _static_facts()
        stamp = settings.STATIC_ROOT / ".collected"
        if not stamp.exists() or stamp.read_text() != facts:
            _collect(settings.STATIC_ROOT, facts)


def _static_facts() -> str:
    """Return a digest of what there is to collect."""
    from django.contrib.staticfiles.finders import get_finders

    facts = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            about = Path(storage.path(path)).stat()
            facts.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
    return facts.hexdigest()


def _collect(root: Path, facts: str) -> None:
    """Collect into a folder beside, and put it in place when all is there; take away what a kill left of that."""
    import shutil

    from django.conf import settings
    from django.contrib.staticfiles.management.commands.collectstatic import Command
    from django.core.files.storage import storages
    from django.core.management import call_command

    for left in root.parent.glob(f".{root.name}.[0-9]*"):
        shutil.rmtree(left, ignore_errors=True)
    fresh, former = (root.with_name(f".{root.name}.{os.getpid()}{part}") for part in ("", ".former"))
    collecting = Command()
    collecting.storage = storages.create_storage({**settings.STORAGES["staticfiles"], "OPTIONS": {"location": fresh}})
    call_command(collecting, interactive=False, verbosity=0)
    (fresh / ".collected").write_text(facts)
    if root.exists():
        root.rename(former)
    fresh.rename(root)
    shutil.rmtree(former, ignore_errors=True)


@contextlib.contextmanager
def _worker_beside() -> Iterator[None]:
    """Run the worker as a child; it also ends by itself when its parent is gone."""
    child = subprocess.Popen(  # noqa: S603 -- our own module
        [sys.executable, "-m", "tongxin.cli", "worker", "--parent", str(os.getpid())]
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
