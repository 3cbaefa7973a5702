"""Checks one stream of the study against the volume it holds and what was measured on it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.checks.results import WRITTEN_DIGITS
from wdr_mcpd.coherence import select
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.errors import InputError, StreamError, refuse
from wdr_mcpd.files import read_bytes
from wdr_mcpd.study.cuts import decoded_cuts
from wdr_mcpd.study.frames import read_csv, write_csv
from wdr_mcpd.study.metrics import pooled_psnr, slice_psnr

TOLERATED_FALL_DB = 0.01
"""Two cuts a few bytes apart may differ by less than this either way."""


@dataclass(frozen=True, eq=False)
class Measured:
    """A stream and what the study says of it, and the `peak` of its PSNR.

    `quality` has the columns method, rate_bpv, slice, psnr_db and bytes; messages name both paths.
    """

    path: Path
    quality_path: Path
    stream: bytes
    quality: pd.DataFrame
    peak: float | str


def check_stream(original: NDArray[Any], measured: Measured, rates: Sequence[float]) -> pd.DataFrame:
    """Check that the stream keeps its budget, gains with the rate, and decodes to what was measured.

    It must have been measured at `rates` (bits per voxel) and at no others. Gives one row for each rate:
    bytes, budget_bytes, psnr_db (of all voxels together), stream_sha256.
    """
    size, budget = len(measured.stream), floor(max(rates) * original.size / 8)
    over = f"its {size} bytes are over the {budget} of {max(rates):g} bits per voxel"
    refuse(measured.path, (size > budget, over))
    found = measured.quality["rate_bpv"].unique()
    other = f"was measured at the rates {_listed(found)}, not {_listed(rates)}"
    refuse(measured.quality_path, (not np.array_equal(np.sort(found), np.sort(rates)), other))
    rising = tuple(sorted(rates))
    try:
        cuts = decoded_cuts(measured.stream, rising)
    except StreamError as error:
        raise InputError(f"{measured.path}: {error}") from error
    rows = pd.DataFrame([_at_rate(original, measured, *at) for at in zip(rising, cuts, strict=True)])
    psnr = rows["psnr_db"].to_numpy()
    falls = np.flatnonzero(psnr[1:] < psnr[:-1] - TOLERATED_FALL_DB)
    if len(falls):
        low, high = rows["rate_bpv"][falls[0]], rows["rate_bpv"][falls[0] + 1]
        raise InputError(f"{measured.path}: PSNR falls from {low:g} to {high:g} bits per voxel")
    return rows.assign(stream_sha256=hashlib.sha256(measured.stream).hexdigest())


def check_selection(measured: Measured, average_mcpd: NDArray[np.float64], threshold: float) -> None:
    """Check that the slices coded together are those that the average MCPD selects."""
    chosen = {int(index) for index in np.flatnonzero(select(average_mcpd, threshold))}
    together = {index for group in codec.groups(measured.stream) if len(group) > 1 for index in group}
    others = f"T = {threshold:g} selects {_numbers(chosen)}"
    wrong = together != (chosen if len(chosen) > 1 else set())
    refuse(measured.path, (wrong, f"codes the slices {_numbers(together)} together, {others}"))


def _at_rate(
    original: NDArray[Any], measured: Measured, rate: float, cut: tuple[int, NDArray[Any]]
) -> dict[str, Any]:
    rows = measured.quality[measured.quality["rate_bpv"] == rate].sort_values("slice")
    budget = floor(rate * original.size / 8)
    size, decoded = cut
    where = f"{measured.quality_path}: at {rate:g} bits per voxel"
    if list(rows["slice"]) != list(range(1, len(original) + 1)):
        raise InputError(f"{where} the slices are {list(rows['slice'])}, not 1 to {len(original)}")
    if set(rows["bytes"]) != {size}:
        raise InputError(f"{where} {sorted(set(rows['bytes']))} bytes stand there; the stream has {size}")
    psnr = slice_psnr(original, decoded, measured.peak)
    same = np.isclose(psnr, rows["psnr_db"].to_numpy(), rtol=WRITTEN_DIGITS, atol=0)
    if not same.all():
        number = int(np.flatnonzero(~same)[0])
        raise InputError(
            f"{where} slice {number + 1} has {rows['psnr_db'].iloc[number]:.6f} dB; "
            f"{measured.path.name} decodes to {psnr[number]:.6f} dB"
        )
    return {
        "rate_bpv": rate,
        "bytes": size,
        "budget_bytes": budget,
        "psnr_db": pooled_psnr(original, decoded, measured.peak),
    }


def _listed(rates: Iterable[float]) -> str:
    return ", ".join(f"{rate:.8g}" for rate in sorted(rates))


def _numbers(indices: set[int]) -> str:
    return ", ".join(str(index + 1) for index in sorted(indices)) or "none"


def check(
    *,
    volume: Path,
    coded: list[Path],
    measured: list[Path],
    mcpd: Path,
    out: list[Path],
    exam: str,
    rates: list[float],
    psnr_peak: float | str,
    mcpd_unit: str,
    threshold: float,
    selecting: list[str],
) -> None:
    """Step: check streams of an exam (METHOD.wdr) against its volume and their measurements, in that order.

    `mcpd` is the table of the MCPD by which the methods `selecting` select their slices.
    """
    original = read_exam(volume).volume.voxels
    for stream, measurements, path in zip(coded, measured, out, strict=True):
        rows = read_csv(measurements, ["rate_bpv", "slice", "psnr_db", "bytes"])
        known = Measured(stream, measurements, read_bytes(stream), rows, psnr_peak)
        found = check_stream(original, known, rates)
        if stream.stem in selecting:
            check_selection(known, read_average(mcpd, mcpd_unit), threshold)
        write_csv(found, path)
