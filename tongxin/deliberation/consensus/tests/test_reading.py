"""Files as offices and other programs write them, and what is said of those that are wrong."""

import codecs

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.deliberation.consensus import cells, reading
from tongxin.deliberation.consensus.problems import BadInput
from tongxin.deliberation.consensus.reading import read_votes
from tongxin.deliberation.consensus.tests.reference import as_cells, in_order, latest
from tongxin.deliberation.consensus.votes import Tally, latest_positions

HEADER = "participant_id,statement_id,vote,modified_ms\n"


@pytest.fixture
def write(tmp_path):
    """Writes a file and gives its path."""

    def _write(text, encoding="utf-8", name="votes.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return _write


def refusal(path, **options):
    """What is said of a file that is refused."""
    with pytest.raises(BadInput) as caught:
        read_votes(path, **options)
    return str(caught.value)


def test_a_later_vote_replaces_an_earlier_one_whatever_the_order_of_the_rows(write):
    votes = read_votes(write(HEADER + "a,1,1,200\na,1,-1,100\nb,1,0,50\n"))
    assert as_cells(votes) == {("a", "1"): 1, ("b", "1"): 0}


def test_of_equal_times_the_later_row_counts(write):
    assert as_cells(read_votes(write(HEADER + "a,1,1,100\na,1,-1,100\na,1,0,100\n"))) == {("a", "1"): 0}


def test_without_times_the_later_row_counts(write):
    assert as_cells(read_votes(write("participant_id,statement_id,vote\na,1,1\na,1,-1\n"))) == {("a", "1"): -1}


def test_the_names_and_order_of_columns_of_published_exports_are_known(write):
    text = "timestamp,datetime,comment-id,voter-id,vote\n5,Fri Dec 09,s,p,1\n4,Fri Dec 09,s,p,-1\n"
    assert as_cells(read_votes(write(text))) == {("p", "s"): 1}


def test_a_wide_table_has_a_row_for_each_person_and_gaps_for_what_was_not_seen(write):
    votes = read_votes(write("参与者,s1,s2,s3\n甲,1,,-1\n乙,,0,\n丙,,,\n"))
    assert as_cells(votes) == {("甲", "s1"): 1, ("甲", "s3"): -1, ("乙", "s2"): 0}
    assert list(votes.statements) == ["s1", "s2", "s3"]
    assert list(votes.participants) == ["乙", "甲"]


def test_in_a_wide_table_the_last_row_of_a_person_counts_cell_by_cell(write):
    assert as_cells(read_votes(write("p,1,2\na,1,1\na,-1,\n"))) == {("a", "1"): -1, ("a", "2"): 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends_make_no_difference(write, encoding, newline):
    text = HEADER + "委员甲,观点一,1,1\n委员乙𠮷,观点二,-1,2\n"
    votes = read_votes(write(text.replace("\n", newline), encoding))
    assert as_cells(votes) == {("委员甲", "观点一"): 1, ("委员乙𠮷", "观点二"): -1}


def test_a_workbook_is_read_like_a_csv_file(tmp_path):
    path = tmp_path / "votes.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([["participant_id", "statement_id", "vote"], [1, "观点一", 1], [2, "观点一", -1]]):
            sheet.write_row(line, 0, row)
    assert as_cells(read_votes(path)) == {("1", "观点一"): 1, ("2", "观点一"): -1}


def test_a_wide_workbook_is_read_too(tmp_path):
    path = tmp_path / "votes.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([["p", "s1", "s2"], ["甲", 1, ""], ["乙", "", 0]]):
            sheet.write_row(line, 0, row)
    assert as_cells(read_votes(path)) == {("甲", "s1"): 1, ("乙", "s2"): 0}


def test_a_broken_or_empty_workbook_is_refused(write, tmp_path):
    assert "Excel" in refusal(write(b"PK\x03\x04 not a workbook", name="v.xlsx"))
    with xlsxwriter.Workbook(str(tmp_path / "empty.xlsx")) as book:
        book.add_worksheet()
    assert "没有表头" in refusal(tmp_path / "empty.xlsx")


@pytest.mark.parametrize(
    "text",
    [
        'participant_id,statement_id,vote\n"a","1","1"\n"b, c","1","-1"\n',
        'participant_id,statement_id,vote\n a , 1 ,1\n\n"b, c",1, -1 \n\n',
        '"participant_id","statement_id",vote\na,1,1\n"b, c",1,-1',
    ],
)
def test_quotes_spaces_and_blank_lines_make_no_difference(write, text):
    assert as_cells(read_votes(write(text))) == {("a", "1"): 1, ("b, c", "1"): -1}


def test_identifiers_of_any_length_stay_apart(write):
    names = ["1", "12345678", "123456789", "1234567890123456", "12345678901234567", "x" * 200, "x" * 199]
    rows = "".join(f"{person},{statement},1\n" for person in names for statement in names)
    votes = read_votes(write("participant_id,statement_id,vote\n" + rows * 2))
    assert as_cells(votes) == {(person, statement): 1 for person in names for statement in names}
    assert list(votes.participants) == in_order(names)


def test_header_alone_is_an_empty_conversation(write):
    for text in (HEADER, HEADER.strip(), "p,1,2\n", '"p",1\n"a",\n'):
        votes = read_votes(write(text))
        assert (len(votes.participants), len(votes.values)) == (0, 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("participant_id;statement_id;vote\na;1;1\n", "各列是用分号隔开的"),
        ("participant_id\tstatement_id\tvote\na\t1\t1\n", "各列是用制表符隔开的"),
        ("participant_id，statement_id，vote\na，1，1\n", "各列是用全角逗号隔开的"),
        ("participant\na\nb\n", "只有一列"),
        ("participant\n", "只有一列"),
    ],
)
def test_a_file_of_one_column_is_refused_and_told_how_it_should_be_divided(write, text, reason):
    assert reason in refusal(write(text))


@pytest.mark.parametrize(("written", "vote"), [("1.0", 1), ("-1.0", -1), ("+1", 1), ("0.0", 0), ("-0", 0), ("1.", 1), ("01", 1)])
def test_whole_numbers_as_spreadsheet_programs_write_them_are_votes(write, written, vote):
    assert as_cells(read_votes(write(f"participant_id,statement_id,vote\na,1,{written}\n"))) == {("a", "1"): vote}
    assert as_cells(read_votes(write(f"p,1,2\na,{written},\n"))) == {("a", "1"): vote}


@pytest.mark.parametrize("written", ["1.5", "2", "+-1", "1e0", "nan", "１.2"])
def test_other_numbers_are_no_votes(write, written):
    assert "无效" in refusal(write(f"participant_id,statement_id,vote\na,1,{written}\n"))


def test_a_wrong_row_is_named_by_line_column_and_reason(write):
    said = refusal(write(HEADER + "a,1,1,5\na,2,7,5\n,3,1,5\na,4,1,soon\na,5,1\na,6,1,5\n"))
    assert said.splitlines() == [
        "votes.csv 第 3 行“vote”列：表态“7”无效，应为 1（赞成）、0（略过）或 -1（反对）。",
        "votes.csv 第 4 行“participant_id”列：是空的，请填编号。",
        "votes.csv 第 5 行“modified_ms”列：时间“soon”不是整数，应为毫秒数，例如 1515620784141。",
        "votes.csv 第 6 行：有 3 格，表头是 4 格，请补齐或删去多余的逗号。",
    ]


def test_a_wrong_row_late_in_a_long_file_has_its_own_line_number(write):
    good = "".join(f"{number},1,1\n" for number in range(5000))
    said = refusal(write("participant_id,statement_id,vote\n" + good + "x,1,maybe\n" + good), block=1 << 12)
    assert "第 5002 行“vote”列：表态“maybe”无效" in said


def test_a_wrong_row_after_quotes_has_its_own_line_number(write):
    said = refusal(write('participant_id,statement_id,vote\n"a\nb",1,1\nc,1,2\n'))
    assert "第 4 行" in said


def test_a_wrong_cell_of_a_wide_table_is_named_by_its_statement(write):
    assert "第 3 行“观点二”列：表态“赞成”无效" in refusal(write("人,观点一,观点二\na,1,1\nb,,赞成\n"))
    assert "第 2 行“人”列：是空的" in refusal(write("人,观点一\n,1\n"))
    assert "第 2 行“第 1 列”列：是空的" in refusal(write(",观点一\n,1\n"))


def test_only_the_first_faults_are_listed(write):
    said = refusal(write(HEADER + "a,1,9,1\n" * 100))
    assert len(said.splitlines()) == 21
    assert said.endswith("只列出前 20 处，请改正后再试。")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "没有表头"),
        (b"\n\n", "没有表头"),
        (codecs.BOM_UTF16_LE + "a,b".encode("utf-16-le"), "UTF-16"),
        (b"participant_id,statement_id,vote\ra,1,1\r", "回车符"),
        (b"participant_id,statement_id,vote\n\xff\xff\xff,1,1\n", "GB18030"),
        (b"participant_id,statement_id,vote\na\x00b,1,1\n", "空字节"),
        (b"participant_id,statement_id,vote\n" + b"x" * 201 + b",1,1\n", "最多 200 字节"),
        (b'participant_id,statement_id,vote\n"a"b,1,1\n', "引号"),
        (b"participant_id,statement_id\na,1\n", "缺少这一列"),
        (b"participant_id,vote\na,1\n", "statement_id"),
        (b"statement_id,vote\na,1\n", "participant_id"),
        (b"p,s1,s1\na,1,1\n", "出现了两次"),
        (b"p,s1,\na,1,1\n", "观点编号是空的"),
        (HEADER.encode() + b"a,1,1,99999999999999999999\n", "不是整数"),
        (HEADER.encode() + "a,1,\udce5,1\n".encode("utf-8", "surrogateescape"), "无效"),
    ],
)
def test_what_cannot_be_a_votes_file_is_refused_with_a_reason(write, text, reason):
    assert reason in refusal(write(text))


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path):
    assert "没有这个文件" in refusal(tmp_path / "nothing.csv")
    assert "目录" in refusal(tmp_path)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path):
    assert "打不开" in refusal(tmp_path / ("x" * 300))


