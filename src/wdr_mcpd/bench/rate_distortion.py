"""Quality at equal total bits: every method and codec at the study's five rates."""

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pandas as pd

from wdr_mcpd.bench.contestants import Array, Contestant, named
from wdr_mcpd.study.metrics import pooled_psnr, slice_ssim

RATES = (0.1, 0.25, 0.5, 1.0, 2.0)
COLUMNS = (
    *("volume", "method", "label", "ours", "rate_bpv", "actual_bpv", "bytes"),
    *("psnr_db", "psnr_max_db", "ssim"),
)


def rate_distortion(
    volumes: Mapping[str, Array],
    contestants: Sequence[Contestant],
    rates: Sequence[float] = RATES,
    processes: int | None = None,
) -> pd.DataFrame:
    """Measure every contestant on every volume at every rate it reaches, in a process for each core.

    `actual_bpv` counts every byte of the stream, `psnr_db` is pooled over the volume with peak 65535,
    `psnr_max_db` with the volume's largest value, which is also the range of `ssim`, the mean over slices.
    """
    jobs = [(name, contestant) for name in volumes for contestant in contestants]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        # The slowest codecs stand last in the registry: begun first, they leave no core idle at the end.
        begun = [pool.submit(_measure, name, volumes[name], c, tuple(rates)) for name, c in reversed(jobs)]
        rows = [row for result in reversed(begun) for row in result.result()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _measure(
    name: str, volume: Array, contestant: Contestant, rates: tuple[float, ...]
) -> list[dict[str, Any]]:
    rows = []
    start = time.perf_counter()
    for rate, run in contestant.at_rates(volume, rates).items():
        decoded, size = run.decode(), len(run.stream)
        quality = {
            "psnr_db": pooled_psnr(volume, decoded),
            "psnr_max_db": pooled_psnr(volume, decoded, "max"),
            "ssim": slice_ssim(volume, decoded).mean(),
        }
        spent = {"rate_bpv": rate, "actual_bpv": 8 * size / volume.size, "bytes": size}
        rows.append({"volume": name, **named(contestant), **spent, **quality})
    print(f"{name}: {contestant.label}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return rows
