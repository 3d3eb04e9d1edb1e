"""Every write of proposals that is not the move itself: drafting, co-signing, what filing and merging set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import System
from tongxin.committees.models import Committee
from tongxin.core.words import clean_line, clean_text
from tongxin.files import actions as files
from tongxin.members.models import Member
from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Form, Role, Season, State, States
from tongxin.proposals.models import TEXT_FIELDS, Attachment, Endorsement, Proposal, Signature, StaleCopy
from tongxin.proposals.regulations import FormRules, NotFiling, Taxonomies
from tongxin.regulations.queries import in_force, look_up
from tongxin.workflow import engine


class ProposalError(Exception):
    """Something that cannot be done with a proposal now; the message is for people."""


class StaleError(ProposalError):
    """A save that started from an old version. `copy` is what was kept beside."""

    def __init__(self, copy: StaleCopy) -> None:
        self.copy = copy
        self.closed = copy.proposal.state not in States.with_the_proposer
        super().__init__(
            "这份提案已经提交，正文不能再改。您刚写的内容已另存一份，退回修改时可以取用"
            if self.closed
            else "这份提案在别处已经保存过新的内容，您刚写的内容已另存一份，请对照后选定"
        )


# ── drafting ─────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def draft(
    committee: Committee,
    *,
    actor: Account,
    at: datetime,
    first: Member | None = None,
    body: str = "",
    form: str = Form.INDIVIDUAL,
    text: Mapping[str, Any] | None = None,
    uid: str = "",
) -> Proposal:
    """Begin a proposal of a member (`first`) or a body. When `actor` is not that member, it is an entry on behalf (marked).

    `uid` is the address that the form was opened under, before anything was written.
    """
    if first is None and not body:
        message = "提案必须有第一提案人"
        raise ProposalError(message)
    own = first is not None and first.account_id == actor.pk
    proposal = Proposal(committee=committee, form=form, edited_at=at, entered_by=None if own else actor, **_clean(text or {}))
    proposal.uid = uid or proposal.uid
    engine.begin(proposal, actor=actor, at=at, data={} if own else {"on_behalf": first.name if first else body})
    Signature.objects.create(
        committee=committee, proposal=proposal, member=first, body=body, role=Role.FIRST, answer=Answer.ACCEPTED,
        answered_at=at, signed_version=1,
    )  # fmt: skip
    return proposal


def _clean(text: Mapping[str, Any]) -> dict[str, Any]:
    one_line = {"title", "suggested_units"}
    return {
        name: (clean_line(value)[:200] if name in one_line else clean_text(value)) if isinstance(value, str) else bool(value)
        for name, value in text.items()
        if name in TEXT_FIELDS
    }


def save_text(proposal: Proposal, *, text: Mapping[str, Any], started_from: int, actor: Account, at: datetime) -> Proposal:
    """Save what was typed; no event. A save that did not start from the current version is kept beside, nothing overwritten.

    Raises StaleError with the kept copy, also when the text is no longer with the proposer (`closed`).
    """
    fields = _clean(text)
    with transaction.atomic():
        copy = _save_or_keep(proposal, fields, started_from, actor, at)
    if copy is not None:  # raised outside, or the copy would be rolled back with it
        raise StaleError(copy)
    return proposal


def _save_or_keep(
    proposal: Proposal, fields: dict[str, Any], started_from: int, actor: Account, at: datetime
) -> StaleCopy | None:
    def unchanged() -> bool:
        return all(getattr(proposal, name) == value for name, value in fields.items())

    if unchanged() and proposal.version == started_from:
        return None
    rows = Proposal.objects.filter(pk=proposal.pk, version=started_from, state__in=States.with_the_proposer)
    if not rows.update(version=F("version") + 1, edited_at=at, **fields):
        proposal.refresh_from_db()
        return None if unchanged() else _keep_beside(proposal, fields, started_from, actor, at)
    proposal.refresh_from_db()
    return None


def _keep_beside(proposal: Proposal, fields: dict[str, Any], started_from: int, actor: Account, at: datetime) -> StaleCopy:
    """Keep one open copy per writer and starting version: the same tab saving again replaces its own copy."""
    copy, _made = StaleCopy.objects.update_or_create(
        committee=proposal.committee, proposal=proposal, account=actor, started_from=started_from, settled_at=None,
        defaults={"fields": fields, "kept_at": at},
    )  # fmt: skip
    return copy


@transaction.atomic
def settle_copy(copy: StaleCopy, *, at: datetime) -> None:
    """Put a kept copy away, after its writer has looked at both texts. The row stays."""
    copy.settled_at = at
    copy.save(update_fields=["settled_at"])


# ── co-signing ───────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def invite_cosigners(
    proposal: Proposal, *, members: Sequence[Member], until: datetime, actor: Account, at: datetime
) -> list[Signature]:
    """Invite members to co-sign until a cut-off. Those already asked are left as they are. Returns the new invitations."""
    if until <= at:
        message = "联名截止时间应在现在之后"
        raise ProposalError(message)
    if proposal.state not in {State.DRAFT, State.GATHERING, State.RETURNED}:
        message = "提案已经提交，不能再邀请联名"
        raise ProposalError(message)
    if any(m.committee_id != proposal.committee_id for m in members):
        message = "只能邀请本会委员联名"
        raise ProposalError(message)
    if proposal.state == State.DRAFT:
        engine.perform(proposal, "gather", actor=actor, at=at, by_system=True)
    asked = {s.member_id: s for s in proposal.signatures.select_for_update()}
    Proposal.objects.filter(pk=proposal.pk).update(cosign_until=until, **_form_of(proposal, len(asked) + len(members)))
    proposal.refresh_from_db()
    made = []
    for place, member in enumerate(members, len(asked)):
        known = asked.get(member.pk)
        if known is not None:
            if known.answer in {Answer.LAPSED, Answer.LEFT, Answer.DECLINED} and known.role == Role.CO:
                known.answer, known.invited_at, known.answered_at = Answer.INVITED, at, None
                known.save(update_fields=["answer", "invited_at", "answered_at"])
                made.append(known)
            continue
        made.append(
            Signature.objects.create(
                committee=proposal.committee, proposal=proposal, member=member, role=Role.CO, answer=Answer.INVITED,
                invited_at=at, place_in_list=place,
            )  # fmt: skip
        )
    for signature in made:
        audit.record(
            "proposals.invite", proposal, actor=actor, at=at,
            data={"name": signature.name, "member": signature.member_id, "until": until.isoformat()},
        )  # fmt: skip
    return made


def _form_of(proposal: Proposal, signers: int) -> dict[str, str]:
    if proposal.form in {Form.INDIVIDUAL, Form.JOINT}:
        return {"form": Form.JOINT if signers > 1 else Form.INDIVIDUAL}
    return {}


@transaction.atomic
def answer_invitation(
    signature: Signature, *, accept: bool, actor: Account, at: datetime, reason: str = "", on_behalf_of: Account | None = None
) -> Signature:
    """Accept or decline an invitation to co-sign. Raises ProposalError when it lapsed or was answered already."""
    proposal = signature.proposal
    if proposal.state not in {State.DRAFT, State.GATHERING, State.RETURNED}:
        message = "提案已经提交，联名邀请不再有效"
        raise ProposalError(message)
    if proposal.cosign_until is not None and at > proposal.cosign_until:
        message = "联名已经截止，如仍想联名，请与第一提案人联系"
        raise ProposalError(message)
    answer = Answer.ACCEPTED if accept else Answer.DECLINED
    taken = Signature.objects.filter(pk=signature.pk, answer=Answer.INVITED).update(
        answer=answer, answered_at=at, signed_version=proposal.version
    )
    if not taken:
        message = "这份联名邀请已经答复过了"
        raise ProposalError(message)
    signature.refresh_from_db()
    audit.record(
        "proposals.accept_invitation" if accept else "proposals.decline_invitation", proposal, actor=actor, at=at,
        data={"name": signature.name, "member": signature.member_id, "reason": reason}, on_behalf_of=on_behalf_of,
    )  # fmt: skip
    return signature


@transaction.atomic
def leave(signature: Signature, *, actor: Account, at: datetime, reason: str = "") -> None:
    """Take one's name off a proposal, before it is decided."""
    if signature.proposal.state not in {State.GATHERING, State.RETURNED, State.SUBMITTED, State.IN_DECISION}:
        message = "提案已经审定，不能再退出联名"
        raise ProposalError(message)
    if signature.role == Role.FIRST or signature.answer != Answer.ACCEPTED:
        message = "只有联名委员可以退出联名"
        raise ProposalError(message)
    Signature.objects.filter(pk=signature.pk).update(answer=Answer.LEFT, answered_at=at)
    audit.record(
        "proposals.leave", signature.proposal, actor=actor, at=at,
        data={"name": signature.name, "member": signature.member_id, "reason": reason},
    )  # fmt: skip