def test_negative_and_long_times_are_read_exactly(write):
    rows = "a,1,1,-5\na,1,-1,-6\nb,1,1,1515620784141999\nb,1,-1,1515620784141998\nc,1,1,7\nc,1,-1,123456789\n"
    assert as_cells(read_votes(write(HEADER + rows))) == {("a", "1"): 1, ("b", "1"): 1, ("c", "1"): -1}


IDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12).filter(
    lambda name: name.strip() == name
)
ROWS = st.lists(st.tuples(IDS, st.sampled_from("12345"), st.sampled_from([-1, 0, 1]), st.integers(0, 99)), max_size=30)


@settings(max_examples=60)
@given(rows=ROWS, quoted=st.booleans(), block=st.sampled_from([64, 300, 1 << 16]))
def test_reading_gives_the_last_vote_of_each_person_on_each_statement(tmp_path_factory, rows, quoted, block):
    path = tmp_path_factory.mktemp("read") / "votes.csv"
    mark = '"' if quoted else ""
    clean = [row for row in rows if not set(row[0]) & {'"', ","}]
    lines = [f"{mark}{person}{mark},{statement},{value},{time}\n" for person, statement, value, time in clean]
    path.write_text(HEADER + "".join(lines), encoding="utf-8", newline="")
    assert as_cells(read_votes(path, block=block)) == latest(clean)


