"""JPEG 2000 beyond what imagecodecs offers: slices at one rate, and a transform along the slices.

JPEG 2000 Part 1 transforms within a slice only; `OneStreamAxial` puts a CDF 9/7 transform along the slices
before it (what Part 2 calls a multiple component transform).
"""

from dataclasses import dataclass

import numpy as np

from wdr_mcpd.baselines.codecs.contract import Array, Codec, Control
from wdr_mcpd.baselines.codecs.frame import Frame
from wdr_mcpd.baselines.codecs.library import IMAGECODECS
from wdr_mcpd.codec.settings import CDF97
from wdr_mcpd.codec.transform import shared

# imagecodecs codes signed samples of at most 16 bits. Three levels of the axial transform make values up to
# 3.8 times larger (the sum of a coefficient's absolute weights), so 13 bits and the sign fit; a narrower
# volume gets a finer grid.
AXIAL_BITS = 13
SLICES, VOLUME = IMAGECODECS["jpeg2000-slices-quality"], IMAGECODECS["jpeg2000-volume"]
AXIAL_LEVELS = 3
RATE = Control("bits per voxel", 0.02, 16, log=True)
AXIAL = shared("packet", False, CDF97)


@dataclass(frozen=True)
class SlicesAtEqualRate(Codec):
    """Each slice is a codestream of the same size, by OpenJPEG's own rate control."""

    name: str = "jpeg2000-slices-rate"
    label: str = "JPEG 2000, slices at equal rate"
    library: str = "openjpeg"
    control: Control = RATE

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code each slice at `quality` bits per voxel."""
        from openjpeg.utils import encode_array

        assert quality is not None
        ratios = [max(bits / quality, 1.0)]
        return [
            encode_array(x, bits_stored=bits, photometric_interpretation=2, compression_ratios=ratios)
            for x in volume
        ]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode each slice."""
        return SLICES.expand(parts, frame)


@dataclass(frozen=True)
class OneStreamAxial(Codec):
    """One codestream of the volume's axial wavelet coefficients, with joint rate control."""

    name: str = "jpeg2000-volume-axial"
    label: str = "JPEG 2000, one stream, axial 9/7"
    library: str = "imagecodecs"
    bits: int = AXIAL_BITS
    control: Control | None = VOLUME.control

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the coefficients at the PSNR `quality` (against 16 bits)."""
        coefficients = volume.astype(np.float32)
        AXIAL.forward(coefficients, AXIAL.lay_out(volume.shape, "packet", 0, AXIAL_LEVELS))
        steps = np.rint(np.float32(2 ** (AXIAL_BITS - bits)) * coefficients).astype(np.int16)
        return VOLUME.compress(steps, 16, quality)

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the coefficients and undo the axial transform."""
        fine = np.float32(2 ** (AXIAL_BITS - frame.bits))
        volume = VOLUME.expand(parts, frame).astype(np.float32) / fine
        AXIAL.inverse(volume, AXIAL.lay_out(frame.shape, "packet", 0, AXIAL_LEVELS))
        return volume
