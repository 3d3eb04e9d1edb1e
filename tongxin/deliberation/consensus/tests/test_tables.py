"""The list of statements and the given membership."""

import pytest
import xlsxwriter

from tongxin.deliberation.consensus.problems import BadInput
from tongxin.deliberation.consensus.tables import read_membership, read_statements


@pytest.fixture
def write(tmp_path):
    """Writes a file and gives its path."""

    def _write(text, encoding="utf-8"):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return _write


def refusal(read, path):
    """What is said of a file that is refused."""
    with pytest.raises(BadInput) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_minus_one_is_moderated_out_and_everything_else_is_in(write, encoding):
    listed = read_statements(write('statement_id,text,moderated\n1,"一，\n二",-1\n2,乙,0\n\n3,丙,1\n4,丁,\n', encoding))
    assert listed.texts == {"1": "一，\n二", "2": "乙", "3": "丙", "4": "丁"}
    assert listed.moderated == {"1"}


def test_text_and_moderation_may_be_absent(write):
    assert read_statements(write("statement_id\n1\n")).texts == {"1": ""}


def test_groups_keep_their_numbers_and_names_are_numbered_in_order(write):
    assert read_membership(write("participant_id,group\na,3\nb,1\nc,\na,3\n")) == {"a": 3, "b": 1}
    assert read_membership(write("participant,group-id\na,乙组\nb,甲组\n")) == {"a": 0, "b": 1}


def test_a_workbook_serves_as_well(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "groups.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["participant_id", "group"])
        sheet.write_row(1, 0, [7, 1])
    assert read_membership(tmp_path / "groups.xlsx") == {"7": 1}


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (read_statements, b"", "没有表头"),
        (read_statements, b"text\nx\n", "第 1 行“statement_id”列：缺少这一列"),
        (read_statements, b"statement_id,text\n,x\n", "第 2 行“statement_id”列：是空的"),
        (read_statements, b"statement_id,text\n1,x\n1,y\n", "第 3 行“statement_id”列：观点“1”前面已经列过"),
        (read_statements, b"statement_id,moderated\n1,no\n", "第 2 行“moderated”列：“no”无效"),
        (read_statements, b"statement_id,text\n1\n", "第 2 行：有 1 格，表头是 2 格"),
        (read_statements, b'statement_id,text\n1,"x\n', "引号"),
        (read_statements, b"statement_id,text\n1,\xff\xff\n", "GB18030"),
        (read_membership, b"participant_id\na\n", "“group”列：缺少这一列"),
        (read_membership, b"participant_id,group\n,1\n", "第 2 行“participant_id”列：是空的"),
        (read_membership, b"participant_id,group\na,1\na,2\n", "第 3 行“participant_id”列：参与者“a”前面在另一组"),
    ],
)
def test_a_wrong_table_is_refused_with_line_column_and_reason(write, read, text, said):
    assert said in refusal(read, write(text))


def test_a_table_that_is_not_there_is_refused(tmp_path):
    assert "没有这个文件" in refusal(read_statements, tmp_path / "none.csv")
