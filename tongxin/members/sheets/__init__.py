"""Members as a spreadsheet: the columns, and what goes out; how rows come in is `importing`'s."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date

from tongxin.committees.models import Committee
from tongxin.committees.queries import not_over
from tongxin.members.models import Member, Seat
from tongxin.members.sheets.importing import MemberImporter
from tongxin.members.sheets.reading import COLUMNS, GENDERS, RANKS, Person, of_member, spoken, with_current_seats
from tongxin.sheets.kinds import Column, Kind, register

__all__ = ["MEMBERS", "MemberImporter"]

CHUNK = 500


def rows(committee: Committee, *, year: int | None, on: date) -> Iterator[Mapping[str, str]]:
    """Yield the members who hold a seat (of a year: those who held one in it) as rows of the sheet.

    Who left has no row: the sheet cannot say so, and read in elsewhere he would sit again.
    """
    found = Member.objects.filter(committee=committee).order_by("number", "id")
    if year is None:
        found = found.seated(on)
    else:
        held = Seat.objects.filter(committee=committee, starts_on__lte=date(year, 12, 31))
        held = held.filter(not_over(date(year, 1, 1)))
        found, on = found.filter(pk__in=held.values("member")), date(year, 12, 31)
    for member in with_current_seats(found, on).iterator(chunk_size=CHUNK):
        person = of_member(member)
        yield {COLUMNS[spec.name]: spoken(spec.name, getattr(person, spec.name)) for spec in fields(Person)}


MEMBERS = register(
    Kind(
        name="members",
        label="委员",
        columns=(
            Column("姓名", "两个字的姓名中间不用空格。", required=True, example="林知远", width=12, others=("委员姓名", "名字")),
            Column("性别", words=tuple(GENDERS), example="男", width=8),
            Column("民族", example="汉族", width=10),
            Column("出生年月", "如 1975-03。", example="1975-03", width=12, others=("出生日期", "生日")),
            Column(
                "政治面貌",
                "如 中共党员、民盟盟员、无党派人士、群众。",
                example="无党派人士",
                width=14,
                others=("党派", "政治面目"),
            ),
            Column(
                "界别",
                "第一次出现的界别自动增加。",
                required=True,
                example="医药卫生界",
                width=16,
                others=("所属界别", "所在界别"),
            ),
            Column(
                "专委会",
                "第一次出现的专委会自动增加。",
                example="教科卫体委员会",
                width=20,
                others=("专门委员会", "所属专委会", "所在专委会"),
            ),
            Column("职务", "有几个的用顿号隔开。", words=tuple(RANKS), example="委员", width=12, others=("政协职务", "委员职务")),
            Column("工作单位", example="县人民医院", width=24, others=("所在单位", "单位")),
            Column("单位职务", example="主任医师", width=16, others=("工作职务", "现任职务", "行政职务")),
            Column(
                "手机",
                "11 位数字，加密保存。",
                example="13800000000",
                width=14,
                others=("手机号", "手机号码", "联系电话", "电话", "移动电话"),
            ),
            Column("邮箱", width=22, others=("电子邮箱", "邮件", "电子邮件")),
            Column("是否党员", "是否中共党员。", words=("是", "否"), example="否", width=10, others=("中共党员", "党员")),
            Column(
                "编号",
                "委员编号，作登录名用；不写的由系统编号。",
                example="YX001",
                width=12,
                others=("委员编号", "委员号", "证号", "委员证号"),
            ),
            Column(
                "任职日期",
                "何日起任委员，如 2026-03-01。随届任职的可以不填，按本届开始的日期；增补的请填写，不填的按导入当天起算。",
                example="2022-01-01",
                width=14,
                others=("任职时间", "任委员时间", "增补日期"),
            ),
        ),
        importer=MemberImporter,
        rows=rows,
    )
)
