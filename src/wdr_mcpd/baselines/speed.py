"""Speed and memory of our methods and of today's codecs, as a table."""

import pandas as pd

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
        f"{exam} at {rate:g} bpv, one core, all codecs in turn in one process; medians of {runs} runs, in "
        "brackets the quartiles of the ratios of runs side by side. The search for the parameter of a codec "
        f"without rate control is not counted. {DEFAULTS}"
    )
    caption = "Speed and memory of today's codecs and ours"
    return Table("codecs-cost", caption, note, wide.reset_index(), columns)
