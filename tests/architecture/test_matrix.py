"""Who gained or lost a step is seen in the review: the matrix of each lifecycle is a text file."""

import pytest

from tests.architecture.matrix import GOLDEN, matrix
from tests.architecture.world import World
from tests.cast import Cast
from tongxin.workflow.table import BY_NAME


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_who_may_take_which_step_is_as_reviewed(name: str, cast: Cast, pytestconfig: pytest.Config) -> None:
    written = matrix(World(cast), name)
    path = GOLDEN / f"matrix-{name}.txt"
    if pytestconfig.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(written, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == written, "renew with `make golden` and look at the difference"
