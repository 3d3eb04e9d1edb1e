"""The server's own work a request, two revisions in turn.

`python -m bench.paired --old TREE --home SEEDED --old-home SEEDED`.

Each revision runs in a process of its own, on a copy of a database that it seeded itself. No server and no socket: the
requests go through the whole of the WSGI application, and what is counted is the processor's time of the process, so
that other work on the machine hardly changes it.
"""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve()
WARM = 4  # requests of a page that do not count


# ── the one revision ─────────────────────────────────────────────────────────────────────────────
def answer() -> None:
    """Answer what stands on the input: a page's key and how often; the milliseconds a request come back."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from bench import pages

    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    ask = _asker(get_wsgi_application())
    pages.Client = _within(ask)  # type: ignore[misc]  # follows 下一页 without a server
    found = pages.look()
    cookies = found.cookies()
    targets = {t.key: t for t in [*pages.reading(found, 0, cookies), *pages.writing(found)]}
    requests = {key: _endless(target) for key, target in targets.items()}
    print(json.dumps({key: target.label for key, target in targets.items()}), flush=True)
    for line in sys.stdin:
        key, _blank, times = line.partition(" ")
        cookie = cookies[targets[key].person]
        wanted = [next(requests[key]) for _n in range(int(times))]
        begun = time.process_time()
        for one in wanted:
            ask(one, cookie)
        print(json.dumps((time.process_time() - begun) * 1000 / len(wanted)), flush=True)


def _endless(target: Any) -> Iterator[Any]:
    for client in range(5):
        yield from target.requests(client)


def _asker(application: Any) -> Callable[[Any, str], bytes]:
    def ask(request: Any, cookie: str) -> bytes:
        path, _mark, query = request.path.partition("?")
        body = urlencode(request.body).encode() if request.body is not None else b""
        environ = {
            "REQUEST_METHOD": "GET" if request.body is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": cookie,
            "HTTP_X_CSRFTOKEN": "b" * 32,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
        }
        said: list[str] = []
        answered = application(environ, lambda status, _headers, _info=None: said.append(status))
        content = b"".join(answered)
        answered.close()
        if int(said[0][:3]) != request.status:
            message = f"{request.path}: {said[0]}"
            raise SystemExit(message)
        return content

    return ask


def _within(ask: Callable[[Any, str], bytes]) -> Any:
    class Within:
        def __init__(self, _port: int, cookie: str) -> None:
            self.cookie = cookie

        def ask(self, request: Any) -> tuple[str, bytes]:
            return "", ask(request, self.cookie)

    return Within


# ── the two of them ──────────────────────────────────────────────────────────────────────────────
class Revision:
    """A revision that runs and answers, on a copy of its own database."""

    def __init__(self, tree: Path, home: Path, python: str, into: Path) -> None:
        shutil.copytree(home, into)
        own = os.environ | {"PYTHONPATH": str(tree), "TONGXIN_HOME": str(into), "DJANGO_SETTINGS_MODULE": "config.settings"}
        self.child = subprocess.Popen(
            [python, str(HERE), "--answer"], cwd=tree, env=own, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.labels: dict[str, str] = self._heard()

    def _heard(self) -> Any:
        line = self.child.stdout.readline() if self.child.stdout else ""
        return json.loads(line) if line else sys.exit(1)

    def milliseconds(self, key: str, times: int) -> float:
        """Return what a page costs, on average."""
        assert self.child.stdin is not None  # noqa: S101 -- it was opened above
        self.child.stdin.write(f"{key} {times}\n")
        self.child.stdin.flush()
        return float(self._heard())

    def end(self) -> None:
        """Let it go."""
        self.child.terminate()
        self.child.wait()


def _spread(found: list[list[float]]) -> str:
    """Return the least and the greatest ratio that a round gave."""
    ratios = sorted(new / old for new, old in found)
    return f"{ratios[0]:.2f} to {ratios[-1]:.2f}"


def main() -> None:
    """Ask every page of both in turn, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.paired", description=__doc__)
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--old", type=Path, help="a working tree of the older revision")
    parser.add_argument("--home", type=Path, help="TONGXIN_HOME that `bench seed` filled")
    parser.add_argument("--old-home", type=Path, help="the same, filled by the older revision")
    parser.add_argument("--old-python", default=sys.executable, help="its interpreter, where it needs other packages")
    parser.add_argument("--only", default="", help="keys, with commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=12, help="requests a round")
    given = parser.parse_args()
    if given.answer:
        sys.path[0] = str(Path.cwd())
        answer()
        return
    with tempfile.TemporaryDirectory() as folder:
        new = Revision(HERE.parent.parent, given.home, sys.executable, Path(folder) / "new")
        both = [new]
        if given.old:
            both.append(Revision(given.old.resolve(), given.old_home, given.old_python, Path(folder) / "old"))
        wanted = [key for key in new.labels if not given.only or key in given.only.split(",")]
        print("| | new, ms | old, ms | ratio |\n|---|---|---|---|")
        for key in wanted:
            for one in both:
                one.milliseconds(key, WARM)
            found = [[one.milliseconds(key, given.times) for one in both] for _n in range(given.rounds)]
            costs = [median(column) for column in zip(*found, strict=True)]
            ratio = f"{costs[0] / costs[1]:.2f} ({_spread(found)})" if given.old else ""
            print(f"| {new.labels[key]} `{key}` | {' | '.join(f'{cost:.1f}' for cost in costs)} | {ratio} |", flush=True)
        for one in both:
            one.end()


if __name__ == "__main__":
    main()
