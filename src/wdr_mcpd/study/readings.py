"""The readings grid: what an exam measures under each reading of what the paper leaves open."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import UNITS, coding_groups, in_unit, select
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.progress import steps
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import SSIM_WINDOWS, peak_value, psnr_of, squared_errors
from wdr_mcpd.study.paper_claims import printed_ranges, read_claims
from wdr_mcpd.study.similarity import Similarity
from wdr_mcpd.study.statistics import summarise

TRANSFORMS = {
    "packet, 3 axial levels": codec.Settings(axial_levels=3),
    "packet, axial depth by content": codec.Settings(axial_levels="auto"),
    "dyadic, 5 levels": codec.Settings(decomposition="dyadic", axial_levels=5),
}
PEAKS: tuple[int | str, ...] = (65535, "max")
RANGES = ("max", "dtype", "255")
KEYS = ["quantity", "unit", "transform", "values", "psnr_peak", "ssim_range", "ssim_window", "mcpd_unit"]
SCALES = {"scaled to int16": 32767, "scaled to uint16": 65535}  # a viewer's export may fill the type
LOSSLESS = codec.Settings(coder="cc", lossless=True)
PAPER_BITS = 16  # of each voxel, as the paper counts its ratio of 16 : 1


def readings(
    exam: str,
    original: NDArray[Any],
    average: NDArray[np.float64],
    threshold: float,
    mcpd_unit: str,
    mcpd_reference: str,
    rate: float,
    paper: Mapping[str, tuple[float, float]],
) -> pd.DataFrame:
    """Measure one exam under every reading.

    Parameters
    ----------
    exam : name of the rows
    original : ndarray (slice, row, column)
    average : ndarray (slice,), average MCPD in `mcpd_unit` with the reference `mcpd_reference`
    threshold : of the selection of 3D-WDR-MCPD
    rate : bits per voxel
    paper : the ranges that the paper prints, by quantity (`study.paper_claims`)

    Returns
    -------
    DataFrame
        One row per reading: smallest, median and largest value over the slices, and the share of the slices
        that lie in the range that the paper prints. Keys that do not matter to a quantity are empty.
    """
    rows = []
    compared = average[:-1] if mcpd_reference == "following" else average  # the last has no follower
    for keys, values in [
        *_all(original, select(average, threshold), rate),
        *(_mcpd(unit, in_unit(compared, original, mcpd_unit, unit)) for unit in UNITS),
    ]:
        low, high = paper.get(keys["quantity"], (np.nan, np.nan))
        known_range = keys["quantity"] in paper
        inside = np.mean((values >= low) & (values <= high)) if known_range and len(values) else np.nan
        found = np.quantile(values, [0, 0.5, 1]) if len(values) else [np.nan] * 3
        known = [keys.get(key) for key in KEYS]
        rows.append((exam, *known, len(values), *found, low, high, inside))
    measured = ["smallest", "median", "largest"]
    columns = ["exam", *KEYS, "slices", *measured, "paper_low", "paper_high", "share_in_paper_range"]
    return pd.DataFrame(rows, columns=columns)


def stretched(original: NDArray[Any], largest: int) -> NDArray[np.uint16]:
    """Scale the stored values linearly to 0 ... `largest`."""
    low, high = float(original.min()), float(original.max())
    return np.rint((original.astype(np.float64) - low) * (largest / max(high - low, 1))).astype(np.uint16)


def significant_bits(original: NDArray[Any]) -> int:
    """Bits that one voxel needs: those of the number of values from the smallest to the largest."""
    return max(1, (int(original.max()) - int(original.min())).bit_length())


Reading = tuple[dict[str, str], NDArray[np.float64]]


def _mcpd(unit: str, average: NDArray[np.float64]) -> Reading:
    return {"quantity": "mcpd", "unit": "MCPD", "mcpd_unit": unit}, average


def _all(original: NDArray[Any], selected: NDArray[np.bool_], rate: float) -> Iterator[Reading]:
    everything = np.ones_like(selected)
    volumes = {"stored": original} | {name: stretched(original, top) for name, top in SCALES.items()}
    groupings = {"3d_wdr": everything, "selected": selected}
    alike = {
        (values, name): [Similarity(volumes[values][grouped], window) for window in SSIM_WINDOWS]
        for values, (name, grouped) in product(volumes, groupings.items())
    }
    alone: dict[str, dict[Any, Any]] = {values: {} for values in volumes}
    for values, transform, name in steps(list(product(volumes, TRANSFORMS, groupings)), "reading"):
        volume, grouped = volumes[values], groupings[name]
        groups, used = coding_groups(grouped), TRANSFORMS[transform]
        stream = codec.encode(volume, groups, used, rate=rate, alone=alone[values])
        shown = volume[grouped], codec.decode(stream)[grouped]
        described = {"transform": transform, "values": values}
        yield from _qualities(name, described, *shown, alike[values, name])
        if (values, transform, name) == ("stored", next(iter(TRANSFORMS)), "3d_wdr"):
            yield from _ratios(original, len(stream))


def _qualities(
    name: str,
    described: dict[str, str],
    original: NDArray[Any],
    decoded: NDArray[Any],
    alike: Sequence[Similarity],
) -> Iterator[Reading]:
    if not len(original):
        return
    errors = squared_errors(original, decoded)
    for peak in PEAKS:
        keys = {"quantity": f"psnr_{name}", "unit": "dB", "psnr_peak": str(peak)}
        yield keys | described, psnr_of(*errors, peak_value(original, peak))
    found = [similarity(decoded, RANGES)[:, 0] for similarity in alike]
    for r, ssim_range in enumerate(RANGES):
        for w, window in enumerate(SSIM_WINDOWS):
            keys = {"quantity": f"ssim_{name}", "unit": "SSIM"}
            keys |= {"ssim_range": ssim_range, "ssim_window": window}
            yield keys | described, found[w][r]


def _ratios(original: NDArray[Any], size: int) -> Iterator[Reading]:
    needed = significant_bits(original)
    rate = 8 * size / original.size
    yield {"quantity": "significant_bits", "unit": "bits"}, np.array([float(needed)])
    yield {"quantity": "ratio_allocated", "unit": "times"}, np.array([PAPER_BITS / rate])
    yield {"quantity": "ratio_significant", "unit": "times"}, np.array([needed / rate])
    lossless = 8 * len(codec.encode(original, None, LOSSLESS)) / original.size
    yield {"quantity": "lossless_ratio_allocated", "unit": "times"}, np.array([PAPER_BITS / lossless])
    yield {"quantity": "lossless_ratio_significant", "unit": "times"}, np.array([needed / lossless])


def readings_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Mean over subjects of each reading's row, beside the range that the paper prints."""
    filled = exams.fillna(dict.fromkeys(KEYS, ""))
    values = ["smallest", "median", "largest", "share_in_paper_range"]
    return summarise(filled, [*KEYS, "paper_low", "paper_high"], values, ends=False)


def readings_of_exam(
    *,
    volume: Path,
    mcpd: Path,
    claims: Path,
    out: Path,
    exam: str,
    threshold: float,
    mcpd_unit: str,
    mcpd_reference: str,
    table_rate: float,
) -> None:
    """Step: an exam under each reading of what the paper leaves open."""
    ranges = printed_ranges(read_claims(claims))
    voxels, average = read_exam(volume).volume.voxels, read_average(mcpd, mcpd_unit)
    found = readings(exam, voxels, average, threshold, mcpd_unit, mcpd_reference, table_rate, ranges)
    write_csv(found, out)
