"""After one proposal was handed over the next one that waits is open, and what was just done is said."""

from tests.cast import Cast
from tongxin.handling.models import Case


def _said(client, url: str) -> list[str]:
    return [str(message) for message in client.get(url).context["messages"]]


def test_the_next_that_waits_opens_with_a_word_of_what_was_done(cast: Cast, as_, today) -> None:
    first, second, third = (cast.filed(today, title=f"关于第{n}件事的建议") for n in "一二三")
    client = as_(cast.assigner)
    for now, then, left in ((second, third, 2), (third, first, 1)):  # behind it first, then from the beginning
        answer = client.post(f"/handling/assign/{now.uid}/", {"way": "sole", "units": cast.unit.uid})
        assert answer.headers["Location"] == f"/handling/assign/{then.uid}/"
        said = f"第 {now.number:04d} 号已交办：县卫生健康局（独办）。这是下一件，还有 {left} 件待交办。"
        assert _said(client, f"/handling/assign/{then.uid}/") == [said]
    answer = client.post(f"/handling/assign/{first.uid}/", {"way": "sole", "units": cast.unit.uid})
    assert answer.headers["Location"] == "/handling/assign/"
    assert _said(client, "/handling/assign/") == ["第 0001 号已交办：县卫生健康局（独办）。待交办的都已交办。"]
    assert Case.objects.count() == 3


def test_what_another_office_assigns_is_not_the_next(cast: Cast, as_, today) -> None:
    own = cast.filed(today)
    cast.filed(today, routed_to="party", title="关于另一个交办口的建议")
    answer = as_(cast.assigner).post(f"/handling/assign/{own.uid}/", {"way": "sole", "units": cast.unit.uid})
    assert answer.headers["Location"] == "/handling/assign/"
