"""Event kinds of members."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit.kinds import Audience, Kind, name_sorts, register
from tongxin.audit.models import Event
from tongxin.audit.naming import Named, beside, label_of, name_rows
from tongxin.audit.truth import witness
from tongxin.core.templatetags.chinese import full_day
from tongxin.members.choices import Rank
from tongxin.members.models import Member, Post, Seat, Suspension

A = Audience


def _why(event: Event) -> str:
    parts = (_since(event), event.data.get("reason"), event.data.get("document_number"))
    return "　".join(str(part) for part in parts if part)


def _since(event: Event) -> str:
    on = event.data.get("on")
    if not on:
        return ""
    said = full_day(date.fromisoformat(str(on)))
    return said if event.kind == "members.record_death" else gettext("%(said)s起") % {"said": said}


OF_MEMBER = ("members.member", "member__uid")
witness(Member, "account__uid", part="account", only=Q(account__isnull=False))
witness(Member, "merged_into__uid", part="merged", only=Q(merged_into__isnull=False))
witness(
    Seat,
    "member__uid",
    "term__uid",
    "sector__uid",
    "special_committee__uid",
    "convenes",
    "starts_on",
    "ends_on",
    "ending",
    told=OF_MEMBER,
)
witness(Post, "member__uid", "term__uid", "rank", "starts_on", "ends_on", told=OF_MEMBER)
witness(Suspension, "member__uid", "starts_on", "ends_on", told=OF_MEMBER)
name_sorts(members=_("委员"))


def _post(name: str, rank: str) -> str:
    return beside(name, label_of(Rank, rank))


name_rows(
    {
        "members.member": Named(_("委员"), ("name",), parts={"account": _("委员账户"), "merged": _("委员合并")}, own=True),
        "members.seat": Named(_("委员席位"), ("member__name", "sector__name")),
        "members.post": Named(_("委员职务"), ("member__name", "rank"), _post),
        "members.suspension": Named(_("停止履职"), ("member__name",)),
    }
)


def _whether_it_waits(event: Event) -> str:
    return gettext("须另一人确认，或者等待后使用") if event.data.get("waits_until") else gettext("登录时还须输入动态口令")


def _of_invitation(event: Event) -> str:
    return gettext("须另一人确认，或者等待后使用") if event.data.get("waits_until") else ""


def _of_release(event: Event) -> str:
    return "　".join(
        part for part in (str(event.data.get("reason", "")), gettext("账户关闭") if event.data.get("closed") else "") if part
    )


def _reason(event: Event) -> str:
    return str(event.data.get("reason", ""))


def _corrected(event: Event) -> str:
    return "　".join(part for part in ("、".join(event.data.get("fields", [])), _reason(event)) if part)


PAIR = ("name", "other_name")
register(
    Kind("members.tell_apart", A.OFFICE, _("{actor}确认{name}（编号 {number}）与{other_name}（编号 {other_number}）不是同一人"), _reason,
         personal=PAIR, label=_("确认两名委员不是同一人")),
    Kind("members.merge", A.OFFICE, _("{actor}把{other_name}（编号 {other_number}）并入{name}（编号 {number}）"), _reason, personal=PAIR,
         label=_("合并重复的委员资料")),
    Kind("members.merge_away", A.OFFICE, _("{name}（编号 {number}）并入{other_name}（编号 {other_number}）"), _reason, personal=PAIR,
         label=_("委员资料并入另一条")),
    Kind("members.part", A.OFFICE, _("{actor}撤销{other_name}（编号 {other_number}）并入{name}（编号 {number}）的合并"), _reason,
         personal=PAIR, label=_("撤销委员资料的合并")),
    Kind("members.part_from", A.OFFICE, _("{name}（编号 {number}）与{other_name}（编号 {other_number}）的合并撤销"), _reason,
         personal=PAIR, label=_("委员资料的合并撤销")),
)  # fmt: skip
register(
    Kind(
        "members.tell_apart_from",
        A.OFFICE,
        _("{name}（编号 {number}）与{other_name}（编号 {other_number}）确认不是同一人"),
        _reason,
        personal=PAIR,
        label=_("与另一名委员确认不是同一人"),
    ),
)
register(
    Kind(
        "members.change",
        A.OFFICE,
        _("{actor}修改委员{name}的资料"),
        lambda e: "、".join(e.data.get("fields", [])),
        personal=("name",),
        label=_("修改委员的资料"),
    ),
    Kind(
        "members.correct",
        A.OFFICE,
        _("{actor}更正委员{name}的登记资料"),
        _corrected,
        personal=("name",),
        label=_("更正委员的登记资料"),
    ),
    Kind(
        "members.invite",
        A.OFFICE,
        _("{actor}向{name}发出登录邀请"),
        _of_invitation,
        personal=("name",),
        label=_("向委员发出登录邀请"),
    ),
    Kind(
        "members.reinvite",
        A.OFFICE,
        _("{actor}向{name}发出密码重置码"),
        _whether_it_waits,
        personal=("name",),
        label=_("向委员发出密码重置码"),
    ),
    Kind(
        "members.confirm_reinvitation",
        A.OFFICE,
        _("{actor}确认{name}的邀请码或重置码"),
        personal=("name",),
        label=_("确认委员的邀请码或重置码"),
    ),
    Kind(
        "members.take_seat",
        A.OFFICE,
        _("{actor}凭邀请码取得{name}的委员身份"),
        personal=("name",),
        label=_("凭邀请码取得委员身份"),
    ),
    Kind(
        "members.release_seat",
        A.OFFICE,
        _("{actor}解除{name}的委员身份与账户的关联"),
        _of_release,
        personal=("name",),
        label=_("解除委员身份与账户的关联"),
    ),
    Kind("members.import", A.OFFICE, _("{actor}导入委员 {rows} 名"), label=_("导入委员")),
    Kind("members.export", A.OFFICE, _("{actor}导出委员名册 {rows} 名"), label=_("导出委员名册")),
    Kind("members.resign", A.OFFICE, _("{name}辞去委员"), _why, personal=("name",), of_a_person=True),
    Kind(
        "members.revoke", A.OFFICE, _("撤销{name}的委员资格"), _why, personal=("name",), of_a_person=True, label=_("撤销委员资格")
    ),
    Kind(
        "members.record_death",
        A.OFFICE,
        _("登记{name}委员去世"),
        _why,
        personal=("name",),
        of_a_person=True,
        label=_("登记委员去世"),
    ),
    Kind(
        "members.close_account",
        A.OFFICE,
        _("{name}的登录账户关闭"),
        lambda _event: gettext("已登记去世，不再属于任何一级政协"),
        personal=("name",),
    ),
    Kind("members.expire", A.OFFICE, _("{name}委员任期届满"), _why, personal=("name",), of_a_person=True),
    Kind("members.suspend", A.OFFICE, _("{name}委员停止履职"), _why, personal=("name",), of_a_person=True),
    Kind("members.resume", A.OFFICE, _("{name}委员恢复履职"), _why, personal=("name",), of_a_person=True),
    Kind(
        "members.restore",
        A.OFFICE,
        _("恢复{name}的委员资格"),
        _why,
        personal=("name",),
        of_a_person=True,
        label=_("恢复委员资格"),
    ),
)
