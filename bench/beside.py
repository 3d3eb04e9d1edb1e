"""How long others wait while a year of proposals is taken in.

The real server, one who autosaves all the while, and the import.
"""

import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

from bench import bulk, pages
from bench.loading import Client
from bench.serving import server

ROWS = 9_000
PAUSE = 0.1


def import_beside(folder: Path) -> dict[str, Any]:
    """Take nine thousand proposals in while somebody writes; the figures are of the autosaves meanwhile."""
    bulk.PROPOSALS = ROWS
    found = pages.look()
    [target] = [target for target in pages.writing(found) if target.key == "autosave"]
    waited: list[float] = []
    failed: list[str] = []
    over = threading.Event()
    with server(workers=1) as (port, _pid):
        client, requests = Client(port, found.cookies()[target.person]), target.requests(0)

        def write() -> None:
            for number in count():
                if over.is_set():
                    return
                begun = time.perf_counter()
                wrong, _body = client.ask(next(requests))
                if number:  # the first loads the server's code
                    waited.append(time.perf_counter() - begun)
                    failed.extend([wrong] * bool(wrong))
                time.sleep(PAUSE)

        hand = threading.Thread(target=write)
        hand.start()
        try:
            facts = bulk.import_proposals(folder)
        finally:
            over.set()
            hand.join()
    waited.sort()
    return facts | {
        "label": f"导入 {ROWS} 件提案时的自动保存",
        "autosaves": len(waited),
        "failed": len(failed),
        "reasons": failed[:3],
        "longest_s": round(waited[-1], 2),
        "p50_ms": round(waited[len(waited) // 2] * 1000),
        "p99_ms": round(waited[int(len(waited) * 0.99)] * 1000),
    }
