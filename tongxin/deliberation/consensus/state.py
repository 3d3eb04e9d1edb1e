"""Keeps a conversation's votes up to date, so that a result can be had again after a few new votes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tongxin.deliberation.consensus.chance import Chance
from tongxin.deliberation.consensus.engine import Question, Result, compute
from tongxin.deliberation.consensus.identifiers import canonical_key
from tongxin.deliberation.consensus.votes import AGREE, DISAGREE, PASS, Votes, latest_positions

_ALLOWED = (AGREE, PASS, DISAGREE)


class UnfitVotes(ValueError):  # noqa: N818 - reads as what it is in "except UnfitVotes"
    """Votes that cannot be added: the program that adds them is wrong, not a person."""

    LENGTHS = "participants, statements, values and times differ in length"
    VALUES = "a vote is 1, 0 or -1"


class State:
    """The votes so far and the groups of the last result, whose numbers the next result keeps.

    ``result`` equals the full computation on all votes added, up to the numbers of the groups: it is the same
    computation on the same arrays; only reading, matching and sorting are saved.
    """

    def __init__(self, votes: Votes | None = None, question: Question | None = None) -> None:
        nothing = np.empty(0, np.int64)
        self.votes = votes or Votes([], [], np.zeros(1, np.int64), nothing.astype(np.int32), nothing.astype(np.int8), nothing)
        self.question = question or Question()
        self._people = {name: place for place, name in enumerate(self.votes.participants)}
        self._statements = {name: place for place, name in enumerate(self.votes.statements)}

    def add(
        self,
        participants: Sequence[str],
        statements: Sequence[str],
        values: Sequence[int] | NDArray[np.int8],
        times: Sequence[int] | None = None,
    ) -> None:
        """Adds votes in the order in which they were cast; sequences of one length, values 1, 0 or −1.

        A later vote of the same person on the same statement replaces the earlier; with ``times`` (milliseconds)
        a vote older than the one known changes nothing. Votes without times count as cast at 0, so that among
        them order decides. Raises ``UnfitVotes`` on other values or unequal lengths, and then changes nothing.
        """
        new = np.asarray(values, np.int64)
        at = np.zeros(len(new), np.int64) if times is None else np.asarray(times, np.int64)
        if not len(participants) == len(statements) == len(new) == len(at):
            raise UnfitVotes(UnfitVotes.LENGTHS)
        if not np.isin(new, _ALLOWED).all():
            raise UnfitVotes(UnfitVotes.VALUES)
        if not len(new):
            return
        people = self._widened("participants", participants)
        columns = self._widened("statements", statements)
        self._merge(people, columns, new.astype(np.int8), at)

    def result(self, *, verdict: Chance | None = None) -> Result:
        """The result on all votes so far; its groups keep the numbers of the result before where people stayed.

        With ``verdict`` (an earlier result's ``chance``) the votes are not shuffled again: faster, and equal to
        the full computation as long as the verdict is still right.
        """
        found = compute(self.votes, replace(self.question, chance=verdict))
        if found.groups and self.question.membership is None:
            self.question = replace(self.question, previous=found.membership)
        return found

    def _widened(self, side: str, names: Sequence[str]) -> NDArray[np.int64]:
        """Positions of the names among the participants or statements, to which new ones are added in the fixed order."""
        of_people = side == "participants"
        known = self._people if of_people else self._statements
        if added := set(names) - known.keys():
            before = self.votes.participants if of_people else self.votes.statements
            whole = sorted([*before, *added], key=canonical_key)
            known = {name: place for place, name in enumerate(whole)}
            moved = np.fromiter((known[name] for name in before), np.int64, len(before))
            if of_people:
                self._people = known
                counts = np.zeros(len(whole), np.int64)
                counts[moved] = np.diff(self.votes.starts)
                self.votes = replace(self.votes, participants=whole, starts=np.append(0, np.cumsum(counts)))
            else:
                self._statements = known
                columns = moved[self.votes.columns].astype(np.int32)
                self.votes = replace(self.votes, statements=whole, columns=columns)
        return np.fromiter((known[name] for name in names), np.int64, len(names))

    def _merge(
        self, people: NDArray[np.int64], columns: NDArray[np.int64], values: NDArray[np.int8], times: NDArray[np.int64]
    ) -> None:
        """Puts new votes into their places; both sides are in the fixed order, so nothing is sorted again."""
        chosen = latest_positions(people, columns, times)
        people, columns, values, times = people[chosen], columns[chosen], values[chosen], times[chosen]
        old = self.votes
        width = np.int64(len(old.statements))
        known = old.rows * width + old.columns
        keys = people * width + columns
        place = np.searchsorted(known, keys)
        same = place < len(known)
        same[same] = known[place[same]] == keys[same]
        held = np.zeros(len(old.values), np.int64) if old.times is None else old.times.copy()
        kept_values = old.values.copy()
        later = same.copy()
        later[same] = times[same] >= held[place[same]]
        kept_values[place[later]], held[place[later]] = values[later], times[later]
        fresh = ~same
        counts = np.diff(old.starts) + np.bincount(people[fresh], minlength=len(old.participants))
        self.votes = replace(
            old,
            starts=np.append(0, np.cumsum(counts)),
            columns=np.insert(old.columns, place[fresh], columns[fresh]),
            values=np.insert(kept_values, place[fresh], values[fresh]),
            times=np.insert(held, place[fresh], times[fresh]),
        )
