"""AV1 by libaom through libavif: slices as the frames of a 12-bit monochrome image sequence."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs.contract import Control, Codec, imagecodecs
from wdr_mcpd.baselines.codecs.frame import Frame

Array = NDArray[Any]
QUALITY = Control("quality", 0, 99, whole=True)


@dataclass(frozen=True)
class Av1(Codec):
    """One quality for the whole sequence: 101 whole numbers, so many rates fall between two of them."""

    name: str = "av1"
    label: str = "AV1, 12-bit"
    library: str = "imagecodecs"
    bits: int = 12
    control: Control = QUALITY
    speed: int = 6

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume at the whole number `quality`."""
        assert quality is not None
        # imagecodecs codes one-channel images without loss whatever the quality; grey given as three equal
        # channels and stored as 4:0:0 is coded at the quality, its luma being the grey value itself.
        grey = np.repeat(volume.astype(np.uint16)[..., None], 3, axis=-1)
        return [
            imagecodecs().avif_encode(
                grey,
                level=round(quality),
                speed=self.speed,
                bitspersample=12,
                pixelformat="400",
                codec="aom",
                numthreads=1,
            )
        ]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the sequence."""
        return np.asarray(imagecodecs().avif_decode(parts[0], numthreads=1))
