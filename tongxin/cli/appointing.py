"""`tongxin appoint`: the emergency appointment on the server, for when nobody is left who may appoint (break-glass)."""

from typing import TYPE_CHECKING

import click

from tongxin.cli import hints, start
from tongxin.cli.exchange import committee_named
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _
from tongxin.core.words import clean_line, clean_name

if TYPE_CHECKING:
    from tongxin.accounts.models import Account
    from tongxin.committees.models import Committee, Unit

HELP = _(
    "应急任命：没有安全管理员可以任命时，在服务器上任命一人承担一项职责。会写入操作记录，并立即告知审计管理员。三员分离的规定照样适用。"
)


@click.command(help=HELP)
@click.option("--committee", "code", required=True, metavar="CODE", help=_("政协的代码。"))
@click.option(
    "--login", required=True, metavar="LOGIN", help=_("登录名：手机号、工号，委员也可以用编号；还没有账户的，同时写明 --name。")
)
@click.option("--duty", required=True, metavar="DUTY", help=_("职责的代码或名称，如：admin.security 或 安全管理员。"))
@click.option("--reason", required=True, metavar="TEXT", help=_("为什么要应急任命，写进操作记录。"))
@click.option("--name", metavar="NAME", help=_("姓名；登录名还没有账户时必填，随后打印一次性邀请码。"))
@click.option("--unit", "unit_name", metavar="NAME", help=_("承办单位全称；职责是承办人、单位负责人时必填。"))
@click.option("--affiliation", metavar="NAME", help=_("归口，如：政府；职责是交办、督办时必填。"))
def appoint(
    *, code: str, login: str, duty: str, reason: str, name: str | None, unit_name: str | None, affiliation: str | None
) -> None:
    """Appoint without an appointing person: recorded as what it is, told to the auditors."""
    start.django(current=True)
    from django.db import transaction
    from django.utils import timezone

    from tongxin.committees import actions as bodies

    committee = committee_named(code)
    reason = clean_line(reason)
    if not reason:
        raise BadInput(_("请用 --reason 写明理由。"))
    chosen, at = _duty(duty), timezone.now()
    scope = {"unit": _unit(committee, chosen, unit_name), "affiliation": _affiliation(chosen, affiliation)}
    try:
        with transaction.atomic():
            account, invitation = _account(committee, login, name)
            bodies.appoint(
                account,
                committee=committee,
                duty=chosen,
                starts_on=timezone.localdate(at),
                actor=None,
                at=at,
                kind="committees.break_glass",
                reason=reason,
                **scope,
            )
    except bodies.AppointmentError as problem:
        message = f"{problem}。"
        raise BadInput(message) from problem
    click.echo(
        _("已任命%(account)s（%(login)s），已写入操作记录，并告知审计管理员。") % {"account": account.name, "login": login},
        err=True,
    )
    if invitation:
        click.echo(_("登录名　%(username)s\n邀请码　%(invitation)s") % {"username": account.username, "invitation": invitation})
        click.echo(hints.of_code(_("邀请码"), account.name), err=True)


def _duty(text: str) -> str:
    from tongxin.committees.choices import Duty

    found = next((d.value for d in Duty if text.strip() in {d.value, str(d.label)}), None)
    if found is None:
        listed = "、".join(f"{d.value}（{d.label}）" for d in Duty)
        message = _("没有“%(text)s”这项职责。可以写：%(listed)s。") % {"text": text, "listed": listed}
        raise BadInput(message)
    return str(found)


def _unit(committee: "Committee", duty: str, name: str | None) -> "Unit | None":
    if not duty.startswith("unit."):
        if name:
            raise BadInput(_("这项职责不属于承办单位，请去掉 --unit。"))
        return None
    found = committee.units.filter(name=clean_line(name or ""), dropped_at=None).first()
    if found is None:
        raise BadInput(_("请用 --unit 写明本会的承办单位，写全称。"))
    return found


def _affiliation(duty: str, name: str | None) -> str:
    from tongxin.committees.choices import Duty, System

    if duty not in {Duty.ASSIGN, Duty.SUPERVISE}:
        if name:
            raise BadInput(_("这项职责不分归口，请去掉 --affiliation。"))
        return ""
    found = next((s.value for s in System if name in {s.value, str(s.label)}), None)
    if found is None:
        message = _("请用 --affiliation 写明归口：%(System)s。") % {"System": "、".join(str(s.label) for s in System)}
        raise BadInput(message)
    return str(found)


def _account(committee: "Committee", login: str, name: str | None) -> tuple["Account", str]:
    """Return the account of a sign-in name, read as the page reads it.

    A new one with its one-time code when there was none.

    A member's number or phone is the member's own account: a second one would let one person keep security beside
    another duty.
    """
    from django.utils import timezone

    from tongxin.accounts import actions as accounts
    from tongxin.accounts import names
    from tongxin.accounts.models import Account
    from tongxin.committees.actions import known_account

    found = names.find(committee.code, login)
    person = clean_name(name or "") or _only_name(found, login)
    own = {account.is_active for account in found if account.name == person}
    if own == {False}:
        message = _("%(person)s的账户已经关闭，不能任命。") % {"person": person}
        raise BadInput(message)
    known = known_account(committee, name=person, username=login)
    if known is not None:
        return known, ""
    try:
        made = Account(username=names.for_staff(login), name=person)
    except names.NameRefusedError as refused:
        message = f"{refused}。"
        raise BadInput(message) from refused
    made.set_unusable_password()
    made.full_clean(exclude=["password", "uid"])
    made.save()
    return made, str(accounts.invite(made, actor=Account.objects.system(), at=timezone.now()))


def _only_name(found: list["Account"], login: str) -> str:
    """Return whose sign-in name it is where nobody said so: it must be one person's alone."""
    if not found:
        message = _("没有登录名为 %(login)s 的账户。要新建的，请用 --name 写明姓名。") % {"login": login}
        raise BadInput(message)
    if len(found) > 1:
        message = _("登录名 %(login)s 有几个账户：%(found)s。请用 --name 写明是哪一位。") % {
            "login": login,
            "found": "、".join(account.name for account in found),
        }
        raise BadInput(message)
    return found[0].name
