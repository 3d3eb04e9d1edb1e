"""Members come in from a spreadsheet, and go out again."""

from datetime import date

import pytest

from tests.cast import NOW, Cast
from tongxin.audit.models import Event
from tongxin.committees.models import Sector
from tongxin.core.secrets import lookup_hash
from tongxin.members.models import Member, Post, Seat
from tongxin.members.sheets import MEMBERS
from tongxin.sheets import engine, exporting

HEAD = "姓名,性别,出生年月,界别,专委会,职务,手机,是否党员,政治面貌,编号\n"


@pytest.fixture
def bring(cast: Cast, tmp_path):
    def run(text, **more):
        path = tmp_path / "委员.csv"
        path.write_text(text, encoding="utf-8")
        return engine.run(MEMBERS, [path], cast.county, actor=cast.office, at=NOW, **more)

    return run


def said(report):
    return [(f.row, f.column, f.reason) for f in report.rejected]


def test_a_new_member_gets_a_seat_posts_and_a_number(cast: Cast, bring):
    report = bring(f"{HEAD}曾 贤,女,1975年3月,农业界,提案委员会,常委、秘书长,138 0000 0001,,中共党员,\n")
    assert (report.created, report.made) == (1, {"sectors": ["农业界"], "special_committees": ["提案委员会"]})
    member = Member.objects.get(name="曾贤")
    assert (member.number, member.sound, member.born_in, member.phone, member.phone_hash, member.is_party_member) == (
        "YX005",
        "zengxian zx",
        date(1975, 3, 1),
        "13800000001",
        lookup_hash("13800000001"),
        True,
    )
    seat = Seat.objects.get(member=member)
    assert (seat.sector.name, seat.special_committee.name, seat.starts_on) == ("农业界", "提案委员会", NOW.date())
    assert set(Post.objects.filter(member=member).values_list("rank", flat=True)) == {"standing", "secretary_general"}
    event = Event.objects.get(kind="members.import")
    assert (event.committee_code, event.data["rows"], event.actor) == ("YX", 1, cast.office)


def test_the_phone_is_not_kept_in_the_clear(cast: Cast, bring):
    from django.db import connection

    bring(f"{HEAD}曾贤,,,农业界,,,13800000001,,,\n")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM members_member WHERE name = %s", ["曾贤"])
        assert "13800000001" not in cursor.fetchone()[0]


def test_the_same_file_twice_changes_nothing(cast: Cast, bring):
    text = f"{HEAD}曾贤,女,1975-03,农业界,,常委,13800000001,否,,\n林知远,,,医药卫生界,,,,,,YX001\n"
    assert (bring(text).created, bring(text).unchanged) == (1, 2)
    assert Event.objects.filter(kind="members.import").count() == 1


def test_a_phone_that_differs_is_not_told(cast: Cast, bring):
    bring(f"{HEAD}曾贤,,,农业界,,,13800000001,,,YX300\n")
    report = bring(f"{HEAD}曾贤,,,农业界,,,13800000002,,,YX300\n")
    assert said(report) == [
        (2, "手机", "与系统里的不同：系统里是“138******01”，没有改动；要改请打开这名委员，在“修改联系方式”里改")
    ]


def test_what_differs_is_named_and_nothing_overwritten(cast: Cast, bring):
    report = bring(f"{HEAD}林知远,,,农业界,,主席,,,,YX001\n新人,,,农业界,,,,,,\n")
    assert said(report) == [
        (2, "界别", "与系统里的不同：系统里是“医药卫生界”，没有改动；要改请打开这名委员，在“更正登记资料”里改"),
        (2, "职务", "与系统里的不同：系统里是“委员”，没有改动；要改请打开这名委员，在“更正登记资料”里改"),
    ]
    assert not Member.objects.filter(name="新人").exists()
    assert not Sector.objects.filter(name="农业界").exists()


def test_two_of_a_name_need_their_number(cast: Cast, bring):
    Member.objects.create(committee=cast.county, number="YX009", name="林知远")
    report = bring(f"{HEAD}林知远,,,医药卫生界,,,,,,\n")
    assert said(report) == [(2, "姓名", "有 2 位叫“林知远”的委员（编号 YX001、YX009），请写编号")]


def test_members_of_another_county_are_not_meant(cast: Cast, bring):
    assert bring(f"{HEAD}石望川,,,医药卫生界,,,,,,\n").created == 1
    assert set(Member.objects.filter(name="石望川").values_list("committee__code", flat=True)) == {"WC", "YX"}


