"""What must not be read in public is found, and nothing beside it; in the time that reading takes."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sampling import THOROUGH
from tongxin.texts.redaction import Mark, clear_of, find, occurrences, pieces, redact, without_overlap

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "redaction.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_what_leads_to_a_person_is_found_and_nothing_else(case: dict[str, Any]) -> None:
    text = case["text"]
    assert [[text[m.start : m.end], m.kind] for m in find(text)] == [[str(part), kind] for part, kind in case["covered"]]


def test_covered_parts_say_what_stood_there_and_the_rest_stays() -> None:
    text = "王某电话１３８１２３４５６７８，住人民路12号。"
    assert redact(text, find(text)) == "王某电话〔电话已隐去〕，住〔住址已隐去〕。"
    assert "".join(p.text for p in pieces(text, find(text))) == text


def test_covering_twice_covers_no_more() -> None:
    for case in CASES:
        once = redact(case["text"], find(case["text"]))
        assert redact(once, find(once)) == once


def test_marks_that_overlap_are_one_of_the_graver_kind() -> None:
    assert without_overlap([Mark(5, 9, "other"), Mark(0, 6, "phone"), Mark(9, 11, "email")]) == (
        Mark(0, 9, "phone"),
        Mark(9, 11, "email"),
    )


def test_added_words_are_covered_wherever_they_stand() -> None:
    text = "张三的儿子张三丰"
    assert redact(text, occurrences(text, "张三")) == "〔内容已隐去〕的儿子〔内容已隐去〕丰"
    assert occurrences(text, "") == ()


NASTY = {
    "figures": "1",
    "figures with spaces": "1 ",
    "mobile beginnings": "138 1234 ",
    "letters and at": "a@",
    "at alone": "@",
    "a name without end": "a",
    "hosts without end": "b.",
    "doors": "1号",
    "chinese figures": "一",
    "roads": "路",
    "plates": "京A",
    "accounts": "微信:",
    "keywords": "电话",
    "dashes": "1-",
    "invisible": "1\u200b",
}
AROUND = {"a name without end": ("", "@"), "hosts without end": ("a@", "")}
# one look that went over the rest of the text from every place would take hours, with a megabyte days
WHOLE_MINUTE = 60
LETTERS = 1_000_000 if THOROUGH else 200_000


@pytest.mark.thorough
@pytest.mark.parametrize("name", NASTY)
def test_no_long_text_holds_the_reader_up(name: str) -> None:
    before, after = AROUND.get(name, ("", ""))
    text = before + NASTY[name] * (LETTERS // len(NASTY[name])) + after
    began = time.monotonic()
    find(text)
    assert time.monotonic() - began < WHOLE_MINUTE


def test_marks_that_touch_what_is_taken_are_not_clear_of_it() -> None:
    marks = [Mark(n, n + 3, "phone") for n in range(0, 20, 4)]
    taken = [Mark(14, 16, "other"), Mark(0, 1, "other"), Mark(6, 8, "other")]
    assert clear_of(taken, marks) == [Mark(8, 11, "phone"), Mark(16, 19, "phone")]
    assert (clear_of((), marks), clear_of(taken, ())) == (marks, [])
