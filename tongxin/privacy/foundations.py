"""What the apps below hold and let go: accounts, sign-ins, invitations, duties, notices, uploads, the record itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts import names
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.queries import has_second_factor
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.committees.models import Appointment, Committee
from tongxin.committees.queries import not_over
from tongxin.core.templatetags.chinese import yes_no
from tongxin.files.models import File
from tongxin.notices.models import Letter, Notice
from tongxin.privacy.queries import codes_of, end_of
from tongxin.privacy.table import (
    Erasable,
    Erased,
    Going,
    Held,
    Part,
    People,
    invited_by,
    newest,
    register_erasable,
    register_held,
    register_people,
    serving_after,
    span,
    stamp,
)

SIGN_IN = {
    "accounts.sign_in": gettext_lazy("登录"),
    "accounts.sign_out": gettext_lazy("退出登录"),
    "accounts.sign_in_failed": gettext_lazy("登录未成功"),
    "accounts.locked_out": gettext_lazy("多次输错后锁定"),
}
ABOUT_SIGNING_IN = {"actor_name", "subject_label", "data.username"}


# ── what is held ─────────────────────────────────────────────────────────────────────────────────
def _account(account: Account, _most: int | None) -> Part:
    totp = has_second_factor(account)
    return Part(
        [
            (_("姓名"), account.name),
            (_("登录名"), "、".join(names.of(account))),
            (_("邮箱"), account.email or _("没有填写")),
            (_("字号"), str(account.get_size_display())),
            (_("同时用邮件告知"), yes_no(account.by_mail)),
            (_("动态口令"), _("已启用") if totp else _("没有启用")),
            (_("密码"), _("只存不可还原的摘要") if account.has_usable_password() else _("没有设定")),
            (_("建立时间"), stamp(account.joined_at)),
            (_("上次登录"), stamp(account.last_login) or _("没有登录过")),
        ]
    )


def _has_worked(account: Account) -> bool:
    """Whether the rule for who worked here concerns somebody; of a member another one speaks."""
    return Appointment.objects.filter(account=account).exists()


def _appointments(account: Account, most: int | None) -> Part:
    rows = Appointment.objects.filter(account=account).select_related("committee", "unit").order_by("-starts_on", "-id")
    return newest(rows, most, head=(_("职责"), _("单位、归口、名义"), _("起止")), say=_appointment)


def _appointment(row: Appointment) -> tuple[str, ...]:
    scope = row.unit.name if row.unit else str(row.get_affiliation_display()) or row.body
    return str(row.get_duty_display()), f"{row.committee.short_name}　{scope}".strip(), span(row.starts_on, row.ends_on)


def _sign_ins(account: Account, most: int | None) -> Part:
    rows = Event.objects.filter(subject_type="accounts.account", subject_id=account.pk, kind__in=SIGN_IN).order_by("-id")
    return newest(rows, most, head=(_("事项"), _("时间")), say=lambda e: (SIGN_IN[e.kind], stamp(e.recorded_at)))


def _invitations(account: Account, most: int | None) -> Part:
    rows = Invitation.objects.filter(account=account).order_by("-id")
    return newest(rows, most, head=(_("发出时间"), _("情况")), say=lambda row: (stamp(row.made_at), _what_became_of(row)))


def _what_became_of(row: Invitation) -> str:
    if row.used_at is not None:
        return _("%(stamp)s 用过") % {"stamp": stamp(row.used_at)}
    return (
        _("%(stamp)s 收回") % {"stamp": stamp(row.revoked_at)}
        if row.revoked_at is not None
        else _("%(stamp)s 到期") % {"stamp": stamp(row.expires_at)}
    )


def _notices(account: Account, most: int | None) -> Part:
    rows = Notice.objects.filter(account=account).order_by("-id")
    head = (_("消息"), _("时间"), _("读过"))
    return newest(rows, most, head=head, say=lambda n: (n.text, stamp(n.made_at), stamp(n.read_at) or _("未读")))


def _files(account: Account, most: int | None) -> Part:
    rows = File.objects.filter(owner=account).order_by("-id")
    return newest(
        rows, most, head=(_("文件名"), _("类型"), _("上传时间")), say=lambda f: (f.name, f.kind.upper(), stamp(f.uploaded_at))
    )


def _acts(account: Account, most: int | None) -> Part:
    """The kinds of events in somebody's name: how many of each there are, and when the newest was.

    None stands for the others.
    """
    groups = list(Event.objects.filter(actor=account).order_by().values("kind").annotate(n=Count("id"), last=Max("id")))
    groups.sort(key=lambda group: -group["last"])
    last = dict(Event.objects.filter(pk__in=[g["last"] for g in groups[:most]]).values_list("pk", "recorded_at"))
    rows = [(kinds.label(g["kind"]), f"{g['n']}", stamp(last[g["last"]])) for g in groups[:most]]
    return Part(rows, (_("事项"), _("共几次"), _("最近一次")), len(groups))


register_held(
    Held(
        "account",
        gettext_lazy("账户"),
        _account,
        gettext_lazy("姓名和登录名随办理记录永久保存，邮箱在离任、离职后到期删去"),
        ("staff_emails",),
        concern=_has_worked,
    ),
    Held(
        "appointments", gettext_lazy("承担的职责"), _appointments, gettext_lazy("任免记录属于档案，永久保存，数据与记录相互印证")
    ),
    Held(
        "sign_ins",
        gettext_lazy("登录记录"),
        _sign_ins,
        gettext_lazy("何时登录的记录永久保存，其中的姓名和登录名到期删去"),
        ("sign_in_names",),
    ),
    Held("invitations", gettext_lazy("登录邀请"), _invitations, erasables=("invitation_codes",)),
    Held("notices", gettext_lazy("消息"), _notices, gettext_lazy("没有读过的消息一直保留"), ("read_notices",)),
    Held("files", gettext_lazy("上传的文件"), _files, gettext_lazy("随所属的提案、答复保存；没有用上的，一天后自动清除")),
    Held("acts", gettext_lazy("以本人名义的操作记录"), _acts, gettext_lazy("操作记录属于审计档案，永久保存，不能修改")),
)


# ── whose people, and who still serves ───────────────────────────────────────────────────────────
def _holding_after(day: date) -> Q:
    rows = Appointment.objects.filter(not_over(day))
    return Q(pk__in=rows.values("account"))


register_people(
    People(lambda committee: Q(pk__in=Appointment.objects.filter(committee=committee).values("account")), _holding_after)
)


# ── what goes ────────────────────────────────────────────────────────────────────────────────────
def _sign_ins_due(committee: Committee, before: date) -> QuerySet[Event]:
    rows = Event.objects.filter(kind__in=SIGN_IN, committee_code__in=codes_of(committee), recorded_at__lt=end_of(before))
    return rows.exclude(veils={}).exclude(actor_name="", subject_label="")


def _sign_in(event: Event) -> Going:
    name = event.subject_label if event.committee_code or event.actor_uid else _("未登记的登录名")
    return Going(f"{SIGN_IN[event.kind]}　{name}", stamp(event.recorded_at))


def _erase_sign_ins(events: Sequence[Event]) -> Erased:
    return Erased(events=events, fields=ABOUT_SIGNING_IN)


def _invitations_due(committee: Committee, before: date) -> QuerySet[Invitation]:
    end = end_of(before)
    over = Q(used_at__lt=end) | Q(revoked_at__lt=end) | Q(used_at=None, revoked_at=None, expires_at__lt=end)
    return Invitation.objects.filter(over, invited_by(committee)).select_related("account")


def _invitation(row: Invitation) -> Going:
    return Going(_("给%(who)s的邀请码") % {"who": row.account.name if row.account else _("一个委员席位")}, _what_became_of(row))


def _erase_invitations(rows: Sequence[Invitation]) -> Erased:
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return Erased(rows=len(rows))


def _emails_due(committee: Committee, before: date) -> QuerySet[Account]:
    worked = Appointment.objects.filter(account=OuterRef("pk"), committee=committee)
    return Account.objects.filter(Exists(worked)).exclude(email="").exclude(serving_after(before))


def clear_addresses(accounts: QuerySet[Account]) -> None:
    """Take the e-mail addresses off accounts, and the letters that went there."""
    Letter.objects.filter(notice__account__in=accounts.values("pk")).delete()
    accounts.update(email="")


def _erase_emails(rows: Sequence[Account]) -> Erased:
    clear_addresses(Account.objects.filter(pk__in=[row.pk for row in rows]))
    return Erased(rows=len(rows))


def _notices_due(committee: Committee, before: date) -> QuerySet[Notice]:
    rows = Notice.objects.filter(committee_code__in=codes_of(committee), read_at__lt=end_of(before))
    return rows.select_related("account")


def _erase_notices(rows: Sequence[Notice]) -> Erased:
    Notice.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return Erased(rows=len(rows))


def _notice(row: Any) -> Going:
    return Going(_("发给%(account)s的消息") % {"account": row.account.name}, _("%(stamp)s 读过") % {"stamp": stamp(row.read_at)})


register_erasable(
    Erasable(
        "sign_in_names", gettext_lazy("登录记录里的姓名和登录名"), gettext_lazy("登录、退出、登录未成功和锁定记录里的姓名与输入的登录名"), gettext_lazy("自登录或登录失败之日"),
        _sign_ins_due, _sign_in, _erase_sign_ins,
    ),
    Erasable(
        "invitation_codes", gettext_lazy("用过或失效的邀请码"), gettext_lazy("用过、收回或到期的登录邀请"), gettext_lazy("自用过、收回或到期之日"),
        _invitations_due, _invitation, _erase_invitations,
    ),
    Erasable(
        "staff_emails", gettext_lazy("离职工作人员账户的邮箱"), gettext_lazy("不再承担任何职责的工作人员的邮箱和发往该邮箱的信件"), gettext_lazy("自最后一项职责结束之日"),
        _emails_due, lambda row: Going(row.name, _("邮箱")), _erase_emails,
    ),
    Erasable(
        "read_notices", gettext_lazy("已读的消息"), gettext_lazy("读过的消息和随之发出的邮件"), gettext_lazy("自读过之日"), _notices_due, _notice, _erase_notices,
    ),
)  # fmt: skip
