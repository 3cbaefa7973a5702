"""Lossless coding by kind of image: as scanned, zero-filled, masked, noise, drawn."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from wdr_mcpd.baselines.codecs import CODECS
from wdr_mcpd.baselines.codecs.library import OTHERS
from wdr_mcpd.bench.contestants import Array, Contestant, OtherCodec, OurMethod
from wdr_mcpd.bench.lossless import lossless
from wdr_mcpd.data.phantom import phantom

RIVALS = ("jpegxl", "jpegls", "jpeg2000-slices-quality", "htj2k-slices")
JPEG_XL = next(codec for codec in OTHERS if codec.name == "jpegxl")


def _at_effort_9(bits: int, quality: float | None) -> dict[str, Any]:
    return {**JPEG_XL.options(bits, quality), "effort": 9}


JPEG_XL_EFFORT_9 = replace(JPEG_XL, name="jpegxl-e9", label="JPEG XL, slices, effort 9", options=_at_effort_9)
CONTESTANTS: tuple[Contestant, ...] = (
    OurMethod("3d-wdr-cc, effort 2", "3d-wdr-cc", {"effort": 2}),
    OurMethod("3d-wdr-cc, effort 1", "3d-wdr-cc", {"effort": 1}),
    OurMethod("3d-wdr-auto", "3d-wdr-auto"),
    OtherCodec(JPEG_XL_EFFORT_9),
    *(OtherCodec(CODECS[name]) for name in RIVALS),
)
NOISE_SEED, NOISE_SHAPE, NOISE_DEVIATION = 0, (4, 128, 128), 40.0


def made_up(volume: Array) -> Iterator[tuple[str, Array]]:
    """Make volumes of the other kinds, the first two from four slices of a scanned one.

    "zero-filled": the middle half of each slice's spectrum, in both directions, interpolated to the slice's
    size by zeros around it, magnitudes rounded; "masked": voxels below the mean made 0; "noise": magnitudes
    of complex Gaussian noise; "drawn": the procedural phantom.
    """
    middle = volume[max(len(volume) // 2 - 2, 0) :][:4]
    rows, columns = middle.shape[1:]
    spectrum = np.fft.fftshift(np.fft.fft2(middle), axes=(1, 2))
    inside = np.s_[:, rows // 4 : rows - rows // 4, columns // 4 : columns - columns // 4]
    kept = np.zeros_like(spectrum)
    kept[inside] = spectrum[inside]
    yield "zero-filled", np.rint(np.abs(np.fft.ifft2(np.fft.ifftshift(kept, axes=(1, 2))))).astype(np.uint16)
    yield "masked", np.where(middle < middle.mean(), 0, middle)
    rng = np.random.default_rng(NOISE_SEED)
    real, imaginary = rng.normal(scale=NOISE_DEVIATION, size=(2, *NOISE_SHAPE))
    yield "noise", np.rint(np.hypot(real, imaginary)).astype(np.uint16)
    yield "drawn", phantom(1, 1, slices=4).voxels


def lossless_kinds(volumes: Mapping[str, Array]) -> pd.DataFrame:
    """Code scanned volumes, and others made of the first, as `lossless`, with a column `kind`.

    The kind of a scanned volume is what its name says before a slash, or "scanned".
    """
    scanned = lossless(volumes, CONTESTANTS)
    tables = [scanned.assign(kind=[name.rpartition("/")[0] or "scanned" for name in scanned["volume"]])]
    for kind, volume in made_up(next(iter(volumes.values()))):
        tables.append(lossless({kind: volume}, CONTESTANTS).assign(kind=kind))
    return pd.concat(tables, ignore_index=True)
