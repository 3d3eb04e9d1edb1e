"""How long personal values are kept, and who takes them away: one regulation for all apps, as an assembly adopts it.

Each `Erasable` has two values here, `key` and `key_by`; a test holds the two lists together.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tongxin.committees.choices import Duty
from tongxin.regulations.schema import kind, rule

EXECUTORS = {str(d): d.label for d in (Duty.MEMBER_AFFAIRS, Duty.PROPOSAL_OFFICE, Duty.SECURITY_ADMIN)}
LOG_MONTHS = 6  # 网络安全法: logs are kept six months at least


def _months(label: Any, since: Any, *, low: int = 1) -> Any:
    about = format_lazy(_("{since}起算，期满由人核对清单后删除"), since=since)
    return rule(format_lazy(_("{label}：保存"), label=label), help=about, unit=_("个月"), low=low, high=600)


def _by(label: Any, *duties: Duty) -> Any:
    names = {str(duty): duty.label for duty in duties} or EXECUTORS
    about = _("承担这项职责的人核对清单、确认后删除，系统不会自行删除")
    return rule(format_lazy(_("{label}：由谁删除"), label=label), help=about, choices=names)


@kind("privacy.retention", _("个人信息保存期限"), _("各类个人信息的保存期限，期满核对、删除的职责"))
@dataclass(frozen=True)
class Retention:
    """Months kept, and the duty that takes away.

    Whoever audits erases nothing; ratings are the proposal office's alone.
    """

    sign_in_names: int = _months(_("登录记录里的姓名和登录名"), _("自登录或登录失败之日"), low=LOG_MONTHS)
    sign_in_names_by: str = _by(_("登录记录里的姓名和登录名"))
    invitation_codes: int = _months(_("用过或失效的邀请码"), _("自用过、收回或到期之日"))
    invitation_codes_by: str = _by(_("用过或失效的邀请码"))
    staff_emails: int = _months(_("离职工作人员账户的邮箱"), _("自最后一项职责结束之日"))
    staff_emails_by: str = _by(_("离职工作人员账户的邮箱"))
    departed_contacts: int = _months(_("离任委员的联系方式"), _("自最后一个席位结束之日"))
    departed_contacts_by: str = _by(_("离任委员的联系方式"))
    read_notices: int = _months(_("已读的消息"), _("自读过之日"))
    read_notices_by: str = _by(_("已读的消息"))
    discarded_drafts: int = _months(_("删除草稿的正文"), _("自删除之日"))
    discarded_drafts_by: str = _by(_("删除草稿的正文"), Duty.PROPOSAL_OFFICE)
    proposal_copies: int = _months(_("另存的提案副本"), _("自看过之日"))
    proposal_copies_by: str = _by(_("另存的提案副本"), Duty.PROPOSAL_OFFICE)
    reply_copies: int = _months(_("另存的答复副本"), _("自看过之日"))
    reply_copies_by: str = _by(_("另存的答复副本"), Duty.PROPOSAL_OFFICE)
    reply_contacts: int = _months(_("答复上的联系人和电话"), _("自提案办结之日"))
    reply_contacts_by: str = _by(_("答复上的联系人和电话"), Duty.PROPOSAL_OFFICE)
    rating_comments: int = _months(_("评价中的留言"), _("自提案办结之日"))
    rating_comments_by: str = _by(_("评价中的留言"), Duty.PROPOSAL_OFFICE)
