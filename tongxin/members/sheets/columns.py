"""The columns of the sheet of members: how each cell is read, and how it is written."""

from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.core.words import kept_number
from tongxin.members.choices import Gender, Rank
from tongxin.members.rules import is_name
from tongxin.sheets import cells
from tongxin.sheets.kinds import Column

RANKS = {str(rank.label): rank.value for rank in Rank}
GENDERS = {str(gender.label): gender.value for gender in Gender}
NUMBER_LIMIT = 20


def _email(value: cells.Cell) -> str:
    written = cells.line(value, 254)
    if written:
        try:
            validate_email(written)
        except ValidationError as problem:
            message = _("“%(written)s”不是邮箱地址") % {"written": written[:40]}
            raise ValueError(message) from problem
    return written


def _name(value: cells.Cell) -> str:
    """Read a name: a formula that was saved without its value leaves a figure there."""
    found = cells.name(value)
    if found and not is_name(found):
        message = _("“%(found)s”不是姓名，请核对；是公式的请改成文字") % {"found": found}
        raise ValueError(message)
    return found


def _number(value: cells.Cell) -> str:
    """Read a number as it is kept, in whatever width an office types it.

    It is searched for, and nobody can change it later.
    """
    return cells.line(kept_number(cells.line(value)), NUMBER_LIMIT)


def _ranks(value: cells.Cell) -> tuple[str, ...]:
    found = {cells.choice(part, RANKS) for part in cells.several(value)}
    return tuple(rank for rank in Rank.values if rank in found and rank != Rank.MEMBER)


def _gender(value: cells.Cell) -> str:
    return cells.choice(value, GENDERS)


# ── how it is written: of a person, as `reading.Person` has him ──────────────────────────────────
def _gender_said(person: Any) -> str:
    return str(Gender(person.gender).label) if person.gender else ""


def _ranks_said(person: Any) -> str:
    return "、".join(str(Rank(rank).label) for rank in reversed(person.ranks)) or str(Rank.MEMBER.label)


def _flag_said(person: Any) -> str:
    return {True: "是", False: "否", None: ""}[person.is_party_member]


def _month_said(person: Any) -> str:
    born: date | None = person.born_in
    return f"{born:%Y-%m}" if born else ""


def _day_said(person: Any) -> str:
    seated: date | None = person.seated_on
    return f"{seated:%Y-%m-%d}" if seated else ""


COLUMNS = (
    Column(
        "姓名",
        gettext_lazy("两个字的姓名中间不用空格。"),
        required=True,
        example="林知远",
        width=12,
        others=("委员姓名", "名字"),
        key="name",
        reading=_name,
        saying=attrgetter("name"),
        field="members.member.name",
    ),
    Column(
        "性别",
        words=tuple(GENDERS),
        example="男",
        width=8,
        key="gender",
        reading=_gender,
        saying=_gender_said,
        field="members.member.gender",
    ),
    Column(
        "民族",
        example="汉族",
        width=10,
        key="ethnicity",
        reading=partial(cells.line, limit=20),
        saying=attrgetter("ethnicity"),
        field="members.member.ethnicity",
    ),
    Column(
        "出生年月",
        gettext_lazy("如 1975-03。"),
        example="1975-03",
        width=12,
        others=("出生日期", "生日"),
        key="born_in",
        reading=cells.month,
        saying=_month_said,
        field="members.member.born_in",
        empty=None,
    ),
    Column(
        "政治面貌",
        gettext_lazy("如 中共党员、民盟盟员、无党派人士、群众。"),
        example="无党派人士",
        width=14,
        others=("党派", "政治面目"),
        key="party",
        reading=partial(cells.line, limit=30),
        saying=attrgetter("party"),
        field="members.member.party",
    ),
    Column(
        "界别",
        gettext_lazy("第一次出现的界别自动增加。"),
        required=True,
        example="医药卫生界",
        width=16,
        others=("所属界别", "所在界别"),
        key="sector",
        reading=partial(cells.line, limit=30),
        saying=attrgetter("sector"),
        field="members.seat.sector",
    ),
    Column(
        "专委会",
        gettext_lazy("第一次出现的专委会自动增加。"),
        example="教科卫体委员会",
        width=20,
        others=("专门委员会", "所属专委会", "所在专委会"),
        key="special_committee",
        reading=partial(cells.line, limit=40),
        saying=attrgetter("special_committee"),
        field="members.seat.special_committee",
    ),
    Column(
        "职务",
        gettext_lazy("有几个的用顿号隔开。"),
        words=tuple(RANKS),
        example="委员",
        width=12,
        others=("政协职务", "委员职务"),
        key="ranks",
        reading=_ranks,
        saying=_ranks_said,
        field="members.post.rank",
        empty=(),
    ),
    Column(
        "工作单位",
        example="县人民医院",
        width=24,
        others=("所在单位", "单位"),
        key="workplace",
        reading=partial(cells.line, limit=80),
        saying=attrgetter("workplace"),
        field="members.member.workplace",
    ),
    Column(
        "单位职务",
        example="主任医师",
        width=16,
        others=("工作职务", "现任职务", "行政职务"),
        key="workplace_post",
        reading=partial(cells.line, limit=60),
        saying=attrgetter("workplace_post"),
        field="members.member.workplace_post",
    ),
    Column(
        "手机",
        gettext_lazy("11 位数字，加密保存。"),
        example="13800000000",
        width=14,
        others=("手机号", "手机号码", "联系电话", "电话", "移动电话"),
        key="phone",
        reading=cells.phone,
        saying=attrgetter("phone"),
        field="members.member.phone",
    ),
    Column(
        "邮箱",
        width=22,
        others=("电子邮箱", "邮件", "电子邮件"),
        key="email",
        reading=_email,
        saying=attrgetter("email"),
        field="members.member.email",
    ),
    Column(
        "是否党员",
        gettext_lazy("是否中共党员。"),
        words=("是", "否"),
        example="否",
        width=10,
        others=("中共党员", "党员"),
        key="is_party_member",
        reading=cells.flag,
        saying=_flag_said,
        field="members.member.is_party_member",
        empty=None,
    ),
    Column(
        "编号",
        gettext_lazy("委员编号，作登录名用；不写的由系统编号。"),
        example="YX001",
        width=12,
        others=("委员编号", "委员号", "证号", "委员证号"),
        key="number",
        reading=_number,
        saying=attrgetter("number"),
        field="members.member.number",
    ),
    Column(
        "任职日期",
        gettext_lazy("何日起任委员，如 2026-03-01。随届任职的可以不填，按本届开始的日期；增补的请填写，不填的按导入当天起算。"),
        example="2022-01-01",
        width=14,
        others=("任职时间", "任委员时间", "增补日期"),
        key="seated_on",
        reading=cells.day,
        saying=_day_said,
        field="members.seat.starts_on",
        empty=None,
    ),
)
NAMES = {column.key: column.name for column in COLUMNS}
