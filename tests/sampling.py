"""What daily runs leave to `make thorough`: of cases that differ in one value alone, some are tried."""

import os
from collections.abc import Sequence
from typing import Any

THOROUGH = bool(os.environ.get("TONGXIN_THOROUGH"))


def some_of(cases: Sequence[Any]) -> Sequence[Any]:
    """Return every other case, beginning with the first; in `make thorough` all. Mark the test `thorough`."""
    return cases if THOROUGH else cases[::2]
