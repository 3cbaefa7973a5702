"""Speed and memory of our methods and of other codecs: a table, and points for a figure."""

import pandas as pd

from wdr_mcpd.baselines.curves import Methods, labels
from wdr_mcpd.methods import METHODS
from wdr_mcpd.render.tables import Column, Table

DIRECTIONS = {"encode": "Encoding", "decode": "Decoding"}
MEASURES = {
    "ratio_sperr": ("speed (SPERR = 1)", ".2f"),
    "mvoxel_per_s": ("Mvoxel/s", ".1f"),
    "peak_mb": ("peak memory (MB)", ".0f"),
}
DEFAULTS = "Speeds and lossless rates of ours are those of the default settings"
"""Stands under them, for they are not measured again for another configuration."""
QUARTILES = {"ratio_sperr_q1": "ratio_sperr_low", "ratio_sperr_q3": "ratio_sperr_high"}


def speed_table(speed: pd.DataFrame) -> Table:
    """Lay speeds out for readers, one row for each codec.

    Parameters
    ----------
    speed : DataFrame
        As `wdr_mcpd.bench.codec_speed` writes it, of one volume and rate, that column named `exam`.

    Returns
    -------
    Table
        Columns label and, for encoding and decoding, the ratio to SPERR with its quartiles, million voxels
        per second and the rise of the process's memory.
    """
    named = speed.rename(columns=QUARTILES)
    values = [*MEASURES, *QUARTILES.values()]
    by_direction = named.set_index("label").groupby("direction", sort=False)[values]
    wide = pd.concat([rows.add_prefix(f"{direction}_") for direction, rows in by_direction], axis=1)
    columns = {"label": Column("Codec", text=True)}
    for direction, shown in DIRECTIONS.items():
        for measure, (title, form) in MEASURES.items():
            columns[f"{direction}_{measure}"] = Column(
                f"{shown}: {title}", form, interval=measure == "ratio_sperr"
            )
    exam, rate, runs = (speed[name].iloc[0] for name in ("exam", "rate_bpv", "runs"))
    note = (
        f"{exam} at {rate:g} bpv, processor time of one core, all codecs in turn in one process; medians of "
        f"{runs} runs, in brackets the quartiles of the ratios of runs side by side. The search for the "
        f"parameter of a codec without rate control is not counted. {DEFAULTS}"
    )
    caption = "Speed and memory of today's codecs and ours"
    return Table("baselines-cost", caption, note, wide.reset_index(), columns)


def speed_points(
    speed: pd.DataFrame,
    curves: pd.DataFrame,
    elsewhere: pd.DataFrame | None = None,
    methods: Methods = METHODS,
) -> pd.DataFrame:
    """Join speeds with the PSNR at the same rate, for `wdr_mcpd.baselines.figures.speed_figure`.

    Parameters
    ----------
    speed : DataFrame
        Columns exam, method, direction, rate_bpv, mvoxel_per_s, seconds, seconds_q1 and seconds_q3, of one
        exam and rate.
    curves : DataFrame
        As of `comparison`.
    elsewhere : DataFrame, optional
        Published speeds and PSNR: columns exam, label, encode_mvoxel_per_s, decode_mvoxel_per_s, psnr_db.
    """
    keys = ["exam", "method", "rate_bpv"]
    ours = speed.astype({"rate_bpv": float}).merge(curves[[*keys, "psnr_db"]], on=keys)
    voxels = ours["mvoxel_per_s"] * ours["seconds"]
    ours = ours.assign(
        label=ours["method"].map(labels(methods)),
        mvoxel_per_s_low=voxels / ours["seconds_q3"],
        mvoxel_per_s_high=voxels / ours["seconds_q1"],
    )
    published = []
    if elsewhere is not None:
        outside = elsewhere[elsewhere["exam"].isin(speed["exam"])].assign(method="")
        published = [
            outside.assign(direction=direction, mvoxel_per_s=outside[f"{direction}_mvoxel_per_s"])
            for direction in ("encode", "decode")
        ]
    columns = [
        *("exam", "label", "method", "direction", "mvoxel_per_s", "mvoxel_per_s_low", "mvoxel_per_s_high"),
        *("rate_bpv", "psnr_db"),
    ]
    return pd.concat([ours, *published], ignore_index=True).reindex(columns=columns)
