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
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import place
from wdr_mcpd.codec.compiled import compiled, inlined, int64, uint64
from wdr_mcpd.codec.lanes import (
    LANES,
    SHUFFLE,
    as_float,
    as_int,
    at_most,
    chosen,
    emitted,
    first_lanes,
    gather,
    least,
    load,
    load_wide,
    most,
    store,
    sum_of,
    twice,
)
from wdr_mcpd.codec.rangecoder import leading_zeros

NEXT = np.array([[0, 2], [5, 7], [1, 3], [6, 4], [2, 0], [4, 6], [3, 1], [7, 5]], np.int64)
"""The state after an even and after an odd index; states of odd number have the second quantiser."""
BEFORE = np.argsort(NEXT, axis=0)  # the state before an even and before an odd index
STATES = len(NEXT)
PAIR: Any = types.Tuple  # untyped
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
    _levels(exact, table, np.empty(LANES, np.int64), level)
    return level


def indices(
    exact: NDArray[np.int32], level: NDArray[np.uint8], table: NDArray[np.void], step: float
) -> tuple[NDArray[np.int32], float]:
    """Search the indices of framed coefficients for a step; returns them and the bytes expected for them."""
    count = int((table["slices"] * table["rows"] * table["columns"]).sum())
    row = np.empty(4 * (int(table["columns"].max()) + LANES), np.float32)
    path, found = np.empty(count + LANES, np.uint8), np.zeros(exact.size, np.int32)
    rates = bits()[0].reshape(-1)
    prices, sixtyfourths = np.float32(PRICE) * rates, (64 * rates).astype(np.int32)
    one, offset = np.float32(1 / step), round(_offset(step))
    total = _search(Search(exact, level, table, one, offset, sixtyfourths, prices, row, path), found)
    return found, total / (64 * 8)


def expected(counts: NDArray[np.int64], step: float) -> float:
    """Estimate the bytes of all indices for a step from how many coefficients have each level."""
    place = (np.arange(len(counts)) - _offset(step)) / 2 - 0.25
    return float(counts @ np.interp(place, np.arange(CLASSES), bits()[1])) / 8


def _offset(step: float) -> float:
    return 8 * log2(UNIT * step) - 48


@compiled
def _levels(
    exact: NDArray[np.int32], table: NDArray[np.void], sums: NDArray[np.int64], level: NDArray[np.uint8]
) -> None:
    for b in range(table.size):
        band = table[b]
        step, deep = band.row_step, band.slice_step
        for s in range(band.slices):
            for r in range(band.rows):
                first = place(band, s, r, 0)
                for c in range(0, band.columns, LANES):
                    i = first + c
                    far = _pair(exact, i, 2) + _pair(exact, i, 2 * step)
                    near = _pair(exact, i, step - 1) + _pair(exact, i, step + 1) + _pair(exact, i, deep)
                    total = 4 * (_pair(exact, i, 1) + _pair(exact, i, step)) + 2 * near + far + (far >> 1)
                    if band.parent >= 0:
                        other = table[band.parent]
                        j = place(other, s >> band.slice_shift, r >> band.row_shift, c >> band.column_shift)
                        above = 4 * _magnitudes(exact, j)
                        total = total + (twice(above) if band.column_shift else above)
                    else:
                        total = total + (total >> 2)
                    store(sums, 0, total)
                    for k in range(min(LANES, band.columns - c)):
                        level[uint64(i + k)] = _eighths(sums[uint64(k)] + 1)


@inlined
def _pair(exact: NDArray[np.int32], i: int, step: int) -> Any:
    return _magnitudes(exact, i - step) + _magnitudes(exact, i + step)


@inlined
def _magnitudes(exact: NDArray[np.int32], i: int) -> Any:
    values = load_wide(exact, i)
    return most(values, 0 - values)


@inlined
def _eighths(value: int) -> Any:
    """Give about 8 log2 of a whole number of 1 to 2^31."""
    zeros = leading_zeros(int64(value))
    return 8 * (63 - zeros) + (((value << zeros) >> 60) & 7)


