"""JPEG-LS by CharLS, each slice an image, lossless."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs.contract import Codec, imagecodecs
from wdr_mcpd.baselines.codecs.frame import Frame

Array = NDArray[Any]


@dataclass(frozen=True)
class JpegLS(Codec):
    """Slices without loss."""

    name: str = "jpegls"
    label: str = "JPEG-LS, slices"
    library: str = "imagecodecs"
    lossless: bool = True

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code each slice."""
        return [imagecodecs().jpegls_encode(x, level=0) for x in volume]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode each slice."""
        return np.stack([imagecodecs().jpegls_decode(part) for part in parts])
