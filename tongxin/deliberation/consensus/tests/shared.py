"""Where the real conversations lie that the project tests against but does not contain."""

from pathlib import Path

import pytest

POLIS = Path(__file__).parents[5] / "shared" / "data" / "polis"
MATH = ("25ptpt-3gp-no-strict-with-meta", "above-100-ptpts", "below-100-ptpts")
CLEAR = ("canadian-electoral-reform", "scoop-hivemind.taxes", "ssis.land-bank-farmland")

needs_polis = pytest.mark.skipif(not POLIS.is_dir(), reason="../shared/data/polis is absent: real conversations not tested")
