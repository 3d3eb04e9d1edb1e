"""The list of members: those in office, those who never signed in, those who left, those whose code waits."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tongxin.accounts import reaching
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.listings import NOTHING, Cell, Column, Filter, Link, Listing, Question, Saying, Tab, may
from tongxin.desks.reading import Rows
from tongxin.members import queries
from tongxin.members.models import Member

KEEPS = may("members.see_departed")


# ── which rows ───────────────────────────────────────────────────────────────────────────────────
def _seated(at: Any, on: Any, keeps: bool, *asked: Any) -> QuerySet[Member]:  # noqa: FBT001 -- as `_asked` gives it
    return _telling(queries.listed(*asked).seated(on), at, keeps)


def _never_came(at: Any, on: Any, keeps: bool, kept: Any, *asked: Any) -> QuerySet[Member]:  # noqa: FBT001 -- the same
    return _telling(queries.listed(*asked).filter(reaching.NEVER_CAME, committee__in=kept).seated(on), at, keeps)


def _waiting(at: Any, keeps: bool, committees: Any, account: Any) -> QuerySet[Member]:  # noqa: FBT001 -- the same
    return _telling(queries.with_code(committees, account, at), at, keeps)


def _departed(on: Any, kept: Any, *asked: Any) -> QuerySet[Member]:
    return queries.departed(queries.listed(*asked).filter(committee__in=kept), on)


def _telling(rows: QuerySet[Member], at: Any, keeps: bool) -> QuerySet[Member]:  # noqa: FBT001 -- the same
    """Fetch for who keeps the list how far they came with signing in."""
    return reaching.telling(rows, at) if keeps else rows


SEATED = Rows(_seated, lambda q: (q.at, q.on, KEEPS(q), *queries.asked_by(q.user)))
NEVER_CAME = Rows(_never_came, lambda q: (q.at, q.on, KEEPS(q), queries.kept_by(q.user), *queries.asked_by(q.user)))
WAITING = Rows(_waiting, lambda q: (q.at, KEEPS(q), *queries.confirmed_by(q.user)))
DEPARTED = Rows(_departed, lambda q: (q.on, queries.kept_by(q.user), *queries.asked_by(q.user)))


# ── what stands there ────────────────────────────────────────────────────────────────────────────
def _name(line: dict[str, Any]) -> Cell:
    member = line["member"]
    return Cell(member.name, reverse("member", args=[member.uid]), beside=member.number)


def _lines(found: list[Member], q: Question) -> Iterable[dict[str, Any]]:
    queries.with_held(found, q.on)
    kept = queries.kept_by(q.user) if KEEPS(q) else set[int]()
    return [queries.row_of(m, came=str(reaching.reached(m, q.at).label) if m.committee_id in kept else "") for m in found]


def _lines_of_departed(found: list[Member], _q: Question) -> Iterable[dict[str, Any]]:
    queries.with_endings(found)
    return [{"member": m, "seat": m.seats_past[0]} for m in found]  # type: ignore[attr-defined]


HELD = (
    Column("name", _("姓名"), _name),
    Column("sector", _("界别"), lambda line: line["sector"]),
    Column("posts", _("职务"), lambda line: line["posts"]),
    Column("special", _("专委会"), lambda line: line["special"]),
    Column("workplace", _("工作单位"), lambda line: line["member"].workplace),
    Column("signing_in", _("登录"), lambda line: line["came"], "nowrap", offered=KEEPS),
)
HELD_BEFORE = (
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
    return [("", _("全部界别")), *((sector.uid, sector.name) for sector in queries.sectors_listed_to(q.user, q.on))]


def _of_sector(rows: QuerySet[Member], sector: str, q: Question) -> QuerySet[Member]:
    return rows.filter(queries.held_in(sector, None if q.tab == "left" else q.on))


BY_NUMBER = ("number", "pk")  # two committees give the same number to different people
MEMBERS = Listing(
    "members",
    _("委员名册"),
    "members.view",
    (
        Tab("", _("在任"), SEATED, BY_NUMBER, HELD, _("共 %(n)s 名委员"), _nobody, lines=_lines),
        Tab(
            "never", _("还没有登录过的"), NEVER_CAME, BY_NUMBER, HELD, _("%(n)s 名委员还没有登录过"),
            _says(_("在任委员都登录过。")), lines=_lines, offered=KEEPS,
        ),
        Tab(
            "left", _("离任"), DEPARTED, BY_NUMBER, HELD_BEFORE, _("共 %(n)s 名委员"), _says(_("没有离任的委员。")),
            lines=_lines_of_departed, offered=KEEPS,
        ),
        Tab(
            "waiting", _("待确认"), WAITING, BY_NUMBER, HELD, _("%(n)s 名委员的重置码或者邀请码待确认"),
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
