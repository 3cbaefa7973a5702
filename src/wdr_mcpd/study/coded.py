"""What a volume coded in groups of slices loses, at several rates of one encoding."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.study.cuts import decoded_cut
from wdr_mcpd.study.metrics import psnr_of, squared_errors


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


def coded_at_rates(
    original: NDArray[Any],
    groups: Sequence[Sequence[int]] | None,
    settings: codec.Settings,
    rates: Sequence[float],
    peak: float,
) -> list[Coded]:
    """Encode a volume (slice, row, column) once and measure its cuts at rates (bits per voxel), in order.

    Every group of slices gets the rate times its voxels; `groups` None is one volume of all slices.
    """
    stream = codec.encode(original, groups, replace(settings, progressive=True), rate=max(rates))
    found = []
    for rate in rates:
        size, decoded = decoded_cut(stream, rate)
        errors, _ = squared_errors(original, decoded)
        found.append(Coded(size, errors, int(original[0].size), peak))
    return found
