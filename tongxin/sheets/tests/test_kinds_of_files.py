"""What offices call a spreadsheet: read by its content, or refused with a sentence.

And outputs that are whole or not there.
"""

import os
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.cast import NOW
from tongxin.sheets import engine, exporting, ole, outputs, webpages
from tongxin.sheets.files import Limits
from tongxin.sheets.kinds import Column, Kind
from tongxin.sheets.reading import open_table
from tongxin.sheets.tests.conftest import THINGS, ThingImporter

pytestmark = pytest.mark.django_db
DAMAGED = "文件已损坏，请用表格软件打开后另存再导入"
WIDE = Kind(
    "things",
    "东西",
    (
        Column("名称", required=True, others=("物品名称", "品名")),
        Column("日期", others=("时间",)),
        Column("数量"),
        Column("去处"),
        Column("经手人", names_people=True, others=("第一经手人",)),
    ),
    ThingImporter,
    THINGS.rows,
    joined=("去处",),
    people="(经手|签名)人",
)


def run(shelf, *files, kind=WIDE, **more):
    return engine.run(kind, files, shelf, actor=None, at=NOW, **more)


def read(path, kind=WIDE):
    table = open_table(path, kind, Limits(64, 10_000))
    rows = [dict(row.cells) | {"!": [f"{f.column}：{f.reason}" for f in row.faults]} for row, _cells in table.rows()]
    return rows, [f"{n.column}：{n.reason}" for n in (*table.header.warnings, *table.notes)]


def book(path, *sheets, hidden=()):
    with xlsxwriter.Workbook(str(path)) as made:
        for title, rows in sheets:
            page = made.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    page.write(number, column, value)
            if title in hidden:
                page.hide()
    return path


def with_cells(path, changes):
    """Write cells of a workbook's first sheet anew, as XML."""
    with zipfile.ZipFile(path) as packed:
        parts = {entry.filename: packed.read(entry) for entry in packed.infolist()}
    page = parts["xl/worksheets/sheet1.xml"].decode()
    for old, new in changes.items():
        assert old in page
        page = page.replace(old, new)
    parts["xl/worksheets/sheet1.xml"] = page.encode()
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return path


def reasons(shelf, path, **more):
    report = run(shelf, path, **more)
    assert (report.refused, report.created, list(shelf)) == (True, 0, [])
    return [fault.reason for fault in report.rejected]


# ── which sheet ──
def test_hidden_sheets_are_not_read_but_named(shelf, tmp_path):
    path = book(tmp_path / "表.xlsx", ("今年", [["名称"], ["甲"]]), ("旧表", [["名称"], ["乙"]]), hidden={"旧表"})
    report = run(shelf, path)
    assert ([name for name, _day in shelf], [w.reason for w in report.warnings]) == (
        ["甲"],
        ["有隐藏的工作表，没有读取：“旧表”"],
    )


def test_the_sheet_whose_header_fits_is_read_and_of_several_all_are_named(shelf, tmp_path):
    one = book(tmp_path / "一.xlsx", ("封面", [["某某登记表"]]), ("数据", [["品名", "时间"], ["甲", "2023-07-01"]]))
    several = book(tmp_path / "几.xlsx", *((year, [["名称", "日期"], ["甲", ""]]) for year in ("2024", "2025")))
    assert reasons(shelf, several) == ["有 2 张工作表都有这些列：“2024”、“2025”。请把要导入的那张改名为“东西”，或分成几个文件"]
    assert run(shelf, one).created == 1


# ── which columns ──
def test_other_names_of_columns_are_understood_with_a_note(tmp_path, csv_file):
    rows, notes = read(csv_file("品名,时间,没有的,经手人\n甲,2023-07-01,x,某\n"))
    assert [(row["名称"], row["日期"]) for row in rows] == [("甲", "2023-07-01")]
    assert notes == ["品名：按“名称”读取", "时间：按“日期”读取", "没有的：模板里没有这一列，没有读取"]


def test_a_second_column_of_people_is_never_only_a_warning(shelf, csv_file):
    assert reasons(shelf, csv_file("名称,经手人,第一经手人\n甲,某,某某\n")) == [
        "与另一列都是“经手人”，请合成一列，几个人用顿号隔开"
    ]
    assert reasons(shelf, csv_file("名称,共同签名人\n甲,某\n")) == [
        "没有这一列，读入会漏掉其中的人：请改用模板里的列名，或删去这一列"
    ]


