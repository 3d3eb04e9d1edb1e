"""Places people on two axes of likeness: an exact principal component analysis that never fills in the gaps.

Source: the published method of Polis (Small and others, "Polis: Scaling deliberation by mapping high dimensional
opinion spaces", Recerca 26, 2021). Lanczos iteration: Golub and Van Loan, Matrix Computations, chapter 10.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats: TypeAlias = NDArray[np.float64]
Product: TypeAlias = Callable[[Floats], Floats]

AXES = 2
EXACT = 1e-12
_DENSE = 40
_CHECK_EVERY = 3
_NOTHING = 1e-13


@dataclass(frozen=True, eq=False)
class Axes:
    """``loadings`` (2, C), of unit length; ``variances`` (2,), the sum of squares along each; ``total``, of all.

    The share of the differences that an axis explains is ``variances / total``.
    """

    loadings: Floats
    variances: Floats
    total: float

    @property
    def explained(self) -> Floats:
        """Share of the sum of squares along each axis, shape (2,); zero where nobody differs."""
        return self.variances / self.total if self.total > 0 else np.zeros(AXES)


def gram_product(centred: "csr_array") -> Product:
    """The map v → XᵀXv for the centred votes X (n, C), without forming XᵀX."""
    across = centred.T

    def product(vector: Floats) -> Floats:
        return np.asarray(across @ (centred @ vector))

    return product


def principal_axes(centred: "csr_array", seed: int = 0) -> Axes:
    """The two directions in which the centred votes X (n, C; absent votes are zero) differ most.

    Eigenvectors of XᵀX to a relative residual of 1e-12. The sign is fixed by Σ loading³ ≥ 0, and where that
    is zero by the first loading that is not zero being positive.
    """
    width = centred.shape[1]
    total = float(np.add.reduce(centred.data * centred.data))
    loadings, variances = np.zeros((AXES, width)), np.zeros(AXES)
    if total > 0:
        values, vectors = leading(gram_product(centred), width, AXES, seed)
        found = values > _NOTHING * total
        variances[: len(values)][found] = values[found]
        loadings[: len(values)][found] = vectors[found]
    return Axes(np.array([_signed(axis) for axis in loadings]), variances, total)


def _signed(axis: Floats) -> Floats:
    lean = float(np.add.reduce(axis**3))
    if abs(lean) < 1e-9:  # noqa: PLR2004 - symmetric to rounding
        clear = np.flatnonzero(np.abs(axis) > 1e-9)  # noqa: PLR2004
        lean = float(axis[clear[0]]) if clear.size else 1.0
    return axis if lean >= 0 else -axis


def leading(product: Product, width: int, count: int, seed: int, exact: float = EXACT) -> tuple[Floats, Floats]:
    """The largest eigenvalues (count,) and their vectors (count, width) of a symmetric, non-negative operator.

    Lanczos iteration with full reorthogonalisation from a seeded start, until the residuals are below ``exact``
    times the largest eigenvalue. Up to 40 dimensions the matrix is solved whole, so that repeated eigenvalues
    are all found. Nothing here runs on more than one thread.
    """
    if width <= _DENSE:
        values, vectors = np.linalg.eigh(np.array([product(unit) for unit in np.eye(width)]))
        return np.maximum(values[::-1][:count], 0), vectors.T[::-1][:count]
    random = np.random.default_rng([seed, width])
    basis = np.zeros((min(width, 64), width))
    basis[0] = _unit(random.standard_normal(width))
    diagonal: list[float] = []
    beside: list[float] = []
    fresh = 0
    while True:
        step = len(diagonal)
        image = product(basis[step])
        diagonal.append(_dot(basis[step], image))
        _orthogonalise(image, basis[: step + 1])
        length = _dot(image, image) ** 0.5
        scale = max(*diagonal, _NOTHING)
        if length <= _NOTHING * scale:
            fresh, length = step + 1, 0.0
            image = random.standard_normal(width)
            _orthogonalise(image, basis[: step + 1])
        last = step + 1 == width
        if last or (step + 1 >= fresh + count + 1 and step % _CHECK_EVERY == 0):
            values, mix = eigh_tridiagonal(diagonal, beside, select="i", select_range=(step + 1 - count, step))
            if last or (np.abs(mix[-1]) * length <= exact * values[-1]).all():
                vectors = np.einsum("jc,ji->ic", basis[: step + 1], mix)[::-1]
                return np.maximum(values[::-1], 0), vectors / np.sqrt((vectors**2).sum(1))[:, None]
        if step + 1 == len(basis):
            basis = np.vstack((basis, np.zeros((min(width - len(basis), len(basis)), width))))
        beside.append(length)
        basis[step + 1] = _unit(image)


def _dot(one: Floats, other: Floats) -> float:
    return float(np.einsum("i,i->", one, other))


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / np.sqrt(_dot(vector, vector))
    return unit


def _orthogonalise(vector: Floats, basis: Floats) -> None:
    """Removes from the vector (C,), in place and twice, what lies along the basis (j, C)."""
    for _ in range(2):
        vector -= np.einsum("j,jc->c", np.einsum("jc,c->j", basis, vector), basis)


def projection(centred: "csr_array", axes: Axes, counts: NDArray[np.int64]) -> Floats:
    """Positions (n, 2): X·loadings · √(C / max(n_votes, 1)), so that those who voted little are not drawn inwards.

    ``counts`` (n,) are the votes of each person on the C statements of the mathematics.
    """
    scale = np.sqrt(centred.shape[1] / np.maximum(counts, 1))
    return np.column_stack([np.asarray(centred @ axis) * scale for axis in axes.loadings])
