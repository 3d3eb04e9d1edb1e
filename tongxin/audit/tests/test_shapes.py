"""What somebody put where we write is named: verifying never falls over it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tongxin.audit import acts, outside, sealing
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import NIGHT, found, raw

HEADS_CHANGED = ("audit/heads.jsonl", "库外留存的链头文件被改动过")
CHANGED = "记录被改动过，或者它前面缺少记录"


@pytest.mark.parametrize(
    "line",
    [
        "[" * 200_000,
        '{"committee":[1],"number":1,"digest":"x"}',
        f'{{"committee":"YX","number":{10**30},"digest":"x"}}',
        '{"committee":"YX","number":true,"digest":"x"}',
        '{"committee":"YX","number":-1,"digest":"x"}',
        '{"number":1}',
        "5",
        '{"committee":"\\ud800","number":1,"digest":"x","mac":"x"}',
        '{"committee":"\\u0000","number":1,"digest":"x"}',
        '{"committee":"YX","number":1,"number":2,"digest":"x"}',
        '{"committee":"YX","number":1,"digest":5}',
        '{"committee":"YX","number":1,"digest":"x","at":[1],"mac":"x"}',
    ],
    ids=lambda line: str(line)[:50],
)
def test_a_line_that_is_no_head_is_named(sealed: Cast, line: str) -> None:
    with sealing.heads_file().open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    assert found() == HEADS_CHANGED


def test_heads_that_are_no_file_are_named(sealed: Cast) -> None:
    sealing.heads_file().unlink()
    sealing.heads_file().mkdir()
    assert found() == ("audit/heads.jsonl", outside.UNREAD)


def test_a_folder_where_the_acts_of_an_hour_are_kept_is_named_and_left(sealed: Cast) -> None:
    odd = acts.folder() / "20200101T00"
    odd.mkdir(parents=True)
    assert found() == ("audit/acts/20200101T00", outside.UNREAD)
    sealing.seal(at=NIGHT)
    assert odd.is_dir()


def test_an_act_of_no_letters_says_nothing(sealed: Cast) -> None:
    path: Path = acts.folder() / "20200101T00"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a\x00b x YX\nabc x Y\x00X\n\xff\xfe\nabc x #" + b"9" * 5000 + b" YX\n")
    assert found() == (None, "")


@pytest.mark.parametrize("field", ["veils", "proofs", "data"])
@pytest.mark.parametrize("value", [[], [1], "x", 5, {"a": 1}], ids=json.dumps)
def test_an_event_of_another_shape_counts_as_changed(rated: Cast, field: str, value: Any) -> None:
    event = Event.objects.get(kind="proposals.file")
    assert raw(Event).filter(pk=event.pk).update(**{field: value}) == 1
    assert found() == (event.uid, CHANGED)
