"""How the embedded payloads of the groups share one stream that can be cut anywhere.

Byte `j` of a group of `s` slices has the time `(j + 1) / s`; all payload bytes are sorted by time, then by
group. So a prefix of the stream holds of each group the same number of bytes per slice (to within one
byte), and cutting a stream at a rate cuts every group at that rate. A group that is shorter, because it is
complete or was given fewer bytes, has its length in the header, and what it does not use goes to the
others.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Payload = NDArray[np.uint8]


def shares(total: int, slices: Sequence[int], lengths: Sequence[int | None]) -> list[int]:
    """Split `total` bytes in time order among groups of so many slices and at most so many bytes."""
    counts: list[int] = np.bincount(_order(total, slices, lengths), minlength=len(slices)).tolist()
    return counts


def interleave(payloads: Sequence[Payload], slices: Sequence[int]) -> Payload:
    """Sort the bytes of all payloads by time."""
    if len(payloads) == 1:
        return payloads[0]
    total = sum(p.size for p in payloads)
    order = _order(total, slices, [p.size for p in payloads])
    merged = np.empty(total, np.uint8)
    for group, payload in enumerate(payloads):
        merged[order == group] = payload
    return merged


def separate(merged: Payload, slices: Sequence[int], lengths: Sequence[int | None]) -> list[Payload]:
    """Undo `interleave` for a stream that may be cut; bytes beyond all lengths are left out."""
    if len(slices) == 1:
        return [merged[: lengths[0]]]
    order = _order(merged.size, slices, lengths)
    merged = merged[: order.size]
    return [merged[order == group] for group in range(len(slices))]


def _order(total: int, slices: Sequence[int], lengths: Sequence[int | None]) -> NDArray[np.intp]:
    """Give the group of each of the first `total` payload bytes in time order."""
    weights = np.array(slices, np.int64)
    limits = np.array([total if n is None else min(n, total) for n in lengths], np.int64)
    total = min(total, int(limits.sum()))
    early, late = 0, total + 1  # whole times: at `late` all of the bytes are there
    while late - early > 1:
        middle = (early + late) // 2
        if np.minimum(middle * weights, limits).sum() < total:
            early = middle
        else:
            late = middle
    counts = np.minimum(late * weights, limits)
    groups = np.repeat(np.arange(weights.size), counts)
    rank = np.arange(groups.size) - np.repeat(np.cumsum(counts) - counts, counts)
    times = (rank + 1) / weights[groups]
    return groups[np.argsort(times, kind="stable")][:total]
