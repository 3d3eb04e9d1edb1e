"""What the check before submitting reads in a text, whatever was typed."""

import pytest
from django.test import Client

from tests.cast import Cast
from tongxin.proposals.queries.drafting import DATED, SECRET


@pytest.mark.parametrize(
    "text", ["2026年", "12 月", "１２　月", "十二月底", "三天内", "两周、三周", "六个月", "汛前完成", "入冬以前"]
)
def test_a_time_that_is_named_is_found(text: str) -> None:
    assert DATED.search(text)


@pytest.mark.parametrize("text", ["尽快解决", "1" * 24_000, "一" * 24_000, "1" + " " * 24_000 + "年", "今年", "月月"])
def test_no_time_is_found_where_none_is_named(text: str) -> None:
    assert DATED.search(text) is None


def test_a_mark_of_secrecy_is_found_with_the_blanks_of_a_letterhead() -> None:
    assert [bool(SECRET.search(text)) for text in ("机密★", "秘密　☆", "绝密 ★", "秘密", "机密" + " " * 9 + "★")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_draft_of_one_line_of_digits_is_saved_and_opened_again(cast: Cast, client: Client) -> None:
    """As it stood, one such draft held a process for seconds at each look."""
    proposal = cast.draft(suggestions="1" * 90_000)
    client.force_login(cast.proposer)
    page = client.get(f"/proposals/{proposal.uid}/edit/")
    assert (page.status_code, "建议没有写明完成时限" in page.content.decode()) == (200, True)
