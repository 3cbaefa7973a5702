"""Speed and memory of our methods and of other codecs: a table, and points for a figure."""

import pandas as pd

from wdr_mcpd.baselines.curves import Methods, labels
from wdr_mcpd.methods import METHODS
from wdr_mcpd.render.tables import Table, lay_out

DIRECTIONS = {"encode": "encoding", "decode": "decoding"}
DEFAULTS = "Speeds and lossless rates of ours are those of the default settings"
"""Stands under them, for they are not measured again for another configuration."""
QUARTILES = {"ratio_sperr_q1": "ratio_sperr_low", "ratio_sperr_q3": "ratio_sperr_high"}
MEASURES = ["ratio_sperr", "mvoxel_per_s", "peak_mb", *QUARTILES.values()]
POINTS = [
    *("exam", "label", "method", "direction", "mvoxel_per_s", "mvoxel_per_s_low", "mvoxel_per_s_high"),
    *("rate_bpv", "psnr_db"),
]


def speed_table(speed: pd.DataFrame) -> Table:
    """Lay speeds out for readers, one row for each codec.

    `speed` is what `wdr_mcpd.bench.codec_speed` writes, of one volume and rate, that column named `exam`.
    """
    by_direction = speed.rename(columns=QUARTILES).set_index("label").groupby("direction", sort=False)
    wide = [rows.add_prefix(f"{direction}_") for direction, rows in by_direction[MEASURES]]
    exam, rate, runs = speed[["exam", "rate_bpv", "runs"]].iloc[0]
    said = {"exam": exam, "rate": rate, "runs": runs, "defaults": DEFAULTS}
    return lay_out(__file__, "baselines-cost", pd.concat(wide, axis=1).reset_index(), **said)


def speed_points(
    speed: pd.DataFrame,
    curves: pd.DataFrame,
    elsewhere: pd.DataFrame | None = None,
    methods: Methods = METHODS,
) -> pd.DataFrame:
    """Join speeds of one exam and rate with the PSNR there, and with those published, for `speed_figure`."""
    keys = ["exam", "method", "rate_bpv"]
    ours = speed.astype({"rate_bpv": float}).merge(curves[[*keys, "psnr_db"]], on=keys)
    voxels = ours["mvoxel_per_s"] * ours["seconds"]
    ours = ours.assign(
        label=ours["method"].map(labels(methods)),
        mvoxel_per_s_low=voxels / ours["seconds_q3"],
        mvoxel_per_s_high=voxels / ours["seconds_q1"],
    )
    points = [ours]
    if elsewhere is not None:
        outside = elsewhere[elsewhere["exam"].isin(speed["exam"])].assign(method="")
        points += [
            outside.assign(direction=direction, mvoxel_per_s=outside[f"{direction}_mvoxel_per_s"])
            for direction in DIRECTIONS
        ]
    return pd.concat(points, ignore_index=True).reindex(columns=POINTS)
