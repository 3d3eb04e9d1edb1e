"""Short names of units stay names."""

import pytest

from tongxin.demo.bodies import _short


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("县教育局", "教育局"),
        ("县总工会", "总工会"),
        ("城关镇人民政府", "城关镇"),
        ("县委宣传部", "县委宣传部"),
        ("县委社会工作部", "县委社会工作部"),
        ("县政府办公室", "县政府办公室"),
        ("共青团县委", "共青团县委"),
    ],
)
def test_the_countys_mark_goes_where_a_name_is_left(name: str, short: str) -> None:
    assert _short(name) == short
