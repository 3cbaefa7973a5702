"""SPERR: a three-dimensional CDF 9/7 transform and SPECK, at a number of bits per voxel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs.contract import Control, Codec, imagecodecs
from wdr_mcpd.baselines.codecs.frame import Frame

Array = NDArray[Any]
RATE = Control("bits per voxel", 0.01, 16, log=True)


@dataclass(frozen=True)
class Sperr(Codec):
    """The whole volume in one chunk."""

    name: str = "sperr"
    label: str = "SPERR"
    library: str = "imagecodecs"
    control: Control = RATE

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume at `quality` bits per voxel."""
        return [
            imagecodecs().sperr_encode(volume.astype(np.float32), level=quality, mode="bpp", numthreads=1)
        ]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the volume."""
        volume: Array = imagecodecs().sperr_decode(parts[0], numthreads=1)
        return volume
