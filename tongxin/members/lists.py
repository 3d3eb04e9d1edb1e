"""The list of members: those in office, those who never signed in, those who left, those whose code waits."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.accounts import reaching
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.listings import NOTHING, Cell, Column, Filter, Link, Listing, Question, Saying, Tab, may
from tongxin.members import queries
from tongxin.members.models import Member

KEEPS = may("members.see_departed")


# ── which rows ───────────────────────────────────────────────────────────────────────────────────
def _seen(q: Question) -> Any:
    return queries.listed_to(q.user)


def _as_held(rows: QuerySet[Member], q: Question) -> QuerySet[Member]:
    """Fetch what they hold with them, and for who keeps the list how far they came with signing in."""
    rows = queries.with_seats(rows, q.on)
    return reaching.telling(rows, q.at) if KEEPS(q) else rows


def _seated(q: Question) -> QuerySet[Member]:
    return _as_held(_seen(q).seated(q.on), q)


def _never_came(q: Question) -> QuerySet[Member]:
    return _as_held(_seen(q).filter(reaching.NEVER_CAME, committee__in=queries.kept_by(q.user)).seated(q.on), q)


def _waiting(q: Question) -> QuerySet[Member]:
    return _as_held(queries.with_code_to_confirm(q.user, q.at), q)


def _departed(q: Question) -> QuerySet[Member]:
    return queries.with_endings(queries.departed(_seen(q).filter(committee__in=queries.kept_by(q.user)), q.on))


# ── what stands there ────────────────────────────────────────────────────────────────────────────
def _name(line: dict[str, Any]) -> Cell:
    member = line["member"]
    return Cell(member.name, reverse("member", args=[member.uid]), beside=member.number)


def _lines(found: list[Member], q: Question) -> Iterable[dict[str, Any]]:
    kept = queries.kept_by(q.user) if KEEPS(q) else set[int]()
    return [queries.row_of(m, came=str(reaching.reached(m, q.at).label) if m.committee_id in kept else "") for m in found]


def _lines_of_departed(found: list[Member], _q: Question) -> Iterable[dict[str, Any]]:
    return [{"member": m, "seat": m.seats_past[0]} for m in found]  # type: ignore[attr-defined]


SEATED = (
    Column("name", _("姓名"), _name),
    Column("sector", _("界别"), lambda line: line["sector"]),
    Column("posts", _("职务"), lambda line: line["posts"]),
    Column("special", _("专委会"), lambda line: line["special"]),
    Column("workplace", _("工作单位"), lambda line: line["member"].workplace),
    Column("signing_in", _("登录"), lambda line: line["came"], "nowrap", offered=KEEPS),
)
DEPARTED = (
    Column("name", _("姓名"), _name),
    Column("sector", _("原界别"), lambda line: line["seat"].sector),
    Column("reason", _("离任原因"), lambda line: line["seat"].get_ending_display() or _("原因没有记录")),
    Column("from", _("自何日起"), lambda line: full_day(line["seat"].ends_on), "nowrap wide"),
    Column(
        "note", _("说明、文号"), lambda line: Cell(line["seat"].reason or NOTHING, below=line["seat"].document_number), "wide"
    ),
)


# ── where nobody is ──────────────────────────────────────────────────────────────────────────────
def _nobody(q: Question) -> Saying:
    """Say that all have left, or how the list is brought in: two things that who keeps it does not mix up."""
    if not KEEPS(q):
        return Saying(_("还没有委员。"))
    if queries.departed(Member.objects.filter(committee__in=queries.kept_by(q.user)), q.on).exists():
        return Saying(
            _("现在没有在任的委员，原来的委员都已离任。新一届委员名单导入后在这里显示；办错了的，在“离任”中打开委员页面恢复。")
        )
    return Saying(
        _("还没有委员，先导入名册：下载空表，按表中的说明填写，上传以后先看一遍再写入；然后在这里打开委员页面，打印登录邀请单。"),
        reverse("imports"),
        _("导入名册"),
    )


def _says(sentence: Any) -> Any:
    return lambda _q: Saying(sentence)


def _sectors(q: Question) -> list[tuple[str, Any]]:
    member = _seen(q).select_related("committee").first()
    found = queries.sectors(member.committee, timezone.localdate(q.at)) if member else ()
    return [("", _("全部界别")), *((sector.uid, sector.name) for sector in found)]


def _of_sector(rows: QuerySet[Member], sector: str, q: Question) -> QuerySet[Member]:
    return rows.filter(queries.held_in(sector, None if q.tab == "left" else q.on))


BY_NUMBER = ("number", "pk")  # two committees give the same number to different people
MEMBERS = Listing(
    "members",
    _("委员名册"),
    "members.view",
    (
        Tab("", _("在任"), _seated, BY_NUMBER, SEATED, _("共 %(n)s 名委员"), _nobody, lines=_lines),
        Tab(
            "never", _("还没有登录过的"), _never_came, BY_NUMBER, SEATED, _("%(n)s 名委员还没有登录过"),
            _says(_("在任委员都登录过。")), lines=_lines, offered=KEEPS,
        ),
        Tab(
            "left", _("离任"), _departed, BY_NUMBER, DEPARTED, _("共 %(n)s 名委员"), _says(_("没有离任的委员。")),
            lines=_lines_of_departed, offered=KEEPS,
        ),
        Tab(
            "waiting", _("待确认"), _waiting, BY_NUMBER, SEATED, _("%(n)s 名委员的重置码或者邀请码待确认"),
            _says(_("没有待确认的重置码和邀请码。")), lines=_lines, listed=False,
        ),
    ),
    tab_name="who",
    find=lambda rows, words, _q: queries.find(rows, words),
    find_label=_("姓名、拼音、编号、工作单位"),
    filters=(Filter("sector", _("界别"), _sectors, _of_sector),),
    links=(
        Link(_("疑似重复"), lambda: reverse("members-doubles"), offered=may("members.merge")),
        Link(_("任期届满"), lambda: reverse("members-end-term"), offered=may("members.end_term")),
    ),
    not_found=_("没有符合条件的委员，请更换关键词再查。"),
)  # fmt: skip
LISTS = (MEMBERS,)
