"""A world in which every state of every lifecycle stands, made once in each process: it takes ten seconds, writing its rows a twentieth of one."""

import pytest
from django.db import transaction

from tests.architecture.world import World
from tests.cast import Cast, everybody
from tests.kept import done_once

AN_HOUR = 3600  # nobody who walks through it asks how long ago it was made


@pytest.fixture
def mixed(db: None) -> Cast:
    """The cast, in a mixed world of theirs: in place of `cast` where a test looks at everything there may be."""
    return done_once(("mixed",), transaction.atomic(_made), lasts=AN_HOUR)  # type: ignore[no-any-return]


def _made() -> Cast:
    cast = everybody()
    World(cast).everything()
    return cast
