"""Worlds in which every state of every lifecycle stands, made once in each process.

Ten seconds, writing their rows a twentieth of one.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.architecture.walking import furnish
from tests.architecture.world import World
from tests.cast import Cast, everybody
from tests.kept import done_once

AN_HOUR = 3600  # nobody who walks through them asks how long ago they were made


@pytest.fixture
def mixed(db: None) -> Cast:
    """The cast, in a mixed world of theirs: in place of `cast` where a test looks at everything there may be."""
    return done_once(("mixed",), transaction.atomic(_mixed), lasts=AN_HOUR)  # type: ignore[no-any-return]


def _mixed() -> Cast:
    cast = everybody()
    World(cast).everything()
    return cast


@pytest.fixture(scope="session")
def files_of_the_furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the furnished world are kept between tests."""
    return tmp_path_factory.mktemp("furnished")


@pytest.fixture
def furnished(mixed: Cast, files_of_the_furnished: Path, settings: Any) -> Cast:
    """The mixed world with everything else that has an address: files, kept copies, public copies, notices, imports."""
    made: list[Cast] = []

    def make() -> Cast:
        furnish(mixed)
        made.append(mixed)
        return mixed

    cast: Cast = done_once(("furnished",), transaction.atomic(make), lasts=AN_HOUR, large=True)
    if made:
        shutil.rmtree(files_of_the_furnished)
        shutil.copytree(settings.MEDIA_ROOT, files_of_the_furnished)
    else:
        shutil.copytree(files_of_the_furnished, settings.MEDIA_ROOT, dirs_exist_ok=True)
    return cast
