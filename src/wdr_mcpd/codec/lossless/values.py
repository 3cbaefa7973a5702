"""Ranks in place of values, where many values between the least and the greatest are never taken."""

import zlib

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.numbers import Reader, put
from wdr_mcpd.errors import StreamError

Values = NDArray[np.int32]
CORE = (0.05, 0.95)  # the quantiles of the voxels between which gaps make each of them dearer


def taken(volume: Values, low: int, high: int) -> Values | None:
    """Return the values that occur, rising; None if naming them costs more than the gaps."""
    counts = np.bincount(volume.ravel() - low, minlength=high - low + 1)
    below = np.cumsum(counts) / volume.size
    first, last = (int(np.searchsorted(below, quantile)) for quantile in CORE)
    used = np.count_nonzero(counts[first : last + 1])
    part = np.count_nonzero(counts) / counts.size
    if part == 1.0 or used == last + 1 - first:
        return None
    saved = (CORE[1] - CORE[0]) * volume.size * np.log2((last + 1 - first) / used)
    named = counts.size * -(part * np.log2(part) + (1 - part) * np.log2(1 - part))
    return np.flatnonzero(counts).astype(np.int32) + low if saved > 2 * named + 512 else None


def pack(values: Values | None, low: int, high: int) -> bytes:
    """Begin a payload: 0, or how many bytes follow, which say by a bit for each value if it is taken."""
    body = bytearray()
    if values is None:
        put(body, 0)
        return bytes(body)
    flags = np.zeros(high - low + 1, np.uint8)
    flags[values - low] = 1
    packed = zlib.compress(np.packbits(flags).tobytes(), 9)
    put(body, len(packed))
    return bytes(body) + packed


def unpack(payload: bytes, low: int, high: int) -> tuple[Values | None, int]:
    """Read the beginning of a payload; returns the values that are taken, None for all, and where it ends.

    Raises
    ------
    StreamError
        If it is cut, or names no value.
    """
    reader = Reader(payload, 0)
    size = reader.number(1 << 17)
    if size == 0:
        return None, reader.at
    packed = reader.bytes(size)
    count = high - low + 1
    try:
        flags = zlib.decompressobj().decompress(packed, (count + 7) // 8)
    except zlib.error as error:
        raise StreamError(f"the values of a group of slices are damaged: {error}") from error
    bits = np.unpackbits(np.frombuffer(flags, np.uint8))[:count]
    values = np.flatnonzero(bits).astype(np.int32) + low
    if values.size == 0:
        raise StreamError("the values of a group of slices are damaged: none is taken")
    return values, reader.at
