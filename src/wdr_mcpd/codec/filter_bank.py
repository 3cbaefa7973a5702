"""Two-channel filter banks of PyWavelets' wavelets, non-expansive for every length.

Both directions filter interleaved samples, with one filter for even and one for odd places: a low-pass filter
at even and a high-pass filter at odd places going forward; going back, the synthesis filters seen from even
and from odd places. Filters that are symmetric about their middle sample extend a line by whole-sample
symmetry; all others take it as periodic (PyWavelets' mode "periodization"), and the last sample of an odd
length is passed on as it is. High-pass coefficients have the sign that the lifting of the 9/7 gives them,
which is the opposite of PyWavelets'.

Single precision in the order written here: every processor gives the same coefficients.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pywt
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.layout import Shape
from wdr_mcpd.codec.lifting import LANES, copy_lines
from wdr_mcpd.errors import InputError

Taps = NDArray[np.float32]


class Bank(NamedTuple):
    """Filters for even and for odd places, each (2, taps), and how far they reach to each side.

    `symmetric`: taps from the middle outwards. Otherwise: from the first sample to the last, 2 reach + 1.
    """

    analysis: Taps
    synthesis: Taps
    reach: int
    symmetric: bool


@lru_cache(maxsize=8)
def bank(name: str) -> Bank:
    """Make the filters of a wavelet; InputError with the names there are if it cannot be used."""
    if name not in usable():
        raise InputError(
            f"wavelet {name!r} cannot be used; those that can are orthogonal or biorthogonal:"
            f" {', '.join(usable())}"
        )
    wavelet = pywt.Wavelet(name)
    middle = wavelet.dec_len // 2
    analysis, synthesis = np.zeros((2, 2, 2 * middle + 1))
    for k in range(wavelet.dec_len):
        analysis[0, 2 * middle - k] = wavelet.dec_lo[k]
        analysis[1, 2 * middle - 1 - k] = -wavelet.dec_hi[k]
        low, high = 2 * middle - 1 - k, 2 * middle - k
        synthesis[(low + middle) % 2, low] = wavelet.rec_lo[k]
        synthesis[(high + middle + 1) % 2, high] = -wavelet.rec_hi[k]
    whole = np.concatenate([analysis, synthesis])
    symmetric = bool(np.allclose(whole, whole[:, ::-1], rtol=0, atol=1e-9))
    if symmetric:
        reach = int(np.flatnonzero(np.abs(whole).max(axis=0))[-1]) - middle
        analysis, synthesis = (taps[:, middle : middle + reach + 1] for taps in (analysis, synthesis))
    else:
        reach = middle
    return Bank(analysis.astype(np.float32), synthesis.astype(np.float32), reach, symmetric)


@lru_cache(maxsize=1)
def usable() -> tuple[str, ...]:
    """List the discrete wavelets of PyWavelets whose filters reconstruct perfectly."""
    return tuple(name for name in pywt.wavelist(kind="discrete") if _reconstructs(pywt.Wavelet(name)))


def _reconstructs(wavelet: pywt.Wavelet) -> bool:
    """Tell whether low-pass analysis and synthesis together are a half-band filter (dmey's are not quite)."""
    product = np.convolve(wavelet.dec_lo, wavelet.rec_lo)[1::2]
    middle = product.size // 2
    return bool(np.allclose(product, np.arange(product.size) == middle, atol=1e-9))


def split(block: NDArray[np.float32], axis: int, origin: Shape, shape: Shape, filters: Bank) -> None:
    """Filter all lines of a box of `block` (slice, row, column) along `axis` into halves, in place."""
    _apply(block, axis, origin, shape, filters, False)


def join(block: NDArray[np.float32], axis: int, origin: Shape, shape: Shape, filters: Bank) -> None:
    """Undo `split`."""
    _apply(block, axis, origin, shape, filters, True)


def _apply(
    block: NDArray[np.float32], axis: int, origin: Shape, shape: Shape, filters: Bank, undo: bool
) -> None:
    start = (origin[0] * block.shape[1] + origin[1]) * block.shape[2] + origin[2]
    lanes = min(LANES, shape[1 if axis == 2 else 2])  # a single line may be as long as the block
    lines = np.empty((shape[axis] + 2 * filters.reach, lanes), np.float32)
    filtered = np.empty((shape[axis], lanes), np.float32)
    _filter_box(block.reshape(-1)[start:], axis, shape, block.shape, filters, undo, lines, filtered)


@compiled
def _filter_box(
    flat: Taps, axis: int, shape: Shape, whole: Shape, filters: Bank, undo: bool, lines: Taps, filtered: Taps
) -> None:
    """Filter all lines of a box along `axis`, a bundle of lines at a time."""
    strides = (whole[1] * whole[2], whole[2], 1)
    across = 1 if axis == 2 else 2  # lines of a bundle lie side by side along this axis
    outer = 3 - axis - across
    length, along, beside = shape[axis], strides[axis], strides[across]
    if length < 2:
        return
    reach = filters.reach
    taps = filters.synthesis if undo else filters.analysis
    inner = lines[reach : reach + length]
    count = length if filters.symmetric else length // 2 * 2
    for i in range(shape[outer]):
        for first in range(0, shape[across], LANES):
            lanes = min(LANES, shape[across] - first)
            start = i * strides[outer] + first * beside
            copy_lines(flat, start, along, beside, inner, lanes, undo, False)
            for j in range(lanes):
                filtered[length - 1, j] = inner[length - 1, j]
            _extend(lines, reach, length, filters.symmetric, lanes)
            for k in range(count):
                if filters.symmetric:
                    _fold_row(lines, k + reach, taps[k % 2], filtered[k], lanes)
                else:
                    _sum_row(lines, k, taps[k % 2], filtered[k], lanes)
            copy_lines(flat, start, along, beside, filtered, lanes, not undo, True)


@compiled
def _extend(lines: Taps, reach: int, length: int, symmetric: bool, lanes: int) -> None:
    """Extend the lines by whole-sample symmetry, or as periodic."""
    period = 2 * (length - 1) if symmetric else length // 2 * 2
    for k in range(-reach, length + reach):
        source = k % period
        if source >= length:
            source = period - source
        if source != k:
            for j in range(lanes):
                lines[k + reach, j] = lines[source + reach, j]


@compiled
def _fold_row(lines: Taps, middle: int, taps: Taps, out: Taps, lanes: int) -> None:
    x = lines[middle]
    for j in range(lanes):
        out[j] = taps[0] * x[j]
    for t in range(1, taps.size):
        weight = taps[t]
        a, b = lines[middle - t], lines[middle + t]
        for j in range(lanes):
            out[j] += weight * (a[j] + b[j])


@compiled
def _sum_row(lines: Taps, first: int, taps: Taps, out: Taps, lanes: int) -> None:
    for j in range(lanes):
        out[j] = 0
    for t in range(taps.size):
        weight = taps[t]
        x = lines[first + t]
        for j in range(lanes):
            out[j] += weight * x[j]
