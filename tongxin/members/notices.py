"""Who is told when a new password is made possible for a member, or when one who belongs to other committees too has died."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.queries import holders_of
from tongxin.core.templatetags.chinese import full_day, moment
from tongxin.members.queries import serves_elsewhere, sits_elsewhere
from tongxin.members.rules import CONFIRM
from tongxin.notices.recipients import audit_administrators, the_person
from tongxin.notices.table import Tell, because, register, shortened

ROOM = 300  # signs of a notice: what is longer is cut off there
REASON = 140  # of a reason: what follows it has to be read too
WHY = 40  # of a reason that comes last: so much is kept free
NAMED = 3  # of what was done in the other's name


def the_member(_event: Event, member: Any) -> Iterable[Account | None]:
    """Tell the member."""
    return [member.account]


def who_may_confirm(event: Event, member: Any) -> Iterable[Account | None]:
    """Tell everybody who may confirm, where somebody has to."""
    duties = CONFIRM if event.data.get("waits_until") else ()
    return [account for duty in duties for account in holders_of(member.committee, duty)]


def who_audits_where_it_waits(event: Event, member: Any) -> Iterable[Account | None]:
    """Tell who audits, where a seat is opened anew: its first invitation is nobody's to read about."""
    return audit_administrators(event, member) if event.data.get("waits_until") else ()


def _until(event: Event) -> str:
    said = str(event.data.get("waits_until", ""))
    return (
        _("没有人确认的，%(said)s 起可以使用") % {"said": moment(datetime.fromisoformat(said))}
        if said
        else _("登录时还须输入动态口令")
    )


def _by(event: Event) -> str:
    return event.actor_name or _("机关")


def _of_yours(event: Event, _member: Any) -> str:
    return _("%(by)s给您发了密码重置码，%(until)s。不是您要求的，请用原来的密码登录一次，重置码随即作废，并告诉机关") % {
        "by": _by(event),
        "until": _until(event),
    }


def _of_somebody(event: Event, member: Any) -> str:
    return _("%(by)s给委员%(member)s发了密码重置码，%(until)s。请留意是否本人要求") % {
        "by": _by(event),
        "member": member.name,
        "until": _until(event),
    }


def _to_confirm(event: Event, member: Any) -> str:
    return _("%(by)s给委员%(member)s发了密码重置码，请核实是本人要求后确认；%(until)s") % {
        "by": _by(event),
        "member": member.name,
        "until": _until(event),
    }


def _confirmed(event: Event, _member: Any) -> str:
    return _("%(by)s确认了给您的密码重置码，可以使用了。不是您要求的，请立即告诉机关") % {"by": _by(event)}


def _confirmed_for(event: Event, member: Any) -> str:
    return _("%(by)s确认了委员%(member)s的邀请码或重置码") % {"by": _by(event), "member": member.name}


def _seat_to_confirm(event: Event, member: Any) -> str:
    return _("%(by)s给委员%(member)s重新发了登录邀请，原来的关联已经解除，请核实是发给本人后确认；%(until)s") % {
        "by": _by(event),
        "member": member.name,
        "until": _until(event),
    }


def _seat_opened_anew(event: Event, member: Any) -> str:
    return _("%(by)s给委员%(member)s重新发了登录邀请，原来的关联已经解除；%(until)s。请留意是否发给本人") % {
        "by": _by(event),
        "member": member.name,
        "until": _until(event),
    }


def _released(event: Event, member: Any) -> str:
    return _("%(by)s解除了委员%(member)s的委员身份与账户的关联%(because)s。请留意是否本人要求") % {
        "by": _by(event),
        "member": member.name,
        "because": because(event, most=REASON),
    }


def _released_from_you(event: Event, member: Any) -> str:
    return _("%(by)s解除了您的账户与%(committee)s委员身份的关联%(because)s。不是您要求的，请告诉机关") % {
        "by": _by(event),
        "committee": member.committee.short_name,
        "because": because(event, most=REASON),
    }


def _account(_event: Event, _member: Any) -> str:
    return "/account/"


def _events(_event: Event, _member: Any) -> str:
    return "/audit/"


def _page(_event: Event, member: Any) -> str:
    return f"/members/{member.uid}/"


def who_keeps_him_elsewhere(_event: Event, member: Any) -> Iterable[Account | None]:
    """Tell who keeps the members of the other committees in which the person sits: there it is for them to record."""
    return [who for other in sits_elsewhere(member) for who in holders_of(other.committee, Duty.MEMBER_AFFAIRS)]


def who_appoints_him_elsewhere(_event: Event, member: Any) -> Iterable[Account | None]:
    """Tell who appoints in the other committees in which the person holds a duty."""
    return [who for committee in serves_elsewhere(member) for who in holders_of(committee, Duty.SECURITY_ADMIN)]


