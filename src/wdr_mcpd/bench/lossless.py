"""Bits per voxel without loss, every voxel checked; also by kind of image."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from wdr_mcpd.baselines.codecs import CODECS
from wdr_mcpd.baselines.codecs.library import IMAGECODECS
from wdr_mcpd.bench.contestants import Array, Contestant, OtherCodec, OurMethod, named
from wdr_mcpd.data.phantom import phantom

COLUMNS = ("volume", "method", "label", "ours", "bytes", "bpv", "verified", "encode_s", "decode_s")
EFFORTS = {
    effort: OurMethod(f"3D-WDR-CC, effort {effort}", "3d-wdr-cc", {"effort": effort}) for effort in (2, 1)
}
JPEG_XL = IMAGECODECS["jpegxl"]
SLOW_JPEG_XL = replace(
    JPEG_XL,
    name="jpegxl-e9",
    label="JPEG XL, slices, effort 9",
    encoding={**JPEG_XL.encoding, "effort": 9},
)
PEERS = (
    OtherCodec(SLOW_JPEG_XL),
    *(OtherCodec(CODECS[name]) for name in ("jpegxl", "jpegls", "jpeg2000-slices-quality", "htj2k-slices")),
)
NOISE_SEED, NOISE_SHAPE, NOISE_DEVIATION = 0, (4, 128, 128), 40.0


def lossless(volumes: Mapping[str, Array], contestants: Sequence[Contestant]) -> pd.DataFrame:
    """Code every volume without loss with every contestant that can, and check every voxel.

    `bpv` is over the whole stream, `encode_s` and `decode_s` are seconds of processor time, once each.
    """
    rows = []
    for name, volume in volumes.items():
        for contestant in contestants:
            start = time.process_time()
            if (run := contestant.lossless(volume)) is None:
                continue
            encoded = time.process_time()
            decoded = run.decode()
            seconds = {"encode_s": encoded - start, "decode_s": time.process_time() - encoded}
            size = {"bytes": len(run.stream), "bpv": 8 * len(run.stream) / volume.size}
            verified = bool(np.array_equal(decoded, volume))
            rows.append({"volume": name, **named(contestant), **size, "verified": verified, **seconds})
    return pd.DataFrame(rows, columns=list(COLUMNS))


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
