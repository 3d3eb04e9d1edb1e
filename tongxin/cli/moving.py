"""`tongxin export bundle` and `import bundle`.

One committee with everything, moved to another installation or kept as an archive.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tongxin.cli import hints, places, start
from tongxin.cli.exchange import committee_named
from tongxin.cli.problems import BadInput
from tongxin.core.catalogue import _
from tongxin.core.words import COMMITTEE_CODE

if TYPE_CHECKING:
    from tongxin.backups.unpacking import Arrived

SHOWN = 20
PACKED = _("{name}已整体导出到 {out}：{rows} 行，操作记录 {events} 条，附件 {files} 个；已重读核对。")
KEY_BESIDE = _(
    "电话号码是加密的，口令在 {key}，导入时要用：请与 {out} 分开传送、分开保管。密码、动态口令没有导出，人员在新的地方重新邀请。"
)
NO_PHONES = _("没有导出电话号码。密码、动态口令也没有导出，人员在新的地方重新邀请。")
SIGNED = _("本系统的签名：{signer}。请用其他方式（当面、电话）告知接收方，导入时核对。")
NOT_IN_ORDER = _("操作记录或者数据核验有不符之处，已如实写在文件里，接收方导入时会指出：{said}")
WAITING = _("还有 {count} 件事正等着告知有关人员，不随文件走，请让后台任务办完。")
ARRIVED = _("{name}（{code}）已经迁入：{rows} 行，附件 {files} 个。原系统的签名：{signer}，请与导出一方告知的核对。")
CHECKED = _("原来的封存链已用原密钥逐条核验。")
UNCHECKED = _("原来的封存链已核对完整、连续；没有原系统的 keys/audit，没有逐条验算（可用 --origin-key 指明）。")
KEPT = _("原记录留存在 audit/origins，操作记录已用本系统的密钥重新封存。")
RENAMED = _("登录名 {before} 在这里是别人的，改为 {after}。")
PEOPLE = "{count} 人在这里已有账户，用现有的。"


@click.command(
    name="bundle",
    help=_(
        "整体导出一个政协：规定、人员、事项、各轮办理、附件、操作记录，写成一个文件，用于迁到另一个系统，也用于存档。运行当中也可以导出。"
    ),
)
@click.argument("out", metavar="OUT.zip", type=places.OUT)
@click.option("--committee", "code", required=True, metavar="CODE", help=_("导出哪个政协（代码）。"))
@click.option("--without-files", is_flag=True, help=_("不含附件。"))
@click.option("--without-phones", is_flag=True, help=_("不含电话号码（它们在数据库里是加密的）。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def export(*, out: Path, code: str, without_files: bool, without_phones: bool, as_json: bool) -> None:
    """Pack a committee."""
    start.django(current=True)
    from django.conf import settings
    from django.utils import timezone

    from tongxin.backups import bundles, packing
    from tongxin.backups.archive import shown
    from tongxin.sheets.problems import spoken

    committee = committee_named(code)
    try:
        made = packing.pack(out, committee, at=timezone.now(), files=not without_files, secrets=not without_phones)
    except packing.NotPackedError as error:
        raise BadInput(str(error)) from error
    signer, files = bundles.own_fingerprint(settings.AUDIT_KEY), sum(m.name.startswith(f"{bundles.FILES}/") for m in made.members)
    rows = sum(made.rows.values())
    if as_json:
        key = None if without_phones else spoken(bundles.key_file(out))
        said = {"out": spoken(out), "key": key, "committee": code, "rows": rows, "events": made.events, "files": files}
        more = {"missing": made.missing, "ok": not made.problems, "signer": signer}
        click.echo(json.dumps(said | more, ensure_ascii=False))
    click.echo(PACKED.format(name=shown(made.name), out=spoken(out), rows=rows, events=made.events, files=files), err=True)
    click.echo(NO_PHONES if without_phones else KEY_BESIDE.format(key=spoken(bundles.key_file(out)), out=spoken(out)), err=True)
    click.echo(SIGNED.format(signer=signer), err=True)
    if made.problems:
        click.echo(NOT_IN_ORDER.format(said="；".join(shown(f"{why}：{where}") for where, why in made.problems[:3])), err=True)
    if made.missing:
        click.echo(
            _("有 %(n)s 个附件不在 files 目录里，没有导出，如：%(shown)s。")
            % {"n": len(made.missing), "shown": shown(made.missing[0])},
            err=True,
        )
    if count := packing.waiting(committee):
        click.echo(WAITING.format(count=count), err=True)


@click.command(name="bundle", help=_("导入整体导出的一个政协，全部导入，或者完全不导入；先核对整个文件和操作记录。"))
@click.argument("path", metavar="IN.zip", type=places.IN)
@click.option("--as", "code", metavar="CODE", default="", help=_("另用一个代码。"))
@click.option("--key", type=places.IN, help=_("口令文件；不写则找 IN.zip.key。"))
@click.option("--without-phones", is_flag=True, help=_("不导入电话号码（没有口令文件的时候）。"))
@click.option("--signer", metavar="FINGERPRINT", default="", help=_("原系统的签名；不是它导出的，不导入。"))
@click.option(
    "--origin-key",
    type=places.IN,
    help=_("原系统的 keys/audit，用来逐条验算操作记录。"),
)
@click.option("--accept-broken", is_flag=True, help=_("原记录核验不符也导入；不符之处写入操作记录。"))
@click.option("--accept-people", is_flag=True, help=_("文件里给本系统已有的账户安排的职责、席位，经核实可以导入。"))
@click.option("--invite", is_flag=True, help=_("给安全管理员生成新的邀请码并打印。"))
@click.option("--json", "as_json", is_flag=True, help=_("在标准输出打印一份 JSON。"))
def import_(
    *,
    path: Path,
    code: str,
    key: Path | None,
    without_phones: bool,
    signer: str,
    origin_key: Path | None,
    accept_broken: bool,
    accept_people: bool,
    invite: bool,
    as_json: bool,
) -> None:
    """Take a committee in; with `--invite` let those in who appoint the others."""
    start.django(current=True)
    from django.utils import timezone

    from tongxin.backups import unpacking

    if code and not COMMITTEE_CODE.fullmatch(code):
        raise BadInput(_("--as 只能用字母、数字、- 和 _，最多 20 个字。"))
    audit_key = _text(origin_key) if origin_key is not None else None
    wanted = unpacking.Wanted(code, key, without_phones, signer.strip().lower(), audit_key, accept_broken, accept_people)
    try:
        arrived = unpacking.unpack(path, wanted, at=timezone.now())
    except unpacking.NotUnpackedError as error:
        raise BadInput(str(error)) from error
    invitations = _invited(arrived.committee) if invite else []
    if as_json:
        click.echo(json.dumps(_figures(arrived) | {"invitations": dict(invitations)}, ensure_ascii=False))
    else:
        for login, invitation in invitations:
            click.echo(_("登录名　%(login)s\n邀请码　%(invitation)s") % {"login": login, "invitation": invitation})
    _say(arrived, count=len(invitations))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        message = _("%(path)s 无法读取。--origin-key 后面应是原系统的 keys/audit。") % {"path": path}
        raise BadInput(message) from problem


def _invited(committee: Any) -> list[tuple[str, str]]:
    """Invite the security administrators, whose passwords did not come along; return their sign-in names and codes."""
    from django.utils import timezone

    from tongxin.accounts import actions, names
    from tongxin.accounts.models import Account
    from tongxin.committees.choices import Duty
    from tongxin.committees.models import Appointment
    from tongxin.committees.queries import running

    at, system = timezone.now(), Account.objects.system()
    held = Appointment.objects.filter(running(timezone.localdate(at)), committee=committee, duty=Duty.SECURITY_ADMIN)
    people = [row.account for row in held.select_related("account") if not row.account.has_usable_password()]
    return [(names.of(account)[0], actions.invite(account, actor=system, at=at)) for account in people]


def _figures(arrived: "Arrived") -> dict[str, Any]:
    return {
        "committee": arrived.committee.code,
        "rows": arrived.rows,
        "files": arrived.files,
        "signer": arrived.signer,
        "checked_with_key": arrived.has_key,
        "problems": arrived.problems,
        "renamed": dict(arrived.renamed),
        "known": arrived.known,
        "differences": arrived.differences,
        "missing": arrived.missing,
    }


def _say(arrived: "Arrived", *, count: int) -> None:
    from tongxin.backups.archive import shown

    body = arrived.committee
    said = ARRIVED.format(name=shown(body.name), code=body.code, rows=arrived.rows, files=arrived.files, signer=arrived.signer)
    lines = [said, (CHECKED if arrived.has_key else UNCHECKED) + KEPT]
    lines += [_("原记录不符之处，已写入操作记录：%(shown)s") % {"shown": shown(problem)} for problem in arrived.problems]
    lines += [RENAMED.format(before=shown(before), after=shown(after)) for before, after in arrived.renamed[:SHOWN]]
    if len(arrived.renamed) > SHOWN:
        lines.append(_("另有 %(n)s 个登录名改了，加 --json 可以看到全部。") % {"n": len(arrived.renamed) - SHOWN})
    lines += [PEOPLE.format(count=len(arrived.known))] if arrived.known else []
    lines += [shown(difference) for difference in arrived.differences[:SHOWN]]
    if arrived.missing:
        lines.append(
            _("有 %(n)s 个附件原来就不在，如：%(shown)s。") % {"n": len(arrived.missing), "shown": shown(arrived.missing[0])}
        )
    if count:
        lines.append(
            _("邀请码只显示这一次，请交给安全管理员本人，打开 %(address)s/invitation/ 设定密码；其他人由机关重新邀请。")
            % {"address": hints.address()}
        )
    else:
        lines.append(
            _("密码没有带来，请用 tongxin appoint 任命一名安全管理员（导入时加 --invite，则邀请原来的），再由机关邀请其他人。")
        )
    click.echo("\n".join(lines), err=True)
