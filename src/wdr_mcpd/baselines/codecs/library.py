"""Codecs of the library imagecodecs: which of its coders, given what, and whether slice by slice.

JPEG 2000, HTJ2K and AV1 can hold all slices in one stream; JPEG 2000 then weighs all code blocks of all
slices against each other (no colour transform).
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from wdr_mcpd.baselines.codecs.contract import Array, Codec, Control
from wdr_mcpd.baselines.codecs.frame import Frame

Options = Callable[[int, float | None], dict[str, Any]]
ONE_THREAD = {"numthreads": 1}


@dataclass(frozen=True)
class Imagecodec(Codec):
    """One coder of the library.

    Attributes
    ----------
    coder : what its functions are called by, before `_encode` and `_decode`
    options : of the encoder, for bits of the volume and a quality (None for lossless)
    slices : whether each slice is a stream of its own
    kind : type of the samples that the coder is given, if not the volume's
    decoding : options of the decoder
    shaped : whether the decoder must be told shape and type
    """

    name: str
    label: str
    coder: str
    options: Options
    control: Control | None = None
    lossless: bool = False
    bits: int = 16
    library: str = "imagecodecs"
    slices: bool = False
    kind: str = ""
    decoding: tuple[tuple[str, Any], ...] = ()
    shaped: bool = False

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume, or each slice."""
        encode = _function(f"{self.coder}_encode")
        given = volume.astype(self.kind) if self.kind else volume
        return [encode(x, **self.options(bits, quality)) for x in (given if self.slices else [given])]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the volume, or each slice."""
        decode = _function(f"{self.coder}_decode")
        shape = {"shape": frame.shape, "dtype": np.float32} if self.shaped else {}
        decoded = [decode(part, **shape, **dict(self.decoding)) for part in parts]
        return np.stack(decoded) if self.slices else np.asarray(decoded[0])


@dataclass(frozen=True)
class Av1(Imagecodec):
    """AV1 codes one-channel images without loss whatever the quality, in this library.

    Grey given as three equal channels and stored as 4:0:0 is coded at the quality, its luma being the grey
    value itself. One quality holds for the whole sequence: 101 whole numbers, so many rates fall between two.
    """

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume at the whole number `quality`."""
        return super().compress(np.repeat(volume.astype(np.uint16)[..., None], 3, axis=-1), bits, quality)


def _function(name: str) -> Any:
    """Untyped, for the library's stubs ask for whole numbers where its codecs take fractions."""
    return getattr(import_module("imagecodecs"), name)


def jpeg2000(bits: int, quality: float | None) -> dict[str, Any]:
    """JPEG 2000 by OpenJPEG at a PSNR, or by the reversible 5/3 transform; planar only matters in 3D."""
    level = {"level": 0 if quality is None else quality, "reversible": quality is None}
    return {"codecformat": "J2K", "bitspersample": bits, "planar": True, "mct": False, **level, **ONE_THREAD}


def _jpeg2000_slice(bits: int, quality: float | None) -> dict[str, Any]:
    return jpeg2000(bits, quality) | {"planar": False}


def _htj2k_slice(bits: int, quality: float | None) -> dict[str, Any]:
    return {"level": quality, "reversible": quality is None}


def _htj2k(bits: int, quality: float | None) -> dict[str, Any]:
    return _htj2k_slice(bits, quality) | {"planar": True, "rgb": False}


def _jpegls(bits: int, quality: float | None) -> dict[str, Any]:
    return {"level": 0}


def _jpegxl(bits: int, quality: float | None) -> dict[str, Any]:
    """The samples are declared as 16 bits wide.

    Declared with their true 12 bits, libjxl takes the slice for bright and spends its bits by visibility,
    which costs 0.8 to 1.9 dB of PSNR at equal rate on `brain1`.
    """
    loss = {"lossless": True} if quality is None else {"lossless": False, "distance": quality}
    return {"effort": 7, "usecontainer": False, **ONE_THREAD, **loss}


def _sperr(bits: int, quality: float | None) -> dict[str, Any]:
    return {"level": quality, "mode": "bpp", **ONE_THREAD}


def _zfp(bits: int, quality: float | None) -> dict[str, Any]:
    """Slices, rows and columns that do not fill a block of 4 x 4 x 4 are paid for."""
    return {"level": quality, "mode": "rate", "execution": "serial", "header": True}


def _sz3(bits: int, quality: float | None) -> dict[str, Any]:
    """No voxel is off by more than the bound; one below a half restores every voxel."""
    return {"mode": "abs", "abs": 0.49 if quality is None else quality}


def _av1(bits: int, quality: float | None) -> dict[str, Any]:
    assert quality is not None
    options = {"speed": 6, "bitspersample": 12, "pixelformat": "400", "codec": "aom"}
    return {"level": round(quality), **options, **ONE_THREAD}


PSNR = Control("PSNR in dB", 15, 110)
STEP = Control("quantisation step", 0.3, 1e-5, log=True)
RATE = Control("bits per voxel", 0.01, 16, log=True)
PADDED_RATE = Control("bits per voxel of the padded volume", 0.05, 16, log=True)
# SZ3 chooses its predictor from a sample of the data at each bound; the choices are up to 3 dB apart.
BOUND = Control("absolute error", 8192, 0.5, log=True, steady=False)
DISTANCE = Control("distance", 25, 0.005, log=True)
QUALITY = Control("quality", 0, 99, whole=True)
ALONE = tuple(ONE_THREAD.items())
PLANAR = (("planar", True), *ALONE)

JPEG2000_SLICES = Imagecodec(
    *("jpeg2000-slices-quality", "JPEG 2000, slices at equal PSNR", "jpeg2k", _jpeg2000_slice, PSNR, True),
    slices=True,
    decoding=PLANAR,
)
JPEG2000_VOLUME = Imagecodec(
    *("jpeg2000-volume", "JPEG 2000, one stream", "jpeg2k", jpeg2000, PSNR, True), decoding=PLANAR
)
OTHERS = (
    Imagecodec("htj2k-slices", "HTJ2K, slices at equal step", "htj2k", _htj2k_slice, STEP, True, slices=True),
    Imagecodec(
        *("htj2k-volume", "HTJ2K, one stream", "htj2k", _htj2k, STEP, True), decoding=(("planar", True),)
    ),
    Imagecodec(
        *("jpegxl", "JPEG XL, slices", "jpegxl", _jpegxl, DISTANCE, True), slices=True, decoding=ALONE
    ),
    Imagecodec("jpegls", "JPEG-LS, slices", "jpegls", _jpegls, None, True, slices=True),
    Imagecodec("sperr", "SPERR", "sperr", _sperr, RATE, kind="float32", decoding=ALONE),
    Imagecodec("zfp", "ZFP, fixed rate", "zfp", _zfp, PADDED_RATE, kind="float32"),
    Imagecodec("sz3", "SZ3", "sz3", _sz3, BOUND, True, kind="float32", shaped=True),
)
AV1 = Av1("av1", "AV1, 12-bit", "avif", _av1, QUALITY, bits=12, decoding=ALONE)
