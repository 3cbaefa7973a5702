"""Bits per voxel without loss, every voxel checked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wdr_mcpd.bench.contestants import Array, Contestant

COLUMNS = ("volume", "method", "label", "ours", "bytes", "bpv", "verified")


def lossless(volumes: Mapping[str, Array], contestants: Sequence[Contestant]) -> pd.DataFrame:
    """Code every volume without loss with every contestant that can.

    Returns
    -------
    DataFrame
        One row per volume and contestant; `bpv` is bits per voxel over the whole stream, `verified` says that
        the decoded volume is the volume.
    """
    rows: list[dict[str, Any]] = []
    for name, volume in volumes.items():
        for contestant in contestants:
            if (run := contestant.lossless(volume)) is None:
                continue
            rows.append(
                {
                    "volume": name,
                    "method": contestant.name,
                    "label": contestant.label,
                    "ours": contestant.ours,
                    "bytes": len(run.stream),
                    "bpv": 8 * len(run.stream) / volume.size,
                    "verified": bool(np.array_equal(run.decode(), volume)),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))
