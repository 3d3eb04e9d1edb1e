"""The written proposals: lengths, no borrowed paragraphs, names that exist."""

from collections import Counter
from datetime import date

from tongxin.core.words import character_count
from tongxin.demo.places import CITY_UNITS, NEIGHBOUR_UNITS, SECTORS, UNITS
from tongxin.demo.running import MERGED, STORIES
from tongxin.demo.texts import Text, days_told, load, month_told, undated
from tongxin.texts import redaction

SHARED_ON_PURPOSE = 0


def _length(text: Text) -> int:
    return sum(character_count(part) for part in (text.situation, text.analysis, text.suggestions))


def test_there_are_three_hundred_texts_in_four_worlds() -> None:
    texts = load()
    assert Counter(t.world for t in texts) == {"finished": 180, "running": 96, "neighbour": 12, "city": 12}
    assert len({t.key for t in texts}) == 300
    assert len({t.title for t in texts}) == 300


def test_texts_are_as_long_as_real_ones() -> None:
    lengths = [_length(t) for t in load()]
    assert (min(lengths) >= 200, sum(400 <= n <= 1200 for n in lengths) >= 60, max(lengths) <= 1200) == (True, True, True)


def test_no_two_texts_share_a_paragraph() -> None:
    seen = Counter(paragraph for text in load() for paragraph in set(text.paragraphs))
    assert [p for p, n in seen.items() if n > 1] == []


def test_units_and_sectors_of_the_texts_exist() -> None:
    known = {
        "finished": {u for names in UNITS.values() for u in names},
        "running": {u for names in UNITS.values() for u in names},
        "neighbour": {u for names in NEIGHBOUR_UNITS.values() for u in names},
        "city": {u for names in CITY_UNITS.values() for u in names},
    }
    assert sum(len(names) for names in UNITS.values()) == 60
    assert [(t.key, u) for t in load() for u in (t.lead, *t.co, *t.advice) if u not in known[t.world]] == []
    assert {t.sector for t in load()} <= {s.name for s in SECTORS}


def test_who_is_not_satisfied_in_the_finished_year_gets_a_better_answer() -> None:
    unhappy = [t for t in load() if t.unhappy]
    assert [t.key for t in unhappy if not t.unhappy_reason] == []
    assert [t.key for t in unhappy if t.world == "finished" and not t.second_reply] == []


def test_years_move_with_the_running_year() -> None:
    said = {t.key: t for t in load(2028)}
    assert "2028年3月开工" in said["urban-drain-nanmen"].second_reply
    assert "二〇二四年以来" in said["economy-sme-arrears"].situation


def test_days_gone_by_are_told_from_days_to_come() -> None:
    assert days_told("4月9日在窗口面谈，6月20日前办完，5月6日起执行", 2026) == [date(2026, 4, 9)]
    assert month_told("8月底到社区面谈", 2025) == date(2025, 8, 27)
    assert month_told("电话沟通", 2025) is None
    assert days_told("4 月 9 日在窗口面谈，6 月 20 日前办完", 2026) == [date(2026, 4, 9)]


def test_the_day_of_a_note_is_left_out_where_the_talk_was_on_another() -> None:
    assert undated("4 月 13 日和提案人看了五处网点。") == "和提案人看了五处网点。"
    assert undated("3月底清晨与提案人到桥头") == "与提案人到桥头"
    assert undated("3 月 24 日座谈，5 月 19 日再看") == ""


def test_what_is_counted_back_from_today_names_no_month_of_its_handling() -> None:
    texts = {t.key: t for t in load()}
    assert [key for key in (*STORIES, *MERGED) if not texts[key].timeless] == []


def test_two_of_the_texts_hold_a_telephone_that_is_covered_before_they_are_released() -> None:
    found = {t.key for t in load() for line in t.paragraphs for mark in redaction.find(line) if mark.word == "电话"}
    assert found == {"welfare-insurance-village", "welfare-school-counsellors"}
