"""What is held of somebody's part in handling, and what of replies and ratings goes some time after a case was closed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.audit.truth import uid_of
from tongxin.committees.models import Committee
from tongxin.committees.successions import name_on
from tongxin.core.templatetags.chinese import case_number, full_day
from tongxin.drafts.models import KeptCopy
from tongxin.handling.actions.replying import NAME
from tongxin.handling.choices import CaseState, TaskStates
from tongxin.handling.models import Case, Presence, PublicReply, Rating, Reply, Task
from tongxin.privacy.queries import end_of
from tongxin.privacy.table import Erasable, Erased, Going, Held, Part, newest, register_erasable, register_held, stamp

YES_NO = {True: gettext_lazy("是"), False: gettext_lazy("否")}


# ── what is held ─────────────────────────────────────────────────────────────────────────────────
def _ratings(account: Account, most: int | None) -> Part:
    """The account's own ratings alone: whoever entered them for another is shown none."""
    own = Q(signature__member__account=account, set_aside_at=None)
    rows = Rating.written.filter(own | Q(pk__in=_in_anothers_name(account))).order_by("-id")
    head = (_("案由"), _("单位"), _("办理态度"), _("办理结果"), _("想说的话"), _("理由可以转告"), _("同意提前办结"), _("时间"))
    return newest(rows.select_related("reply__task__unit", "reply__task__case__proposal"), most, head=head, say=_rating)


def _in_anothers_name(account: Account) -> list[int]:
    """Return what the account rated in the name of somebody for whom its owner was taken.

    Set aside, and its owner's words.
    """
    aside = dict(Rating.written.exclude(set_aside_at=None).values_list("uid", "pk"))
    if not aside:
        return []
    told = Event.objects.filter(Q(actor=account) | Q(on_behalf_of=account), kind="handling.rate")
    made = {uid_of(key) for proofs in told.values_list("proofs", flat=True) for key in proofs}
    return [key for uid, key in aside.items() if uid in made]


def _rating(row: Rating) -> tuple[str, ...]:
    task = row.reply.task
    grades = str(row.get_attitude_display()), str(row.get_result_display())
    boxes = (str(YES_NO[row.passes_on]), str(YES_NO[row.closes_early]))
    case = str(task.case) if row.set_aside_at is None else _("%(case)s（合并期间在他人名下作出，作废）") % {"case": task.case}
    return case, row.reply.sent_by, *grades, row.comment, *boxes, stamp(row.rated_at)


def _contacts(account: Account, most: int | None) -> Part:
    rows = Presence.objects.filter(signature__member__account=account).order_by("-id")
    head = (_("案由"), _("单位"), _("方式"), _("面商日期"), _("是否属实"), _("说明"), _("时间"))
    rows = rows.select_related("contact__task__unit", "contact__task__case__proposal")
    return newest(rows.prefetch_related("contact__task__unit__former_names"), most, head=head, say=_presence)


def _presence(row: Presence) -> tuple[str, ...]:
    task, talk = row.contact.task, row.contact
    said = {True: _("属实"), False: _("不属实"), None: _("还没有答复")}[row.happened]
    unit = name_on(task.unit, talk.on)
    return str(task.case), unit, str(talk.get_way_display()), full_day(talk.on), said, row.word, stamp(row.said_at)


def _copies(account: Account, most: int | None) -> Part:
    rows = _named(KeptCopy.objects.filter(kind=NAME, account=account)).order_by("-id")
    return newest(
        rows,
        most,
        head=(_("案由"), _("另存时间"), _("看过")),
        say=lambda row: (row.title or "", stamp(row.kept_at), stamp(row.settled_at) or _("还没有")),
    )


def _named(rows: QuerySet[KeptCopy]) -> QuerySet[KeptCopy]:
    """Read with copies which proposal, and which unit's part of it, they belong to."""
    part = Task.objects.filter(uid=OuterRef("subject"))
    return rows.annotate(
        title=Subquery(part.values("case__proposal__title")[:1]),
        number=Subquery(part.values("case__proposal__number")[:1]),
        proposal=Subquery(part.values("case__proposal__uid")[:1]),
        unit=Subquery(part.values("unit__name")[:1]),
    )


def _confirmed(account: Account, most: int | None) -> Part:
    rows = PublicReply.objects.filter(confirmed_by=account).select_related("reply__task__case__proposal").order_by("-id")
    return newest(
        rows, most, head=(_("案由"), _("核对时间")), say=lambda row: (str(row.reply.task.case), stamp(row.confirmed_at))
    )