class Search(NamedTuple):
    """What a search goes through: framed coefficients and levels, the step, and room for a row and the path.

    `sixtyfourths` of bits, and `prices` for them in square steps, are of (quantiser, class, index). `row` has
    four costs a coefficient: of an even index by either quantiser, then of an odd one.
    """

    exact: NDArray[np.int32]
    level: NDArray[np.uint8]
    table: NDArray[np.void]
    inverse: np.float32
    offset: int
    sixtyfourths: NDArray[np.int32]
    prices: NDArray[np.float32]
    row: NDArray[np.float32]
    path: NDArray[np.uint8]


@compiled
def _search(search: Search, found: NDArray[np.int32]) -> int:
    """Find the cheapest path (Viterbi); bits of `path` are the parities that led to states.

    Returns the 64ths of bits.
    """
    table, row, path = search.table, search.row, search.path
    row[:STATES] = np.float32(1e30)
    row[0] = np.float32(0)
    costs = load(row, 0)
    n = 0
    for b in range(table.size):
        band = table[b]
        for s in range(band.slices):
            for r in range(band.rows):
                store(row, 0, costs)
                costs = costs - _least(row)
                _row_of_costs(search, place(band, s, r, 0), band.columns)
                for c in range(band.columns):
                    costs, parities = trellis_step(costs, row, 4 * c)
                    path[uint64(n)] = parities
                    n += 1
    store(row, 0, costs)
    state, total = int64(0), int64(0)
    for other in range(1, STATES):
        state = int64(other) if row[other] < row[state] else state
    for b in range(table.size - 1, -1, -1):
        band = table[b]
        for s in range(band.slices - 1, -1, -1):
            for r in range(band.rows - 1, -1, -1):
                n -= band.columns
                for c in range(n + band.columns - 1, n - 1, -1):
                    parity = int64(path[uint64(c)]) >> state & 1
                    state = BEFORE[uint64(state), uint64(parity)]
                    path[uint64(c)] = 2 * parity + (state & 1)
                total += _row_of_indices(search, place(band, s, r, 0), n, band.columns, found)
    return total


@inlined
def _least(row: NDArray[np.float32]) -> Any:
    least = row[0]
    for state in range(1, STATES):
        least = min(least, row[state])
    return least


@emitted(lambda costs, row, at: PAIR([costs, types.int64])(costs, row, types.int64))
def trellis_step(context: Any, builder: Any, kinds: Any, costs: Any, row: Any, at: Any) -> Any:
    """`trellis_step(costs, row, at)`: costs of states after a coefficient, and which parity led to each."""
    half = ir.VectorType(ir.IntType(32), STATES)
    four = ir.VectorType(ir.FloatType(), 4)

    def picked(vector: Any, places: Any, kind: Any = half) -> Any:
        return builder.shuffle_vector(vector, vector, ir.Constant(kind, [int(k) for k in places]))

    data = context.make_array(kinds[1])(context, builder, row).data
    added = builder.load(builder.bitcast(builder.gep(data, [at]), four.as_pointer()))
    added.align = 4
    before = picked(costs, range(STATES))
    even, odd = (
        builder.fadd(
            picked(before, BEFORE[:, parity]), picked(added, 4 * [2 * parity] + 4 * [2 * parity + 1])
        )
        for parity in (0, 1)
    )
    is_odd = builder.fcmp_ordered("<", odd, even)
    best = picked(builder.select(is_odd, odd, even), [k % STATES for k in range(LANES)], SHUFFLE)
    parities = builder.zext(builder.bitcast(is_odd, ir.IntType(STATES)), ir.IntType(64))
    return context.make_tuple(builder, PAIR([kinds[0], types.int64]), [best, parities])


