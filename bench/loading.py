"""Four clients that ask as fast as they are answered, and what their waiting times come to."""

import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.serving import CSRF, HOST

CLIENTS = 4
WARM_UP = 3  # requests of each client before it counts: both processes have loaded their code
PATIENCE = 30
REASONS_KEPT = 3


@dataclass(frozen=True)
class Request:
    """One request and what it must answer: the status, and where a redirect leads."""

    path: str
    body: dict[str, str] | None = None
    status: int = 200
    leads_to: str = ""


@dataclass
class Waits:
    """How long requests took, in milliseconds, and which failed."""

    ms: list[float] = field(default_factory=list)
    failures: int = 0
    reasons: list[str] = field(default_factory=list)
    size: int = 0
    warmed: int = 0

    def percentile(self, part: float) -> float:
        """Return the nearest-rank percentile."""
        ranked = sorted(self.ms)
        return round(ranked[min(len(ranked) - 1, max(0, round(part * len(ranked) + 0.5) - 1))], 1) if ranked else 0.0

    def add(self, other: "Waits") -> None:
        """Take another client's waiting times in."""
        self.ms += other.ms
        self.failures += other.failures
        self.warmed += other.warmed
        self.reasons = [*self.reasons, *other.reasons][:REASONS_KEPT]
        self.size = max(self.size, other.size)


class Client:
    """One client with one connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.link = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)

    def ask(self, request: Request) -> tuple[str, bytes]:
        """Send one request; return what was wrong with the answer (nothing when it was right) and its body."""
        headers = {"Cookie": self.cookie, "Accept-Encoding": "identity"}
        body = None
        if request.body is not None:
            body = urlencode(request.body)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}
        try:
            self.link.request("GET" if body is None else "POST", request.path, body, headers)
            answer = self.link.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self.link.close()
            return f"{type(problem).__name__} {request.path}", b""
        location = answer.getheader("Location", "")
        if answer.status != request.status or (request.leads_to and location != request.leads_to):
            return f"{answer.status} {location} {request.path}", content
        return "", content


def load(port: int, cookie: str, requests: list[Iterator[Request]], *, seconds: float, most: int) -> Waits:
    """Let every client work through its requests until the time or the number is over."""
    found, threads = [Waits() for _ in requests], []
    barrier = threading.Barrier(len(requests))
    for own, waits in zip(requests, found, strict=True):
        job = threading.Thread(
            target=_work, args=(Client(port, cookie), own, waits, barrier, seconds, max(1, most // len(requests)))
        )
        job.start()
        threads.append(job)
    for job in threads:
        job.join()
    total = Waits()
    for waits in found:
        total.add(waits)
    return total


def _work(
    client: Client, requests: Iterator[Request], waits: Waits, barrier: threading.Barrier, seconds: float, most: int
) -> None:
    for _turn, request in zip(range(min(WARM_UP, most)), requests, strict=False):
        client.ask(request)
        waits.warmed += 1
    barrier.wait()
    until = time.monotonic() + seconds
    for _turn, request in zip(range(most), requests, strict=False):
        begun = time.perf_counter()
        wrong, content = client.ask(request)
        waits.ms.append((time.perf_counter() - begun) * 1000)
        waits.size = max(waits.size, len(content))
        if wrong:
            waits.failures += 1
            waits.reasons = [*waits.reasons, wrong][:REASONS_KEPT]
        if time.monotonic() > until:
            return
