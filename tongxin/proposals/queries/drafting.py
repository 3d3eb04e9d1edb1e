"""What somebody who writes or co-signs a proposal has to know: what is missing, who may be asked, what differs."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.audit import kinds
from tongxin.audit.queries import last_of
from tongxin.committees.queries import running
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import moment
from tongxin.core.words import character_count, number_writings, one_dot, sought
from tongxin.members.models import Member, Seat
from tongxin.members.rules import sitting_member_of
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import Attachment, Proposal, Signature
from tongxin.proposals.queries.agreed import outdated_signers
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force
from tongxin.texts.redaction import find

MOST_CANDIDATES = 20
SECRET = re.compile(r"(绝密|机密|秘密)\s{0,3}[★☆]")
DATED = re.compile(
    r"年底|月底|年内|季度|月前|日前|年前|个月|工作日|[一二三四五六七八九十\d]\s{0,3}[年月日天周]|汛前|入冬|开学|期限|以前|之前"
)


@dataclass(frozen=True)
class Check:
    """One line of 提交前检查: good, or what to look at."""

    ok: bool
    text: str


def parts(proposal: Proposal) -> list[tuple[str, str]]:
    """Return the required parts with their labels."""
    return [
        (_("案由"), proposal.title),
        (_("情况"), proposal.situation),
        (_("分析"), proposal.analysis),
        (_("建议"), proposal.suggestions),
    ]


def writable(user: Any, uid: str) -> Proposal | None:
    """Return a proposal with what its writing pages need, if `user` may see it."""
    found: Proposal | None = ONE.first(uid)
    if found is None:
        return None
    attach([found], "signatures", SIGNATURES.all(found.pk), by="proposal")
    if not allowed(user, "proposals.read_original", found):
        return None
    attach([found], "attachments", ATTACHMENTS.all(found.pk), by="proposal")
    return found


ONE = Prepared(
    lambda uid: Proposal.objects.filter(uid=uid).select_related("committee__parent__parent", "session__term", "entered_by")
)
SIGNATURES = Prepared(lambda proposal: Signature.objects.filter(proposal=proposal).select_related("member"))
ATTACHMENTS = Prepared(lambda proposal: Attachment.objects.filter(proposal=proposal).select_related("file__owner"))


# ── before submitting ────────────────────────────────────────────────────────────────────────────
def checks(proposal: Proposal, *, on: date) -> list[Check]:
    """Return what is checked before submitting, in the order of the form.

    Only what is required blocks; that is the guards' word.
    """
    rules = in_force(proposal.committee, FormRules, on)
    found = [*_lengths(proposal, rules), *_suggestions(proposal)]
    text = f"{proposal.title}\n{proposal.body}"
    personal = list(dict.fromkeys(mark.word for mark in find(text)))
    found.append(
        Check(ok=False, text=_("正文里有%(personal)s，公开前会隐去，最好不写") % {"personal": "、".join(personal)})
        if personal
        else Check(ok=True, text=_("没有发现电话、证件号码等个人信息"))
    )
    if SECRET.search(text):
        found.append(Check(ok=False, text=_("正文里有密级标志。本平台不能填写涉密内容，请删去")))
    return [*found, *_cosigners(proposal)]


def _lengths(proposal: Proposal, rules: FormRules) -> list[Check]:
    title, body = character_count(proposal.title), proposal.characters
    missing = [label for label, text in parts(proposal)[1:] if not text.strip()]
    found = [
        Check(ok=False, text=_("还没有写案由"))
        if not title
        else Check(
            ok=False, text=_("案由 %(title)s 字，超过 %(title_max)s 字，请缩短") % {"title": title, "title_max": rules.title_max}
        )
        if title > rules.title_max
        else Check(ok=True, text=_("案由 %(title)s 字，没有超长") % {"title": title}),
        Check(ok=False, text=_("还没有写%(missing)s") % {"missing": "、".join(missing)})
        if missing
        else Check(ok=True, text=_("情况、分析、建议三部分都已填写")),
    ]
    if body and not rules.body_min <= body <= rules.body_max:
        over = body > rules.body_max
        found.append(
            Check(
                ok=False,
                text=_("正文 %(body)s 字，%(what)s %(body_max)s 字")
                % {
                    "body": body,
                    "what": _("最多") if over else _("至少"),
                    "body_max": rules.body_max if over else rules.body_min,
                },
            )
        )
    elif body:
        found.append(
            Check(
                ok=True,
                text=_("正文 %(body)s 字，在 %(body_min)s 到 %(body_max)s 字之间")
                % {"body": body, "body_min": rules.body_min, "body_max": rules.body_max},
            )
        )
    return found


def _suggestions(proposal: Proposal) -> list[Check]:
    items = [line for line in proposal.suggestions.split("\n") if line.strip()]
    if not items:
        return []
    if not any(DATED.search(item) for item in items):
        return [Check(ok=False, text=_("建议没有写明完成时限，承办单位可能只作原则答复"))]
    return [Check(ok=True, text=_("建议写明了时间要求"))]


def _cosigners(proposal: Proposal) -> list[Check]:
    found = []
    if waiting := [s.name for s in proposal.signatures.all() if s.answer == Answer.INVITED]:
        found.append(Check(ok=False, text=_("%(waiting)s还没有答复联名，提交后视为不参加") % {"waiting": "、".join(waiting)}))
    if outdated := outdated_signers(proposal):
        names = "、".join(s.name for s in outdated)
        found.append(
            Check(
                ok=False,
                text=_("%(names)s同意的是较早的正文，之后正文改过，请重新确认；提交前没有确认的，不列入联名") % {"names": names},
            )
        )
    return found


# ── co-signers ───────────────────────────────────────────────────────────────────────────────────
def candidates(proposal: Proposal, text: str, *, on: date) -> list[Member]:
    """Return members of the proposal's committee who sit and were not asked: by name, sound, number or sector."""
    seats = Seat.objects.filter(running(on)).select_related("sector")
    asked = [
        s.member_id
        for s in proposal.signatures.all()
        if s.member_id and (s.role == Role.FIRST or s.answer in {Answer.INVITED, Answer.ACCEPTED})
    ]
    rows = Member.objects.sitting(on).filter(committee_id=proposal.committee_id).exclude(pk__in=asked)
    if words := one_dot(text.replace("　", " ")).split():
        for word in words:
            named = reduce(or_, (Q(name__icontains=name) for name in sought(word)))
            rows = rows.filter(
                named
                | Q(sound__icontains=word)
                | Q(number__iexact=word)
                | Q(number__in=number_writings(word))
                | Q(pk__in=seats.filter(sector__name__icontains=word).values("member"))
            )
    rows = rows.prefetch_related(Prefetch("seats", seats, to_attr="seats_now")).order_by("sound", "name", "id")
    return list(rows[: MOST_CANDIDATES + 1])


