"""What a stream decodes to where it is cut: all cuts of a stream in one pass, whoever measures them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.study.metrics import squared_errors
from wdr_mcpd.study.similarity import Similarity

REMEMBERED = 8  # streams: of the methods that one job measures at the study's rates


@lru_cache(maxsize=REMEMBERED)
def decoded_cuts(stream: bytes, rates: tuple[float, ...]) -> list[tuple[int, NDArray[Any]]]:
    """Cut a stream at rising rates (bits per voxel): size of each file, and the volume that it decodes to.

    The volumes are shared and cannot be written to.
    """
    sizes = [len(codec.truncate(stream, rate=rate)) for rate in rates]
    lengths = codec.prefix_lengths(stream, sizes)
    found = codec.info(stream)
    volumes = [np.empty(found["shape"], found["dtype"]) for _ in sizes]
    for group, blocks in zip(codec.groups(stream), codec.decode_prefixes(stream, lengths), strict=True):
        for volume, block in zip(volumes, blocks, strict=True):
            volume[list(group)] = block
    for volume in volumes:
        volume.flags.writeable = False
    return list(zip(sizes, volumes, strict=True))


def errors_at(
    original: NDArray[Any],
    stream: bytes,
    lengths: Sequence[Sequence[int]],
    similarity: Similarity | None = None,
    ssim_range: float | str = "max",
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Keep so many payload bytes of each group of a stream, decode them, and measure the slices.

    Parameters
    ----------
    original : ndarray (slice, row, column)
    lengths : for each cut how many bytes of each group are kept
    similarity : to the original, if SSIM is wanted

    Returns
    -------
    list of (ndarray (slice,), ndarray (slice,))
        For each cut the sums of squared errors, and SSIM (NaN without `similarity`).
    """
    errors, ssim = (np.full((len(lengths), len(original)), np.nan) for _ in range(2))
    kept = [sorted(set(of_group)) for of_group in zip(*lengths, strict=True)]
    decoded = codec.decode_prefixes(stream, kept)
    for place, (group, blocks) in enumerate(zip(codec.groups(stream), decoded, strict=True)):
        slices = list(group)
        for length, block in zip(kept[place], blocks, strict=True):
            cuts = [cut for cut, of_groups in enumerate(lengths) if of_groups[place] == length]
            found, _ = squared_errors(original[slices], block)
            errors[np.ix_(cuts, slices)] = found
            if similarity:
                ssim[np.ix_(cuts, slices)] = similarity(block, [ssim_range], slices=slices)[0, 0]
    return list(zip(errors, ssim, strict=True))
