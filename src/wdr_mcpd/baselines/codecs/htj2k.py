"""High-throughput JPEG 2000 by OpenJPH: an equal quantisation step, no rate control."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs.contract import Control, Codec, imagecodecs
from wdr_mcpd.baselines.codecs.frame import Frame

Array = NDArray[Any]
STEP = Control("quantisation step", 0.3, 1e-5, log=True)


@dataclass(frozen=True)
class Slices(Codec):
    """Each slice is a codestream; the step is the same."""

    name: str = "htj2k-slices"
    label: str = "HTJ2K, slices at equal step"
    library: str = "imagecodecs"
    control: Control = STEP
    lossless: bool = True

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code each slice with the step `quality` (a share of the type's range)."""
        return [imagecodecs().htj2k_encode(x, level=quality, reversible=quality is None) for x in volume]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode each slice."""
        return np.stack([imagecodecs().htj2k_decode(part) for part in parts])


@dataclass(frozen=True)
class OneStream(Codec):
    """All slices are components of one codestream, which saves the headers of the others."""

    name: str = "htj2k-volume"
    label: str = "HTJ2K, one stream"
    library: str = "imagecodecs"
    control: Control = STEP
    lossless: bool = True

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code all slices with the step `quality` (a share of the type's range)."""
        options = {"level": quality, "reversible": quality is None, "planar": True, "rgb": False}
        return [imagecodecs().htj2k_encode(volume, **options)]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode all slices."""
        volume: Array = imagecodecs().htj2k_decode(parts[0], planar=True)
        return volume
