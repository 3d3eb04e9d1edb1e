"""Everything is checked first; then all of it is written, or nothing."""

import zipfile
from datetime import date

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from tests.cast import NOW
from tongxin.sheets import engine, exporting, templates
from tongxin.sheets.tests.conftest import THINGS, Shelf

pytestmark = pytest.mark.django_db


def run(shelf, *files, **more):
    return engine.run(THINGS, files, shelf, actor=None, at=NOW, **more)


def said(report):
    return [(f.sheet, f.row, f.column, f.reason) for f in report.rejected]


def book(path, rows, sheet="东西", merge=()):
    with xlsxwriter.Workbook(str(path)) as made:
        page = made.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write(number, column, value)
        for where, value in merge:
            page.merge_range(where, value)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_and_with_every_delimiter(shelf, csv_file, encoding, mark):
    text = f"云溪县登记表\n\n日期{mark}名称*\n2023/7/1{mark}张 三\n\n合计{mark}1\n"
    report = run(shelf, csv_file(text, encoding))
    assert (report.rows, report.created, list(shelf)) == (1, 1, [("张三", date(2023, 7, 1))])


def test_one_bad_row_and_nothing_is_written(shelf, csv_file):
    report = run(shelf, csv_file("名称,日期\n甲,2023-07-01\n乙,去年\n,2023-07-02\n"))
    assert said(report) == [
        ("", 3, "日期", "“去年”不是日期，应写成 2023-07-01 的样子"),
        ("", 4, "名称", "没有填写"),
    ]
    assert (report.refused, list(shelf)) == (True, [])


def test_bad_rows_are_left_out_when_asked_and_can_be_corrected(shelf, csv_file, tmp_path):
    rejects = tmp_path / "退回.xlsx"
    report = run(shelf, csv_file("名称,日期,备注\n甲,2023-07-01,x\n乙,去年,y\n"), skip_invalid=rejects)
    assert (report.created, report.left_out, len(shelf)) == (1, 1, 1)
    sheet = load_workbook(str(rejects)).get_sheet_by_name("东西").to_python()
    assert sheet == [
        ["名称", "日期", "备注", "原因"],
        ["乙", "去年", "y", "日期：“去年”不是日期，应写成 2023-07-01 的样子"],
    ]
    assert said(run(shelf, rejects)) == [("东西", 2, "日期", "“去年”不是日期，应写成 2023-07-01 的样子")]


def test_the_same_file_twice_changes_nothing(shelf, csv_file):
    path = csv_file("名称\n甲\n乙\n")
    run(shelf, path)
    report = run(shelf, path)
    assert (report.created, report.unchanged, len(shelf)) == (0, 2, 2)


def test_a_dry_run_writes_nothing(shelf, csv_file):
    report = run(shelf, csv_file("名称\n甲\n"), dry_run=True)
    assert (report.rows, report.created, report.refused, list(shelf)) == (1, 0, False, [])


def test_renamed_and_missing_columns_are_named(shelf, csv_file):
    assert said(run(shelf, csv_file("名 称,日 期期\n甲,2023-07-01\n"))) == [
        ("", 1, "日 期期", "没有这一列，是不是“日期”？请改成这个名称；不是的话请删去这一列")
    ]
    assert said(run(shelf, csv_file("日期,数量\n2023-07-01,一\n"))) == [
        ("", 0, "名称", "表头（第 1 行）里缺少这一列，请补上后重新上传，或下载空表照列名填写")
    ]
    assert [f.reason for f in run(shelf, csv_file("甲,乙\n1,2\n")).rejected] == [
        "没有找到表头（看了前 30 行），表头应有这些列：名称，可以照空表的列名填写"
    ]


def test_an_unknown_column_is_reported(shelf, csv_file):
    report = run(shelf, csv_file("名称,随便什么\n甲,1\n"))
    assert [(w.row, w.column, w.reason) for w in report.warnings] == [(1, "随便什么", "模板里没有这一列，没有读取")]
    assert len(shelf) == 1


def test_the_sheet_named_like_the_kind_is_read(shelf, tmp_path):
    path = tmp_path / "全部.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        made.add_worksheet("封面").write(0, 0, "名称")
        page = made.add_worksheet("东西")
        page.write_column(0, 0, ["名称", "甲"])
    report = run(shelf, path)
    assert (report.created, list(shelf)) == (1, [("甲", None)])


def test_titles_blank_rows_merged_cells_and_footers_are_minded(shelf, tmp_path):
    path = book(
        tmp_path / "表.xlsx",
        [["登记表"], [], ["", "日期", "名称"], ["", "", "甲"], ["", "", "乙"], [], ["", "", "丙"], ["制表人：某某"]],
        merge=[("B4:B5", "2023-07-01")],
    )
    assert run(shelf, path).rejected == []
    assert list(shelf) == [("甲", date(2023, 7, 1)), ("乙", date(2023, 7, 1)), ("丙", None)]