def _died_sits(event: Event, member: Any) -> str:
    return _("%(committee)s登记%(name)s委员去世，请核实；属实的，请在本会委员名册办理登记") % {
        "committee": member.committee.short_name,
        "name": event.data.get("name", ""),
    }


def _died_serves(event: Event, member: Any) -> str:
    return _("%(committee)s登记%(name)s委员去世，请核实；属实的，请免去在本会的职责") % {
        "committee": member.committee.short_name,
        "name": event.data.get("name", ""),
    }


def _list(_event: Event, _member: Any) -> str:
    return "/members/"


def _appointments(_event: Event, _member: Any) -> str:
    return "/appointments/"


register(
    Tell("members.record_death", who_keeps_him_elsewhere, _died_sits, _list, urgent=True),
    Tell("members.record_death", who_appoints_him_elsewhere, _died_serves, _appointments, urgent=True),
    Tell("members.reinvite", the_member, _of_yours, _account, urgent=True),
    Tell("members.reinvite", audit_administrators, _of_somebody, _events, urgent=True, otherwise=True),
    Tell("members.reinvite", who_may_confirm, _to_confirm, _page, urgent=True, otherwise=True),
    Tell("members.invite", who_may_confirm, _seat_to_confirm, _page, urgent=True),
    Tell("members.invite", who_audits_where_it_waits, _seat_opened_anew, _events, urgent=True, otherwise=True),
    Tell("members.release_seat", the_person, _released_from_you, _account, urgent=True),
    Tell("members.release_seat", audit_administrators, _released, _events, urgent=True, otherwise=True),
    Tell("members.confirm_reinvitation", the_member, _confirmed, _account, urgent=True),
    Tell("members.confirm_reinvitation", audit_administrators, _confirmed_for, _events, urgent=True, otherwise=True),
)


# ── one person kept twice ──
def _merged(event: Event, _member: Any) -> str:
    data = event.data
    said = _("%(by)s核对后，把您的两条委员资料合并为一条：编号 %(other_number)s 并入编号 %(number)s%(because)s") % {
        "by": _by(event),
        "other_number": data["other_number"],
        "number": data["number"],
        "because": because(event, most=REASON),
    }
    return _("%(said)s。两个编号都可以登录。不是您本人的，请告诉机关") % {"said": said}


def _merged_from_you(event: Event, member: Any) -> str:
    place = member.committee.short_name
    return _(
        "%(by)s把%(place)s的两条委员资料合并为一条%(because)s，今后用另一个账户办理%(place)s委员事项。不是您本人的，请告诉机关"
    ) % {"by": _by(event), "place": place, "because": because(event, most=REASON)}


def _merged_for(event: Event, _member: Any) -> str:
    data = event.data
    return _("%(by)s把委员%(other_name)s（编号 %(other_number)s）并入编号 %(number)s%(because)s。请留意是否同一人") % {
        "by": _by(event),
        "other_name": data["other_name"],
        "other_number": data["other_number"],
        "number": data["number"],
        "because": because(event, most=REASON),
    }


def _parted_for(event: Event, _member: Any) -> str:
    data = event.data
    return _("%(by)s撤销了编号 %(number)s 与编号 %(other_number)s 的合并%(because)s，各自的资料、账户恢复") % {
        "by": _by(event),
        "number": data["number"],
        "other_number": data["other_number"],
        "because": because(event, most=REASON),
    }


def _parted(event: Event, member: Any) -> str:
    """Say first what becomes of ratings, in the same words whether or not anybody rated.

    Then the acts, last the reason.
    """
    data = event.data
    if "in_whose_name" not in data:
        return _parted_for(event, member)
    number = data["in_whose_name"]
    said = _(
        "%(by)s撤销了编号 %(number)s 与编号 %(other_number)s 的合并，各自的资料、账户恢复。合并期间用编号 %(number2)s 的署名作出的评价，还没有截止的作废，请编号 %(number2)s 的委员本人重新评价"
    ) % {"by": _by(event), "number": data["number"], "other_number": data["other_number"], "number2": number}
    why = _("。理由：%(reason)s") % {"reason": data["reason"]} if data.get("reason") else ""
    if data["stands"]:
        before, after = _("。合并期间在编号 %(number)s 名下办理的仍然有效：") % {"number": number}, _("，要更正的请与机关联系")
        room = ROOM - len(said + before + after) - min(len(why), WHY)
        said += before + _acts(data["stands"], room) + after
    return said + shortened(why, ROOM - len(said))


def _acts(acts: list[str], room: int) -> str:
    """Name the first acts, as many as there is room for, and how many there are where not all are named."""
    for count in range(min(NAMED, len(acts)), 0, -1):
        said = "；".join(acts[:count]) + (_("等 %(n)s 件，见委员页") % {"n": len(acts)} if count < len(acts) else "")
        if len(said) <= room:
            return said
    return _("%(n)s 件，见委员页") % {"n": len(acts)}


