"""A case that was rated, sealed or not; that both verify is a test in test_proof.py."""

import pytest

from tests.cast import Cast, moment
from tongxin.audit import sealing
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import NIGHT
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases


@pytest.fixture
def rated(cast: Cast) -> Cast:
    """A case that both proposers rated, one of them dissatisfied; nothing is sealed yet."""
    case = cast.answered()
    for (reply, signature), result in zip(cases.ratings_awaited(case), ("satisfied", "dissatisfied"), strict=True):
        handling.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result=result,
            comment="没有落实。",
            actor=signature.member.account,
            at=moment("2026-03-04"),
        )
    return cast


@pytest.fixture
def sealed(rated: Cast) -> Cast:
    assert sealing.seal(at=NIGHT) == Event.objects.count()
    return rated
