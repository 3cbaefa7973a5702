"""Dependent quantisation: coefficients become indices by a search through a trellis.

Two quantisers take turns: the first restores an index k at 2k steps, the second at 2k - 1 (with the sign; 0
at 0). Which one a coefficient has follows from the parities of the indices before it, by a trellis of eight
states, so that together the indices fill space more evenly than one quantiser could (Marcellin and Fischer
1990; Schwarz et al. 2019, as in VVC). The encoder searches the cheapest path: squared error plus `PRICE`
square steps a bit, where the bits of an index are those that magnitudes around let expect.

Only the encoder searches; a decoder needs `NEXT` alone.
"""

from functools import lru_cache
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import place
from wdr_mcpd.codec.compiled import compiled, inlined, int64
from wdr_mcpd.codec.rangecoder import leading_zeros

NEXT = np.array([[0, 2], [5, 7], [1, 3], [6, 4], [2, 0], [4, 6], [3, 1], [7, 5]], np.int64)
"""The state after an even and after an odd index; states of odd number have the second quantiser."""
BEFORE = np.argsort(NEXT, axis=0)  # the state before an even and before an odd index
PARTS = 256  # steps an octave
PRICE = 0.28  # square steps that a bit is worth
CLASSES, LARGEST = 72, 24  # of magnitudes around, four an octave; indices told apart
UNIT = 40  # of the weighted sum of magnitudes around


def step_of(number: int) -> float:
    """Give the step, in units of the coefficients, that a header's number stands for."""
    whole, part = divmod(number, PARTS)
    return float(2**whole * (PARTS + part) / PARTS)


