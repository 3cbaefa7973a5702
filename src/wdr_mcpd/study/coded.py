"""What a volume coded in groups of slices loses, at several rates of one encoding."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import coding_groups
from wdr_mcpd.progress import steps
from wdr_mcpd.study.metrics import psnr_of, squared_errors

Way = tuple[bytes, codec.Settings]
Group = tuple[codec.Settings, tuple[int, ...]]
"""Slices that are coded as one volume, with their settings."""


@dataclass(frozen=True, eq=False)
class Coded:
    """A coded volume at one rate, measured after decoding the file.

    Attributes
    ----------
    size : bytes of the file, header included
    errors : ndarray (slice,), sum of squared errors of each slice
    voxels : of one slice
    peak : of the PSNR
    """

    size: int
    errors: NDArray[np.float64]
    voxels: int
    peak: float

    @property
    def slice_psnr_db(self) -> NDArray[np.float64]:
        """PSNR of each slice."""
        return psnr_of(self.errors, self.voxels, self.peak)

    @property
    def exam_psnr_db(self) -> float:
        """PSNR of all voxels together."""
        return float(psnr_of(self.errors.mean(), self.voxels, self.peak))

    def mean_psnr_db(self, slices: NDArray[np.bool_]) -> float:
        """Mean of the PSNRs of some slices; NaN for none."""
        return float(self.slice_psnr_db[slices].mean()) if slices.any() else float("nan")


@dataclass(frozen=True, eq=False)
class Coder:
    """Codes a volume (slice, row, column) in one way after another, each way once.

    A way marks the slices that are coded as one volume, every other one alone, and says how. Slices that
    several ways code alone are decoded once for all their lengths. `rates` are bits per voxel, of which every
    group gets its share; `peak` is that of the PSNR.
    """

    original: NDArray[Any]
    rates: Sequence[float]
    peak: float
    known: dict[Way, list[Coded]] = field(default_factory=dict)
    alone: dict[Any, Any] = field(default_factory=dict)

    def __call__(self, inside: NDArray[np.bool_], settings: codec.Settings) -> list[Coded]:
        """Measure one way at each rate."""
        (found,) = self.all([(inside, settings)])
        return found

    def all(self, ways: Sequence[tuple[NDArray[np.bool_], codec.Settings]]) -> list[list[Coded]]:
        """Measure several ways at each rate."""
        keys = [(inside.tobytes(), settings) for inside, settings in ways]
        new = [key for key in dict.fromkeys(keys) if key not in self.known]
        coded = {key: self._coded(*key) for key in steps(new, "way")}
        errors = _errors(self.original, coded.values())
        for key, one in coded.items():
            self.known[key] = []
            for cut, size in enumerate(one.sizes):
                of_slices = np.empty(len(self.original))
                for group, lengths in one.lengths.items():
                    of_slices[list(group[1])] = errors[group, lengths[cut]]
                found = Coded(size, of_slices, int(self.original[0].size), self.peak)
                self.known[key].append(found)
        return [self.known[key] for key in keys]

    def _coded(self, inside: bytes, settings: codec.Settings) -> "_Stream":
        groups, embedded = coding_groups(np.frombuffer(inside, bool)), replace(settings, progressive=True)
        data = codec.encode(self.original, groups, embedded, rate=max(self.rates), alone=self.alone)
        sizes = [len(codec.truncate(data, rate=rate)) for rate in self.rates]
        lengths = zip(codec.groups(data), codec.prefix_lengths(data, sizes), strict=True)
        flat = replace(embedded, axial_levels=0)  # of a slice alone the axial levels say nothing
        named = {(embedded if len(group) > 1 else flat, group): each for group, each in lengths}
        return _Stream(data, sizes, named)


@dataclass(frozen=True)
class _Stream:
    """A stream, the sizes of its cuts, and how many bytes of each group they hold."""

    data: bytes
    sizes: list[int]
    lengths: dict[Group, list[int]]


def _errors(original: NDArray[Any], streams: Collection[_Stream]) -> dict[tuple[Group, int], Any]:
    """Decode each group once, to all the lengths that it has in some stream: sums of squared errors."""
    wanted: dict[Group, set[int]] = {}
    for stream in streams:
        for group, lengths in stream.lengths.items():
            wanted.setdefault(group, set()).update(lengths)
    errors = {}
    for stream in streams:
        here = {group for group, lengths in stream.lengths.items() if max(wanted[group]) in lengths}
        kept = [sorted(wanted[group]) if group in here else [] for group in stream.lengths]
        decoded = codec.decode_prefixes(stream.data, kept)
        for group, of_group, blocks in zip(stream.lengths, kept, decoded, strict=True):
            for length, block in zip(of_group, blocks, strict=True):
                errors[group, length], _ = squared_errors(original[list(group[1])], block)
        for group in here:
            wanted[group] = {-1}
    return errors
