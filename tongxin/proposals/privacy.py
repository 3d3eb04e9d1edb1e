"""What is held of somebody's proposals, and what of drafts goes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import case_number, full_day
from tongxin.drafts.models import KeptCopy
from tongxin.privacy.queries import end_of
from tongxin.privacy.table import Erasable, Erased, Going, Held, Part, first_of, newest, register_erasable, register_held, stamp
from tongxin.proposals.actions.drafting import NAME
from tongxin.proposals.choices import State, States
from tongxin.proposals.models import Attachment, Endorsement, Proposal, PublicCopy, PublicFile, Signature, SignedText
from tongxin.proposals.queries import standings_of

UNTITLED = gettext_lazy("未写案由的提案")
BODY = ("situation", "analysis", "suggestions", "suggested_units")


# ── what is held ─────────────────────────────────────────────────────────────────────────────────
def _signatures(account: Account, most: int | None) -> Part:
    rows = Signature.objects.filter(member__account=account).select_related("proposal")
    # by the day that is shown, drafts first
    rows = rows.order_by(F("proposal__submitted_at").desc(nulls_first=True), "-id")
    found, total = first_of(rows, most)
    now = standings_of([row.proposal for row in found], account)
    head = (_("案由"), _("身份"), _("联名答复"), _("提案现在"), _("提交时间"))
    return Part([_signature(row, now[row.proposal_id].word) for row in found], head, total)


def _signature(row: Signature, now: str) -> tuple[str, ...]:
    proposal = row.proposal
    return (str(proposal), str(row.get_role_display()), str(row.get_answer_display()), now, stamp(proposal.submitted_at))


def _endorsements(account: Account, most: int | None) -> Part:
    rows = Endorsement.objects.filter(member__account=account).select_related("proposal").order_by("-id")
    return newest(rows, most, head=(_("案由"), _("附议时间")), say=lambda row: (str(row.proposal), stamp(row.at)))


def _copies(account: Account, most: int | None) -> Part:
    rows = _named(KeptCopy.objects.filter(kind=NAME, account=account)).order_by("-id")
    return newest(
        rows,
        most,
        head=(_("案由"), _("另存时间"), _("看过")),
        say=lambda row: (row.title or UNTITLED, stamp(row.kept_at), stamp(row.settled_at) or _("还没有")),
    )


def _named(rows: QuerySet[KeptCopy]) -> QuerySet[KeptCopy]:
    """Read with copies which proposal they belong to."""
    own = Proposal.objects.filter(uid=OuterRef("subject"))
    return rows.annotate(title=Subquery(own.values("title")[:1]), number=Subquery(own.values("number")[:1]))


def _entered(account: Account, most: int | None) -> Part:
    rows = Proposal.objects.filter(entered_by=account).order_by("-id")
    found, total = first_of(rows, most)
    now = standings_of(found, account)
    return Part([(str(row), now[row.pk].word) for row in found], (_("案由"), _("现在")), total)


def _confirmed(account: Account, most: int | None) -> Part:
    rows = PublicCopy.objects.filter(confirmed_by=account).select_related("proposal").order_by("-id")
    return newest(rows, most, head=(_("案由"), _("核对时间")), say=lambda row: (str(row.proposal), stamp(row.confirmed_at)))


def _released(account: Account, most: int | None) -> Part:
    rows = PublicFile.objects.filter(released_by=account).select_related("attachment__file").order_by("-id")
    return newest(rows, most, head=(_("附件"), _("公开时间")), say=lambda row: (str(row.attachment), stamp(row.released_at)))


register_held(
    Held(
        "signatures",
        gettext_lazy("提出、联名的提案和草稿"),
        _signatures,
        gettext_lazy("提案属于档案，永久保存"),
        ("discarded_drafts",),
    ),
    Held("endorsements", gettext_lazy("附议"), _endorsements, gettext_lazy("附议随提案永久保存")),
    Held(
        "proposal_copies",
        gettext_lazy("另存的提案副本"),
        _copies,
        gettext_lazy("没有看过、提案还能修改的，一直保留"),
        ("proposal_copies",),
    ),
    Held("entered", gettext_lazy("代录的提案"), _entered, gettext_lazy("提案属于档案，永久保存")),
    Held("public_copies", gettext_lazy("核对过的提案公开稿"), _confirmed, gettext_lazy("由谁核对随公开稿保存")),
    Held("public_files", gettext_lazy("公开过的附件"), _released, gettext_lazy("由谁公开随附件保存")),
)


# ── what goes ────────────────────────────────────────────────────────────────────────────────────
def _discarded(committee: Committee, before: date) -> QuerySet[Proposal]:
    """Discarded drafts of which a text, a file or a kept copy is still there.

    The title stays, as its events name it.
    """
    own = {"proposal": OuterRef("pk")}
    whole = Q(Exists(Attachment.objects.filter(**own)))
    whole |= Q(Exists(KeptCopy.objects.filter(kind=NAME, subject=OuterRef("uid"))))
    whole |= Q(Exists(SignedText.objects.filter(**own)))
    for name in BODY:
        whole |= ~Q(**{name: ""})
    told = Event.objects.filter(subject_type="proposals.proposal", subject_id=OuterRef("pk"), kind="proposals.discard")
    done, again = told.filter(recorded_at__lt=end_of(before)), told.filter(recorded_at__gte=end_of(before))
    return Proposal.objects.filter(whole, Exists(done), ~Exists(again), committee=committee, state=State.DISCARDED)


def _discarded_draft(row: Proposal) -> Going:
    return Going(str(row), _("最后修改于 %(edited_at)s") % {"edited_at": full_day(row.edited_at)})


def _erase_discarded(rows: Sequence[Proposal]) -> Erased:
    """Blank the text; the files belong to nothing then and are cleared away by the daily round."""
    pks = [row.pk for row in rows]
    held = Attachment.objects.filter(proposal__in=pks)
    vouched = audit.sound(held)
    Proposal.objects.filter(pk__in=pks).update(**dict.fromkeys(BODY, ""))
    held.delete()
    KeptCopy.objects.filter(kind=NAME, subject__in=[row.uid for row in rows]).delete()
    SignedText.objects.filter(proposal__in=pks).delete()
    return Erased(rows=len(rows), shortened=vouched)


def _copies_due(committee: Committee, before: date) -> QuerySet[KeptCopy]:
    """Copies that were looked at; and others whose text nobody can change any more."""
    end = end_of(before)
    written = Proposal.objects.filter(state__in=States.with_the_proposer)
    over = Q(settled_at__lt=end) | (Q(settled_at=None, kept_at__lt=end) & ~Q(subject__in=written.values("uid")))
    return _named(KeptCopy.objects.filter(over, kind=NAME, committee=committee).select_related("account"))


def _copy(row: Any) -> Going:
    """Name a copy by its proposal: one that has a number was handed in, and opens to the office."""
    title, detail = (
        row.title or UNTITLED,
        _("%(account)s另存于 %(kept_at)s") % {"account": row.account.name, "kept_at": full_day(row.kept_at)},
    )
    if not row.number:
        return Going(title, detail)
    return Going(f"{case_number(row.number)}《{title}》", detail, f"/proposals/{row.subject}/")


def _erase_copies(rows: Sequence[KeptCopy]) -> Erased:
    KeptCopy.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return Erased(rows=len(rows))


register_erasable(
    Erasable(
        "discarded_drafts",
        gettext_lazy("删除草稿的正文"),
        gettext_lazy("删除草稿的情况、分析、建议、附件、另存的副本和联名时留存的正文（案由留存）"),
        gettext_lazy("自删除之日"),
        _discarded,
        _discarded_draft,
        _erase_discarded,
    ),
    Erasable(
        "proposal_copies",
        gettext_lazy("另存的提案副本"),
        gettext_lazy("两处同时修改时另存的一份"),
        gettext_lazy("自看过之日（提案不能再改的，自另存之日）"),
        _copies_due,
        _copy,
        _erase_copies,
    ),
)
