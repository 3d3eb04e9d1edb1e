"""TF-IDF: how much each word of a text tells, by how often it stands there and in how few texts it stands at all. Pure.

A word counts by the logarithm of its number (1 + ln n), is weighed by how rare it is (ln((1 + texts) / (1 + texts with
it)) + 1), and each text has the length 1: scikit-learn's TfidfVectorizer with sublinear_tf, which took 48 MB of memory
and seconds of start in every process of a server.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy import sparse


class NothingTellsError(ValueError):
    """No text has a word that tells anything."""


class Weights:
    """The words of some texts, in order, each with its column and how much it tells; texts are weighed by them."""

    def __init__(self, words: Callable[[str], Iterable[str]]) -> None:
        self._words = words
        self.names: np.ndarray = np.array([], dtype=object)
        self._columns: dict[str, int] = {}
        self._rare: np.ndarray = np.array([], np.float32)

    @classmethod
    def learnt(
        cls, words: Callable[[str], Iterable[str]], texts: Sequence[str], *, common: float
    ) -> tuple["Weights", sparse.csr_matrix]:
        """Learn from texts, and weigh them; a word in more than this part of them tells nothing.

        Raises NothingTellsError.
        """
        weights = cls(words)
        return weights, weights._learn(texts, common)

    def _learn(self, texts: Sequence[str], common: float) -> sparse.csr_matrix:
        counts, known = self._counted(texts, None)
        number_with = np.bincount(counts.indices, minlength=len(known))
        kept = number_with <= common * len(texts)
        names = sorted(word for word, column in known.items() if kept[column])
        if not names:
            raise NothingTellsError
        self.names = np.array(names, dtype=object)
        self._columns = {word: column for column, word in enumerate(names)}
        number_with = number_with[[known[word] for word in names]].astype(np.float32)
        self._rare = (np.log((np.float32(len(texts)) + 1) / (number_with + 1)) + 1).astype(np.float32)
        return self._weighed(counts[:, [known[word] for word in names]].tocsr())

    def weigh(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Weigh texts, a row each; words that were not learnt tell nothing."""
        return self._weighed(self._counted(texts, self._columns)[0])

    def _counted(self, texts: Sequence[str], known: dict[str, int] | None) -> tuple[sparse.csr_matrix, dict[str, int]]:
        columns: dict[str, int] = {} if known is None else known
        indices, numbers, ends = array("i"), array("f"), array("i", [0])
        for text in texts:
            for word, number in Counter(self._words(text)).items():
                column = columns.setdefault(word, len(columns)) if known is None else columns.get(word)
                if column is not None:
                    indices.append(column)
                    numbers.append(number)
            ends.append(len(indices))
        shape = (len(texts), len(columns))
        found = sparse.csr_matrix((np.array(numbers, np.float32), np.array(indices, np.int32), np.array(ends, np.int32)), shape)
        found.sort_indices()
        return found, columns

    def _weighed(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        counts.sort_indices()
        counts.data = (np.log(counts.data) + 1) * self._rare[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, counts.data.astype(np.float64) ** 2, minlength=counts.shape[0]))
        counts.data = (counts.data / lengths[rows]).astype(np.float32)
        return counts
