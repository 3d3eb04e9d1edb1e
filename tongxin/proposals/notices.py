"""Who is told what about a proposal. Whoever raised something is told of every end (no silent end)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.queries import holders_of
from tongxin.core.templatetags.chinese import case_number, moment
from tongxin.notices.recipients import holding, over, who_signed
from tongxin.notices.table import Tell, because, register, tell_nobody
from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Destination, Role, State
from tongxin.proposals.events import gone
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.rules import successor

NAMED, TITLE = 3, 30  # proposals that one notice names, and how much of each title: the page has all


def signers(_event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell the first proposer and the co-signers who accepted."""
    rows = proposal.signatures.filter(answer=Answer.ACCEPTED).select_related("member__account")
    yield from who_signed(rows)
    yield proposal.entered_by


def first_proposer(_event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell the first proposer, or the next signer who sits when he is gone (and whoever entered it on behalf)."""
    found = queries.spokesman(proposal)
    yield found.member.account if found is not None and found.member else None
    yield proposal.entered_by


def cosigners(event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell whoever co-signed or was asked to (and whoever entered it on behalf)."""
    yield from who_agreed(event, proposal)
    yield from who_is_asked(event, proposal)


def who_agreed(_event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell whoever co-signed (and whoever entered it on behalf)."""
    rows = proposal.signatures.filter(role=Role.CO, answer=Answer.ACCEPTED).select_related("member__account")
    yield from who_signed(rows)
    yield proposal.entered_by


def who_is_asked(_event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell whoever was asked to co-sign and has not answered."""
    rows = proposal.signatures.filter(role=Role.CO, answer=Answer.INVITED).select_related("member__account")
    yield from who_signed(rows)


def named_member(event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell the member the event names."""
    rows = Signature.objects.filter(proposal=proposal, member_id=event.data.get("member")).select_related("member__account")
    yield from who_signed(rows)


assigning_office = over(Duty.ASSIGN, lambda _event, proposal: (proposal.routed_to,))


def assigning_office_once_filed(event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell the assigning office what it was asked to assign."""
    return assigning_office(event, proposal) if event.from_state == State.FILED else ()


def _title(proposal: Any) -> str:
    return f"《{proposal.title}》"


def _numbered(proposal: Any) -> str:
    return case_number(proposal.number)


def _not_filed(event: Event, proposal: Any) -> str:
    label = Destination(event.data["destination"]).label
    return _("您的提案%(title)s%(label)s。%(reason_text)s") % {
        "title": _title(proposal),
        "label": label,
        "reason_text": event.data.get("reason_text", ""),
    }


def _left_signer(event: Event, proposal: Any) -> str:
    """Say to who was asked and did not answer whether the time was over, or the proposer did not wait for its end."""
    if event.data.get("overdue"):
        return _("邀您联名的提案%(title)s已经提交，您没有在截止前答复，联名邀请不再有效") % {"title": _title(proposal)}
    return _("邀您联名的提案%(title)s，第一提案人已经提交，您还没有答复，联名邀请不再有效") % {"title": _title(proposal)}


def _invited(event: Event, proposal: Any) -> str:
    until = _("，%(cosign_until)s 截止") % {"cosign_until": moment(proposal.cosign_until)} if proposal.cosign_until else ""
    return _("%(actor_name)s委员邀请您联名%(title)s%(until)s") % {
        "actor_name": event.actor_name,
        "title": _title(proposal),
        "until": until,
    }


def _is_asked(event: Event, proposal: Any, at: datetime) -> bool:
    """Say whether an invitation can be answered still."""
    asked = queries.open_invitations(at).filter(proposal=proposal, member=event.data.get("member"))
    return bool(asked.exists())


def _merged(event: Event, proposal: Any) -> str:
    into = _("您的提案%(title)s并入%(into_label)s提案一并办理") % {
        "title": _title(proposal),
        "into_label": event.data.get("into_label", ""),
    }
    return _("%(into)s，答复时同样请您评价。理由：%(reason)s") % {"into": into, "reason": event.data.get("reason", "")}


def _reconsidered(event: Event, proposal: Any) -> str:
    to = event.data.get("passed_on_to")
    went = _("。内容此前已转%(to)s") % {"to": to} if to else ""
    return _("您的提案%(title)s恢复审定%(because)s%(went)s") % {
        "title": _title(proposal),
        "because": because(event),
        "went": went,
    }


def _to_decide_again(event: Event, proposal: Any) -> str:
    to = event.data.get("passed_on_to")
    went = _("。内容此前已转%(to)s，请告知接收单位") % {"to": to} if to else ""
    return _("提案%(title)s恢复审定，请重新审定%(because)s%(went)s") % {
        "title": _title(proposal),
        "because": because(event),
        "went": went,
    }


def _reconsidered_for_office(event: Event, proposal: Any) -> str:
    """Say it to who passes content on and does not decide: to decide is not asked of him."""
    to = event.data.get("passed_on_to")
    went = _("。内容此前已转%(to)s，请告知接收单位") % {"to": to} if to else ""
    return _("提案%(title)s恢复审定，待重新审定%(because)s%(went)s") % {
        "title": _title(proposal),
        "because": because(event),
        "went": went,
    }


def _absorbed(event: Event, lead: Any) -> str:
    return _("《%(title)s》并入您的提案%(title2)s，一并办理、答复%(because)s") % {
        "title": event.data.get("title", ""),
        "title2": _title(lead),
        "because": because(event),
    }


def _absorbed_for_office(event: Event, lead: Any) -> str:
    together = _("一并交办") if lead.state == State.FILED else _("一并办理")
    return _("《%(title)s》并入%(numbered)s提案%(title2)s，%(together)s") % {
        "title": event.data.get("title", ""),
        "numbered": _numbered(lead),
        "title2": _title(lead),
        "together": together,
    }


def _not_assigned_alone(event: Event, proposal: Any) -> str:
    return _("%(numbered)s提案%(title)s并入%(into_label)s提案，无需单独交办") % {
        "numbered": _numbered(proposal),
        "title": _title(proposal),
        "into_label": event.data.get("into_label", ""),
    }


def _separated(event: Event, proposal: Any) -> str:
    lead = event.data.get("from_label") or _("主案")
    return _("您的提案%(title)s不再并入%(lead)s，恢复审定，审定结果另行通知%(because)s") % {
        "title": _title(proposal),
        "lead": lead,
        "because": because(event),
    }


def _asked_again(event: Event, proposal: Any) -> str:
    said = _("您联名的%(title)s正文有改动，请看过改动后重新确认") % {"title": _title(proposal)}
    return (
        _("%(said)s，请在 %(cosign_until)s 以前答复") % {"said": said, "cosign_until": moment(proposal.cosign_until)}
        if proposal.cosign_until
        else said
    )


def _unconfirmed(event: Event, proposal: Any) -> str:
    said = _("您同意联名以后，提案%(title)s的正文有改动") % {"title": _title(proposal)}
    return _("%(said)s。第一提案人已经提交，您还没有确认改动后的内容，没有列入联名") % {"said": said}


def _member_page(_event: Event, member: Any) -> str:
    return f"/members/{member.uid}/"


def _invitation_url(_event: Event, proposal: Any) -> str:
    return f"{proposal.get_absolute_url()}invitation/"


def keepers_of_what_was_sent_back(_event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell who keeps the proposals of one that waits for a proposer who is gone; drafts are not their affair."""
    return holders_of(proposal.committee, Duty.PROPOSAL_OFFICE) if proposal.state == State.RETURNED else ()


def others_who_sign(event: Event, proposal: Any) -> Iterable[Account | None]:
    """Tell the signers but the one whom the event is about: he knows, or is dead."""
    rows = proposal.signatures.filter(answer=Answer.ACCEPTED).exclude(member_id=event.data.get("member"))
    yield from (s.member.account for s in rows.select_related("member__account") if s.member)
    yield proposal.entered_by


def keepers_of_what_he_spoke_for(event: Event, member: Any) -> Iterable[Account | None]:
    """Tell who keeps the proposals, once for all that are open: not where there are none."""
    return holders_of(member.committee, Duty.PROPOSAL_OFFICE) if _spoken_for(event, member) else ()


def _spoken_for(event: Event, member: Any) -> list[Event]:
    """Return what changed with an act about a member: of which proposals somebody else is to be contacted."""
    later = Event.objects.filter(
        kind="proposals.change_speaker", committee_code=event.committee_code, pk__gt=event.pk, at=event.at
    )
    return [change for change in later.order_by("pk") if change.data.get("member") == member.pk]


def _speaks_no_more(event: Event, member: Any) -> str:
    changes = _spoken_for(event, member)
    rows = Proposal.objects.in_bulk([change.subject_id for change in changes[:NAMED]])
    told = "；".join(
        _("%(numbered)s%(title_in_short)s联系%(speaker)s")
        % {"numbered": queries.numbered(row), "title_in_short": _title_in_short(row), "speaker": change.data["speaker"]}
        for change in changes[:NAMED]
        if (row := rows.get(change.subject_id)) is not None
    )
    begins = _("%(member)s委员%(why)s，由其联系的在办提案") % {"member": member.name, "why": changes[0].data["why"]}
    if len(changes) > NAMED:
        return _("%(begins)s改变联系人：%(told)s等 %(n)s 件") % {"begins": begins, "told": told, "n": len(changes)}
    return _("%(begins)s %(n)s 件改变联系人：%(told)s") % {"begins": begins, "n": len(changes), "told": told}


def _title_in_short(proposal: Proposal) -> str:
    title = proposal.title
    return f"《{title}》" if len(title) <= TITLE else f"《{title[:TITLE]}……》"


def _speaker_changed(event: Event, proposal: Any) -> str:
    data = event.data
    return _("%(numbered)s提案%(title)s的提案人%(name)s%(why)s，有关事项联系%(speaker)s") % {
        "numbered": queries.numbered(proposal),
        "title": _title(proposal),
        "name": data["name"],
        "why": data["why"],
        "speaker": data["speaker"],
    }


def _first_lost(event: Event, proposal: Any) -> str:
    """Say who may go on with a text whose first proposer is gone, when there is somebody."""
    said = _("%(title)s的第一提案人%(gone)s，提案现在不能提交") % {"title": _title(proposal), "gone": gone(event)}
    heir = successor(proposal)
    return _("%(said)s；联名委员%(heir)s可以接手") % {"said": said, "heir": heir.name} if heir is not None else said


def _first_lost_for_invited(event: Event, proposal: Any) -> str:
    """Say to who was asked to co-sign that the answer waits for who goes on with the text."""
    said = _("邀您联名的%(title)s，第一提案人%(gone)s") % {"title": _title(proposal), "gone": gone(event)}
    heir = successor(proposal)
    waits = _("联名委员%(heir)s可以接手，接手以前") % {"heir": heir.name} if heir is not None else _("现在没有委员可以接手，")
    return _("%(said)s；%(waits)s不能同意联名，您无需办理，也可以谢绝") % {"said": said, "waits": waits}


def _first_back(event: Event, proposal: Any) -> str:
    return _("%(title)s的第一提案人%(name)s%(why)s，仍由其修改、提交，无需接手") % {
        "title": _title(proposal),
        "name": event.data["name"],
        "why": event.data["why"],
    }


def _first_back_for_invited(event: Event, proposal: Any) -> str:
    said = _("邀您联名的%(title)s，第一提案人%(name)s%(why)s") % {
        "title": _title(proposal),
        "name": event.data["name"],
        "why": event.data["why"],
    }
    return f"{said}{_answer_now(event, proposal)}"


def _taken_over_for_invited(event: Event, proposal: Any) -> str:
    said = _("邀您联名的%(title)s由%(name)s委员接手，列为第一提案人") % {"title": _title(proposal), "name": event.data["name"]}
    return f"{said}{_answer_now(event, proposal)}"


def _answer_now(event: Event, proposal: Any) -> str:
    """Say to who was asked, and had to wait, until when he can answer."""
    until = proposal.cosign_until
    if until is None:
        return _("，邀请现在可以答复")
    if until < (event.at or event.recorded_at):
        return _("；联名已于 %(until)s 截止") % {"until": moment(until)}
    return _("，请在 %(until)s 以前答复") % {"until": moment(until)}


def _first_lost_for_office(event: Event, proposal: Any) -> str:
    said = _("退回修改的提案%(title)s的第一提案人%(gone)s") % {"title": _title(proposal), "gone": gone(event)}
    heir = successor(proposal)
    return (
        _("%(said)s，联名委员%(heir)s可以接手") % {"said": said, "heir": heir.name}
        if heir is not None
        else _("%(said)s，没有联名委员可以接手，请办理撤案") % {"said": said}
    )


def _first_back_for_office(event: Event, proposal: Any) -> str:
    return _("退回修改的提案%(title)s的第一提案人%(name)s%(why)s，仍由其修改、提交") % {
        "title": _title(proposal),
        "name": event.data["name"],
        "why": event.data["why"],
    }


register(
    Tell("proposals.invite", named_member, _invited, _invitation_url, urgent=True, holds=_is_asked),
    Tell("proposals.remove_invitation", named_member, lambda e, p: _("%(actor_name)s委员收回了联名%(title)s的邀请") % {"actor_name": e.actor_name, "title": _title(p)}),
    Tell("proposals.lapse_invitation", named_member, _left_signer),
    Tell("proposals.accept_invitation", first_proposer, lambda e, p: _("%(name)s委员同意联名%(title)s%(because)s") % {"name": e.data["name"], "title": _title(p), "because": because(e)}),
    Tell("proposals.decline_invitation", first_proposer, lambda e, p: _("%(name)s委员谢绝联名%(title)s%(because)s") % {"name": e.data["name"], "title": _title(p), "because": because(e)}),
    Tell("proposals.leave", first_proposer, lambda e, p: _("%(name)s委员退出联名%(title)s") % {"name": e.data["name"], "title": _title(p)}),
    Tell("proposals.end_invitation", first_proposer, lambda e, p: _("%(gone)s，联名%(title)s的邀请失效") % {"gone": gone(e), "title": _title(p)}),
    Tell("proposals.end_cosigning", first_proposer, lambda e, p: _("%(gone)s，退出联名%(title)s") % {"gone": gone(e), "title": _title(p)}),
    Tell("proposals.lose_first", who_agreed, _first_lost, urgent=True),
    Tell("proposals.lose_first", who_is_asked, _first_lost_for_invited, _invitation_url, urgent=True),
    Tell("proposals.lose_first", keepers_of_what_was_sent_back, _first_lost_for_office),
    Tell("proposals.regain_first", who_agreed, _first_back, urgent=True),
    Tell("proposals.regain_first", who_is_asked, _first_back_for_invited, _invitation_url, urgent=True),
    Tell("proposals.regain_first", keepers_of_what_was_sent_back, _first_back_for_office),
    Tell("proposals.take_over", who_agreed, lambda e, p: _("%(name)s委员接手%(title)s，列为第一提案人") % {"name": e.data["name"], "title": _title(p)}),
    Tell("proposals.take_over", who_is_asked, _taken_over_for_invited, _invitation_url, urgent=True),
    Tell("proposals.change_speaker", others_who_sign, _speaker_changed),
    *(
        Tell(kind, keepers_of_what_he_spoke_for, _speaks_no_more, _member_page)
        for kind in ("members.record_death", "members.resign", "members.revoke", "members.suspend", "members.resume", "members.restore")
    ),
    Tell("proposals.endorse", first_proposer, lambda e, p: _("%(name)s委员附议您的提案%(title)s") % {"name": e.data["name"], "title": _title(p)}),
    Tell("proposals.submit", signers, lambda e, p: _("您署名的提案%(title)s已经提交，等待审查") % {"title": _title(p)}),
    Tell("proposals.submit", holding(Duty.PRE_EXAMINATION), lambda e, p: _("收到提案%(title)s，请预审") % {"title": _title(p)}),
    Tell("proposals.return_for_revision", signers, lambda e, p: _("您的提案%(title)s退回修改%(because)s") % {"title": _title(p), "because": because(e)}, urgent=True),
    Tell("proposals.pass_examination", holding(Duty.FILING), lambda e, p: _("提案%(title)s预审通过，请审定") % {"title": _title(p)}),
    Tell("proposals.file", signers, lambda e, p: _("您的提案%(title)s已立案，编为%(numbered)s") % {"title": _title(p), "numbered": _numbered(p)}),
    Tell("proposals.file", assigning_office, lambda e, p: _("%(numbered)s提案%(title)s已立案，请交办") % {"numbered": _numbered(p), "title": _title(p)}),
    Tell("proposals.merge", signers, _merged),
    Tell("proposals.move_along", signers, _merged),
    Tell("proposals.merge", assigning_office_once_filed, _not_assigned_alone),
    Tell("proposals.absorb", signers, _absorbed),
    Tell("proposals.absorb", assigning_office, _absorbed_for_office),
    Tell("proposals.not_file", signers, _not_filed, urgent=True),
    Tell("proposals.hand_over", first_proposer, lambda e, p: _("您的提案%(title)s已经交办：%(units)s") % {"title": _title(p), "units": e.data.get("units", "")}),
    Tell("proposals.pass_on", signers, lambda e, p: _("您的提案%(title)s的内容已转%(to)s") % {"title": _title(p), "to": e.data.get("to", "")}),
    Tell("proposals.withdraw", signers, lambda e, p: _("提案%(title)s已撤案%(because)s") % {"title": _title(p), "because": because(e)}),
    Tell("proposals.withdraw", holding(Duty.PROPOSAL_OFFICE), lambda e, p: _("提案%(title)s由提案人撤案%(because)s") % {"title": _title(p), "because": because(e)}),
    Tell("proposals.withdraw", assigning_office_once_filed, lambda e, p: _("%(numbered)s提案%(title)s已撤案，无需交办") % {"numbered": _numbered(p), "title": _title(p)}),
    Tell("proposals.discard", cosigners, lambda e, p: _("%(title)s的草稿已由提案人删除，联名和邀请随之结束") % {"title": _title(p)}),
    Tell("proposals.restore_draft", cosigners, lambda e, p: _("%(title)s的草稿已恢复，联名和邀请继续有效") % {"title": _title(p)}),
    Tell("proposals.reconsider", signers, _reconsidered, urgent=True),
    Tell("proposals.reconsider", holding(Duty.FILING), _to_decide_again),
    Tell("proposals.reconsider", holding(Duty.PROPOSAL_OFFICE), _reconsidered_for_office),
    Tell("proposals.separate", signers, _separated, urgent=True),
    Tell("proposals.separate", holding(Duty.FILING), lambda e, p: _("提案%(title)s解除并案，请审定%(because)s") % {"title": _title(p), "because": because(e)}),
    Tell("proposals.part_with", signers, lambda e, p: _("《%(title)s》不再并入您的提案%(title2)s%(because)s") % {"title": e.data.get("title", ""), "title2": _title(p), "because": because(e)}),
    Tell("proposals.part_with", assigning_office, lambda e, p: _("《%(title)s》不再并入%(numbered)s提案") % {"title": e.data.get("title", ""), "numbered": _numbered(p)}),
    Tell("proposals.unfile", signers, lambda e, p: _("您的提案%(title)s的立案已撤销，重新审定%(because)s") % {"title": _title(p), "because": because(e)}, urgent=True),
    Tell("proposals.unfile", assigning_office, lambda e, p: _("%(numbered)s提案%(title)s的立案已撤销，请勿交办") % {"numbered": _numbered(p), "title": _title(p)}),
    Tell("proposals.unfile", holding(Duty.FILING), lambda e, p: _("%(numbered)s提案%(title)s的立案已撤销，请重新审定%(because)s") % {"numbered": _numbered(p), "title": _title(p), "because": because(e)}),
    Tell("proposals.reinstate", signers, lambda e, p: _("您署名的提案%(title)s已恢复，重新审查%(because)s") % {"title": _title(p), "because": because(e)}, urgent=True),
    Tell("proposals.reinstate", holding(Duty.PRE_EXAMINATION), lambda e, p: _("提案%(title)s已恢复，请预审%(because)s") % {"title": _title(p), "because": because(e)}),
    Tell("proposals.change_form", signers, lambda e, p: _("%(title)s改为%(form)s：%(because)s") % {"title": _title(p), "form": e.data["form"], "because": e.data.get("because", "")}),
    Tell("proposals.ask_again", named_member, _asked_again, _invitation_url, urgent=True, holds=_is_asked),
    Tell("proposals.lapse_signature", named_member, _unconfirmed),
    Tell("proposals.reroute", assigning_office, lambda e, p: _("提案%(title)s改由你处交办") % {"title": _title(p)}),
    Tell("proposals.release", signers, lambda e, p: _("您的提案%(title)s已向社会公开") % {"title": _title(p)}),
    Tell("proposals.unrelease", signers, lambda e, p: _("您的提案%(title)s已从公开栏目撤下") % {"title": _title(p)}),
)  # fmt: skip
tell_nobody(
    {
        "proposals.draft": "whoever begins a text did it himself",
        "proposals.gather": "each who is asked is told of his invitation",
        "proposals.recall_assignment": "the case that is taken back tells",
    }
)
