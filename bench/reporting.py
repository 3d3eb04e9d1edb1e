"""Figures of one or several runs as a table for the terminal and for docs/benchmarks.md, against the budgets."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- product -->", "<!-- /product -->"
GROWTH, CALM = 1.3, 1.5
ENGLISH = {
    "home_office": "Home, office",
    "home_member": "Home, member",
    "desk": "Desk: first page, in hand",
    "desk_closed": "Desk: closed",
    "desk_deep": "Desk: closed, 10 pages on",
    "desk_review": "Desk: replies to review",
    "desk_unit": "Desk: one unit",
    "desk_number": "Desk: by number",
    "desk_word": "Desk: by a word of the title",
    "mine": "Member's own list",
    "filed": "Filed, as a member",
    "inbox": "Unit's inbox, to do",
    "inbox_done": "Unit's inbox, done",
    "supervise": "Supervising desk",
    "assign": "Assigning desk",
    "public": "Public list",
    "public_deep": "Public list, 10 pages on",
    "public_word": "Public list, by a word",
    "notices": "Notices",
    "members": "Members",
    "page_short": "Proposal page, office, 40 in turn",
    "page_long": "Proposal page, very long history",
    "page_member": "Proposal page, member",
    "page_public": "Public proposal page",
    "autosave": "Autosave",
    "submit": "Submit (whole transition)",
    "similar": "Similar texts, one question",
    "export_proposals": "Export all proposals (CSV)",
    "export_members": "Export members (CSV)",
    "import_proposals": "Import 10 000 proposals with outcomes",
    "import_members": "Import 50 000 members",
}
PAGE_BUDGETS = {"list": (60.0, 0), "page": (50.0, 12), "write": (0.0, 0)}  # p95 in ms, queries
JOB_BUDGETS = {"import_members": ("seconds", 20.0), "import_proposals": ("seconds", 30.0), "similar": ("p95", 100.0)}
EXPORT_MB = 100.0


def name_of(scale: int) -> str:
    """Write a scale the short way."""
    return f"{scale // 1_000_000}M" if scale >= 1_000_000 else f"{scale // 1000}k" if scale >= 1000 else str(scale)


def table(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the whole section as Markdown, one part for each database."""
    databases = list(dict.fromkeys(r["machine"]["database"] for r in results))
    parts = []
    for database in databases:
        own = sorted((r for r in results if r["machine"]["database"] == database), key=lambda r: r["scale"])
        parts += [_about(own), _pages(own), _jobs(own), _verdict(own)]
    return "\n\n".join(part for part in parts if part)


def _about(own: Sequence[Mapping[str, Any]]) -> str:
    m, lines = own[0]["machine"], []
    lines.append(f"### {m['database']}\n")
    lines.append(
        f"{m['cores']} cores, {m['memory_gb']} GB, {m['system']}, Python {m['python']}, Django {m['django']}, granian {m['granian']}; "
        f"server (two processes of one thread) and {own[0]['clients']} clients on the same machine.\n"
    )
    lines.append(
        "| Scale | proposals | cases | events | notices | members | database | server's peak memory | texts read after | load before → after | on |"
    )
    lines.append("|" + "---|" * 11)
    for r in own:
        rows = r["data"]["rows"]
        counted = " | ".join(f"{rows[name]:,}" for name in ("proposal", "case", "event", "notice", "member"))
        lines.append(
            f"| {name_of(r['scale'])} | {counted} | {r['data']['database_mb']:,} MB | {r['server_memory_mb']:.0f} MB | {r['ready_after_s']} s "
            f"| {r['load_before']} → {r['load_after']} | {r['measured_at'][:10]} |"
        )
    return "\n".join(lines)