def test_content_decides_what_a_file_is(shelf, tmp_path, csv_file):
    assert run(shelf, book(tmp_path / "其实是工作簿.csv", [["名称"], ["甲"]])).created == 1
    assert run(shelf, csv_file("名称\n乙\n", name="其实是文本.xlsx")).created == 1


def reasons(shelf, path):
    report = run(shelf, path, skip_invalid=path.with_name("退回.xlsx"))
    assert (report.refused, list(shelf)) == (True, [])
    return [fault.reason for fault in report.rejected]


def test_what_cannot_be_read_is_said(shelf, tmp_path, csv_file, settings):
    (tmp_path / "空.csv").write_bytes(b"\n")
    (tmp_path / "图.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n....")
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04broken")
    (tmp_path / "密.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))
    (tmp_path / "码.csv").write_bytes("名称\n".encode() + b"\xff\xff\n")
    assert reasons(shelf, tmp_path / "没有.csv") == ["打不开这个文件，请检查路径和权限"]
    assert reasons(shelf, tmp_path / "空.csv") == ["文件是空的"]
    assert reasons(shelf, tmp_path / "图.xlsx") == ["这不是表格文件，请用 XLSX 或 CSV"]
    assert reasons(shelf, tmp_path / "坏.xlsx") == ["文件已损坏，请用表格软件打开后另存再导入"]
    assert reasons(shelf, tmp_path / "密.xlsx") == ["文件设了密码，请去掉密码后另存再导入"]
    assert reasons(shelf, tmp_path / "码.csv") == ["文字编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8 的 CSV 或 XLSX"]
    assert reasons(shelf, csv_file('名称\n"甲\n乙\n')) == ["这一行之后的引号不成对，无法继续读取，请用表格软件打开后另存再导入"]
    settings.IMPORT_MAX_ROWS = 2
    assert reasons(shelf, csv_file("名称\n甲\n乙\n丙\n")) == ["超过 2 行，请分成几个文件导入"]
    settings.IMPORT_MAX_MB = 0
    assert reasons(shelf, csv_file("名称\n甲\n")) == ["文件有 0 MB，最大 0 MB，请分成几个文件导入"]


@pytest.mark.parametrize(("limit", "unpacked"), [(1, 20 << 20), (64, 40 << 20)], ids=["large", "dense"])
def test_a_zip_bomb_is_not_opened(shelf, tmp_path, settings, limit, unpacked):
    settings.IMPORT_MAX_MB = limit
    with zipfile.ZipFile(tmp_path / "弹.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * unpacked)
    assert reasons(shelf, tmp_path / "弹.xlsx") == ["文件展开后过大，请删去多余的格式和空行，或分成几个文件导入"]


def test_a_sheet_of_endless_columns_is_refused_in_one_sentence(shelf, csv_file):
    assert reasons(shelf, csv_file("名称," + ",".join(f"列{n}" for n in range(20_000)) + "\n甲\n")) == [
        "表头有 20001 列，最多 300 列，请删去不用的列"
    ]


def test_formulas_are_text(shelf, csv_file, tmp_path):
    run(shelf, csv_file("名称\n=1+1\n@甲\n"))
    assert [name for name, _day in shelf] == ["=1+1", "@甲"]
    out = tmp_path / "出.csv"
    exporting.write(out, THINGS, THINGS.rows(shelf))
    assert out.read_text(encoding="utf-8-sig").splitlines() == ["名称,日期,数量", "'=1+1,,", "'@甲,,"]
    workbook = tmp_path / "出.xlsx"
    exporting.write(workbook, THINGS, THINGS.rows(shelf))
    with zipfile.ZipFile(workbook) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    again = Shelf()
    run(again, out)
    assert list(again) == list(shelf)


def test_the_template_is_read_and_its_example_skipped(shelf, tmp_path):
    templates.write(tmp_path / "空表.xlsx", THINGS)
    report = run(shelf, tmp_path / "空表.xlsx")
    assert (report.rows, report.rejected, report.warnings) == (0, [], [])


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")), min_size=2, max_size=12)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    things=st.lists(
        st.tuples(NAMES.map(lambda n: f"甲{n}乙"), st.none() | st.dates(date(1950, 1, 1), date(2090, 1, 1))),
        min_size=1,
        max_size=8,
    ),
    ending=st.sampled_from(["csv", "xlsx"]),
)
def test_what_goes_out_comes_in_again(things, ending, tmp_path):
    path = tmp_path / f"往返.{ending}"
    exporting.write(path, THINGS, THINGS.rows(Shelf(things)))
    again = Shelf()
    report = run(again, path)
    assert (report.rejected, list(again)) == ([], things)