@transaction.atomic
def remove_invitation(signature: Signature, *, actor: Account, at: datetime) -> None:
    """Take back an invitation that was not answered yet."""
    if not Signature.objects.filter(pk=signature.pk, answer=Answer.INVITED, role=Role.CO).delete()[0]:
        message = "对方已经答复，不能再收回邀请"
        raise ProposalError(message)
    audit.record(
        "proposals.remove_invitation", signature.proposal, actor=actor, at=at,
        data={"name": signature.name, "member": signature.member_id},
    )  # fmt: skip


@transaction.atomic
def endorse(proposal: Proposal, *, member: Member, actor: Account, at: datetime) -> Endorsement:
    """Support somebody else's filed proposal (附议)."""
    made, new = Endorsement.objects.get_or_create(
        proposal=proposal, member=member, defaults={"committee": proposal.committee, "at": at}
    )
    if new:
        audit.record("proposals.endorse", proposal, actor=actor, at=at, data={"name": member.name, "member": member.pk})
    return made


@transaction.atomic
def confirm_text(signature: Signature, *, version: int, actor: Account, at: datetime) -> None:
    """A co-signer read the text as it is now and stands by the signature. Raises ProposalError when it changed meanwhile."""
    proposal = Proposal.objects.get(pk=signature.proposal_id)
    if signature.answer != Answer.ACCEPTED or proposal.version != version:
        message = "正文刚刚又改过，请再看一遍现在的正文"
        raise ProposalError(message)
    if Signature.objects.filter(pk=signature.pk, answer=Answer.ACCEPTED, signed_version__lt=version).update(signed_version=version):
        audit.record(
            "proposals.confirm_text", proposal, actor=actor, at=at, data={"name": signature.name, "member": signature.member_id}
        )


