"""How a reply stands on paper: whom it addresses is not indented, what leads on to the answer is a paragraph."""

import pytest

from tests.cast import Cast
from tongxin.handling.models import Reply
from tongxin.handling.queries.letters import letter_of


@pytest.mark.parametrize(
    ("text", "addressee", "first"),
    [
        ("林知远委员：\n您提出的建议收悉。", "林知远委员：", "您提出的建议收悉。"),
        ("　　林知远委员：\n您提出的建议收悉。", "林知远委员：", "您提出的建议收悉。"),
        ("关于成立工作小组：\n已经成立。", "", "关于成立工作小组："),
        ("农工党云溪县委会:\n你们提出的建议收悉。", "农工党云溪县委会:", "你们提出的建议收悉。"),
        ("现答复如下：\n一、已经设立。", "", "现答复如下："),
        (
            "您的建议收悉，经商县财政局、县水务局和有关委员：\n一、已经设立。",
            "",
            "您的建议收悉，经商县财政局、县水务局和有关委员：",
        ),
        ("您提出的建议收悉。", "", "您提出的建议收悉。"),
    ],
)
def test_the_addressee_is_the_first_line_when_it_is_one(cast: Cast, text: str, addressee: str, first: str) -> None:
    case = cast.answered()
    letter = letter_of(Reply(task=cast.task(case), text=text), case, for_the_public=True)
    assert (letter.addressee, letter.paragraphs[0]) == (addressee, first)


def test_a_reply_without_a_word_addresses_nobody(cast: Cast) -> None:
    case = cast.answered()
    letter = letter_of(Reply(task=cast.task(case), text=""), case, for_the_public=True)
    assert (letter.addressee, letter.paragraphs) == ("", ())
