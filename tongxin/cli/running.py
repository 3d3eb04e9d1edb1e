"""`tongxin serve` and `tongxin worker`: the two processes of an installation."""

import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import time
from types import FrameType

import click

from tongxin.cli import start, telling
from tongxin.cli.problems import BadInput
from tongxin.cli.scheduled import Scheduled, schedule
from tongxin.core.catalogue import _

logger = logging.getLogger("tongxin.worker")
HERE = "127.0.0.1"


# ── the web server ───────────────────────────────────────────────────────────────────────────────
@click.command(help=_("启动网站。数据库结构不是最新的时候不启动，请先运行 tongxin migrate。"))
@click.option("--host", default=HERE, show_default=True, help=_("监听地址；放在反向代理后面时不用改。"))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("端口。"))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help=_("进程数。"))
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1, 64), help=_("每个进程的线程数。"))
@click.option("--ready", is_flag=True, hidden=True)
def serve(*, host: str, port: int, workers: int, threads: int, ready: bool) -> None:
    """Serve the site; refuse on an older schema, and where another program answers already.

    What looked after all that has Django in its memory, and the process that stands over the server's needs none of it:
    the server begins (`ready`) in its place.
    """
    if ready:
        run_server(host=host, port=port, workers=workers, threads=threads)
        return
    demand_free(host, port)
    start.django(current=True)
    start.keep_private()
    from tongxin.cli.demonstration import prepare_static

    prepare_static()
    given = ["--host", host, "--port", str(port), "--workers", str(workers), "--threads", str(threads)]
    os.execv(sys.executable, [sys.executable, "-m", "tongxin.cli", "serve", *given, "--ready"])  # noqa: S606 -- our own


def demand_free(host: str, port: int) -> None:
    """Refuse an address that is in use: granian would share it, and answer every other request. Raises BadInput."""
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as problem:
        message = _("没有监听地址 %(host)s，请核对 --host。") % {"host": host}
        raise BadInput(message) from problem
    with contextlib.closing(socket.socket(family, kind)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server that has just ended does not count
        try:
            probe.bind(address)
        except OSError as problem:
            raise BadInput(_why_not(problem, host, port)) from problem


def _why_not(problem: OSError, host: str, port: int) -> str:
    """Say what stands in the way of listening, and what to do."""
    if problem.errno == errno.EADDRINUSE:
        return _("端口 %(port)s 已被占用，请用 --port 另选一个。") % {"port": port}
    if problem.errno == errno.EACCES:
        return _("没有权限使用端口 %(port)s，请用 --port 另选一个 1024 以上的端口。") % {"port": port}
    return _("本机没有地址 %(host)s，请核对 --host。") % {"host": host}


def run_server(*, host: str, port: int, workers: int, threads: int) -> None:
    """Run granian until it is told to stop.

    It speaks HTTP/1 alone, as proxies do to it, and refuses more than 8 KiB of headers with 431: Python reads some of
    them in time that grows with the square of the length (`core.headers`). Bodies are not bound by it.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from tongxin.core import headers

    Granian(
        "config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=headers.LONGEST),
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


# ── the worker ───────────────────────────────────────────────────────────────────────────────────
class Stop:
    """Whether the worker was told to end: by a signal, or because the process it belongs to is gone."""

    def __init__(self, parent: int | None) -> None:
        self.parent = parent
        self.told = False

    def listen(self) -> None:
        """Take SIGINT and SIGTERM as the word to end after the task in hand."""
        signal.signal(signal.SIGINT, self._tell)
        signal.signal(signal.SIGTERM, self._tell)

    def _tell(self, _number: int, _frame: FrameType | None) -> None:
        self.told = True

    def __bool__(self) -> bool:
        return self.told or (self.parent is not None and os.getppid() != self.parent)


def run_waiting_tasks() -> None:
    """Run every task that waits in the database now."""
    from django.utils.crypto import get_random_string
    from django_tasks_db.management.commands.db_worker import Worker

    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    ).run()


def work(*, jobs: list[Scheduled], stop: Stop, interval: float, once: bool = False) -> bool:
    """The loop: waiting tasks, then scheduled jobs, then a rest. Errors are logged; only `stop` ends it.

    Returns whether all of the last round was done.
    """
    from django.db import close_old_connections

    good = True
    while not stop:
        good = True
        close_old_connections()
        try:
            run_waiting_tasks()
        except Exception:
            good = False
            logger.exception("后台任务没有完成，稍后再试")
        try:
            _run_what_is_due(jobs, stop, waits=once)
        except Exception:
            good = False
            logger.exception("定时任务没有运行，稍后再试")
        close_old_connections()
        good = good and not any(job.has_failed for job in jobs)
        if once:
            break
        rested = 0.0
        while rested < interval and not stop:
            time.sleep(min(0.25, interval - rested))
            rested += 0.25
    return good


def _run_what_is_due(jobs: list[Scheduled], stop: Stop, *, waits: bool) -> None:
    """Run the jobs whose time has come, unless another worker is at it; `waits` lets it finish first."""
    from tongxin.cli import clock

    now = time.monotonic()
    if not any(job.is_due(now) for job in jobs):
        return
    with clock.keeping(waits=waits) as ours:
        for job in jobs if ours else ():
            if stop:
                break
            job.run_if_due(now)


@click.command(help=_("启动后台任务：发送通知、到期提醒、评价截止、封存操作记录。可以只运行一轮。"))
@click.option("--interval", default=1.0, show_default=True, type=click.FloatRange(0.1, 60), help=_("每隔几秒看一次。"))
@click.option("--once", is_flag=True, help=_("只运行一轮就退出（供系统的定时任务调用）。"))
@click.option("--no-schedule", is_flag=True, help=_("不运行定时任务，只办理排队的任务（如导入）。"))
@click.option("--parent", type=int, hidden=True)
def worker(*, interval: float, once: bool, no_schedule: bool, parent: int | None) -> None:
    """Run the tasks written into the database and the apps' scheduled jobs, what has to be prompt in a thread beside."""
    start.django(current=True)
    start.keep_private()
    from django.conf import settings

    jobs = [] if no_schedule else schedule(app for app in settings.INSTALLED_APPS if app.startswith("tongxin."))
    stop = Stop(parent)
    stop.listen()
    if not once:
        prompt, others = telling.parted(jobs)
        with telling.beside(prompt, stop=lambda: bool(stop)):
            work(jobs=others, stop=stop, interval=interval)
        return
    good = work(jobs=jobs, stop=stop, interval=interval, once=True)
    click.echo(_("后台任务已运行一轮。") if good else _("后台任务已运行一轮，有没有办成的，请看上面的日志。"), err=True)