def test_patient_and_quick_reading_agree_in_batches(write, monkeypatch):
    monkeypatch.setattr(cells, "_BATCH", 7)
    rows = "".join(f"p{number % 13},{number % 5},{number % 3 - 1}\n" for number in range(200))
    quick = as_cells(read_votes(write("participant_id,statement_id,vote\n" + rows)))
    assert as_cells(read_votes(write('participant_id,statement_id,"vote"\n"p0",0,-1\n' + rows))) == quick


def test_superseded_votes_are_dropped_while_reading(write):
    tally = Tally(timed=True, room=100)
    random = np.random.default_rng(1)
    rows = [tuple(row) for row in random.integers((0, 0, -1, 0), (5, 4, 2, 50), (5000, 4)).tolist()]
    for low in range(0, len(rows), 60):
        people, statements, values, times = np.array(rows[low : low + 60]).T
        tally.add(people, statements, values.astype(np.int8), times)
        assert sum(map(len, tally._people)) <= 200
    votes = tally.finish([*"abcde"], [*"wxyz"], keep_times=True)
    expected = {("abcde"[p], "wxyz"[s]): v for (p, s), v in latest(rows).items()}
    assert as_cells(votes) == expected
    assert votes.times is not None


def test_numbers_too_large_to_pack_are_sorted_all_the_same():
    people = np.array([2**40, 0, 2**40, 5, 2**40], np.int64)
    statements = np.array([2**30, 1, 2**30, 2, 3], np.int64)
    assert latest_positions(people, statements, np.array([9, 0, 8, 0, 0])).tolist() == [1, 3, 4, 0]


def test_many_identifiers_outgrow_their_table(write):
    rows = "".join(f"{number * 7919},{number % 3},1\n" for number in range(20_000))
    votes = read_votes(write("participant_id,statement_id,vote\n" + rows), block=1 << 14)
    assert list(votes.participants) == [str(number * 7919) for number in range(20_000)]


def test_a_line_longer_than_a_block_is_read(write):
    header = "p," + ",".join(f"s{number}" for number in range(200))
    votes = read_votes(write(header + "\na" + ",1" * 200 + "\n"), block=128)
    assert len(votes.values) == 200
    assert reading.BLOCK > 128


def test_spaces_round_identifiers_and_uneven_lines_are_left_to_patient_reading(write):
    assert as_cells(read_votes(write("participant_id,statement_id,vote\n a ,1,1\nb, 1,-1\n"))) == {("a", "1"): 1, ("b", "1"): -1}
    said = refusal(write("participant_id,statement_id,vote\na,1\nb,1,1,1\n"))
    assert [line.split("：")[0] for line in said.splitlines()] == ["votes.csv 第 2 行", "votes.csv 第 3 行"]


def test_a_header_may_run_over_two_lines(write):
    votes = read_votes(write('人,"观点\n一"\na,1\n'))
    assert as_cells(votes) == {("a", "观点\n一"): 1}


@pytest.mark.parametrize("name", ["م", "à", "\u2003a", "a\xa0"])
def test_letters_whose_bytes_look_like_spaces_are_kept_whole(write, name):
    for mark in ("", '"'):
        text = f"participant_id,statement_id,vote\n{mark}{name}{mark},s,1\n"
        assert as_cells(read_votes(write(text))) == {(name, "s"): 1}
