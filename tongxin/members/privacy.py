"""What is held about a member, and what goes when the last seat has been over for long."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.committees.queries import not_over
from tongxin.members import acting, carrying
from tongxin.members.choices import CONTACT_FIELDS
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.members.queries import gone_into
from tongxin.privacy.foundations import clear_addresses
from tongxin.privacy.table import (
    Erasable,
    Erased,
    Going,
    Held,
    Part,
    People,
    newest,
    register_erasable,
    register_held,
    register_people,
    serving_after,
    span,
    stamp,
)

YES_NO = {True: gettext_lazy("是"), False: gettext_lazy("否"), None: ""}


# ── what is held ─────────────────────────────────────────────────────────────────────────────────
def _member(account: Account, _most: int | None) -> Part:
    return Part([line for row in _rows_of(account) for line in _lines(row)])


def _rows_of(account: Account) -> list[Member]:
    """Return the places of an account, and who went into them."""
    own = list(Member.objects.filter(account=account).select_related("committee").order_by("pk"))
    return [*own, *gone_into(*own)]


def _lines(row: Member) -> list[tuple[str, ...]]:
    born = _("%(year)s 年 %(month)s 月") % {"year": row.born_in.year, "month": row.born_in.month} if row.born_in else ""
    merged = (
        [(_("合并"), _("已并入编号 %(number)s，以下是原来的资料") % {"number": row.merged_into.number})]
        if row.merged_into
        else []
    )
    return [
        (_("所在政协"), row.committee.name),
        *merged,
        (_("编号"), row.number),
        (_("姓名"), row.name),
        (_("性别"), str(row.get_gender_display())),
        (_("民族"), row.ethnicity),
        (_("出生年月"), born),
        (_("政治面貌"), row.party),
        (_("是否党员"), str(YES_NO[row.is_party_member])),
        *((str(label), getattr(row, name)) for name, label in CONTACT_FIELDS.items()),
    ]


def _seats(account: Account, most: int | None) -> Part:
    rows = Seat.objects.filter(member__in=_rows_of(account)).select_related("term", "sector", "special_committee")
    return newest(
        rows.order_by("-starts_on", "-id"), most, head=(_("届"), _("界别"), _("专委会"), _("起止"), _("离任原因")), say=_seat
    )


def _seat(row: Seat) -> tuple[str, ...]:
    sector = _("%(sector)s（召集人）") % {"sector": row.sector} if row.convenes else str(row.sector)
    why = "　".join(part for part in (str(row.get_ending_display()), row.reason, row.document_number) if part)
    return str(row.term), sector, str(row.special_committee or ""), span(row.starts_on, row.ends_on), why


def _posts(account: Account, most: int | None) -> Part:
    rows = Post.objects.filter(member__in=_rows_of(account)).select_related("term").order_by("-starts_on", "-id")
    return newest(
        rows,
        most,
        head=(_("届"), _("职务"), _("起止")),
        say=lambda row: (str(row.term), str(row.get_rank_display()), span(row.starts_on, row.ends_on)),
    )


def _suspensions(account: Account, most: int | None) -> Part:
    rows = Suspension.objects.filter(member__in=_rows_of(account))
    return newest(
        rows,
        most,
        head=(_("起止"), _("说明"), _("文号")),
        say=lambda row: (span(row.starts_on, row.ends_on), row.reason, row.document_number),
    )


register_held(
    Held(
        "member",
        gettext_lazy("委员资料"),
        _member,
        gettext_lazy("姓名、编号、界别等属于委员档案，永久保存"),
        ("departed_contacts",),
    ),
    Held("seats", gettext_lazy("席位"), _seats, gettext_lazy("委员任职情况属于档案，永久保存")),
    Held("posts", gettext_lazy("职务"), _posts, gettext_lazy("委员任职情况属于档案，永久保存")),
    Held("suspensions", gettext_lazy("停止履职"), _suspensions, gettext_lazy("委员任职情况属于档案，永久保存")),
)


# ── whose people, and who still serves ───────────────────────────────────────────────────────────
def _sitting_after(day: date) -> QuerySet[Seat]:
    return Seat.objects.filter(not_over(day))


register_people(
    People(
        lambda committee: Q(pk__in=Member.everybody.filter(committee=committee).exclude(account=None).values("account")),
        lambda day: Q(pk__in=_sitting_after(day).exclude(member__account=None).values("member__account")),
        seats=lambda committee: Member.everybody.filter(committee=committee).values("uid"),
    )
)


# ── what goes ────────────────────────────────────────────────────────────────────────────────────
def _due(committee: Committee, before: date) -> QuerySet[Member]:
    """Who sat and sits no more, of whom something is still there.

    Their own, or the e-mail of an account that serves nowhere.
    """
    address = Exists(_with_address(before).filter(pk=OuterRef("pk")))
    reachable = ~Q(phone="") | ~Q(phone_hash="") | Q(address)
    for name in ("email", "workplace", "workplace_post"):
        reachable |= ~Q(**{name: ""})
    ends = _led_to(committee)
    sat = set(Seat.objects.filter(member__in=ends.values()).values_list("member", flat=True))
    sits = set(_sitting_after(before).filter(member__in=ends.values()).values_list("member", flat=True))
    had_a_seat = Exists(Seat.objects.filter(member=OuterRef("pk"))) | Q(pk__in=[pk for pk, end in ends.items() if end in sat])
    rows = Member.everybody.annotate(address_is_over=address).filter(reachable, had_a_seat, committee=committee)
    kept = [pk for pk, end in ends.items() if end in sits]  # with the one they went into, as long as that
    return rows.exclude(pk__in=_sitting_after(before).values("member")).exclude(pk__in=kept)


def _led_to(committee: Committee) -> dict[int, int]:
    """Return of every row that went into another into which it leads in the end, however many lie between."""
    gone = Member.everybody.filter(committee=committee).exclude(merged_into=None)
    into: dict[int, int] = dict(gone.values_list("pk", "merged_into_id"))
    ends: dict[int, int] = {}
    for pk, next_one in into.items():
        end = next_one
        while end in into:
            end = into[end]
        ends[pk] = end
    return ends


def _with_address(before: date) -> QuerySet[Member]:
    rows = Member.everybody.exclude(account=None).exclude(account__email="")
    return rows.exclude(account__in=Account.objects.filter(serving_after(before)))


def _going(row: Member) -> Going:
    held = [str(label) for name, label in CONTACT_FIELDS.items() if getattr(row, name)]
    return Going(f"{row.name}　{row.number}", "、".join(held) or _("账户的邮箱"))


def _erase(rows: Sequence[Any]) -> Erased:
    pks = [row.pk for row in rows]
    Member.everybody.filter(pk__in=pks).update(phone_hash="", **dict.fromkeys(CONTACT_FIELDS, ""))
    clear_addresses(Account.objects.filter(pk__in=[row.account_id for row in rows if row.address_is_over]))
    return Erased(rows=len(rows))


register_erasable(
    Erasable(
        "departed_contacts",
        gettext_lazy("离任委员的联系方式"),
        gettext_lazy("离任委员的手机、邮箱、工作单位和单位职务"),
        gettext_lazy("自最后一个席位结束之日"),
        _due,
        _going,
        _erase,
    ),
)


# ── rows of a matter that are a member's ─────────────────────────────────────────────────────────
def keep_of_members(model: type[Model], label: str, *, when: str, kept: str) -> None:
    """Answer for the rows of a model with a `member`.

    They are held about him, go along with him, and are acts of his seat.
    """
    name, rows = model._meta.label_lower, model._default_manager  # noqa: SLF001 -- Django's public-in-practice Meta

    def read(account: Account, most: int | None) -> Part:
        own = rows.filter(member__account=account).order_by("-id")
        return newest(own, most, head=(_("名称"), _("时间")), say=lambda row: (str(row), stamp(getattr(row, when))))

    register_held(Held(name, label, read, kept))
    carrying.register(carrying.of_rows(model, label))
    acting.register(lambda member: bool(rows.filter(member=member).exists()))