register_held(
    Held(
        "ratings", gettext_lazy("本人的评价"), _ratings, gettext_lazy("评价的等次属于档案，永久保存；谁评的，只有提案工作机构能查看，每次查看都有记录"),
        ("rating_comments",),
    ),
    Held("contacts", gettext_lazy("本人参加的面商"), _contacts, gettext_lazy("面商记录随提案永久保存")),
    Held("reply_copies", gettext_lazy("另存的答复副本"), _copies, gettext_lazy("没有看过、答复还没有送出的，一直保留"), ("reply_copies",)),
    Held("public_replies", gettext_lazy("核对过的答复公开稿"), _confirmed, gettext_lazy("由谁核对随公开稿保存")),
)  # fmt: skip


# ── what goes ────────────────────────────────────────────────────────────────────────────────────
def _closed(end: datetime) -> QuerySet[Case]:
    """Cases that were closed before a moment; an imported one says so by its event alone."""
    told = Event.objects.filter(subject_type="handling.case", kind__in=("cases.close", "cases.settle"))
    told = told.filter(Q(at__lt=end) | Q(at=None, recorded_at__lt=end))
    over = Q(closed_at__lt=end) | Q(closed_at=None, pk__in=told.values("subject_id"))
    return Case.objects.filter(over, state=CaseState.CLOSED)


def _contacts_due(committee: Committee, before: date) -> QuerySet[Reply]:
    rows = Reply.objects.filter(~Q(contact="") | ~Q(phone=""), committee=committee, task__case__in=_closed(end_of(before)))
    return rows.select_related("task__unit", "task__case__proposal")


def _of_reply(reply: Reply, what: str) -> Going:
    """Name a reply so that it is found: number, title, unit, and since when its case is closed."""
    case, proposal = reply.task.case, reply.task.case.proposal
    title = f"{case_number(proposal.number)}《{proposal.title}》" if proposal.number else str(case)
    closed = _("%(localdate)s办结") % {"localdate": full_day(timezone.localdate(case.closed_at))} if case.closed_at else ""
    detail = "　".join(filter(None, (reply.sent_by, closed, what)))
    return Going(title, detail, proposal.get_absolute_url())


def _erase_contacts(rows: Sequence[Reply]) -> Erased:
    """Blank them, and take away the copies kept beside, which hold them too. Sent replies are vouched for."""
    replies = Reply.objects.filter(pk__in=[row.pk for row in rows])
    vouched = audit.sound(row for row in rows if row.sent_at is not None)
    KeptCopy.objects.filter(kind=NAME, subject__in=replies.values("task__uid")).delete()
    replies.update(contact="", phone="")
    return Erased(rows=len(rows), shortened=vouched)


def _comments_due(committee: Committee, before: date) -> QuerySet[Rating]:
    rows = Rating.written.filter(committee=committee, reply__task__case__in=_closed(end_of(before))).exclude(comment="")
    return rows.select_related("reply__task__unit", "reply__task__case__proposal")


def _erase_comments(rows: Sequence[Rating]) -> Erased:
    vouched = audit.sound(rows)
    Rating.written.filter(pk__in=[row.pk for row in rows]).update(comment="")
    return Erased(rows=len(rows), shortened=vouched)


def _copies_due(committee: Committee, before: date) -> QuerySet[KeptCopy]:
    """Copies that were looked at; and others of a part whose reply is written no more."""
    end = end_of(before)
    written = Task.objects.filter(state__in=TaskStates.open)
    over = Q(settled_at__lt=end) | (Q(settled_at=None, kept_at__lt=end) & ~Q(subject__in=written.values("uid")))
    return _named(KeptCopy.objects.filter(over, kind=NAME, committee=committee).select_related("account"))


def _copy(row: Any) -> Going:
    title = f"{case_number(row.number)}《{row.title}》" if row.number else row.title or ""
    detail = "　".join(
        filter(
            None, (row.unit, _("%(account)s另存于 %(kept_at)s") % {"account": row.account.name, "kept_at": full_day(row.kept_at)})
        )
    )
    return Going(title, detail, f"/proposals/{row.proposal}/" if row.proposal else "")


def _erase_copies(rows: Sequence[KeptCopy]) -> Erased:
    KeptCopy.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return Erased(rows=len(rows))


register_erasable(
    Erasable(
        "reply_copies", gettext_lazy("另存的答复副本"), gettext_lazy("两处同时修改时另存的一份"), gettext_lazy("自看过之日（答复不再修改的，自另存之日）"),
        _copies_due, _copy, _erase_copies,
    ),
    Erasable(
        "reply_contacts", gettext_lazy("答复上的联系人和电话"), gettext_lazy("答复末尾的联系人、联系电话和另存的答复副本"), gettext_lazy("自提案办结之日"),
        _contacts_due, lambda row: _of_reply(row, _("联系人、联系电话")), _erase_contacts,
    ),
    Erasable(  # neither whose nor when: that would tell who rated
        "rating_comments", gettext_lazy("评价中的留言"), gettext_lazy("提案人评价时写的话（等次留存）"), gettext_lazy("自提案办结之日"),
        _comments_due, lambda row: _of_reply(row.reply, _("留言")), _erase_comments,
    ),
)  # fmt: skip
