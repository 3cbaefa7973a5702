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


@compiled
def filter_lines(lines: Taps, out: Taps, lanes: int, undo: bool, filters: Bank) -> None:
    """Filter interleaved lines into `out`; they have room for `reach` samples on each side."""
    reach, length = filters.reach, out.shape[0]
    taps = filters.synthesis if undo else filters.analysis
    for j in range(lanes):
        out[length - 1, j] = lines[reach + length - 1, j]
    _extend(lines, reach, length, filters.symmetric, lanes)
    for k in range(length if filters.symmetric else length // 2 * 2):
        if filters.symmetric:
            _fold_row(lines, k + reach, taps[k % 2], out[k], lanes)
        else:
            _sum_row(lines, k, taps[k % 2], out[k], lanes)


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