register(
    Tell("members.merge", the_member, _merged, _page, urgent=True),
    Tell("members.merge", the_person, _merged_from_you, _account, urgent=True),
    Tell("members.merge", audit_administrators, _merged_for, _events, urgent=True, otherwise=True),
    Tell("members.part", the_member, _parted, _page, urgent=True),
    Tell("members.part_from", the_member, _parted, _page, urgent=True),
    Tell("members.part", audit_administrators, _parted_for, _events, urgent=True, otherwise=True),
)


# ── how one signs in and is reached, changed by another hand ──
WAYS = {
    "手机": gettext_lazy("手机号"),
    "邮箱": gettext_lazy("邮箱"),
}  # of all that a member's data hold, what opens the account or reaches the person


def _ways(event: Event) -> list[str]:
    return [str(WAYS[field]) for field in event.data.get("fields", ()) if field in WAYS]


def whose_way_changed(event: Event, member: Any) -> Iterable[Account | None]:
    """Tell the member whose phone, a name to sign in with, or e-mail was changed.

    Of a workplace nobody needs to be warned.
    """
    return [member.account] if _ways(event) else ()


def _way_changed(event: Event, _member: Any) -> str:
    return _("您的%(ways)s由%(by)s改动，不是您要求的请与机关联系") % {"ways": "、".join(_ways(event)), "by": _by(event)}


register(Tell("members.change", whose_way_changed, _way_changed, _page, urgent=True))


def _corrected(event: Event, _member: Any) -> str:
    return _("%(by)s更正了您的登记资料：%(fields)s%(because)s。仍有不对的，请告诉机关") % {
        "by": _by(event),
        "fields": "、".join(event.data["fields"]),
        "because": because(event, most=REASON),
    }


register(Tell("members.correct", the_member, _corrected, _page))


# ── how the own seat ends, pauses, comes back: nobody is told of the own death ──
READS_ON = gettext_lazy("您可以登录查看自己提出、联名的提案和答复，不能提出、联名、附议、评价")
ACTS_AGAIN = gettext_lazy("可以重新提出、联名、附议提案，评价办理结果")


def _since(event: Event) -> str:
    return _("自 %(on)s起") % {"on": full_day(date.fromisoformat(str(event.data["on"])))}


def _why(event: Event) -> str:
    number = str(event.data.get("document_number") or "")
    return because(event, most=REASON) + (f"（{number}）" if number else "")


def _suspended(event: Event, _member: Any) -> str:
    return _("您%(since)s停止履职%(why)s。停止履职期间，%(reads_on)s") % {
        "since": _since(event),
        "why": _why(event),
        "reads_on": READS_ON,
    }


def _resumed(event: Event, _member: Any) -> str:
    return _("您%(since)s恢复履职%(why)s。%(acts_again)s") % {
        "since": _since(event),
        "why": _why(event),
        "acts_again": ACTS_AGAIN,
    }


def _resigned(event: Event, _member: Any) -> str:
    return _("您辞去委员的事项已办理，%(since)s离任%(why)s。%(reads_on)s") % {
        "since": _since(event),
        "why": _why(event),
        "reads_on": READS_ON,
    }


def _revoked(event: Event, _member: Any) -> str:
    return _("您的委员资格%(since)s撤销%(why)s。%(reads_on)s") % {
        "since": _since(event),
        "why": _why(event),
        "reads_on": READS_ON,
    }


def _expired(event: Event, member: Any) -> str:
    if member.seats.filter(ends_on=None).exists():
        return _("您在上一届的席位%(since)s任期届满%(why)s。您在新一届继续担任委员，照常履职") % {
            "since": _since(event),
            "why": _why(event),
        }
    return _("您的委员任期届满，%(since)s离任%(why)s。%(reads_on)s") % {
        "since": _since(event),
        "why": _why(event),
        "reads_on": READS_ON,
    }


def _restored(event: Event, _member: Any) -> str:
    if event.data.get("leaves"):  # a death that never was, of a term that is over: its end is told besides
        return _("您的任职登记有误，已经更正%(why)s。您的任职没有中断，到任期届满为止") % {"why": _why(event)}
    if not event.data.get("on"):  # a death that never was
        return _("您的任职登记有误，已经更正%(why)s。您的委员资格没有中断，%(acts_again)s") % {
            "why": _why(event),
            "acts_again": ACTS_AGAIN,
        }
    return _("您的委员资格%(since)s恢复%(why)s。%(acts_again)s") % {
        "since": _since(event),
        "why": _why(event),
        "acts_again": ACTS_AGAIN,
    }


register(
    Tell("members.suspend", the_member, _suspended, _page, urgent=True),
    Tell("members.resume", the_member, _resumed, _page),
    Tell("members.resign", the_member, _resigned, _page),
    Tell("members.revoke", the_member, _revoked, _page, urgent=True),
    Tell("members.expire", the_member, _expired, _page),
    Tell("members.restore", the_member, _restored, _page),
)
