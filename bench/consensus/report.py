"""Writes the measurements as a section of docs/benchmarks.md and their growth as a picture."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- consensus -->", "<!-- /consensus -->"
_LIBRARIES = ("numpy", "scipy")


def machine() -> dict[str, object]:
    """Processor, cores, memory, system and versions."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def ms(seconds: float) -> str:
    """Milliseconds, or seconds from ten on."""
    return f"{seconds:.1f} s" if seconds >= 10 else f"{1000 * seconds:.0f} ms"


def thousands(number: float) -> str:
    """A whole number with thin gaps."""
    return f"{number:,.0f}".replace(",", " ")


def both(took: dict[str, float]) -> str:
    """Time on the clock, and what the processor spent on it."""
    return f"{ms(took['median'])} ({ms(took['busy'])})"


def section(results: dict[str, Any]) -> str:
    """The section as Markdown."""
    about = results["machine"]
    libraries = ", ".join(f"{name} {about[name]}" for name in _LIBRARIES)
    small, large = about["load"]
    intro = (
        f"{about['processor']}, {about['cores']} cores (one used), {about['memory_gb']} GB, Python {about['python']}, {libraries}; "
        f"load of the machine during the run {small:.1f} to {large:.1f}. `make bench-consensus`; every case in a process of its own; "
        "median time on the clock, in brackets the processor time of the process itself, which other work on the machine hardly "
        "changes. Conversations are synthetic: three planted groups, separation 2, seed 0."
    )
    lines = [
        "## Consensus",
        "",
        intro,
        "",
        *_beside(results),
        *_heavy(results),
        "### Growth",
        "",
        "Computing only; the shuffle test apart (20 shuffles, five above 200 000 votes).",
        "",
        "![Growth of computing time with people, statements and votes](consensus-growth.svg)",
        "",
        "| People | Statements | Votes | Computing | Shuffle test | Groups found | ARI with the planted |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for axis in ("people", "statements", "votes"):
        for row in results[axis]:
            people, statements, _ = row["size"]
            cells = (
                thousands(people),
                thousands(statements),
                thousands(row["votes"]),
                both(row["compute"]),
                both(row["shuffle"]),
                str(row["k"]),
                f"{row['ari']:.3f}",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _beside(results: dict[str, Any]) -> list[str]:
    lines = [
        "| | Votes | Computing | Shuffle test, apart | Whole process, CSV to JSON, with the test | Peak memory |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in ("small", "middle"):
        people, statements, _ = results["sizes"][name]
        ours, theirs = results[name]["ours"], results[name]["reddwarf"]
        size, votes = f"{thousands(people)} × {thousands(statements)}", thousands(ours["votes"])
        whole = f"{ms(ours['whole']['process'])} ({ms(ours['whole']['busy'])})"
        cells = (
            f"**{size}**, this engine",
            votes,
            both(ours["compute"]),
            both(ours["shuffle"]),
            whole,
            f"{ours['whole']['peak_mb']:.0f} MB",
        )
        lines.append(f"| {' | '.join(cells)} |")
        if theirs:
            whole = f"{ms(theirs['process'])} ({ms(theirs['busy'])})"
            cells = (
                f"the same, red-dwarf {theirs['version']}",
                votes,
                both(theirs["compute"]),
                "–",
                whole,
                f"{theirs['peak_mb']:.0f} MB",
            )
            lines.append(f"| {' | '.join(cells)} |")
    step = results["incremental"]
    adding = (
        f"1 000 new votes on 2 million: {both(step['total'])}, slowest {ms(step['total']['slowest'])}; of it adding "
        f"{ms(step['add']['median'])}, the new result {ms(step['result']['median'])}. The last verdict on chance is taken over here; a new "
        f"shuffle test would add {both(results['middle']['ours']['shuffle'])}."
    )
    return [*lines, "", adding, ""]


def _heavy(results: dict[str, Any]) -> list[str]:
    if "large" not in results:
        return []
    large, rows = results["large"], results["rows"]
    million = (
        f"A million people × 1 000 statements, {thousands(large['votes'])} votes ({large['file_mb']:.0f} MB of CSV), whole process with "
        f"five shuffles: {large['process']:.0f} s ({large['busy']:.0f} s), peak {large['peak_mb'] / 1024:.1f} GB."
    )
    repeated = (
        f"{thousands(rows['rows'])} rows that hold {thousands(rows['distinct'])} distinct votes: {rows['process']:.0f} s "
        f"({rows['busy']:.0f} s), peak {rows['peak_mb']:.0f} MB."
    )
    return [million, "", repeated, ""]


def write_section(results: dict[str, Any]) -> None:
    """Puts the section between its marks in docs/benchmarks.md, which is made if absent, and draws the picture."""
    path = DOCS / "benchmarks.md"
    text = (
        path.read_text(encoding="utf-8")
        if path.exists()
        else "# Benchmarks\n\nMeasured, not promised; `bench/` makes every table.\n"
    )
    if BEGIN not in text:
        text += f"\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    path.write_text(f"{before}{BEGIN}\n{section(results)}{END}{after}", encoding="utf-8")
    _draw(results, DOCS / "consensus-growth.svg")


def _draw(results: dict[str, Any], path: Path) -> None:
    try:
        import matplotlib as mpl
        from matplotlib import pyplot as plt
    except ImportError:
        return

    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "consensus", "font.size": 9})
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.6), layout="constrained")
    for axis, (name, place) in zip(axes, (("people", 0), ("statements", 1), ("votes", None)), strict=True):
        sizes = [row["votes"] if place is None else row["size"][place] for row in results[name]]
        axis.loglog(sizes, [1000 * row["compute"]["busy"] for row in results[name]], "o-", color="#1b4d5e", label="computing")
        axis.loglog(sizes, [1000 * row["shuffle"]["busy"] for row in results[name]], "s--", color="#b98a3a", label="shuffle test")
        axis.set_xlabel(name)
        axis.minorticks_off()
        axis.grid(visible=True, alpha=0.3)
    axes[0].set_ylabel("ms of processor time")
    axes[0].legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})
