"""One run: the server, the clients, the counts of queries, the bulk jobs, and on what all this was measured."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import pages
from bench.loading import CLIENTS, load
from bench.serving import CSRF, HOST, peak_memory, processor_seconds, server, until_idle
from bench.world import seeding
from tongxin.proposals.models import Proposal

BULK = ("similar", "export_proposals", "import_proposals", "import_members", "export_members")
BULK_TAKES_AT_MOST = 1800
Tell = Callable[[str], None]


class NotSeededError(Exception):
    """The database is not one that `bench seed` made; the message says what to do."""


@dataclass(frozen=True)
class Limits:
    """How long and how often each thing is asked, and which things."""

    seconds: float = 4.0
    requests: int = 400
    only: tuple[str, ...] = ()
    bulk: bool = True

    def wants(self, key: str) -> bool:
        """Whether something is among what was asked for."""
        return not self.only or any(part and part in key for part in self.only)


def measure(limits: Limits, *, scale: int | None, tell: Tell) -> dict[str, Any]:
    """Measure everything; the result is what is written as JSON."""
    there = Proposal.objects.filter(committee__code=seeding.MAIN).count()
    if not there:
        message = "数据库不是性能测量用的。请先在空的数据库里运行 tongxin bench seed。"
        raise NotSeededError(message)
    if scale is not None and there < scale:
        message = f"数据库里有 {there} 件提案，不是 {scale} 件。请在空的数据库里重新运行 tongxin bench seed --scale {scale}。"
        raise NotSeededError(message)
    result: dict[str, Any] = {
        "measured_at": timezone.now().isoformat(timespec="seconds"),
        "scale": _round(there),
        "machine": machine(),
        "data": data(),
        "clients": CLIENTS,
        "load_before": round(os.getloadavg()[0], 1),
    }
    found = pages.look()
    with server() as (port, pid):
        result["ready_after_s"] = until_idle(pid)
        tell(f"网站启动后 {result['ready_after_s']} 秒内读入了写作时提示用的文本")
        result["pages"] = measure_pages(found, (port, pid), limits, tell)
        result["server_memory_mb"] = peak_memory(pid)
    result["jobs"] = {name: _job(name, tell) for name in BULK if limits.bulk and limits.wants(name)}
    result["load_after"] = round(os.getloadavg()[0], 1)
    return result


def _round(proposals: int) -> int:
    """Return the scale that was sown: a run adds some drafts to it."""
    return next((n for n in (1_000_000, 100_000, 10_000, 1_000) if proposals >= n), proposals)


def measure_pages(
    found: pages.Found, at: tuple[int, int], limits: Limits, tell: Tell, *, clients: int = CLIENTS
) -> dict[str, Any]:
    """Measure every page on a server that runs; `at` is its port and its process."""
    cookies, (port, pid) = found.cookies(), at
    measured = {}
    for target in [*pages.reading(found, port, cookies), *pages.writing(found)]:
        if not limits.wants(target.key):
            continue
        cookie = cookies[target.person]
        requests = [target.requests(number) for number in range(clients)]
        worked = processor_seconds(pid)
        waits = load(port, cookie, requests, seconds=limits.seconds, most=limits.requests)
        worked = processor_seconds(pid) - worked
        measured[target.key] = {
            "label": target.label,
            "budget": target.budget,
            "n": len(waits.ms),
            "failures": waits.failures,
            "reasons": waits.reasons,
            "p50": waits.percentile(0.5),
            "p95": waits.percentile(0.95),
            "p99": waits.percentile(0.99),
            "cpu": round(worked * 1000 / max(1, len(waits.ms) + waits.warmed), 1),
            "queries": queries_of(target, cookie),
            "kb": round(waits.size / 1024, 1),
        }
        line = measured[target.key]
        tell(
            f"{target.label}　p50 {line['p50']}　p95 {line['p95']}　p99 {line['p99']} 毫秒　处理器 {line['cpu']} 毫秒　查询 {line['queries']}　失败 {waits.failures}"
        )
    return measured


def queries_of(target: pages.Target, cookie: str) -> int:
    """Count the queries of one request, the second of its kind in a process."""
    browser = Browser(headers={"host": HOST})
    for part in cookie.split("; "):
        name, _equals, value = part.partition("=")
        browser.cookies[name] = value
    counted = 0
    for _turn, request in zip(range(2), target.requests(CLIENTS), strict=False):
        with CaptureQueriesContext(connection) as queries:
            if request.body is None:
                browser.get(request.path)
            else:
                browser.post(request.path, request.body, headers={"x-csrftoken": CSRF})
        counted = len(queries)
    return counted


def _job(name: str, tell: Tell) -> dict[str, Any]:
    """Run a bulk job in a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.bulk", name],
        capture_output=True,
        text=True,
        timeout=BULK_TAKES_AT_MOST,
        check=False,
        cwd=Path(__file__).resolve().parent.parent,
        env=os.environ | {"TONGXIN_HOME": str(Path(os.environ.get("TONGXIN_HOME", "var")).resolve())},
    )
    if done.returncode:
        tell(f"{name}　没有完成：{done.stderr.strip()[-300:]}")
        return {"failed": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "?"}
    facts: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    tell(f"{facts['label']}　{facts}")
    return facts


def machine() -> dict[str, Any]:
    """Say on what was measured."""
    memory = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        database = str(cursor.fetchone()[0])
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1024 / 1024, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "django": version("django"),
        "granian": version("granian"),
        "database": f"{connection.vendor} {database}",
    }


def data() -> dict[str, Any]:
    """Say how much there is."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        size = int(cursor.fetchone()[0])
    return {"rows": seeding.sizes(), "database_mb": round(size / 1024 / 1024)}
