"""Reproducible chance: the same seed gives the same uids, so that two builds of a day are equal."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

from tongxin.core import ids


@contextmanager
def seeded_uids(seed: str) -> Iterator[None]:
    """Let `core.ids` draw from a seeded source while the world is built; never to be used on a living one."""
    true_source = vars(ids)["secrets"]
    vars(ids)["secrets"] = random.Random(f"uids:{seed}")  # noqa: S311 -- fiction, not secrets
    try:
        yield
    finally:
        vars(ids)["secrets"] = true_source


def dice(*about: object) -> random.Random:
    """Return the dice of one matter: its throws do not depend on what else is in the world."""
    return random.Random(":".join(str(part) for part in about))  # noqa: S311 -- fiction, not secrets