# ── attachments ──────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def attach(proposal: Proposal, *, uploads: Sequence[UploadedFile], actor: Account, at: datetime) -> list[Attachment]:
    """Add files to a proposal's text, all or none. Raises ProposalError or files' RefusedError with a sentence for people."""
    rules: FormRules = in_force(proposal.committee, FormRules, timezone.localdate(at))
    locked = Proposal.objects.select_for_update().filter(pk=proposal.pk, state__in=States.with_the_proposer).first()
    if locked is None:
        message = "提案已经提交，不能再添加附件"
        raise ProposalError(message)
    if (have := locked.attachments.count()) + len(uploads) > rules.attachments_max:
        message = f"附件最多 {rules.attachments_max} 个，已有 {have} 个，这次选了 {len(uploads)} 个。请先移除几个再添加"
        raise ProposalError(message)
    made = []
    for upload in uploads:
        file = files.store(upload, committee=proposal.committee, owner=actor, at=at, limit_mb=rules.attachment_mb)
        made.append(Attachment.objects.create(committee=proposal.committee, proposal=locked, file=file))
        audit.record("proposals.attach", locked, actor=actor, at=at, data={"name": file.name, "file": file.uid})
    return made


@transaction.atomic
def detach(attachment: Attachment, *, actor: Account, at: datetime) -> None:
    """Take a file off a proposal's text; the nightly clearing removes it later."""
    proposal = attachment.proposal
    if not Proposal.objects.filter(pk=proposal.pk, state__in=States.with_the_proposer).exists():
        message = "提案已经提交，不能再移除附件"
        raise ProposalError(message)
    if Attachment.objects.filter(pk=attachment.pk).delete()[0]:
        audit.record("proposals.detach", proposal, actor=actor, at=at, data={"name": attachment.file.name, "file": attachment.file.uid})