@inlined
def _row_of_costs(search: Search, first: int, columns: int) -> None:
    """Fill `row` with the costs of the coefficients from `first` on."""
    for c in range(0, columns, LANES):
        x = _steps(load(search.exact, first + c), search.inverse)
        table = _tables(search, first + c)
        even, odd = _costs(x, table, search.prices, np.float32(0))
        other_even, other_odd = _costs(x, table + CLASSES * LARGEST, search.prices, np.float32(1))
        store_interleaved(search.row, 4 * c, even, other_even, odd, other_odd)


@inlined
def _row_of_indices(search: Search, first: int, n: int, columns: int, found: NDArray[np.int32]) -> Any:
    """Find the indices from the parities and quantisers on the path; returns the 64ths of their bits."""
    total = load(search.sixtyfourths, 0) * 0
    for c in range(0, columns, LANES):
        exact, path, inside = (
            load(search.exact, first + c),
            load(search.path, n + c),
            first_lanes(columns - c),
        )
        x, parity, quantiser = _steps(exact, search.inverse), path >> 1, as_float(path & 1)
        table = _tables(search, first + c) + (path & 1) * (CLASSES * LARGEST)
        k = as_int((x + quantiser) * np.float32(0.5))
        zero = _cost(x, table, search.prices, quantiser, k * 0)
        two = _cost(x, table, search.prices, quantiser, k * 0 + 2)
        beside = chosen(k - 1, k + 1, chosen(at_most(zero, two), k * 0, k * 0 + 2))
        k = chosen((k & 1) - parity, beside, k)
        total = total + (gather(search.sixtyfourths, table + least(k, LARGEST - 1)) & inside)
        signed = chosen(exact >> 31, 0 - k, k)
        store(found, first + c, chosen(inside, signed, load(found, first + c)))
    return sum_of(total)


@emitted(lambda row, at, a, b, c, d: types.void(row, types.int64, a, b, c, d))
def store_interleaved(context: Any, builder: Any, kinds: Any, row: Any, at: Any, *four: Any) -> Any:
    """`store_interleaved(row, at, a, b, c, d)`: put the first of each, the second of each, and so on."""

    def interleaved(one: Any, other: Any, part: int) -> Any:
        count = one.type.count
        places = [k + p + side * count for k in range(0, count, part) for side in (0, 1) for p in range(part)]
        kind = ir.VectorType(ir.IntType(32), 2 * count)
        return builder.shuffle_vector(one, other, ir.Constant(kind, places))

    a, b, c, d = four
    whole = interleaved(interleaved(a, b, 1), interleaved(c, d, 1), 2)
    data = context.make_array(kinds[0])(context, builder, row).data
    builder.store(whole, builder.bitcast(builder.gep(data, [at]), whole.type.as_pointer())).align = 4
    return context.get_dummy_value()


@inlined
def _steps(exact: Any, inverse: np.float32) -> Any:
    """Give magnitudes in steps; coefficients were rounded towards zero."""
    magnitude = most(exact, 0 - exact)
    x = (as_float(magnitude) + np.float32(0.5)) * inverse
    return chosen(magnitude, x, x * np.float32(0))


@inlined
def _tables(search: Search, first: int) -> Any:
    """Give where the prices of coefficients begin, by the first quantiser."""
    return least(most((load(search.level, first) - search.offset) >> 1, 0), CLASSES - 1) * LARGEST


@inlined
def _cost(x: Any, table: Any, prices: NDArray[np.float32], quantiser: Any, k: Any) -> Any:
    off = x - chosen(k, as_float(2 * k) - quantiser, x * np.float32(0))
    return off * off + gather(prices, table + least(k, LARGEST - 1))


@inlined
def _costs(x: Any, table: Any, prices: NDArray[np.float32], quantiser: np.float32) -> tuple[Any, Any]:
    """Give the costs of the best even and the best odd index."""
    k = as_int((x + quantiser) * np.float32(0.5))
    below, above = _cost(x, table, prices, quantiser, k), _cost(x, table, prices, quantiser, k + 1)
    beside = chosen(k - 1, above, least(above, _cost(x, table, prices, quantiser, k * 0)))
    return chosen(k & 1, beside, below), chosen(k & 1, below, above)