@lru_cache(maxsize=1)
def bits() -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Estimate the bits of indices (quantiser, class, index) for magnitudes that fall exponentially.

    Returns too the mean of a class. In whole 64ths, so that every machine searches alike.
    """
    mean = 0.9 * 2.0 ** ((np.arange(CLASSES) - 23.5) / 4)
    chance = np.empty((2, CLASSES, LARGEST))
    for quantiser in (0, 1):
        edges = 2.0 * np.arange(LARGEST) - 1 - quantiser
        edges[:2] = 0, 1 - 0.5 * quantiser
        beyond = np.exp(-edges / mean[:, None])
        chance[quantiser] = np.maximum(beyond - np.append(beyond[:, 1:], np.zeros((CLASSES, 1)), 1), 2e-6)
    chance /= chance.sum(2, keepdims=True)
    found = -np.log2(chance)
    found[:, :, 1:] += 1  # the sign
    found[:, :, -1] += np.maximum(np.log2(1.36 * mean), 0)  # which of all larger ones
    found = np.rint(64 * found) / 64
    return found.astype(np.float32), (chance * found).sum(2).mean(0)


def levels_of(exact: NDArray[np.int32], table: NDArray[np.void]) -> NDArray[np.uint8]:
    """Give the magnitudes around each coefficient of a framed array, eight levels an octave."""
    level = np.zeros(exact.size, np.uint8)
    _levels(exact, table, level)
    return level


def indices(
    exact: NDArray[np.int32], level: NDArray[np.uint8], table: NDArray[np.void], step: float
) -> tuple[NDArray[np.int32], float]:
    """Search the indices of framed coefficients for a step; returns them and the bytes expected for them."""
    count = int((table["slices"] * table["rows"] * table["columns"]).sum())
    found = np.zeros(exact.size, np.int32)
    path = np.empty(count, np.uint8)
    total = _search(exact, level, table, np.float32(1 / step), round(_offset(step)), bits()[0], path, found)
    return found, total / 8


def expected(counts: NDArray[np.int64], step: float) -> float:
    """Estimate the bytes of all indices for a step from how many coefficients have each level."""
    place = (np.arange(len(counts)) - _offset(step)) / 2 - 0.25
    return float(counts @ np.interp(place, np.arange(CLASSES), bits()[1])) / 8


def _offset(step: float) -> float:
    return 8 * log2(UNIT * step) - 48


@compiled
def _levels(exact: NDArray[np.int32], table: NDArray[np.void], level: NDArray[np.uint8]) -> None:
    for b in range(table.size):
        band = table[b]
        step, deep = band.row_step, band.slice_step
        for s in range(band.slices):
            for r in range(band.rows):
                first = place(band, s, r, 0)
                for c in range(band.columns):
                    i = first + c
                    cross = abs(int64(exact[i - 1])) + abs(exact[i + 1])
                    cross += abs(int64(exact[i - step])) + abs(exact[i + step])
                    corners = abs(int64(exact[i - step - 1])) + abs(exact[i - step + 1])
                    corners += abs(int64(exact[i + step - 1])) + abs(exact[i + step + 1])
                    far = abs(int64(exact[i - 2])) + abs(exact[i + 2])
                    far += abs(int64(exact[i - 2 * step])) + abs(exact[i + 2 * step])
                    beside = abs(int64(exact[i - deep])) + abs(exact[i + deep])
                    total = 4 * cross + 2 * (corners + beside) + far + (far >> 1)
                    if band.parent >= 0:
                        other = table[band.parent]
                        j = place(other, s >> band.slice_shift, r >> band.row_shift, c >> band.column_shift)
                        total += 4 * abs(int64(exact[j]))
                    else:
                        total += total >> 2
                    level[i] = _eighths(total + 1)


@inlined
def _eighths(value: int) -> Any:
    """Give about 8 log2 of a whole number of 1 to 2^31."""
    zeros = leading_zeros(int64(value))
    return 8 * (63 - zeros) + (((value << zeros) >> 60) & 7)


@compiled
def _search(
    exact: NDArray[np.int32],
    level: NDArray[np.uint8],
    table: NDArray[np.void],
    inverse: np.float32,
    offset: int,
    rates: NDArray[np.float32],
    path: NDArray[np.uint8],
    found: NDArray[np.int32],
) -> float:
    """Find the cheapest path (Viterbi); bits of `path` are the parities that led to states."""
    far = np.float32(1e30)
    c0, c1, c2, c3 = np.float32(0), far, far, far
    c4, c5, c6, c7 = far, far, far, far
    n = 0
    for b in range(table.size):
        band = table[b]
        for s in range(band.slices):
            for r in range(band.rows):
                first = place(band, s, r, 0)
                base = min(c0, c1, c2, c3, c4, c5, c6, c7)
                c0, c1, c2, c3 = c0 - base, c1 - base, c2 - base, c3 - base
                c4, c5, c6, c7 = c4 - base, c5 - base, c6 - base, c7 - base
                for i in range(first, first + band.columns):
                    x = _steps(exact[i], inverse)
                    t = _class(level[i], offset)
                    e, o = _costs(x, rates[0, t], np.float32(0))
                    f, u = _costs(x, rates[1, t], np.float32(1))
                    n0, p0 = _less(c0 + e, c4 + o)
                    n1, p1 = _less(c2 + e, c6 + o)
                    n2, p2 = _less(c4 + e, c0 + o)
                    n3, p3 = _less(c6 + e, c2 + o)
                    n4, p4 = _less(c5 + f, c3 + u)
                    n5, p5 = _less(c1 + f, c7 + u)
                    n6, p6 = _less(c3 + f, c5 + u)
                    n7, p7 = _less(c7 + f, c1 + u)
                    c0, c1, c2, c3, c4, c5, c6, c7 = n0, n1, n2, n3, n4, n5, n6, n7
                    path[n] = p0 | p1 << 1 | p2 << 2 | p3 << 3 | p4 << 4 | p5 << 5 | p6 << 6 | p7 << 7
                    n += 1
    state, least, total = int64(0), c0, 0.0
    for other, cost in enumerate((c0, c1, c2, c3, c4, c5, c6, c7)):
        if cost < least:
            state, least = int64(other), cost
    for b in range(table.size - 1, -1, -1):
        band = table[b]
        for s in range(band.slices - 1, -1, -1):
            for r in range(band.rows - 1, -1, -1):
                first = place(band, s, r, 0)
                for i in range(first + band.columns - 1, first - 1, -1):
                    n -= 1
                    parity = int64(path[n]) >> state & 1
                    state = BEFORE[state, parity]
                    x = _steps(exact[i], inverse)
                    likely = rates[state & 1, _class(level[i], offset)]
                    k = _index(x, likely, np.float32(state & 1), parity)
                    found[i] = -k if exact[i] < 0 else k
                    total += likely[min(k, LARGEST - 1)]
    return total


@inlined
def _steps(exact: int, inverse: np.float32) -> np.float32:
    """Give a magnitude in steps; coefficients were rounded towards zero."""
    return (np.float32(abs(exact)) + np.float32(0.5)) * inverse if exact else np.float32(0)


@inlined
def _class(level: int, offset: int) -> int:
    return min(max((int64(level) - offset) >> 1, 0), CLASSES - 1)


@inlined
def _less(a: np.float32, b: np.float32) -> tuple[np.float32, int]:
    return (a, int64(0)) if a <= b else (b, int64(1))


@inlined
def _cost(x: np.float32, rates: NDArray[np.float32], quantiser: np.float32, k: int) -> Any:
    off = x - (np.float32(2 * k) - quantiser if k else np.float32(0))
    return off * off + np.float32(PRICE) * rates[min(k, LARGEST - 1)]


@inlined
def _costs(x: np.float32, rates: NDArray[np.float32], quantiser: np.float32) -> tuple[np.float32, np.float32]:
    """Give the costs of the best even and the best odd index."""
    k = int64((x + quantiser) * np.float32(0.5))
    below, above = _cost(x, rates, quantiser, k), _cost(x, rates, quantiser, k + 1)
    if k & 1 == 0:
        return below, above
    return (min(above, _cost(x, rates, quantiser, int64(0))) if k == 1 else above), below


@inlined
def _index(x: np.float32, rates: NDArray[np.float32], quantiser: np.float32, parity: int) -> int:
    """Give the best index of a parity."""
    k = int64((x + quantiser) * np.float32(0.5))
    if k & 1 == parity:
        return k
    if k == 1 and _cost(x, rates, quantiser, int64(0)) <= _cost(x, rates, quantiser, int64(2)):
        return int64(0)
    return k + 1
