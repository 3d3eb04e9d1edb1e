"""`tongxin init` and `tongxin migrate`: an empty, real installation, and keeping it up to date."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tongxin.cli import hints, start
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _
from tongxin.core.words import COMMITTEE_CODE, clean_line, clean_name

if TYPE_CHECKING:
    from tongxin.committees.models import Committee

NEXT = _(
    "邀请码只显示这一次，只能用一次，14 天内有效，请交给安全管理员{name}本人。\n接着办：\n一、运行 tongxin serve 和 tongxin worker，网址是 {address}/ （对外的网址设在 TONGXIN_ORIGINS，见 docs/operations.md）。\n二、由{name}打开 {address}/invitation/ 输入邀请码，设定密码和动态口令，登录后在“职责任免”任命审计管理员、委员联络、\n　　提案日常工作、提案预审、提案审定、提案公开审核、交办、督办等人员，有了承办单位再任命承办人、单位负责人。\n三、提案工作人员登录后增加承办单位；委员名册用 tongxin template members 委员.xlsx 生成空表，\n　　填好后用 tongxin import members 委员.xlsx --committee {code} 导入，再由委员联络人员打印登录邀请单。"
)


@click.command(help=_("升级数据库结构，装入全国默认规定。可以重复运行。"))
def migrate() -> None:
    """Bring the schema up to date and load the national library."""
    start.django(makes=True)
    before = len(start.pending())
    new = start.migrate_and_load()
    click.echo(
        _("数据库结构已是最新（本次升级 %(before)s 项），全国默认规定新装入 %(new)s 项。") % {"before": before, "new": new},
        err=True,
    )


@click.command(help=_("新建一个空的正式系统：一个政协、一届、一次会议；写明 --admin 的，打印一次性登录邀请码。"))
@click.option("--committee-name", required=True, help=_("全称，如：中国人民政治协商会议云溪县委员会。"))
@click.option("--code", required=True, help=_("代码，字母和数字，如：YX。以后的命令用它指明是哪个政协。"))
@click.option("--admin", metavar="NAME", help=_("安全管理员姓名；其他人由他任命。"))
@click.option("--admin-login", metavar="LOGIN", default="admin", show_default=True, help=_("安全管理员的登录名。"))
@click.option("--term", default="1", show_default=True, help=_("现为第几届，可写“十”或 10。"))
@click.option("--session", "session_", default="1", show_default=True, help=_("现为第几次会议，可写“三”或 3。"))
@click.option("--tier", type=click.Choice(["national", "province", "city", "county"]), help=_("层级；不写则按名称判断。"))
@click.option("--parent", metavar="CODE", help=_("上级政协的代码（须已在本系统内）。"))
def init(
    *, committee_name: str, code: str, admin: str | None, admin_login: str, term: str, session_: str, tier: str | None,
    parent: str | None,
) -> None:  # fmt: skip
    """Found a committee with its first term and session, and invite its administrator."""
    start.django(makes=True)
    from django.db import transaction
    from django.utils import timezone

    from tongxin.committees import actions as bodies
    from tongxin.committees.models import Committee

    numbers = _numbers(term, session_)
    if not COMMITTEE_CODE.fullmatch(code):
        raise BadInput(_("--code 只能用字母、数字、- 和 _，最多 20 个字。"))
    if not clean_line(committee_name):
        raise BadInput(_("请用 --committee-name 写明政协的全称。"))
    if admin is not None and not (admin := clean_name(admin)):
        raise BadInput(_("请用 --admin 写明安全管理员的姓名。"))
    start.migrate_and_load()
    if Committee.objects.filter(code=code).exists():
        message = _("代码 %(code)s 已经存在。要另建一个政协，请更换代码。") % {"code": code}
        raise BadInput(message)
    above, at = _above(parent), timezone.now()
    with transaction.atomic():
        committee = bodies.found(code=code, name=committee_name, tier=tier, parent=above, actor=None, at=at)
        session = bodies.open_session(
            committee, term=numbers[0], number=numbers[1], starts_on=date(timezone.localdate().year, 1, 1), actor=None, at=at
        )
        login, invitation = _invite(committee, admin, admin_login) if admin else ("", "")
    click.echo(
        _("已建好%(committee)s（%(code)s），%(session)s。")
        % {"committee": committee.name, "code": committee.code, "session": session},
        err=True,
    )
    if invitation:
        click.echo(_("登录名　%(login)s\n邀请码　%(invitation)s") % {"login": login, "invitation": invitation})
        click.echo(NEXT.format(name=admin, code=committee.code, address=hints.address()), err=True)
    else:
        click.echo(_("还没有人能登录。请用 tongxin appoint 任命安全管理员，再由他任命其他人。"), err=True)


def _above(parent: str | None) -> Any:
    from tongxin.committees.models import Committee

    above = Committee.objects.filter(code=parent).first() if parent is not None else None
    if above is None and parent is not None:
        message = _("没有代码为 %(parent)s 的政协。") % {"parent": parent}
        raise BadInput(message)
    return above


def _numbers(term: str, session: str) -> tuple[int, int]:
    from tongxin.core.numerals import arabic

    try:
        found = arabic(term), arabic(session)
    except ValueError as problem:
        raise BadInput(_("--term、--session 应是数字，如：十 或 10。")) from problem
    if not all(1 <= n <= 99 for n in found):  # noqa: PLR2004 -- terms never reach a hundred
        raise BadInput(_("--term、--session 应在 1 至 99 之间。"))
    return found


def _invite(committee: "Committee", name: str, login: str) -> tuple[str, str]:
    """Make the first account and return its sign-in name and one-time code: the security administrator, who appoints everybody else.

    System, security and audit administrators are three people, so the first one is only one of them.
    """
    from django.utils import timezone

    from tongxin.accounts import actions as accounts
    from tongxin.accounts import names
    from tongxin.accounts.models import Account
    from tongxin.committees import actions as bodies
    from tongxin.committees.choices import Duty

    try:
        login = names.for_staff(login)
    except names.NameRefusedError as refused:
        raise BadInput(f"{refused}。") from refused
    if Account.objects.filter(username=login).exists():
        message = _("登录名 %(login)s 已被使用，请用 --admin-login 另写一个。") % {"login": login}
        raise BadInput(message)
    at = timezone.now()
    account = Account(username=login, name=name)
    account.set_unusable_password()
    account.save()
    bodies.appoint(account, committee=committee, duty=Duty.SECURITY_ADMIN, starts_on=timezone.localdate(), actor=None, at=at)
    return login, accounts.invite(account, actor=Account.objects.system(), at=at)
