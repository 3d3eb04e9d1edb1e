"""Starting Django for the commands that need it, and saying clearly when the database is not up to date."""

import os

import click

from tongxin.cli.problems import BadInput, NotInOrder
from tongxin.core.catalogue import _

CUT_OFF = _("上一次恢复或者整体导入中途中断，现在还不能收尾（{said}）。请检查数据库、磁盘和权限，再运行一次。")
OLD = _("数据库结构不是最新的，请先运行 tongxin migrate。")
UNRULED = _("全国默认规定缺少新版本所需的项目，请先运行 tongxin migrate。")


def django(*, demo: bool = False, current: bool = False, ruled: bool = True, makes: bool = False, asks: bool = True) -> None:
    """Load settings and apps. `current`: refuse when the schema is older than the code.

    It refuses too where the national rules lack what the code asks for, unless the command asks no rules (not `ruled`).
    `makes`: the command may make the database where there is none; without `asks` it does without one.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if demo:
        os.environ["TONGXIN_DEMO"] = "1"
    import django as framework

    try:
        framework.setup()
    except ValueError as problem:  # a contradiction in the environment, said by the settings
        raise BadInput(str(problem)) from problem
    _demand_database(makes=makes, asks=asks)
    settle()
    if current:
        demand_current_schema(ruled=ruled)


def _demand_database(*, makes: bool, asks: bool) -> None:
    """Refuse where the database's file is away: an empty one in its place would hide that, and take its log with it."""
    from tongxin.core import database

    if makes:
        database.allow_making()
    try:
        if makes or asks:
            database.demand_own()
    except database.NotThereError as problem:
        raise BadInput(str(problem)) from problem


def settle() -> None:
    """Bring to its end, or take back, what a killed restore or import of a bundle left half done."""
    from django.db import DatabaseError

    from tongxin.backups import journal
    from tongxin.core.faults import first_line

    try:
        said = journal.settle()
    except (DatabaseError, OSError) as problem:
        message = CUT_OFF.format(said=first_line(problem))
        raise BadInput(message) from problem
    if said:
        click.echo(said, err=True)


def pending() -> list[str]:
    """Return the migrations that the database has not seen yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as problem:
        message = _("无法连接数据库：%(problem)s。请检查 DATABASE_URL 和 TONGXIN_HOME。") % {"problem": problem}
        raise BadInput(message) from problem
    return [str(migration) for migration, _back in plan]


def demand_current_schema(*, ruled: bool = True) -> None:
    """Raise BadInput when the schema is older than the code, or the national rules lack values that the code asks for."""
    from tongxin.regulations.queries import without_national_value

    if pending():
        raise BadInput(OLD)
    if ruled and without_national_value():
        raise BadInput(UNRULED)


def keep_private() -> None:
    """Take what the installation keeps out of other users' sight, and say what could not be mended."""
    from django.conf import settings

    from tongxin.core import modes

    for path in modes.tighten(settings.TONGXIN_HOME):
        click.echo(_("%(path)s 别的用户也能读，但本用户改不了它的权限，请管理员处理。") % {"path": path}, err=True)


def migrate_and_load(*, quiet: bool = True) -> int:
    """Bring the schema up to date (only when it is not) and load the national library.

    Return how many rules were new.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from tongxin.audit.digests import AlreadyGivenError
    from tongxin.committees.vouching import UnsoundRecordError, vouch_for_what_is_there
    from tongxin.regulations.actions import load_library

    keep_private()
    # what a backup copies is there before anybody uploads
    settings.MEDIA_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
    if pending():
        try:
            call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
        except AlreadyGivenError as error:
            raise NotInOrder(str(error)) from error
    new = load_library(settings.LIBRARY_DIR / "national", None, actor=None, at=timezone.now())
    try:
        vouch_for_what_is_there(at=timezone.now())
    except UnsoundRecordError as error:
        message = _(
            "%(error)s。数据库结构和全国默认规定已经装好。请运行 tongxin audit verify 查明，记录恢复以后再运行一次 tongxin migrate。"
        ) % {"error": error}
        raise NotInOrder(message) from error
    return new
