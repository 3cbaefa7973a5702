"""ZFP at a fixed rate: blocks of 4 x 4 x 4 voxels of the same number of bits."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs.contract import Control, Codec, imagecodecs
from wdr_mcpd.baselines.codecs.frame import Frame

Array = NDArray[Any]
RATE = Control("bits per voxel of the padded volume", 0.05, 16, log=True)


@dataclass(frozen=True)
class Zfp(Codec):
    """The whole volume; slices, rows and columns that do not fill a block are paid for."""

    name: str = "zfp"
    label: str = "ZFP, fixed rate"
    library: str = "imagecodecs"
    control: Control = RATE

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume at `quality` bits per padded voxel."""
        return [
            imagecodecs().zfp_encode(
                volume.astype(np.float32), level=quality, mode="rate", execution="serial", header=True
            )
        ]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the volume."""
        volume: Array = imagecodecs().zfp_decode(parts[0])
        return volume
