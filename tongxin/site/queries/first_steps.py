"""What has to be done first in a new installation, told to whoever may do it.

Who is appointed, which units and members there are.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.desks.todos import Todo
from tongxin.members.models import Member

NEEDED = (
    Duty.AUDIT_ADMIN,
    Duty.MEMBER_AFFAIRS,
    Duty.PROPOSAL_OFFICE,
    Duty.PRE_EXAMINATION,
    Duty.FILING,
    Duty.PUBLICATION,
    Duty.ASSIGN,
    Duty.SUPERVISE,
)


def first_steps(user: Any) -> list[Todo]:
    """Return what a reader has to do before anybody else can begin; nothing where a committee is set up."""
    found: list[Todo] = []
    seen: set[tuple[str, int]] = set()
    for appointment in bodies.appointments_of(user):
        what = STEPS.get(appointment.duty)
        if what is not None and (appointment.duty, appointment.committee_id) not in seen:
            seen.add((appointment.duty, appointment.committee_id))
            found += what(appointment.committee)
    return found


def _appointing(committee: Committee) -> Iterator[Todo]:
    rows = Appointment.objects.filter(bodies.not_over(timezone.localdate()), committee=committee)
    held = set(rows.values_list("duty", flat=True).distinct())
    needed = [duty for duty in NEEDED if duty not in held]
    if Unit.objects.filter(committee=committee).exists():
        needed += [duty for duty in (Duty.UNIT_CLERK, Duty.UNIT_LEADER) if duty not in held]
    if needed:
        said = "、".join(str(duty.label) for duty in needed)
        yield Todo(_("任命各项职责"), _("还没有人担任：%(duties)s。") % {"duties": said}, "/appointments/", _("去任命"))


def _units(committee: Committee) -> Iterator[Todo]:
    if not Unit.objects.filter(committee=committee).exists():
        yield Todo(
            _("增加承办单位"),
            _("还没有承办单位，提案立案后不能交办。有了单位，再请安全管理员任命各单位承办人。"),
            "/units/new/",
            _("增加单位"),
        )


def _members(committee: Committee) -> Iterator[Todo]:
    """Until the first member came: who comes later is found in the list of members, and keeps nobody from beginning."""
    members = Member.objects.filter(committee=committee)
    if not members.exists():
        yield Todo(_("导入委员名册"), _("还没有委员，提案不能提出。"), "/members/", _("查看导入方法"))
    elif not members.filter(account__last_login__isnull=False).exists():
        said = _("还没有委员登录过。打开委员页面，打印登录邀请单交给本人。")
        yield Todo(_("发登录邀请"), said, "/members/?who=never", _("查看委员名单"))


STEPS: dict[str, Callable[[Committee], Iterable[Todo]]] = {
    Duty.SECURITY_ADMIN: _appointing,
    Duty.PROPOSAL_OFFICE: _units,
    Duty.MEMBER_AFFAIRS: _members,
}
