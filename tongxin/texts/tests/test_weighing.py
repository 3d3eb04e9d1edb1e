"""Words weigh by how often they stand in a text, and in how few texts: reckoned here by hand."""

from math import log, sqrt

import pytest

from tongxin.texts.weighing import NothingTellsError, Weights

TEXTS = ["停车 停车 停车 难", "停车 场", "助餐 点"]


def test_a_rare_word_that_stands_often_weighs_most_and_every_text_has_the_length_one() -> None:
    weights, rows = Weights.learnt(str.split, TEXTS, common=1.0)
    assert list(weights.names) == sorted({"停车", "难", "场", "助餐", "点"})
    often, rare = (1 + log(3)) * (log(4 / 3) + 1), log(4 / 2) + 1
    length = sqrt(often**2 + rare**2)
    first = dict(zip(weights.names[rows[0].indices], rows[0].data, strict=True))
    assert first == {"停车": pytest.approx(often / length, abs=1e-6), "难": pytest.approx(rare / length, abs=1e-6)}
    assert [float(row.multiply(row).sum()) for row in rows] == [pytest.approx(1, abs=1e-6)] * 3
    again = weights.weigh(TEXTS)
    assert abs(again - rows).max() == 0


def test_what_stands_in_too_many_texts_tells_nothing_nor_what_was_not_learnt() -> None:
    weights, rows = Weights.learnt(str.split, TEXTS, common=0.5)
    assert "停车" not in list(weights.names)
    assert weights.weigh(["停车 校车", ""]).nnz == 0
    assert rows.shape == (3, 4)
    with pytest.raises(NothingTellsError):
        Weights.learnt(str.split, ["停车", "停车"], common=0.5)
