"""Whether the number that is rung up to verify somebody is a new one."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import moment
from tongxin.members.choices import CONTACT_FIELDS
from tongxin.members.models import Member
from tongxin.members.regulations import PhoneChange
from tongxin.regulations.queries import in_force

CHANGE = "members.change"


def phone_changed(member: Member, *, at: datetime) -> str:
    """Say when a member's phone was changed last and by whom, as long as who verifies a code must know.

    Nothing later.
    """
    days = in_force(member.committee, PhoneChange, timezone.localdate(at)).told_days
    rows = Event.objects.filter(
        kind=CHANGE, subject_type="members.member", subject_id=member.pk, at__gte=at - timedelta(days=days)
    )
    event = next((row for row in rows.order_by("-id") if CONTACT_FIELDS["phone"] in row.data.get("fields", ())), None)
    if event is None:
        return ""
    return _("手机号由%(who)s于 %(when)s 改动") % {"who": event.actor_name, "when": moment(event.at)}
