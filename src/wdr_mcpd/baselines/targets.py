"""What 3D-WDR-CC had to reach, set before it was built, beside what it reaches."""

from pathlib import Path
from typing import Any

import pandas as pd

from wdr_mcpd.methods import BASELINE, METHODS
from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import as_text, markdown_table
from wdr_mcpd.study.frames import read_csv

METHOD = "3d-wdr-cc"
BESIDE = (BASELINE, "3d-wdr-auto")
SPEED_MUST, SPEED_GOAL = 0.16, 0.5
"""Encoding and decoding speed, as shares of the speed at which SPERR encodes in the same run."""
LOSSLESS_MUST, LOSSLESS_GOAL = "jpeg2000-slices-quality", "jpegxl"
"""Codecs whose lossless rate it must not and should not exceed: JPEG 2000's 5/3 and JPEG XL effort 7."""


def read_targets(folder: Path) -> pd.DataFrame:
    """Read `coherence_targets.csv`: columns exam, rate_bpv, must_db, goal_db (peak: the volume's maximum)."""
    columns = ["volume", "rate_bpv", "must_db", "goal_db"]
    return read_csv(folder / "coherence_targets.csv", columns).rename(columns={"volume": "exam"})


def targets_section(
    curves: pd.DataFrame, speed: pd.DataFrame, lossless: pd.DataFrame, targets: pd.DataFrame
) -> str:
    """Write the account of the targets: PSNR as a table, speed and lossless rate as sentences.

    It is empty if 3D-WDR-CC was not measured where there are targets.
    """
    keys = ["exam", "rate_bpv"]
    measured = curves.pivot(index=keys, columns="method", values="psnr_max_db")
    measured = measured.reindex(columns=[METHOD, *BESIDE]).dropna(subset=METHOD).reset_index()
    rows = targets.astype({"rate_bpv": float}).merge(measured.astype({"rate_bpv": float}), on=keys)
    if rows.empty:
        return ""
    fast = speed.set_index(["method", "direction"])["mvoxel_per_s"]
    timed = ("sperr", "encode") in fast and (METHOD, "decode") in fast
    bits = lossless.pivot_table(index="exam", columns="method", values="bpv", sort=False)
    names = (METHOD, LOSSLESS_MUST, LOSSLESS_GOAL)
    return fill(
        "targets.md",
        met={kind: int((rows[METHOD] >= rows[f"{kind}_db"]).sum()) for kind in ("must", "goal")},
        count=len(rows),
        lower=(curves["psnr_db"] - curves["psnr_max_db"]).groupby(curves["exam"], sort=False).mean(),
        table=_table(rows),
        shares=[fast[METHOD, way] / fast["sperr", "encode"] for way in ("encode", "decode")] if timed else [],
        speed=(SPEED_MUST, SPEED_GOAL),
        lossless=bits if set(names) <= set(bits.columns) else None,
        names=names,
    )


def _table(rows: pd.DataFrame) -> str:
    shown: dict[str, Any] = {"Volume": rows["exam"], "Rate (bpv)": rows["rate_bpv"].map("{:g}".format)}
    for name in (*BESIDE, METHOD):
        label = f"**{METHODS[name].label}**" if name == METHOD else METHODS[name].label
        shown[f"{label} (dB)"] = [as_text(value, ".2f") for value in rows[name]]
    for title, wanted in (("At least (dB)", rows["must_db"]), ("Goal (dB)", rows["goal_db"])):
        said = (rows[METHOD] >= wanted).map({True: ", met by ", False: ", missed by "})
        by = (rows[METHOD] - wanted).abs().map("{:.2f}".format)
        shown[title] = wanted.map("{:.2f}".format) + said + by
    return markdown_table(pd.DataFrame(shown))
