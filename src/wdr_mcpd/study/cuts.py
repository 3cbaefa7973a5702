"""What a stream decodes to where it is cut: each cut is decoded once, whoever measures it."""

from functools import lru_cache
from typing import Any

from numpy.typing import NDArray

from wdr_mcpd import codec

REMEMBERED = 32  # cuts: of the methods that one job measures at the study's rates


@lru_cache(maxsize=REMEMBERED)
def decoded(cut: bytes) -> NDArray[Any]:
    """Decode a stream; the volume is shared and cannot be written to."""
    volume = codec.decode(cut)
    volume.flags.writeable = False
    return volume


def decoded_cut(stream: bytes, rate: float) -> tuple[int, NDArray[Any]]:
    """Cut a stream at a rate (bits per voxel): size of the file, and the volume that it decodes to."""
    cut = codec.truncate(stream, rate=rate)
    return len(cut), decoded(cut)
