"""Who is told what about a proposal. Whoever raised something is told of every end (no silent end)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

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
    return f"您的提案{_title(proposal)}{label}。{event.data.get('reason_text', '')}"


def _left_signer(event: Event, proposal: Any) -> str:
    """Say to who was asked and did not answer whether the time was over, or the proposer did not wait for its end."""
    if event.data.get("overdue"):
        return f"邀您联名的提案{_title(proposal)}已经提交，您没有在截止前答复，联名邀请不再有效"
    return f"邀您联名的提案{_title(proposal)}，第一提案人已经提交，您还没有答复，联名邀请不再有效"


def _invited(event: Event, proposal: Any) -> str:
    until = f"，{moment(proposal.cosign_until)} 截止" if proposal.cosign_until else ""
    return f"{event.actor_name}委员邀请您联名{_title(proposal)}{until}"


def _is_asked(event: Event, proposal: Any, at: datetime) -> bool:
    """Say whether an invitation can be answered still."""
    asked = queries.open_invitations(at).filter(proposal=proposal, member=event.data.get("member"))
    return bool(asked.exists())


def _merged(event: Event, proposal: Any) -> str:
    into = f"您的提案{_title(proposal)}并入{event.data.get('into_label', '')}提案一并办理"
    return f"{into}，答复时同样请您评价。理由：{event.data.get('reason', '')}"


def _reconsidered(event: Event, proposal: Any) -> str:
    to = event.data.get("passed_on_to")
    went = f"。内容此前已转{to}" if to else ""
    return f"您的提案{_title(proposal)}恢复审定{because(event)}{went}"


def _to_decide_again(event: Event, proposal: Any) -> str:
    to = event.data.get("passed_on_to")
    went = f"。内容此前已转{to}，请告知接收单位" if to else ""
    return f"提案{_title(proposal)}恢复审定，请重新审定{because(event)}{went}"


def _reconsidered_for_office(event: Event, proposal: Any) -> str:
    """Say it to who passes content on and does not decide: to decide is not asked of him."""
    to = event.data.get("passed_on_to")
    went = f"。内容此前已转{to}，请告知接收单位" if to else ""
    return f"提案{_title(proposal)}恢复审定，待重新审定{because(event)}{went}"


def _absorbed(event: Event, lead: Any) -> str:
    return f"《{event.data.get('title', '')}》并入您的提案{_title(lead)}，一并办理、答复{because(event)}"


def _absorbed_for_office(event: Event, lead: Any) -> str:
    together = "一并交办" if lead.state == State.FILED else "一并办理"
    return f"《{event.data.get('title', '')}》并入{_numbered(lead)}提案{_title(lead)}，{together}"


def _not_assigned_alone(event: Event, proposal: Any) -> str:
    return f"{_numbered(proposal)}提案{_title(proposal)}并入{event.data.get('into_label', '')}提案，无需单独交办"


def _separated(event: Event, proposal: Any) -> str:
    lead = event.data.get("from_label") or "主案"
    return f"您的提案{_title(proposal)}不再并入{lead}，恢复审定，审定结果另行通知{because(event)}"


def _asked_again(event: Event, proposal: Any) -> str:
    said = f"您联名的{_title(proposal)}正文有改动，请看过改动后重新确认"
    return f"{said}，请在 {moment(proposal.cosign_until)} 以前答复" if proposal.cosign_until else said


def _unconfirmed(event: Event, proposal: Any) -> str:
    said = f"您同意联名以后，提案{_title(proposal)}的正文有改动"
    return f"{said}。第一提案人已经提交，您还没有确认改动后的内容，没有列入联名"


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
        f"{queries.numbered(row)}{_title_in_short(row)}联系{change.data['speaker']}"
        for change in changes[:NAMED]
        if (row := rows.get(change.subject_id)) is not None
    )
    begins = f"{member.name}委员{changes[0].data['why']}，由其联系的在办提案"
    if len(changes) > NAMED:
        return f"{begins}改变联系人：{told}等 {len(changes)} 件"
    return f"{begins} {len(changes)} 件改变联系人：{told}"


def _title_in_short(proposal: Proposal) -> str:
    title = proposal.title
    return f"《{title}》" if len(title) <= TITLE else f"《{title[:TITLE]}……》"


def _speaker_changed(event: Event, proposal: Any) -> str:
    data = event.data
    return f"{queries.numbered(proposal)}提案{_title(proposal)}的提案人{data['name']}{data['why']}，有关事项联系{data['speaker']}"


def _first_lost(event: Event, proposal: Any) -> str:
    """Say who may go on with a text whose first proposer is gone, when there is somebody."""
    said = f"{_title(proposal)}的第一提案人{gone(event)}，提案现在不能提交"
    heir = successor(proposal)
    return f"{said}；联名委员{heir.name}可以接手" if heir is not None else said


def _first_lost_for_invited(event: Event, proposal: Any) -> str:
    """Say to who was asked to co-sign that the answer waits for who goes on with the text."""
    said = f"邀您联名的{_title(proposal)}，第一提案人{gone(event)}"
    heir = successor(proposal)
    waits = f"联名委员{heir.name}可以接手，接手以前" if heir is not None else "现在没有委员可以接手，"
    return f"{said}；{waits}不能同意联名，您无需办理，也可以谢绝"


def _first_back(event: Event, proposal: Any) -> str:
    return f"{_title(proposal)}的第一提案人{event.data['name']}{event.data['why']}，仍由其修改、提交，无需接手"


def _first_back_for_invited(event: Event, proposal: Any) -> str:
    said = f"邀您联名的{_title(proposal)}，第一提案人{event.data['name']}{event.data['why']}"
    return f"{said}{_answer_now(event, proposal)}"


def _taken_over_for_invited(event: Event, proposal: Any) -> str:
    said = f"邀您联名的{_title(proposal)}由{event.data['name']}委员接手，列为第一提案人"
    return f"{said}{_answer_now(event, proposal)}"


def _answer_now(event: Event, proposal: Any) -> str:
    """Say to who was asked, and had to wait, until when he can answer."""
    until = proposal.cosign_until
    if until is None:
        return "，邀请现在可以答复"
    if until < (event.at or event.recorded_at):
        return f"；联名已于 {moment(until)} 截止"
    return f"，请在 {moment(until)} 以前答复"


def _first_lost_for_office(event: Event, proposal: Any) -> str:
    said = f"退回修改的提案{_title(proposal)}的第一提案人{gone(event)}"
    heir = successor(proposal)
    return f"{said}，联名委员{heir.name}可以接手" if heir is not None else f"{said}，没有联名委员可以接手，请办理撤案"


def _first_back_for_office(event: Event, proposal: Any) -> str:
    return f"退回修改的提案{_title(proposal)}的第一提案人{event.data['name']}{event.data['why']}，仍由其修改、提交"


register(
    Tell("proposals.invite", named_member, _invited, _invitation_url, urgent=True, holds=_is_asked),
    Tell("proposals.remove_invitation", named_member, lambda e, p: f"{e.actor_name}委员收回了联名{_title(p)}的邀请"),
    Tell("proposals.lapse_invitation", named_member, _left_signer),
    Tell("proposals.accept_invitation", first_proposer, lambda e, p: f"{e.data['name']}委员同意联名{_title(p)}{because(e)}"),
    Tell("proposals.decline_invitation", first_proposer, lambda e, p: f"{e.data['name']}委员谢绝联名{_title(p)}{because(e)}"),
    Tell("proposals.leave", first_proposer, lambda e, p: f"{e.data['name']}委员退出联名{_title(p)}"),
    Tell("proposals.end_invitation", first_proposer, lambda e, p: f"{gone(e)}，联名{_title(p)}的邀请失效"),
    Tell("proposals.end_cosigning", first_proposer, lambda e, p: f"{gone(e)}，退出联名{_title(p)}"),
    Tell("proposals.lose_first", who_agreed, _first_lost, urgent=True),
    Tell("proposals.lose_first", who_is_asked, _first_lost_for_invited, _invitation_url, urgent=True),
    Tell("proposals.lose_first", keepers_of_what_was_sent_back, _first_lost_for_office),
    Tell("proposals.regain_first", who_agreed, _first_back, urgent=True),
    Tell("proposals.regain_first", who_is_asked, _first_back_for_invited, _invitation_url, urgent=True),
    Tell("proposals.regain_first", keepers_of_what_was_sent_back, _first_back_for_office),
    Tell("proposals.take_over", who_agreed, lambda e, p: f"{e.data['name']}委员接手{_title(p)}，列为第一提案人"),
    Tell("proposals.take_over", who_is_asked, _taken_over_for_invited, _invitation_url, urgent=True),
    Tell("proposals.change_speaker", others_who_sign, _speaker_changed),
    *(
        Tell(kind, keepers_of_what_he_spoke_for, _speaks_no_more, _member_page)
        for kind in ("members.record_death", "members.resign", "members.revoke", "members.suspend", "members.resume", "members.restore")
    ),
    Tell("proposals.endorse", first_proposer, lambda e, p: f"{e.data['name']}委员附议您的提案{_title(p)}"),
    Tell("proposals.submit", signers, lambda e, p: f"您署名的提案{_title(p)}已经提交，等待审查"),
    Tell("proposals.submit", holding(Duty.PRE_EXAMINATION), lambda e, p: f"收到提案{_title(p)}，请预审"),
    Tell("proposals.return_for_revision", signers, lambda e, p: f"您的提案{_title(p)}退回修改{because(e)}", urgent=True),
    Tell("proposals.pass_examination", holding(Duty.FILING), lambda e, p: f"提案{_title(p)}预审通过，请审定"),
    Tell("proposals.file", signers, lambda e, p: f"您的提案{_title(p)}已立案，编为{_numbered(p)}"),
    Tell("proposals.file", assigning_office, lambda e, p: f"{_numbered(p)}提案{_title(p)}已立案，请交办"),
    Tell("proposals.merge", signers, _merged),
    Tell("proposals.move_along", signers, _merged),
    Tell("proposals.merge", assigning_office_once_filed, _not_assigned_alone),
    Tell("proposals.absorb", signers, _absorbed),
    Tell("proposals.absorb", assigning_office, _absorbed_for_office),
    Tell("proposals.not_file", signers, _not_filed, urgent=True),
    Tell("proposals.hand_over", first_proposer, lambda e, p: f"您的提案{_title(p)}已经交办：{e.data.get('units', '')}"),
    Tell("proposals.pass_on", signers, lambda e, p: f"您的提案{_title(p)}的内容已转{e.data.get('to', '')}"),
    Tell("proposals.withdraw", signers, lambda e, p: f"提案{_title(p)}已撤案{because(e)}"),
    Tell("proposals.withdraw", holding(Duty.PROPOSAL_OFFICE), lambda e, p: f"提案{_title(p)}由提案人撤案{because(e)}"),
    Tell("proposals.withdraw", assigning_office_once_filed, lambda e, p: f"{_numbered(p)}提案{_title(p)}已撤案，无需交办"),
    Tell("proposals.discard", cosigners, lambda e, p: f"{_title(p)}的草稿已由提案人删除，联名和邀请随之结束"),
    Tell("proposals.restore_draft", cosigners, lambda e, p: f"{_title(p)}的草稿已恢复，联名和邀请继续有效"),
    Tell("proposals.reconsider", signers, _reconsidered, urgent=True),
    Tell("proposals.reconsider", holding(Duty.FILING), _to_decide_again),
    Tell("proposals.reconsider", holding(Duty.PROPOSAL_OFFICE), _reconsidered_for_office),
    Tell("proposals.separate", signers, _separated, urgent=True),
    Tell("proposals.separate", holding(Duty.FILING), lambda e, p: f"提案{_title(p)}解除并案，请审定{because(e)}"),
    Tell("proposals.part_with", signers, lambda e, p: f"《{e.data.get('title', '')}》不再并入您的提案{_title(p)}{because(e)}"),
    Tell("proposals.part_with", assigning_office, lambda e, p: f"《{e.data.get('title', '')}》不再并入{_numbered(p)}提案"),
    Tell("proposals.unfile", signers, lambda e, p: f"您的提案{_title(p)}的立案已撤销，重新审定{because(e)}", urgent=True),
    Tell("proposals.unfile", assigning_office, lambda e, p: f"{_numbered(p)}提案{_title(p)}的立案已撤销，请勿交办"),
    Tell("proposals.unfile", holding(Duty.FILING), lambda e, p: f"{_numbered(p)}提案{_title(p)}的立案已撤销，请重新审定{because(e)}"),
    Tell("proposals.reinstate", signers, lambda e, p: f"您署名的提案{_title(p)}已恢复，重新审查{because(e)}", urgent=True),
    Tell("proposals.reinstate", holding(Duty.PRE_EXAMINATION), lambda e, p: f"提案{_title(p)}已恢复，请预审{because(e)}"),
    Tell("proposals.change_form", signers, lambda e, p: f"{_title(p)}改为{e.data['form']}：{e.data.get('because', '')}"),
    Tell("proposals.ask_again", named_member, _asked_again, _invitation_url, urgent=True, holds=_is_asked),
    Tell("proposals.lapse_signature", named_member, _unconfirmed),
    Tell("proposals.reroute", assigning_office, lambda e, p: f"提案{_title(p)}改由你处交办"),
    Tell("proposals.release", signers, lambda e, p: f"您的提案{_title(p)}已向社会公开"),
    Tell("proposals.unrelease", signers, lambda e, p: f"您的提案{_title(p)}已从公开栏目撤下"),
)  # fmt: skip
tell_nobody(
    {
        "proposals.draft": "whoever begins a text did it himself",
        "proposals.gather": "each who is asked is told of his invitation",
        "proposals.recall_assignment": "the case that is taken back tells",
    }
)