# ── which rows ──
def test_rows_of_totals_are_passed_over_with_a_note(tmp_path):
    path = book(
        tmp_path / "表.xlsx",
        (
            "东西",
            [
                ["名称", "日期", "数量", "去处"],
                ["甲", "", 1, "东"],
                ["合计", "", "=SUM(C2:C2)", 3],
                ["", "", "=SUM(C2:C2)", "=3"],
            ],
        ),
    )
    rows, notes = read(path)
    assert ([row["名称"] for row in rows], notes) == (["甲"], ["：跳过（合计），没有读取", "：跳过（合计），没有读取"])


def test_a_row_that_only_says_more_goes_on_with_the_one_above(tmp_path, csv_file):
    rows, _notes = read(csv_file("名称,数量,去处\n甲,1,东\n甲,1,西\n,,南\n乙,1,东\n乙,2,西\n丙,1,东\n丙,1,东\n"))
    assert [(row["名称"], row["去处"]) for row in rows] == [
        ("甲", "东、西、南"),
        ("乙", "东"),
        ("乙", "西"),
        ("丙", "东"),
        ("丙", "东"),
    ]


def test_a_blank_in_the_last_row_and_column_is_not_walked_to(tmp_path):
    path = book(tmp_path / "表.xlsx", ("东西", [["名称", "日期"], ["甲", ""]]))
    with xlsxwriter.Workbook(str(path)) as made:
        page = made.add_worksheet("东西")
        page.write_column(0, 0, ["名称", "甲"])
        page.write_string(1_048_575, 0, " ")
        page.write_string(0, 16_383, "　")
    table = open_table(path, WIDE, Limits(64, 10_000))
    walked = sum(1 for _row in table._raw)
    assert walked == 1


def an_ods(path, rows):
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>
    <table:table table:name="东西">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", content)
    return path


def ods_row(*cells, more="", times=1):
    filled = "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in cells)
    return f'<table:table-row table:number-rows-repeated="{times}">{filled}{more}</table:table-row>'


