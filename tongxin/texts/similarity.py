"""Which earlier texts are like this one, and because of which words. Pure.

Two views of each text are kept: the words of its title and of its whole. TF-IDF weighs them (`weighing`), and among the
best candidates the titles are compared letter by letter (rapidfuzz). Texts may come and go: a new one is weighed as the
others were, and the weights are learnt anew when some part of the texts has changed.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from scipy import sparse

from tongxin.texts.segmentation import subject_of, words
from tongxin.texts.weighing import NothingTellsError, Weights

CANDIDATES = 200  # so many of the best by words have their titles compared
COMMON = 0.3  # a word in more than this part of the texts tells nothing
FEW = 20  # below so many texts every word counts
SAID = 4  # so many shared words are named
LONG = 40  # a text with fewer characters than this is only a title
PARTS = 8  # so many additions are kept apart before they are joined
SMALL = 500  # so few texts are learnt anew at every change
RELEARN = 20  # more are learnt anew when 1 in so many has changed


@dataclass(frozen=True)
class Text:
    """One text: its key, its title, and the whole of it."""

    key: Hashable
    title: str
    body: str


@dataclass(frozen=True)
class Match:
    """A text like the one asked about: how much (0 to 1) and because of which words, most telling first."""

    key: Hashable
    score: float
    because: tuple[str, ...]


class _Part:
    """The weighed words of some texts: by row to name what is shared, by column to multiply."""

    def __init__(self, keys: list[Hashable], wholes: sparse.csr_matrix, titles: sparse.csr_matrix) -> None:
        self.keys, self.wholes, self.titles = keys, wholes, titles
        self.whole_columns, self.title_columns = wholes.tocsc(), titles.tocsc()


class Index:
    """Texts that can be asked which of them are like a given one."""

    def __init__(self, texts: Iterable[Text] = ()) -> None:
        self._titles: dict[Hashable, str] = {}
        self._bodies: dict[Hashable, str] = {}
        self._place: dict[Hashable, tuple[int, int]] = {}
        self._parts: list[_Part] = []
        self._weights: Weights | None = None
        self._waiting: dict[Hashable, None] = {}
        self._changed = 0
        self.add(texts)

    def __len__(self) -> int:
        return len(self._titles)

    def keys(self) -> set[Hashable]:
        """Return what the texts are told apart by."""
        return set(self._titles)

    def add(self, texts: Iterable[Text]) -> None:
        """Take texts in; one with a known key replaces it."""
        for text in texts:
            self._titles[text.key], self._bodies[text.key] = text.title, text.body
            self._place.pop(text.key, None)
            self._waiting[text.key] = None
            self._changed += 1

    def remove(self, keys: Iterable[Hashable]) -> None:
        """Let texts go; unknown keys are passed over."""
        for key in keys:
            if self._titles.pop(key, None) is not None:
                self._bodies.pop(key)
                self._place.pop(key, None)
                self._waiting.pop(key, None)
                self._changed += 1

    def catch_up(self) -> None:
        """Weigh what came since the last time; a query does it by itself."""
        small = len(self._titles) < SMALL
        if self._changed and (self._weights is None or small or self._changed * RELEARN > len(self._titles)):
            self._learn_anew()
        elif self._waiting:
            self._append(list(self._waiting))
        self._waiting = {}

    def query(
        self, body: str, *, title: str = "", n: int = 5, exclude: Iterable[Hashable] = (), least: float = 0.0
    ) -> list[Match]:
        """Return at most `n` texts whose likeness is at least `least`, most alike first."""
        self.catch_up()
        if self._weights is None:
            return []
        asked, heading = self._weights.weigh([f"{title}\n{body}"]), self._weights.weigh([title or body])
        short, left_out = len(body) < LONG, set(exclude)
        matches = []
        for number, part in enumerate(self._parts):
            by_title = _products(part.title_columns, heading)
            by_whole = _products(part.whole_columns, asked)
            rough = np.maximum(by_title, by_whole)
            best = np.argpartition(-rough, CANDIDATES)[:CANDIDATES] if len(rough) > CANDIDATES else range(len(rough))
            for row in best:
                key = part.keys[row]
                if rough[row] <= 0 or key in left_out or self._place.get(key) != (number, row):
                    continue
                score = _score(float(by_whole[row]), float(by_title[row]), title or body, self._titles[key], short=short)
                if score >= least:
                    matches.append((score, str(key), key, number, row))
        matches.sort(key=lambda m: (-m[0], m[1]))
        return [
            Match(key, round(score, 4), self._because(asked, heading, number, row)) for score, _s, key, number, row in matches[:n]
        ]

    def _because(self, asked: sparse.csr_matrix, heading: sparse.csr_matrix, number: int, row: int) -> tuple[str, ...]:
        """Name the shared words that weighed most."""
        assert self._weights is not None  # noqa: S101 -- query() sees to it
        part = self._parts[number]
        own = (part.wholes[row].multiply(asked) + part.titles[row].multiply(heading)).tocoo()
        shared = [str(self._weights.names[own.col[i]]) for i in np.argsort(-own.data, kind="stable")]
        whole = [word for word in shared if not any(word != other and word in other for other in shared)]
        return tuple(whole[:SAID])

    def _learn_anew(self) -> None:
        keys = list(self._titles)
        self._parts, self._place, self._changed = [], {}, 0
        texts = [f"{self._titles[k]}\n{self._bodies[k]}" for k in keys]
        try:
            self._weights, wholes = Weights.learnt(words, texts, common=COMMON if len(keys) >= FEW else 1.0)
        except NothingTellsError:
            self._weights = None
            return
        self._keep(_Part(keys, wholes, self._weights.weigh([self._titles[k] for k in keys])))

    def _append(self, keys: list[Hashable]) -> None:
        assert self._weights is not None  # noqa: S101 -- catch_up() sees to it
        wholes = self._weights.weigh([f"{self._titles[k]}\n{self._bodies[k]}" for k in keys])
        part = _Part(keys, wholes, self._weights.weigh([self._titles[k] for k in keys]))
        if len(self._parts) >= PARTS:
            old = [*self._parts, part]
            part = _Part(
                [key for one in old for key in one.keys],
                sparse.vstack([one.wholes for one in old], format="csr"),
                sparse.vstack([one.titles for one in old], format="csr"),
            )
            self._parts = []
        self._keep(part)

    def _keep(self, part: _Part) -> None:
        """Take a part in; the last row of a key is the one that counts."""
        number = len(self._parts)
        self._parts.append(part)
        for row, key in enumerate(part.keys):
            if key in self._titles:
                self._place[key] = (number, row)


def _score(whole: float, heading: float, asked_title: str, own_title: str, *, short: bool) -> float:
    """Join the likeness of the wholes with that of the titles, whichever says more."""
    letters = fuzz.ratio(subject_of(asked_title), subject_of(own_title)) / 100
    named = 0.6 * heading + 0.4 * letters if heading > 0 else 0.0
    return named if short else max(whole, 0.5 * whole + 0.5 * named)


def _products(columns: sparse.csc_matrix, asked: sparse.csr_matrix) -> np.ndarray:
    """Multiply every text with the one asked about, touching only the words that it has."""
    scores = np.zeros(columns.shape[0], dtype=np.float32)
    for word, weight in zip(asked.indices, asked.data, strict=True):
        begin, end = columns.indptr[word], columns.indptr[word + 1]
        scores[columns.indices[begin:end]] += columns.data[begin:end] * weight
    return scores