def invitation_for(user: Any, uid: str) -> Signature | None:
    """Return a sitting member's own signature or invitation under a proposal, whatever its answer, with what the page needs."""
    member = sitting_member_of(user)
    if member is None:
        return None
    return (
        Signature.objects.filter(proposal__uid=uid, member=member, role=Role.CO)
        .select_related("proposal__committee__parent__parent", "proposal__session__term", "member")
        .prefetch_related("proposal__signatures__member", "proposal__attachments__file")
        .first()
    )


def taken_back(user: Any, uid: str) -> str:
    """Say when an invitation to this member was taken back; nothing when there was none."""
    member = sitting_member_of(user)
    if member is None:
        return ""
    proposal = Proposal.objects.filter(uid=uid, committee_id=member.committee_id).only("pk").first()
    event = proposal and last_of(proposal, kind="proposals.remove_invitation", data__member=member.pk)
    return _("第一提案人已于 %(at)s 收回这份联名邀请，您无需再答复。") % {"at": moment(event.at)} if event else ""


def why_returned(proposal: Proposal) -> str:
    """Return the reason for which a text was last given back to its proposer."""
    event = last_of(proposal, to_state=State.RETURNED)
    return kinds.detail(event) if event is not None else ""


def latest_cutoff(proposal: Proposal, at: datetime) -> datetime | None:
    """Return the cut-off of the invitations while it lies ahead."""
    return proposal.cosign_until if proposal.cosign_until and proposal.cosign_until > at else None