def test_an_ods_that_repeats_cells_without_end_is_refused_before_it_is_read(shelf, tmp_path):
    """The reader would ask for memory for all of them: 90 million cells in 600 bytes."""
    wide = (
        '<table:table-cell table:number-columns-repeated="900" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    )
    path = an_ods(tmp_path / "表.ods", ods_row("名称", "数量") + ods_row(more=wide, times=100_000))
    assert reasons(shelf, path) == ["第 100001 行、第 AHP 列还有内容，离前面的数据太远，请删去后再导入"]


def test_an_ods_with_blanks_behind_its_rows_is_read(tmp_path):
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    path = an_ods(tmp_path / "表.ods", ods_row("名称", "数量") + ods_row("笔", "3") + ods_row(more=blank, times=1_048_574))
    assert read(path)[0] == [{"名称": "笔", "数量": "3", "!": []}]


def test_a_sheet_whose_packing_is_spoiled_is_refused_with_a_sentence(shelf, tmp_path):
    path = tmp_path / "表.xlsx"
    book(path, ("东西", [["名称"], *[[f"笔{n}"] for n in range(300)]]))
    with zipfile.ZipFile(path) as packed:
        sheet = packed.getinfo("xl/worksheets/sheet1.xml")
    raw = bytearray(path.read_bytes())
    begin = sheet.header_offset + 30 + len(sheet.filename)
    raw[begin + 20 : begin + 60] = bytes(40)
    path.write_bytes(raw)
    assert reasons(shelf, path) == [DAMAGED]


def test_what_stands_too_far_from_the_rest_is_refused_with_its_place(shelf, tmp_path):
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        page = made.add_worksheet("东西")
        page.write_column(0, 0, ["名称", "甲"])
        page.write_string(1_048_575, 40, "乙")
    assert reasons(shelf, path) == ["第 1048576 行、第 AO 列还有内容，离前面的数据太远，请删去后再导入"]


# ── what reads as blank but is not ──
@pytest.mark.parametrize("word", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_a_failed_formula_in_any_column_is_named_by_its_cell(shelf, tmp_path, csv_file, word):
    path = book(tmp_path / "表.xlsx", ("东西", [["名称", "日期", "数量"], ["甲", "", 77], ["乙", "", ""]]))
    with_cells(path, {'<c r="C2"><v>77</v></c>': f'<c r="C2" t="e"><f>NA()</f><v>{word}</v></c>'})
    said = [f"单元格 C2 里的公式出错（{word}），请改为数值或文字"]
    assert reasons(shelf, path) == said
    assert reasons(shelf, csv_file(f"名称,日期,数量\n甲,,{word}\n")) == said


def test_a_formula_without_a_stored_value_is_never_blank(shelf, tmp_path):
    path = book(tmp_path / "表.xlsx", ("东西", [["名称", "日期"], [77, ""]]))
    with_cells(path, {'<c r="A2"><v>77</v></c>': '<c r="A2"><f>CONCATENATE("甲","乙")</f><v></v></c>'})
    assert reasons(shelf, path) == ["单元格 A2 里是公式，文件里没有存公式的结果：请用 Excel 或 WPS 打开，保存一次再导入"]
    with_cells(path, {'<c r="A2"><f>': '<c r="A2" t="str"><f>'})
    assert not read(path)[0]  # a formula that gives an empty text is blank, and the row then too


# ── web pages ──
PAGE = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><style>td {x}</style></head><body>'
    "<table border=1><tr><td>名称<td>日期</tr>\n<tr><td rowspan=2>甲&amp;乙</td><td>2023-07-01</td></tr><tr><td>2023-07-02"
)


@pytest.mark.parametrize("end", ["</td></tr></table></body></html>", ""])
def test_a_web_page_saved_as_a_sheet_is_the_table_it_holds(shelf, tmp_path, end):
    path = tmp_path / "表.xls"
    path.write_bytes((PAGE + end).encode("gb18030"))
    assert (run(shelf, path).created, [(name, str(day)) for name, day in shelf]) == (
        2,
        [("甲&乙", "2023-07-01"), ("甲&乙", "2023-07-02")],
    )


def test_a_single_file_page_is_read_too(shelf, tmp_path):
    import quopri

    path = tmp_path / "表.xls"
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html; charset="gb2312"\r\n'
    body = quopri.encodestring(PAGE.encode("gb18030"))
    path.write_bytes(head + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + body + b"\r\n--x--\r\n")
    assert run(shelf, path).created == 2


def test_pages_without_a_table_and_sheets_in_xml_are_told_what_to_do(shelf, tmp_path):
    (tmp_path / "框.xls").write_bytes(b"<html><frameset><frame src=sheet001.htm></frameset></html>")
    (tmp_path / "老.xls").write_bytes(b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>')
    assert all("另存为 XLSX" in reasons(shelf, tmp_path / name)[0] for name in ("框.xls", "老.xls"))


def test_spans_of_a_page_are_bounded():
    page = b"<table>" + b"<tr><td rowspan=9999999 colspan=9999999>x</td></tr>" * 50 + b"</table>"
    with pytest.raises(ValueError, match="too many"):
        webpages.tables(page)


# ── damaged files ──
def test_a_text_that_is_cut_off_is_said_with_its_line(shelf, tmp_path):
    for number, encoding in enumerate(("utf-16", "utf-8", "gb18030")):
        path = tmp_path / f"{number}.csv"
        path.write_bytes("名称,日期\n甲,2023-07-01\n乙".encode(encoding)[:-1])
        report = run(shelf, path)
        assert [(f.row, f.reason) for f in report.rejected] == [(3, "文件不完整，到这一行中间就断了，请重新导出或复制完整的文件")]
    assert list(shelf) == []


def test_damaged_old_workbooks_end_in_a_sentence(shelf, tmp_path):
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<III", header, 44, 1, 0, 0)
    struct.pack_into("<IIIII", header, 56, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<I", header, 76, 1)
    for number, body in enumerate((b"", b"\0" * 700, b"\xff" * 2048, bytes(range(256)) * 16)):
        path = tmp_path / f"{number}.xls"
        path.write_bytes(bytes(header) + body)
        assert reasons(shelf, path) == [DAMAGED]


def test_failed_cells_are_found_among_the_records_of_an_old_workbook():
    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    start = len(record(ole.BOF, b"\0\6\5\0")) + len(record(ole.BOUNDSHEET, bytes(8))) + len(record(ole.EOF, b""))
    stream = record(ole.BOF, b"\0\6\5\0") + record(ole.BOUNDSHEET, struct.pack("<IHH", start, 0, 0)) + record(ole.EOF, b"")
    stream += record(ole.BOF, b"\0\6\x10\0") + record(ole.BOOLERR, struct.pack("<HHHBB", 1, 2, 0, 0x2A, 1))
    stream += record(ole.FORMULA, struct.pack("<HHH", 3, 4, 0) + b"\2\0\x17\0\0\0\xff\xff" + bytes(8)) + record(ole.EOF, b"")
    assert ole.failed_cells(stream) == {0: {(1, 2): "#N/A", (3, 4): "#REF!"}}
    with pytest.raises(ole.Damaged):
        ole.failed_cells(stream + b"\6\0\xff\0")


# ── where they are, and where rejects go ──
def test_files_of_one_name_keep_their_places(shelf, tmp_path):
    paths = [tmp_path / part / "表.csv" for part in ("甲", "乙")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("名称,日期\n某,哪天\n", encoding="utf-8")
    report = run(shelf, *paths, skip_invalid=tmp_path / "退.xlsx")
    assert ([f.file for f in report.rejected], report.left_out) == ([str(p) for p in paths], 2)
    assert run(shelf, paths[0], paths[0].parent / ".." / "甲" / "表.csv").rows == 1


def test_a_name_that_is_no_utf8_can_be_printed(shelf, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + "/表".encode("gb18030") + b".csv"))
    path.write_text("没有\n", encoding="utf-8")
    [fault] = run(shelf, path).rejected
    assert str(fault).encode("utf-8")


@pytest.mark.parametrize("way", ["same", "dots", "link", "hard", "capitals"])
def test_rejects_never_go_over_what_is_read(shelf, tmp_path, way):
    source = book(tmp_path / "Table.xlsx", ("东西", [["名称", "日期"], ["甲", "哪天"]]))
    before = source.read_bytes()
    out = {
        "same": source,
        "dots": tmp_path / "x" / ".." / "Table.xlsx",
        "link": tmp_path / "l.xlsx",
        "hard": tmp_path / "h.xlsx",
        "capitals": tmp_path / "TABLE.XLSX",
    }[way]
    if way == "link":
        out.symlink_to(source)
    elif way == "hard":
        out.hardlink_to(source)
    with pytest.raises(outputs.Unwritable, match="就是要导入的文件"):
        run(shelf, source, skip_invalid=out)
    assert (source.read_bytes(), list(shelf)) == (before, [])


def test_where_rejects_cannot_stand_is_said_before_work_and_nothing_is_left(shelf, csv_file, tmp_path):
    source = csv_file("名称,日期\n甲,哪天\n")
    (tmp_path / "目录.xlsx").mkdir()
    before = set(tmp_path.iterdir())
    for name, reason in (
        ("无/退.xlsx", "目录不存在"),
        ("目录.xlsx", "是目录"),
        ("东西.csv/退.xlsx", "其实是文件"),
        ("长" * 200 + ".xlsx", "太长"),
    ):
        with pytest.raises(outputs.Unwritable, match=reason):
            run(shelf, source, skip_invalid=tmp_path / name)
    assert set(tmp_path.iterdir()) == before


def test_an_output_that_fails_midway_leaves_what_was_there(shelf, tmp_path):
    out = tmp_path / "出.csv"
    out.write_text("原来的", encoding="utf-8")

    def failing():
        yield {"名称": "甲"}
        raise OSError(28, "No space left on device")

    with pytest.raises(outputs.Unwritable, match="磁盘已满"):
        exporting.write(out, WIDE, failing())
    assert (out.read_text(encoding="utf-8"), [p.name for p in tmp_path.iterdir()]) == ("原来的", ["出.csv"])
    with pytest.raises(outputs.Unwritable, match="磁盘已满"):
        _write_to(Path("/dev/full"))


def _write_to(out):
    with outputs.whole(out) as beside:
        beside.write_bytes(b"x" * 100)
