"""How time and memory grow with the volume: flat per voxel is what a codec for any volume needs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wdr_mcpd.bench.codec_speed import measured_alone
from wdr_mcpd.bench.contestants import Array, OurMethod, named

SHAPES = (
    *((16, 256, 256), (17, 31, 2048), (16, 512, 512), (64, 256, 256), (65, 256, 256)),
    *((64, 512, 512), (256, 256, 256), (260, 256, 256), (64, 1024, 1024)),
)
"""1 to 64 million voxels (of 2**20), on both sides of the limits in the choice of the axial depth: 32 rows,
16,384 and 65,536 slices times columns."""
VOXELS_TO_TIME = 2**23
LEAST_RUNS = 3
"""A size is timed as often as the former holds it, at least so often, and after a run that is not timed."""


def growth(
    volume: Array, methods: Sequence[OurMethod], shapes: Sequence[tuple[int, int, int]] = SHAPES
) -> pd.DataFrame:
    """Time our methods at 1 bit per voxel on ever larger volumes, made of mirrored copies of one.

    Nanoseconds (median of `runs`) and bytes of peak memory per voxel are of a fresh process; memory is that
    of the first run, which is not timed.
    """
    rows = []
    for shape in shapes:
        large = mirrored(volume, shape)
        runs, size = max(LEAST_RUNS, VOXELS_TO_TIME // large.size), large.size
        of_shape = dict(zip(("slices", "rows", "columns"), shape, strict=True))
        for method in methods:
            run = method.at_rates(large, [1.0])[1.0]
            for direction in ("encode", "decode"):
                peak, times = measured_alone(run, direction, runs)
                cost = {"ns_per_voxel": times.median / size * 1e9, "bytes_per_voxel": peak / size}
                row = {**named(method), "direction": direction, **of_shape, "voxels": size, "runs": runs}
                rows.append(row | cost)
    return pd.DataFrame(rows)


def mirrored(volume: Array, shape: tuple[int, int, int]) -> Array:
    """Fill a shape with the volume and its mirror images, so that no edge appears where two copies meet."""
    extra = [(0, max(want - have, 0)) for want, have in zip(shape, volume.shape, strict=True)]
    padded = np.pad(volume, extra, mode="symmetric")
    return np.ascontiguousarray(padded[: shape[0], : shape[1], : shape[2]])
