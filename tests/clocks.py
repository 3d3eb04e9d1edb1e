"""What a test finds hangs neither on the moment at which it runs nor on what else the machine does meanwhile."""

import time
from typing import Any

import pytest

from tongxin.files.inspection.process import Limits

PATIENT = Limits(cpu_seconds=60, wall_seconds=60, wait_seconds=60)  # on a machine that is busy with other tests


class _Stopped:
    """The module `time`, whose clock shows one moment."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@pytest.fixture(autouse=True)
def _one_hour_and_one_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test span two hours, which name the files of what was noted, nor two half minutes, of which each has a code."""
    from allauth.mfa.totp.internal import auth

    from tongxin.audit import acts

    stopped = _Stopped()
    for module in (acts, auth):
        monkeypatch.setattr(module, "time", stopped)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the database as often, and take the same files, however long a test takes."""
    from tongxin.audit import queries as counts
    from tongxin.files import actions as files
    from tongxin.files.inspection import process
    from tongxin.regulations import queries as rules

    monkeypatch.setattr(rules, "LOOKED_FOR_EVERY", 3600.0)
    monkeypatch.setattr(counts, "KEPT_SECONDS", 3600)
    for module in (files, process):
        monkeypatch.setattr(module, "Limits", lambda: PATIENT)


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock stand where queries are counted, as what the menu counts is asked anew each minute, and where seconds are told."""
    from django.utils import timezone

    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
