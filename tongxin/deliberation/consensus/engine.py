"""Computes the whole result from the votes: map, groups, and what unites and divides them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongxin.core.catalogue import _
from tongxin.deliberation.consensus import statistics
from tongxin.deliberation.consensus.axes import AXES, Axes, Floats
from tongxin.deliberation.consensus.chance import Chance, against_chance
from tongxin.deliberation.consensus.grouping import grouped, stated_part
from tongxin.deliberation.consensus.identifiers import Codes, canonical_key
from tongxin.deliberation.consensus.naming import named
from tongxin.deliberation.consensus.silhouette import silhouettes
from tongxin.deliberation.consensus.space import Space, space_of
from tongxin.deliberation.consensus.statistics import Counts
from tongxin.deliberation.consensus.votes import Votes

MINIMUM = 50


@dataclass(frozen=True)
class Question:
    """What is asked of the votes.

    ``listed``: statements that exist, voted on or not; ``moderated``: those kept out of the mathematics;
    ``membership``: participant → group, given from outside; ``k``: a number of groups asked for; ``minimum``:
    people in the map below which no groups are formed; ``previous``: participant → group number of an earlier run;
    ``chance``: an earlier verdict, taken over instead of shuffling anew.
    """

    listed: frozenset[str] = frozenset()
    moderated: frozenset[str] = frozenset()
    membership: Mapping[str, int] | None = None
    k: int | None = None
    seed: int = 0
    minimum: int = MINIMUM
    previous: Mapping[str, int] | None = None
    chance: Chance | None = None


@dataclass(frozen=True)
class Group:
    """A group: its number and its people, in the fixed order."""

    number: int
    members: list[str]


@dataclass(frozen=True, eq=False)
class Result:
    """All that is known of a conversation; ``result.document`` makes the public form of it.

    ``counts``: (groups + 1, C), the last row everybody; ``allowed`` (C,): in the mathematics; ``people``: those
    in the map, with ``points`` (m, 2) and ``labels`` (m,), positions in ``groups``, −1 for none.
    """

    votes: Votes
    question: Question
    allowed: NDArray[np.bool_]
    counts: Counts
    axes: Axes
    extremity: Floats
    people: NDArray[np.int64]
    points: Floats
    labels: Codes
    groups: list[Group]
    k: int
    silhouette: float
    reason: str | None
    chance: Chance | None = None

    @property
    def every(self) -> Counts:
        """Counts over everybody, shape (C,)."""
        return self.counts[-1]

    @property
    def by_group(self) -> Counts:
        """Counts by group, shape (groups, C)."""
        return self.counts[:-1]

    @property
    def membership(self) -> dict[str, int]:
        """Participant → number of the group: what a later run takes as ``previous``."""
        return {member: group.number for group in self.groups for member in group.members}


def with_statements(votes: Votes, listed: Iterable[str]) -> Votes:
    """The votes with every listed statement among the statements, in the fixed order."""
    known = set(votes.statements)
    added = {name for name in listed if name not in known}
    if not added:
        return votes
    statements = sorted([*votes.statements, *added], key=canonical_key)
    place = {name: position for position, name in enumerate(statements)}
    moved = np.array([place[name] for name in votes.statements], np.int32)
    return replace(votes, statements=statements, columns=moved[votes.columns])


@dataclass(frozen=True, eq=False)
class _Formed:
    """Groups and how they came about; ``labels`` (n,) over all people, positions in ``groups``, −1 for none."""

    labels: Codes
    groups: list[Group]
    silhouette: float = 0.0
    reason: str | None = None
    chance: Chance | None = None


def compute(votes: Votes, question: Question | None = None) -> Result:
    """The result for the votes: same votes and seed, same result, bit for bit, on any number of threads."""
    question = question or Question()
    votes = with_statements(votes, question.listed | question.moderated)
    every = statistics.counted(votes)
    seen = every.seen[-1]
    allowed = np.array([name not in question.moderated for name in votes.statements], np.bool_)
    used = allowed & (seen > 0)
    means = (every.agree[-1] - every.disagree[-1]) / np.maximum(seen, 1)
    space = space_of(votes, used, means, question.seed)
    formed = _given(votes, space, question.membership) if question.membership is not None else _found(votes, space, question)
    loadings = np.zeros((AXES, len(votes.statements)))
    loadings[:, used] = space.axes.loadings
    return Result(
        votes=votes,
        question=question,
        allowed=allowed,
        counts=statistics.counted(votes, formed.labels, len(formed.groups)) if formed.groups else every,
        axes=replace(space.axes, loadings=loadings),
        extremity=statistics.extremity(means, loadings, int(used.sum())),
        people=space.people,
        points=space.points,
        labels=formed.labels[space.people],
        groups=formed.groups,
        k=max(len(formed.groups), 1),
        silhouette=formed.silhouette,
        reason=formed.reason,
        chance=formed.chance,
    )


def _given(votes: Votes, space: Space, membership: Mapping[str, int]) -> _Formed:
    """The groups as given, whoever of them is in the map or has voted at all."""
    numbers = sorted(set(membership.values()))
    groups = [Group(number, []) for number in numbers]
    for member in sorted(membership, key=canonical_key):
        groups[numbers.index(membership[member])].members.append(member)
    labels = np.array([_position(numbers, membership.get(name)) for name in votes.participants], np.int64)
    drawn = labels[space.people]
    points, drawn = space.points[drawn >= 0], drawn[drawn >= 0]
    width = 0.0
    if len(points):
        part = stated_part(points)
        width = float(silhouettes(points[part], [drawn[part]])[0])
    return _Formed(labels, groups, width, _("按给定的 %(n)s 组计算，未作人数和偶然性检验。") % {"n": len(groups)})


def _position(numbers: list[int], number: int | None) -> int:
    return -1 if number is None else numbers.index(number)


def _found(votes: Votes, space: Space, question: Question) -> _Formed:
    """Groups by the votes alone, if there are enough people and more structure than chance makes."""
    labels = np.full(len(votes.participants), -1, np.int64)
    if question.k == 1:
        return _Formed(labels, [], reason=_("按指定不分组。"))
    people, chance, reason = len(space.people), None, None
    if question.k is None:
        if people < question.minimum:
            return _Formed(
                labels,
                [],
                reason=_("看法图中有 %(people)s 人，不足 %(minimum)s 人，不分组。")
                % {"people": people, "minimum": question.minimum},
            )
        chance = question.chance or against_chance(space.centred, space.axes.variances[0], space.axes.total, question.seed)
        if not chance.structured:
            return _Formed(labels, [], reason=_no_structure(chance), chance=chance)
    else:
        reason = _("按指定分为 %(k)s 组，未作人数和偶然性检验。") % {"k": question.k}
    grouping = grouped(space.points, question.k)
    if grouping.k == 1:
        return _Formed(labels, [], reason=_("图中的人表态没有差别，分不出组。"), chance=chance)
    if question.k is not None and grouping.k < question.k:
        reason = _("指定 %(k)s 组，表态只够分为 %(k2)s 组，未作人数和偶然性检验。") % {"k": question.k, "k2": grouping.k}
    names = [votes.participants[person] for person in space.people.tolist()]
    places, numbers = named(grouping.labels, space.points, names, question.previous)
    labels[space.people] = places
    groups = [Group(number, []) for number in numbers]
    for name, place in zip(names, places.tolist(), strict=True):
        groups[place].members.append(name)
    return _Formed(labels, groups, grouping.silhouette, reason, chance)


def _no_structure(chance: Chance) -> str:
    if not chance.shuffled:
        return _("所有表态都一样，没有不同看法，不分组。")
    return _("第一条轴解释了差异的 %(share)s，打乱表态后也有 %(max)s，没有明显高出，看不出成组的看法，不分组。") % {
        "share": f"{chance.share:.1%}",
        "max": f"{max(chance.shuffled):.1%}",
    }