def test_wrong_cells_are_named_with_row_and_column(cast: Cast, bring):
    report = bring(f"{HEAD}甲一,男性,去年,农业界,,组长,123,也许,,\n,,,,,,,,,X1\n甲二,,,农业界,,,,,,\n甲二,,,农业界,,,,,,\n")
    assert said(report) == [
        (2, "性别", "“男性”不在可填的范围内，是不是“男”，应是：男、女"),
        (2, "出生年月", "“去年”不是年月，应写成 1975-03 的样子"),
        (2, "职务", "“组长”不在可填的范围内，应是：委员、常委、秘书长、副主席、主席"),
        (2, "手机", "“123”不是手机号，应是 1 开头的 11 位数字"),
        (2, "是否党员", "“也许”应是“是”或“否”"),
        (3, "姓名", "没有填写"),
        (3, "界别", "没有填写"),
        (4, "姓名", "与甲二（原表第 5 行）是同一个人；确是两人的，请写编号或出生年月"),
        (5, "姓名", "与甲二（原表第 4 行）是同一个人；确是两人的，请写编号或出生年月"),
    ]


@pytest.mark.parametrize("written", ["ＹＸ３０２", "yx302", "ＹＸ　３０２", "ｙｘ 302"])
def test_a_new_number_is_kept_half_width_and_in_capitals(cast: Cast, bring, written):
    report = bring(f"{HEAD}曾贤,,,农业界,,,,,,{written}\n")
    assert (report.rejected, report.created, Member.objects.get(name="曾贤").number) == ([], 1, "YX302")
    assert bring(f"{HEAD}曾贤,,,农业界,,,,,,{written}\n").unchanged == 1


def test_new_numbers_go_on_behind_those_of_the_file(cast: Cast, bring):
    bring(f"{HEAD}甲一,,,农业界,,,,,,\n甲二,,,农业界,,,,,,YX005\n甲三,,,农业界,,,,,,YX030\n")
    bring(f"{HEAD}甲四,,,农业界,,,,,,\n")
    assert dict(Member.objects.filter(name__startswith="甲").values_list("name", "number")) == {
        "甲一": "YX006",
        "甲二": "YX005",
        "甲三": "YX030",
        "甲四": "YX031",
    }


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_goes_out_comes_in_elsewhere(cast: Cast, bring, tmp_path, ending):
    bring(f"{HEAD}曾贤,女,1975-03,农业界,提案委员会,常委,13800000001,是,中共党员,\n")
    first, again = tmp_path / f"一.{ending}", tmp_path / f"二.{ending}"
    exporting.write(first, MEMBERS, MEMBERS.rows(cast.county, year=None, on=NOW.date()))
    report = engine.run(MEMBERS, [first], cast.other_county, actor=None, at=NOW)
    assert (report.rejected, report.created) == ([], 6)
    exporting.write(
        again, MEMBERS, [r for r in MEMBERS.rows(cast.other_county, year=None, on=NOW.date()) if r["姓名"] != "石望川"]
    )
    assert rows_of(first) == rows_of(again)


def rows_of(path):
    from pathlib import Path

    from tongxin.sheets.files import Limits
    from tongxin.sheets.reading import open_table

    return [row.cells for row, _cells in open_table(Path(path), MEMBERS, Limits(64, 1000)).rows()]


@pytest.mark.parametrize("count", [1, 3])
def test_export_takes_a_constant_number_of_queries(cast: Cast, django_assert_num_queries, count):
    for n in range(count):
        made = Member.objects.create(committee=cast.county, number=f"Z{n}", name=f"某{n}")
        Seat.objects.create(
            committee=cast.county, member=made, term=cast.sector.term, sector=cast.sector, starts_on=date(2022, 1, 1)
        )
    with django_assert_num_queries(4):
        assert len(list(MEMBERS.rows(cast.county, year=None, on=NOW.date()))) == 5 + count


def test_who_left_stands_on_no_list_of_today_but_on_that_of_his_years(cast: Cast):
    def names(year):
        return {row["姓名"] for row in MEMBERS.rows(cast.county, year=year, on=NOW.date())}

    assert "温故里" not in names(None)
    assert {"温故里", "林知远", "于止水"} <= names(2026)
    assert "温故里" in names(2025)


# ── since when, what is odd, who stands there twice ──
def warned(report):
    return [(f.row, f.column, f.reason) for f in report.warnings]


