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

from wdr_mcpd.codec.compiled import compiled

Payload = NDArray[np.uint8]
Places = NDArray[np.int64]


def shares(total: int, slices: Sequence[int], lengths: Sequence[int | None]) -> list[int]:
    """Split `total` bytes in time order among groups of so many slices and at most so many bytes."""
    total, early, weights, limits = _whole_times(total, slices, lengths)
    counts = np.minimum(early * weights, limits)
    groups, steps = _pattern(weights)
    there = groups[early * weights[groups] + steps < limits[groups]]
    counts += np.bincount(there[: total - int(counts.sum())], minlength=weights.size)
    of_groups: list[int] = counts.tolist()
    return of_groups


def interleave(payloads: Sequence[Payload], slices: Sequence[int]) -> Payload:
    """Sort the bytes of all payloads by time."""
    if len(payloads) == 1:
        return payloads[0]
    total = sum(p.size for p in payloads)
    merged = np.empty(total, np.uint8)
    for places, payload in zip(_places(total, slices, [p.size for p in payloads]), payloads, strict=True):
        merged[places] = payload
    return merged


def separate(merged: Payload, slices: Sequence[int], lengths: Sequence[int | None]) -> list[Payload]:
    """Undo `interleave` for a stream that may be cut; bytes beyond all lengths are left out."""
    if len(slices) == 1:
        return [merged[: lengths[0]]]
    return [merged[places] for places in _places(merged.size, slices, lengths)]


def _places(total: int, slices: Sequence[int], lengths: Sequence[int | None]) -> list[Places]:
    """Give the places of each group's bytes among the first `total` payload bytes in time order."""
    total, early, weights, limits = _whole_times(total, slices, lengths)
    counts = np.minimum((early + 1) * weights, limits)
    groups, steps = _pattern(weights)
    places = np.empty(counts.sum(), np.int64)
    _merge(groups, steps, weights, counts, np.cumsum(counts) - counts, places)
    return [kept[: np.searchsorted(kept, total)] for kept in np.split(places, np.cumsum(counts)[:-1])]


def _whole_times(
    total: int, slices: Sequence[int], lengths: Sequence[int | None]
) -> tuple[int, int, Places, Places]:
    """Give the number of bytes, the last whole time before they end, and slices and lengths of the groups."""
    weights = np.array(slices, np.int64)
    limits = np.array([total if n is None else min(n, total) for n in lengths], np.int64)
    total = min(total, int(limits.sum()))
    early, late = 0, total + 1  # at `late` all of the bytes are there
    while late - early > 1:
        middle = (early + late) // 2
        if np.minimum(middle * weights, limits).sum() < total:
            early = middle
        else:
            late = middle
    return total, early, weights, limits


def _pattern(weights: Places) -> tuple[Places, Places]:
    """List the groups, and the steps of their bytes, in the order of time between two whole times."""
    groups = np.repeat(np.arange(weights.size), weights)
    steps = np.arange(groups.size) - np.repeat(np.cumsum(weights) - weights, weights)
    order = np.argsort((steps + 1) / weights[groups], kind="stable")
    return groups[order], steps[order]


@compiled
def _merge(
    groups: Places, ranks: Places, weights: Places, counts: Places, starts: Places, places: Places
) -> None:
    """Number the bytes in time order: those of each whole time go by the same pattern of groups and ranks."""
    live, place = groups.size, 0
    while live:
        kept = 0
        for i in range(live):
            group, rank = groups[i], ranks[i]
            if rank < counts[group]:
                places[starts[group] + rank] = place
                place += 1
                groups[kept], ranks[kept] = group, rank + weights[group]
                kept += 1
        live = kept
