"""What is handed to the auditor: a day's last head, which is found again in the file and tells nothing of the hour."""

import json
from collections.abc import Callable

import pytest

from tests.cast import Cast, moment
from tongxin.audit import days, outside, sealing

Lines = list[str]


@pytest.fixture
def three_days(sealed: Cast) -> Cast:
    """Sealed on the 3rd before dawn, twice on the 5th, once late on the 6th by local time (the 6th by UTC too early)."""
    for day, hour in (("2026-03-05", 9), ("2026-03-05", 18), ("2026-03-07", 0)):
        sealed.draft()
        sealing.seal(at=moment(day, hour))
    return sealed


def handed(day: str = "2026-03-08") -> Lines:
    found, problem = days.finished(now=moment(day))
    assert problem is None
    return [str(head) for head in found]


def test_each_committee_and_finished_day_has_its_last_head_and_nothing_else(three_days: Cast) -> None:
    own = [json.loads(line) for line in handed() if json.loads(line)["committee"] == "YX"]
    written = [json.loads(line) for line in sealing.heads_file().read_text(encoding="utf-8").splitlines()]
    digests = [line["digest"] for line in written if line["committee"] == "YX"]
    assert [(line["day"], line["digest"]) for line in own] == [
        ("2026-03-03", digests[0]),
        ("2026-03-05", digests[2]),
        ("2026-03-07", digests[3]),
    ]
    # no number, no hour: they would tell of ratings
    assert {tuple(line) for line in own} == {("committee", "day", "digest")}
    assert len({json.loads(line)["committee"] for line in handed()}) > 1


def test_a_day_is_told_of_when_it_is_over(three_days: Cast) -> None:
    assert [json.loads(line)["day"] for line in handed("2026-03-07") if '"YX"' in line] == ["2026-03-03", "2026-03-05"]
    assert [json.loads(line)["day"] for line in handed("2026-03-05") if '"YX"' in line] == ["2026-03-03"]


def test_what_was_handed_out_is_found_again_after_the_file_has_grown(three_days: Cast) -> None:
    kept = handed()
    three_days.draft()
    sealing.seal(at=moment("2026-03-09"))
    assert days.strange(["", *kept]) == ([], len(kept), None)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace("2026-03-05", "2026-03-06"),
        lambda line: line.replace('"YX"', '"WC"'),
        lambda line: line.replace("hmac", "hmae"),
        lambda _line: "x",
        lambda _line: "5",
        lambda _line: "[" * 100_000,
        lambda line: line.replace("}", ', "number": 1}'),
        lambda _line: '{"committee": "YX"}',
    ],
)
def test_a_line_that_does_not_fit_is_told(three_days: Cast, change: Callable[[str], str]) -> None:
    kept = handed()
    [place] = [n for n, line in enumerate(kept) if '"YX"' in line and "2026-03-05" in line]
    kept[place] = change(kept[place])
    assert days.strange(kept) == ([kept[place]], len(kept), None)


def test_a_file_that_was_begun_anew_does_not_hold_what_was_handed_out(three_days: Cast) -> None:
    kept = handed()
    sealing.heads_file().write_text("", encoding="utf-8")
    odd, asked, problem = days.strange(kept)
    assert (odd, asked, problem and problem.reason) == (kept, len(kept), outside.HEADS_CUT)
    assert days.finished(now=moment("2026-03-08"))[1] == problem