def _row(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _factor(first: float, last: float) -> str:
    return f"{last / first:.1f}×" if first else "–"


def _pages(own: Sequence[Mapping[str, Any]]) -> str:
    keys = [k for k in ENGLISH if any(k in r["pages"] for r in own)]
    header = ["Milliseconds"]
    for r in own:
        scale = name_of(r["scale"])
        header += [f"{scale}: p50 / p95 / p99", "CPU", "n (failed)", "queries"]
    header += ["p95 grows", "CPU grows", "budget", "met"] if len(own) > 1 else ["budget", "met"]
    lines = [_row(header), "|" + "---|" * len(header)]
    for key in keys:
        cells: list[Any] = [ENGLISH[key]]
        found = [r["pages"].get(key) for r in own]
        for f in found:
            cells += (
                [f"{f['p50']} / {f['p95']} / {f['p99']}", f["cpu"], f"{f['n']} ({f['failures']})", f["queries"]]
                if f
                else ["–"] * 4
            )
        there = [f for f in found if f]
        if len(own) > 1:
            cells += [_factor(there[0]["p95"], there[-1]["p95"]), _factor(there[0]["cpu"], there[-1]["cpu"])]
        lines.append(_row([*cells, *_judged(there)]))
    return "\n".join(lines)


def _judged(found: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    p95, queries = PAGE_BUDGETS[found[0]["budget"]]
    if not p95:
        return "none set", "–"
    wrong = [f"p95 {f['p95']}" for f in found[-1:] if f["p95"] > p95]
    wrong += [f"{f['queries']} queries" for f in found[-1:] if queries and f["queries"] > queries]
    wrong += [f"{f['failures']} failed" for f in found if f["failures"]]
    if found[0]["budget"] == "list" and len(found) > 1 and found[-1]["p95"] > GROWTH * found[0]["p95"]:
        wrong.append("growth")
    wanted = f"p95 ≤ {p95:.0f}" + (f", ≤ {queries} queries" if queries else f", ≤ {GROWTH}×")
    return wanted, f"**no**: {', '.join(wrong)}" if wrong else "yes"


def _jobs(own: Sequence[Mapping[str, Any]]) -> str:
    keys = [k for k in ENGLISH if any(k in r["jobs"] for r in own)]
    if not keys:
        return ""
    lines = [_row(["Bulk", *(f"in {name_of(r['scale'])}" for r in own), "budget", "met"]), "|" + "---|" * (len(own) + 3)]
    for key in keys:
        found = [r["jobs"].get(key) for r in own]
        lines.append(
            _row([ENGLISH[key], *(_job(f) for f in found), *_job_judged(key, next((f for f in reversed(found) if f), None))])
        )
    return "\n".join(lines)


def _job(f: Mapping[str, Any] | None) -> str:
    if f is None or "failed" in f:
        return "–" if f is None else f"failed: {f['failed']}"
    if "p95" in f:
        return (
            f"{f['p50']} / {f['p95']} / {f['p99']} ms among {f['rows']:,}; read once in {f['seconds']} s; {f['peak_mb']:.0f} MB"
        )
    return f"{f['rows']:,} rows in {f['seconds']} s (CPU {f['cpu']} s); {f['peak_mb']:.0f} MB, of which the job {f['peak_mb'] - f['before_mb']:.0f}"


def _job_judged(key: str, f: Mapping[str, Any] | None) -> tuple[str, str]:
    if key.startswith("export"):
        wanted, met = (
            f"≤ {EXPORT_MB:.0f} MB",
            f is not None and f.get("peak_mb", EXPORT_MB + 1) - f.get("before_mb", 0) <= EXPORT_MB,
        )
        return wanted, "yes" if met else "**no**"
    name, limit = JOB_BUDGETS[key]
    met = f is not None and f.get(name, limit + 1) <= limit
    return f"{'p95 ' if name == 'p95' else ''}≤ {limit:.0f} {'ms' if name == 'p95' else 's'}", "yes" if met else "**no**"


def _verdict(own: Sequence[Mapping[str, Any]]) -> str:
    busy = max(max(r["load_before"], r["load_after"]) for r in own)
    if max(r["load_before"] for r in own) < CALM:
        return "The machine was otherwise idle. CPU is the server's own work a request."
    return (
        f"The machine was shared with other work while this was measured (load up to {busy}, its own included): waiting times are longer than on "
        "an idle one, and comparing two sizes is rough. CPU is the server's own work a request: it depends less on others, but not nothing."
    )


INTRODUCTION = """## The product

`make bench` fills an empty database for each size (`tongxin bench seed`), runs the real server on the loopback (`tongxin bench run`) and writes this
section (`tongxin bench report`). The county is composed, deterministic, and has some nineteen events a proposal, a second assembly beside it, and 60
units; members grow with the proposals. Nothing is cached that production does not cache. Signing in is left out: session rows are made directly.
Events are not sealed. Pages are measured once the server has read the texts for the likeness. Each run adds some drafts, and an assembly for each
import, which later rows of the first table show. 15 % of the proposals belong to the running session, so that open work grows with the scale as well,
which is harder than a county's life. “Met” is judged at the greatest scale.
"""


def write(path: Path, results: Sequence[Mapping[str, Any]]) -> None:
    """Put the section into a page between its marks, or at its beginning where it has none."""
    section = f"{BEGIN}\n{INTRODUCTION}\n{table(results)}\n{END}"
    old = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    if BEGIN in old and END in old:
        before, after = old.partition(BEGIN)[0], old.partition(END)[2]
        new = f"{before}{section}{after}"
    else:
        title = re.match(r"# .*\n", old)
        head = title[0] if title else "# Benchmarks\n"
        new = f"{head}\n{section}\n{old.removeprefix(head)}"
    path.write_text(new.rstrip("\n") + "\n", encoding="utf-8")
