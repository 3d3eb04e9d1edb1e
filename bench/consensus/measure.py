"""One measurement in a process of its own: ``python -m bench.consensus.measure CASE ARGUMENTS…`` prints JSON."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from tongxin.deliberation.consensus import result as public
from tongxin.deliberation.consensus import synthetic
from tongxin.deliberation.consensus.chance import Chance, against_chance
from tongxin.deliberation.consensus.engine import Question, compute
from tongxin.deliberation.consensus.space import space_of
from tongxin.deliberation.consensus.state import State
from tongxin.deliberation.consensus.statistics import counted
from tongxin.deliberation.consensus.tests.reference import agreement
from tongxin.deliberation.consensus.votes import Votes

SEPARATION = 2.0
TAKEN_OVER = Chance(1.0, (0.0,), structured=True)


def timed(work: Callable[[], object], repeat: int) -> dict[str, float]:
    """Median, fastest and slowest of ``repeat`` runs after one to warm up, and median processor time, in seconds."""
    work()
    seconds, busy = [], []
    for _ in range(repeat):
        begun, begun_busy = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - begun)
        busy.append(time.process_time() - begun_busy)
    return summed_up(seconds, busy)


def summed_up(seconds: list[float], busy: list[float]) -> dict[str, float]:
    """What is kept of several runs."""
    return {"median": median(seconds), "fastest": min(seconds), "slowest": max(seconds), "busy": median(busy)}


def core(people: int, statements: int, votes: int, repeat: int) -> dict[str, object]:
    """Computing alone, the shuffle test apart, and making the JSON."""
    made = synthetic.conversation(people=people, statements=statements, votes=votes, separation=SEPARATION)
    question = Question(chance=TAKEN_OVER)
    found = compute(made.votes, question)
    every = counted(made.votes)
    means = (every.agree[-1] - every.disagree[-1]) / np.maximum(every.seen[-1], 1)
    space = space_of(made.votes, every.seen[-1] > 0, means, 0)
    return {
        "votes": len(made.votes.values),
        "k": found.k,
        "ari": agreement(made.labels[found.people], found.labels),
        "compute": timed(lambda: compute(made.votes, question), repeat),
        "shuffle": timed(lambda: against_chance(space.centred, space.axes.variances[0], space.axes.total), min(repeat, 3)),
        "json": timed(lambda: public.text(found), min(repeat, 3)),
    }


def incremental(people: int, statements: int, votes: int, repeat: int) -> dict[str, object]:
    """1 000 new votes, some by new people, and the new result; the verdict on chance is taken over."""
    state = State(synthetic.conversation(people=people, statements=statements, votes=votes, separation=SEPARATION).votes)
    state.result(verdict=TAKEN_OVER)
    random = np.random.default_rng(1)
    adding, resulting, busy = [], [], []
    for turn in range(repeat + 1):
        who = [str(number) for number in random.integers(0, people + 20 * turn, 1000)]
        what = [str(number) for number in random.integers(0, statements, 1000)]
        how = random.integers(-1, 2, 1000)
        begun, begun_busy = time.perf_counter(), time.process_time()
        state.add(who, what, how)
        added = time.perf_counter()
        state.result(verdict=TAKEN_OVER)
        adding.append(added - begun)
        resulting.append(time.perf_counter() - added)
        busy.append(time.process_time() - begun_busy)
    total = [sum(pair) for pair in zip(adding[1:], resulting[1:], strict=True)]
    return {
        "add": {"median": median(adding[1:])},
        "result": {"median": median(resulting[1:])},
        "total": summed_up(total, busy[1:]),
    }


def reddwarf(path: str) -> dict[str, object]:
    """The published port on the same file: superseded votes dropped first, its own pipeline timed."""
    from importlib.metadata import version

    from reddwarf.implementations.base import run_pipeline

    begun = time.perf_counter()
    latest: dict[tuple[str, str], int] = {}
    with Path(path).open(encoding="utf-8") as stream:
        next(stream)
        for line in stream:
            person, statement, vote = line.split(",")
            latest[person, statement] = int(vote)
    rows = [
        {"participant_id": int(person), "statement_id": int(statement), "vote": vote, "modified": 0}
        for (person, statement), vote in latest.items()
    ]
    del latest
    read, busy = time.perf_counter(), time.process_time()
    run_pipeline(votes=rows, random_state=0)
    took = {"median": time.perf_counter() - read, "busy": time.process_time() - busy}
    return {"version": version("red-dwarf"), "read": read - begun, "compute": took}


def mixed_csv(votes: Votes, path: Path, repeated: float = 0.05, seed: int = 0) -> None:
    """Writes votes in random order, some of them cast before in another way and therefore superseded."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(votes.values))
    rows, columns, values = votes.rows[order], votes.columns[order], votes.values[order]
    again = random.random(len(order)) < repeated
    people = votes.participants
    statements = votes.statements
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("participant_id,statement_id,vote\n")
        for first in (True, False):
            chosen = again if first else slice(None)
            stream.writelines(
                f"{people[row]},{statements[column]},{0 if first else value}\n"
                for row, column, value in zip(
                    rows[chosen].tolist(), columns[chosen].tolist(), values[chosen].tolist(), strict=True
                )
            )


def file(people: int, statements: int, votes: int, path: str, kind: str) -> dict[str, object]:
    """Writes a conversation: ``mixed`` rows with 5 % superseded votes, or ``ordered`` by person, each vote once."""
    made = synthetic.conversation(people=people, statements=statements, votes=votes, separation=SEPARATION).votes
    if kind == "mixed":
        mixed_csv(made, Path(path))
    else:
        synthetic.write_csv(made, Path(path))
    return {"votes": len(made.values), "file_mb": Path(path).stat().st_size / 1e6}


CASES: dict[str, Callable[..., dict[str, object]]] = {
    "core": core,
    "incremental": incremental,
    "reddwarf": reddwarf,
    "file": file,
}

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps(CASES[name](*(int(text) if text.isdigit() else text for text in arguments))))
