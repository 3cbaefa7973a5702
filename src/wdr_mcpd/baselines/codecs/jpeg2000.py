"""JPEG 2000 by OpenJPEG, three ways: slices at one rate, slices at one quality, one codestream for all.

One codestream holds every slice as a component (no colour transform), so OpenJPEG's rate control weighs all
code blocks of all slices against each other. JPEG 2000 Part 1 transforms within a slice only; the fourth way
puts a CDF 9/7 transform along the slices before it (what Part 2 calls a multiple component transform).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs import axial
from wdr_mcpd.baselines.codecs.contract import Control, Codec, imagecodecs
from wdr_mcpd.baselines.codecs.frame import Frame

Array = NDArray[Any]
RATE = Control("bits per voxel", 0.02, 16, log=True)
QUALITY = Control("PSNR in dB", 15, 110)
# imagecodecs codes signed samples of at most 16 bits. Three levels of the axial transform make values up to
# 3.8 times larger (the sum of a coefficient's absolute weights), so 13 bits and the sign fit; a narrower
# volume gets a finer grid.
AXIAL_BITS = 13


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
        return _decode_slices(parts)


@dataclass(frozen=True)
class SlicesAtEqualQuality(Codec):
    """Each slice is a codestream of the same PSNR; or the reversible 5/3 transform, which loses nothing."""

    name: str = "jpeg2000-slices-quality"
    label: str = "JPEG 2000, slices at equal PSNR"
    library: str = "imagecodecs"
    control: Control = QUALITY
    lossless: bool = True

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code each slice at the PSNR `quality`."""
        return [_encode(x, bits, quality) for x in volume]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode each slice."""
        return _decode_slices(parts)


@dataclass(frozen=True)
class OneStream(Codec):
    """All slices are components of one codestream, with joint rate control."""

    name: str = "jpeg2000-volume"
    label: str = "JPEG 2000, one stream"
    library: str = "imagecodecs"
    control: Control = QUALITY
    lossless: bool = True

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code all slices at the PSNR `quality` of the whole."""
        return [_encode(volume, bits, quality)]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode all slices."""
        return _decode(parts[0])


@dataclass(frozen=True)
class OneStreamAxial(Codec):
    """One codestream of the volume's axial wavelet coefficients, with joint rate control."""

    name: str = "jpeg2000-volume-axial"
    label: str = "JPEG 2000, one stream, axial 9/7"
    library: str = "imagecodecs"
    bits: int = AXIAL_BITS
    control: Control = QUALITY
    levels: int = 3

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the coefficients at the PSNR `quality` (against 16 bits)."""
        fine = 2 ** (self.bits - bits)
        steps = np.rint(fine * axial.forward(volume, self.levels)).astype(np.int16)
        return [_encode(steps, 16, quality)]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the coefficients and undo the axial transform."""
        fine = 2 ** (self.bits - frame.bits)
        return axial.inverse(_decode(parts[0]) / fine, self.levels)


def _encode(pixels: Array, bits: int, quality: float | None) -> bytes:
    stream: bytes = imagecodecs().jpeg2k_encode(
        pixels,
        level=0 if quality is None else quality,
        codecformat="J2K",
        bitspersample=bits,
        reversible=quality is None,
        planar=pixels.ndim == 3,
        mct=False,
        numthreads=1,
    )
    return stream


def _decode(stream: bytes) -> Array:
    pixels: Array = imagecodecs().jpeg2k_decode(stream, planar=True, numthreads=1)
    return pixels


def _decode_slices(parts: list[bytes]) -> Array:
    return np.stack([_decode(part) for part in parts])
