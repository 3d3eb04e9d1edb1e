"""What it costs on SQLite that every act is on the disk before it is acknowledged.

The same requests with and without, in pairs.
"""

import statistics
import time
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client as Browser

from bench import pages
from bench.serving import CSRF, HOST

PAIRS = {"autosave": 100, "submit": 19}  # so many drafts wait
MODES = ("NORMAL", "FULL")


def synchronous(_folder: Path) -> dict[str, Any]:
    """Autosave and submit in turn with both settings.

    The figures are medians of each and of the differences, in milliseconds.
    """
    found = pages.look()
    facts: dict[str, Any] = {"label": "SQLite：synchronous=FULL 与 NORMAL 相比"}
    for target in pages.writing(found):
        browser = Browser(headers={"host": HOST, "x-csrftoken": CSRF})
        for part in found.cookies()[target.person].split("; "):
            name, _equals, value = part.partition("=")
            browser.cookies[name] = value
        requests = target.requests(0)
        _ask(browser, next(requests))  # loads the code
        took: dict[str, list[float]] = {mode: [] for mode in MODES}
        for turn in range(PAIRS[target.key]):
            for mode in MODES if turn % 2 else reversed(MODES):
                with connection.cursor() as cursor:
                    cursor.execute(f"PRAGMA synchronous = {mode}")
                took[mode].append(_ask(browser, next(requests)))
        more = [full - normal for normal, full in zip(*took.values(), strict=True)]
        facts[target.key] = {
            "pairs": len(more),
            **{mode: round(statistics.median(ms), 1) for mode, ms in took.items()},
            "more": round(statistics.median(more), 1),
        }
    return facts


def _ask(browser: Browser, request: Any) -> float:
    begun = time.perf_counter()
    answer = browser.post(request.path, request.body)
    if answer.status_code != request.status:
        message = f"{request.path}: {answer.status_code}"
        raise SystemExit(message)
    return (time.perf_counter() - begun) * 1000