def test_who_comes_later_sits_from_the_day_written_or_from_today_and_is_told_so(cast: Cast, bring):
    text = "姓名,界别,职务,任职日期\n曾贤,农业界,常委,2024年5月1日\n苏闻,农业界,,\n"
    assert warned(bring(text)) == [(3, "任职日期", "未填任职日期，按 2026 年 3 月 2 日起算")]
    began = dict(Seat.objects.filter(member__name__in=("曾贤", "苏闻")).values_list("member__name", "starts_on"))
    assert began == {"曾贤": date(2024, 5, 1), "苏闻": NOW.date()}
    assert Post.objects.get(member__name="曾贤").starts_on == date(2024, 5, 1)
    assert bring(text).unchanged == 2
    differs = "姓名,界别,任职日期\n曾贤,农业界,2024-06-01\n某甲,农业界,2021-01-01\n某乙,农业界,2027-01-01\n"
    assert [(row, why.partition("，")[0]) for row, _column, why in said(bring(differs))] == [
        (2, "与系统里的不同：系统里是“2024-05-01”"),
        (3, f"早于{cast.sector.term}开始的 2022 年 1 月 1 日"),
        (4, "在今天以后"),
    ]


def test_the_first_list_of_a_term_begins_with_it(cast: Cast, bring):
    Seat.objects.filter(committee=cast.county).delete()
    report = bring("姓名,界别\n曾贤,农业界\n")
    assert (warned(report), Seat.objects.get(member__name="曾贤").starts_on) == ([], date(2022, 1, 1))


def test_both_rows_of_one_number_are_wrong_and_neither_goes_in(cast: Cast, bring, tmp_path):
    rows = "曾贤,,,农业界,,,,,,YX300\n林知远,,,医药卫生界,,,,,,YX001\n苏闻,,,农业界,,,,,,yx300\n何人,,,农业界,,,,,,YX001\n"
    report = bring(HEAD + rows, skip_invalid=tmp_path / "错.xlsx")
    assert [(row, why.partition("；")[0]) for row, _column, why in said(report)] == [
        (2, "与苏闻（原表第 4 行）的编号相同"),
        (3, "与何人（原表第 5 行）的编号相同"),
        (4, "与曾贤（原表第 2 行）的编号相同"),
        (5, "与林知远（原表第 3 行）的编号相同"),
    ]
    assert (report.created, report.unchanged, report.left_out) == (0, 0, 4)
    assert not Member.objects.filter(name__in=("曾贤", "苏闻")).exists()


def test_a_mobile_belongs_to_one_person(cast: Cast, bring):
    bring(f"{HEAD}曾贤,,,农业界,,,13800000001,,,YX300\n")
    rows = "甲一,,,农业界,,,13800000001,,,\n甲二,,,农业界,,,13800000002,,,\n甲三,,,农业界,,,13800000002,,,\n"
    found = [(row, column, why.partition("；")[0]) for row, column, why in said(bring(HEAD + rows))]
    assert found == [
        (2, "手机", "与在册委员曾贤（编号 YX300）的手机号相同"),
        (3, "手机", "与甲三（原表第 4 行）的手机号相同"),
        (4, "手机", "与甲二（原表第 3 行）的手机号相同"),
    ]


def test_what_is_odd_is_said_and_taken(cast: Cast, bring):
    rows = "林知远,,1960-01,农业界,,,,,,YX300\n甲一,,2015-01,农业界,,,,,,YX301\n甲二,,1900-01,农业界,,,,,,0503\n"
    report = bring(HEAD + rows)
    assert report.created == 3
    odd = [found for found in warned(report) if found[1] != "任职日期"]
    assert odd == [
        (2, "姓名", "与在册委员同名（编号 YX001）；是同一个人的请改用原来的编号，确是两人的不用改"),
        (3, "出生年月", "今年 11 岁，请核对"),
        (4, "出生年月", "今年 126 岁，请核对"),
        (4, "编号", "编号的写法与其他委员的不同，请核对有没有漏写代码"),
    ]


def test_a_birth_to_come_and_a_name_without_letters_are_wrong(cast: Cast, bring):
    assert said(bring(f"{HEAD}曾贤,,2030-01,农业界,,,,,,\n0,,,农业界,,,,,,\n")) == [
        (2, "出生年月", "在今天以后，请核对"),
        (3, "姓名", "“0”不是姓名，请核对；是公式的请改成文字"),
    ]
