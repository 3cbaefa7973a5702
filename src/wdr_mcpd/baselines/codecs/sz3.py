"""SZ3: prediction and quantisation within an absolute error bound."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs.contract import Control, Codec, imagecodecs
from wdr_mcpd.baselines.codecs.frame import Frame

Array = NDArray[Any]
# SZ3 chooses its predictor from a sample of the data at each bound; the choices are up to 3 dB apart.
BOUND = Control("absolute error", 8192, 0.5, log=True, steady=False)


@dataclass(frozen=True)
class Sz3(Codec):
    """The whole volume; an error bound below one half restores every voxel."""

    name: str = "sz3"
    label: str = "SZ3"
    library: str = "imagecodecs"
    control: Control = BOUND
    lossless: bool = True

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume so that no voxel is off by more than `quality` grey values."""
        bound = 0.49 if quality is None else quality
        return [imagecodecs().sz3_encode(volume.astype(np.float32), mode="abs", abs=bound)]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the volume."""
        volume: Array = imagecodecs().sz3_decode(parts[0], shape=frame.shape, dtype=np.float32)
        return volume
