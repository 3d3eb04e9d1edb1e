"""What people write is compared in a normal form, and no text costs more than its length to bring into it."""

import unicodedata

import pytest

from tongxin.core import words

HUNDRED = "\u0301\u0316" * 50


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＡＢ　１２", "AB 12"),
        ("㈱", "(株)"),
        ("é", "é"),
        ("e\u0301", "é"),
        ("ﷺ", "صلى الله عليه وسلم"),
        ("가", "가"),
        ("ｶﾞ", "ガ"),
        ("ئۇيغۇر تىلى", "ئۇيغۇر تىلى"),
        ("བོད་ཡིག", "བོད་ཡིག"),
        ("", ""),
        ("abc", "abc"),
    ],
)
def test_a_text_is_made_plain(text: str, plain: str) -> None:
    assert words.normal(text) == plain == unicodedata.normalize("NFKC", text)


def test_a_letter_carries_thirty_marks_and_no_more() -> None:
    kept = words.normal("q" + HUNDRED + "x" + HUNDRED)
    assert (len(kept), kept[0], kept[31]) == (62, "q", "x")
    assert words.normal("q" + "\u0301\u0316" * 15) == unicodedata.normalize("NFKC", "q" + "\u0301\u0316" * 15)


def test_every_letter_that_can_be_a_mark_is_counted_as_one() -> None:
    """Also those that are none until they come apart: ﾞ, and some vowels of Tibetan."""
    marks = [
        chr(n)
        for n in range(0x110000)
        if not 0xD800 <= n < 0xE000 and unicodedata.combining(unicodedata.normalize("NFKD", chr(n))[0])
    ]
    assert len(marks) > 900
    assert {
        mark for mark in marks if len(words.normal("q" + mark * 90)) > 1 + 30 * len(unicodedata.normalize("NFKD", mark))
    } == set()
    assert {mark for mark in marks if words.normal(mark * 31) != words.normal(mark * 99)} == set()


def test_names_and_numbers_longer_than_any_are_nobodys() -> None:
    assert words.plain_phone("138 0000 0001" + " " * 60) == ""
    assert words.plain_sign_in_name("x" * 5000) == "x" * words.LONGEST_NAME
