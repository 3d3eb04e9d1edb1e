"""`tongxin reset-factor`.

A second factor that nobody in the house may reset, taken away on the server (break-glass).
"""

from typing import TYPE_CHECKING

import click

from tongxin.cli import hints, start
from tongxin.cli.exchange import committee_named
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _
from tongxin.core.words import clean_line, clean_name

if TYPE_CHECKING:
    from tongxin.accounts.models import Account

HELP = _(
    "应急重置动态口令：手机和备用码都丢失，又没有另一位安全管理员可以办理时，在服务器上办理。会写入操作记录，并立即告知本人、审计管理员和安全管理员。下次登录时重新设置。"
)


@click.command("reset-factor", help=HELP)
@click.option("--login", required=True, metavar="LOGIN", help=_("登录名：工号、手机号或者委员编号。"))
@click.option("--committee", "code", metavar="CODE", help=_("政协的代码；几个政协有同一个委员编号时写明。"))
@click.option("--name", required=True, metavar="NAME", help=_("姓名，用来核对是不是这个人。"))
@click.option("--reason", required=True, metavar="TEXT", help=_("为什么重置，写进操作记录。"))
@click.option("--with-code", is_flag=True, help=_("密码也忘记的，同时打印一次性重置码；动态口令已经重置过的也可以办理。"))
def reset_factor(*, login: str, code: str | None, name: str, reason: str, with_code: bool) -> None:
    """Take a second factor away without a security administrator.

    Recorded as what it is, told to everybody concerned.
    """
    start.django(current=True)
    from django.db import transaction
    from django.utils import timezone

    from tongxin.accounts import actions as accounts
    from tongxin.accounts.models import Account
    from tongxin.accounts.queries import has_second_factor
    from tongxin.committees import actions as bodies

    account, at = _account(login, name, code), timezone.now()
    reason = clean_line(reason)
    if not reason:
        raise BadInput(_("请用 --reason 写明理由。"))
    coded = has_second_factor(account)
    if not coded and not with_code:
        message = _("%(account)s（%(login)s）没有启用动态口令，无需重置；密码也忘记的，请加 --with-code。") % {
            "account": account.name,
            "login": login,
        }
        raise BadInput(message)
    with transaction.atomic():
        if coded:
            bodies.reset_second_factor_of(account, reason=reason, actor=None, at=at, kind="committees.break_glass_factor")
            issued = accounts.invite(account, actor=Account.objects.system(), at=at) if with_code else ""
        else:
            issued = bodies.make_code_on_the_server(account, reason=reason, at=at)
    did = (
        _("已重置%(account)s（%(login)s）的动态口令") % {"account": account.name, "login": login}
        if coded
        else _("%(account)s（%(login)s）没有启用动态口令，只发了重置码") % {"account": account.name, "login": login}
    )
    click.echo(_("%(did)s，已写入操作记录，并告知本人、审计管理员和安全管理员。") % {"did": did}, err=True)
    if issued:
        click.echo(_("重置码　%(issued)s") % {"issued": issued})
        click.echo(hints.of_code(_("重置码"), account.name), err=True)


def _account(login: str, name: str, code: str | None) -> "Account":
    """Return the one account of a sign-in name and a person's name.

    A phone fits several, and so does a number of members.
    """
    from tongxin.accounts import names

    doors = ["", *(realm.code for realm in names.realms())] if code is None else [committee_named(code).code]
    found = {account.pk: account for door in doors for account in names.find(door, login)}.values()
    if not found:
        message = _("没有登录名为 %(login)s 的账户。") % {"login": login}
        raise BadInput(message)
    own = [account for account in found if clean_name(account.name) == clean_name(name)]
    if not own:
        message = _("登录名 %(login)s 不属于%(name)s，请核对。") % {"login": login, "name": name}
        raise BadInput(message)
    if len(own) > 1:
        message = _("登录名 %(login)s 有几个叫%(name)s的账户，请改用工号或者委员编号，并用 --committee 写明政协。") % {
            "login": login,
            "name": name,
        }
        raise BadInput(message)
    if not own[0].is_active:
        message = _("%(name)s的账户已经关闭，不能重置。") % {"name": name}
        raise BadInput(message)
    return own[0]
