"""The benchmark works: it fills a database whose every state is explained, and every page it asks for answers.

Nothing is timed here.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from bench import pages, reporting, running
from bench.world import seeding
from tongxin.audit.models import Event
from tongxin.proposals.models import Proposal
from tongxin.regulations.actions import load_library

TODAY = date(2026, 3, 2)


def _sow(today: date = TODAY) -> seeding.Sown:
    load_library(django_settings.LIBRARY_DIR / "national", None, actor=None, at=timezone.now())
    return seeding.seed(50, today=today)


def _written() -> list[tuple[Any, ...]]:
    proposals = Proposal.objects.order_by("pk").values_list("uid", "title", "state", "number", "submitted_at")
    return [
        *proposals,
        *Event.objects.exclude(kind="regulations.adopt").order_by("pk").values_list("kind", "subject_id", "at", "data"),
    ]


@pytest.mark.django_db
def test_every_state_of_the_bench_is_what_its_last_event_says() -> None:
    _sow()
    assert seeding.unexplained() == {"cases": 0, "proposals": 0, "tasks": 0}
    assert Proposal.objects.count() == 50 + seeding.LEAST_OTHERS
    assert 12 <= Event.objects.count() / Proposal.objects.count() <= 30


@pytest.mark.django_db
def test_the_same_county_is_written_every_time() -> None:
    worlds = []
    for _turn in range(2):
        with transaction.atomic():
            _sow()
            worlds.append(_written())
            transaction.set_rollback(True)
    assert worlds[0] == worlds[1]
    assert len(worlds[0]) > 600


@pytest.mark.django_db
def test_a_database_with_data_in_it_is_not_filled_again() -> None:
    _sow()
    before = _written()
    with pytest.raises(seeding.NotEmptyError):
        seeding.seed(50, today=TODAY)
    assert _written() == before


@pytest.mark.django_db(transaction=True)
def test_every_page_of_the_bench_answers(live_server: Any, tmp_path: Path) -> None:
    _sow(timezone.localdate())
    connection.commit()
    port = int(live_server.url.rpartition(":")[2])
    limits = running.Limits(seconds=60, requests=2, bulk=False)
    measured = running.measure_pages(pages.look(), (port, os.getpid()), limits, lambda _line: None, clients=1)
    assert {key: page["reasons"] for key, page in measured.items() if page["failures"]} == {}
    assert {page["n"] for page in measured.values()} == {2}
    assert {key for key in measured if key not in reporting.ENGLISH} == set()


def test_the_page_of_figures_keeps_what_others_wrote(tmp_path: Path) -> None:
    line = {
        "label": "提案页",
        "budget": "page",
        "n": 2,
        "failures": 0,
        "reasons": [],
        "p50": 9.0,
        "p95": 61.0,
        "p99": 62.0,
        "cpu": 8.0,
        "queries": 17,
        "kb": 1.0,
    }
    result = {
        "measured_at": "2026-03-02T09:00:00",
        "scale": 1000,
        "clients": 4,
        "load_before": 0.1,
        "load_after": 1.0,
        "server_memory_mb": 300.0,
        "ready_after_s": 2.0,
        "machine": {
            "cores": 2,
            "memory_gb": 4.0,
            "system": "Linux",
            "python": "3.11",
            "django": "5.2",
            "granian": "2.8",
            "database": "sqlite 3.40",
        },
        "data": {"database_mb": 20, "rows": {"proposal": 1050, "case": 780, "event": 20000, "notice": 15000, "member": 260}},
        "pages": {"page_short": line},
        "jobs": {},
    }
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nkept\n")
    for _turn in range(2):
        reporting.write(page, [result])
    text = page.read_text()
    assert text.count("### sqlite 3.40") == 1
    assert text.endswith("\nkept\n")
    assert "**no**: p95 61.0, 17 queries" in text