# ── what a step sets and does: used by the workflow table ────────────────────────────────────────
def on_submission(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The first submission gives the serial, the session and the season; a later one keeps them."""
    if proposal.submitted_at is not None:
        proposal.event_facts = {"season": "修改后重新提交"}
        return {}
    session, season = queries.session_and_season_at(proposal.committee, at)
    if session is None:
        message = "还没有设立届次，请与机关联系"
        raise engine.Blocked([message])
    proposal.event_facts = {"season": str(Season(season).label)}
    serial = bodies.next_number(proposal.committee, "proposal.serial")
    return {"serial": serial, "session": session, "season": season, "submitted_at": at}


def lapse_invitations(proposal: Proposal, event: Event) -> None:
    """Invitations nobody answered end with the submission."""
    for signature in proposal.signatures.filter(answer=Answer.INVITED):
        Signature.objects.filter(pk=signature.pk).update(answer=Answer.LAPSED, answered_at=event.at)
        audit.record(
            "proposals.lapse_invitation", proposal, actor=event.actor, at=event.at or event.recorded_at,
            data={"name": signature.name, "member": signature.member_id},
        )  # fmt: skip


def categories_said(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """Both categories and the 归口 that will assign it."""
    return {"construction": payload.construction, "topic": payload.topic, "routed_to": payload.routed_to}


def assign_numbers(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """Give the two numbers: one in the session, one in the construction. Given once; never reused or changed."""
    if proposal.number is not None:
        return {"decided_at": at}
    rules = look_up(proposal.committee, Taxonomies, timezone.localdate(at))
    category = rules.values.construction(payload.construction)
    if category is None:
        raise engine.Invalid({"construction": "请从现行类别中选择"})
    series = f"proposal.{proposal.session_id}"
    numbers = {
        "number": bodies.next_number(proposal.committee, series),
        "category_number": bodies.next_number(proposal.committee, f"{series}.{category.code}"),
        "category_label": category.short,
    }
    proposal.event_facts, proposal.event_regulation = numbers, rules.version
    return numbers | {"decided_at": at}


def merged_into(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The lead proposal it goes into; whatever had been merged into this one moves along."""
    lead = queries.may_absorb(proposal).get(uid=payload.into)
    proposal.merged.update(merged_into=lead)
    proposal.event_facts = {"into_label": f"第 {lead.number:04d} 号", "lead": lead.pk}
    return {"merged_into": lead, "decided_at": at}


def note_in_lead(proposal: Proposal, event: Event) -> None:
    """The lead proposal's timeline says what came into it."""
    lead = proposal.merged_into
    if lead is not None:
        audit.record(
            "proposals.absorb", lead, actor=event.actor, at=event.at or event.recorded_at,
            data={"title": proposal.title, "proposal": proposal.pk}, acting_as=event.acting_as,
        )  # fmt: skip


def destination_said(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The listed reason and where the content goes."""
    rules = look_up(proposal.committee, NotFiling, timezone.localdate(at))
    reason = rules.values.reason(payload.reason_code)
    proposal.event_regulation = rules.version
    proposal.event_facts = {"reason_text": f"{reason.text}。{payload.reason}" if reason else payload.reason}
    return {"destination": payload.destination, "reason_code": payload.reason_code, "decided_at": at}


# ── corrections by the office ────────────────────────────────────────────────────────────────────
@transaction.atomic
def reclassify(proposal: Proposal, *, construction: str, topic: str, reason: str, actor: Account, at: datetime) -> None:
    """Change the categories of a filed proposal; its numbers stay as they were given."""
    rules: Taxonomies = in_force(proposal.committee, Taxonomies, timezone.localdate(at))
    main, local = rules.construction(construction), rules.topic(topic)
    if main is None or local is None:
        message = "请从现行类别中选择"
        raise ProposalError(message)
    Proposal.objects.filter(pk=proposal.pk).update(construction=construction, topic=topic)
    proposal.refresh_from_db()
    audit.record(
        "proposals.reclassify", proposal, actor=actor, at=at, acting_as=proposal.capacity_of(actor),
        data={"construction": main.name, "topic": local.name, "reason": reason},
    )  # fmt: skip


@transaction.atomic
def reroute(proposal: Proposal, *, routed_to: str, reason: str, actor: Account, at: datetime) -> None:
    """Send a filed proposal to another 归口 for assignment."""
    if not Proposal.objects.filter(pk=proposal.pk, state=State.FILED).update(routed_to=routed_to):
        message = "提案已经交办，不能再改变交办口"
        raise ProposalError(message)
    proposal.refresh_from_db()
    audit.record(
        "proposals.reroute", proposal, actor=actor, at=at, acting_as=proposal.capacity_of(actor),
        data={"system": str(System(routed_to).label), "reason": reason},
    )  # fmt: skip


@transaction.atomic
def change_season(proposal: Proposal, *, season: str, reason: str, actor: Account, at: datetime) -> None:
    """Change 大会 / 平时, with a reason."""
    if not reason.strip():
        message = "请写明改变征集时段的理由"
        raise ProposalError(message)
    Proposal.objects.filter(pk=proposal.pk).update(season=season)
    proposal.refresh_from_db()
    audit.record(
        "proposals.change_season", proposal, actor=actor, at=at, acting_as=proposal.capacity_of(actor),
        data={"season": str(Season(season).label), "reason": reason},
    )  # fmt: skip


@transaction.atomic
def release(proposal: Proposal, *, actor: Account, at: datetime) -> None:
    """Publish a filed proposal whose proposer consents."""
    if not proposal.consents_to_publication:
        message = "提案人没有同意公开"
        raise ProposalError(message)
    if not Proposal.objects.filter(pk=proposal.pk, released_at=None, state__in=(State.FILED, State.HANDED_OVER)).update(released_at=at):
        message = "这件提案已经公开，或者还没有立案"
        raise ProposalError(message)
    proposal.refresh_from_db()
    audit.record("proposals.release", proposal, actor=actor, at=at, acting_as=proposal.capacity_of(actor))


@transaction.atomic
def unrelease(proposal: Proposal, *, reason: str, actor: Account, at: datetime) -> None:
    """Take a published proposal off the public pages, with a reason."""
    if not Proposal.objects.filter(pk=proposal.pk, released_at__isnull=False).update(released_at=None):
        message = "这件提案现在没有公开，不用撤下"
        raise ProposalError(message)
    proposal.refresh_from_db()
    audit.record(
        "proposals.unrelease", proposal, actor=actor, at=at, acting_as=proposal.capacity_of(actor), data={"reason": reason}
    )


@transaction.atomic
def pass_on(proposal: Proposal, *, to: str, actor: Account, at: datetime) -> None:
    """Note that a converted proposal's content was passed on to somebody."""
    if not Proposal.objects.filter(pk=proposal.pk, state=State.NOT_FILED, passed_on_at=None).exclude(
        destination="nowhere"
    ).update(passed_on_at=at):
        message = "这件提案的内容已经转出，或者没有需要转出的内容"
        raise ProposalError(message)
    proposal.refresh_from_db()
    audit.record(
        "proposals.pass_on", proposal, actor=actor, at=at, acting_as=proposal.capacity_of(actor), data={"to": to}
    )
