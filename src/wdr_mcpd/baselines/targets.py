"""What 3D-WDR-CC had to reach, set before it was built, beside what it reaches."""

from pathlib import Path
from typing import Any

import pandas as pd

from wdr_mcpd.methods import BASELINE, METHODS
from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import markdown_table
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
    """Write the README's account of the targets: PSNR as a table, speed and lossless rate as sentences.

    Parameters
    ----------
    curves : DataFrame
        Columns exam, method, rate_bpv, psnr_db and psnr_max_db.
    speed : DataFrame
        Columns exam, method, direction and mvoxel_per_s.
    lossless : DataFrame
        Columns exam, method and bpv.
    targets : DataFrame
        As `read_targets` gives them.

    Returns
    -------
    str
        Markdown; empty if 3D-WDR-CC was not measured where there are targets.
    """
    rows = reached(curves, targets)
    if rows.empty:
        return ""
    met = {kind: int((rows[METHOD] >= rows[f"{kind}_db"]).sum()) for kind in ("must", "goal")}
    lower = (curves["psnr_db"] - curves["psnr_max_db"]).groupby(curves["exam"], sort=False).mean()
    bits = lossless.pivot_table(index="exam", columns="method", values="bpv", sort=False)
    return fill(
        "targets.md",
        met=met,
        count=len(rows),
        lower=lower,
        table=_table(rows),
        shares=_shares(speed),
        verdict=_verdict,
        speed=(SPEED_MUST, SPEED_GOAL),
        lossless=bits if {METHOD, LOSSLESS_MUST, LOSSLESS_GOAL} <= set(bits.columns) else None,
        names=(METHOD, LOSSLESS_MUST, LOSSLESS_GOAL),
    )


def reached(curves: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Join the targets with what was measured at the same volume and rate.

    Returns
    -------
    DataFrame
        The columns of the targets, and the PSNR of 3D-WDR-CC and of each method of `BESIDE` under its name.
    """
    keys = ["exam", "rate_bpv"]
    measured = curves.pivot(index=keys, columns="method", values="psnr_max_db")
    measured = measured.reindex(columns=[METHOD, *BESIDE]).dropna(subset=METHOD).reset_index()
    return targets.astype({"rate_bpv": float}).merge(measured.astype({"rate_bpv": float}), on=keys)


def _table(rows: pd.DataFrame) -> str:
    shown: dict[str, Any] = {"Volume": rows["exam"], "Rate (bpv)": rows["rate_bpv"].map("{:g}".format)}
    for name in (*BESIDE, METHOD):
        label = f"**{METHODS[name].label}**" if name == METHOD else METHODS[name].label
        shown[f"{label} (dB)"] = [f"{value:.2f}" if pd.notna(value) else "-" for value in rows[name]]
    for title, kind in (("At least (dB)", "must"), ("Goal (dB)", "goal")):
        wanted = rows[f"{kind}_db"]
        said = (rows[METHOD] >= wanted).map({True: "met", False: "missed"})
        by = (rows[METHOD] - wanted).abs().map("{:.2f}".format)
        shown[title] = wanted.map("{:.2f}".format) + ", " + said + " by " + by
    return markdown_table(pd.DataFrame(shown))


def _shares(speed: pd.DataFrame) -> list[float]:
    """Encoding and decoding speed as shares of SPERR's encoding; none if one was not measured."""
    fast = speed.set_index(["method", "direction"])["mvoxel_per_s"]
    if ("sperr", "encode") not in fast or (METHOD, "decode") not in fast:
        return []
    return [float(fast[METHOD, direction] / fast["sperr", "encode"]) for direction in ("encode", "decode")]


def _verdict(shares: list[float], wanted: float) -> str:
    said = ["met" if share >= wanted else "missed" for share in shares]
    return f"{said[0]} by both" if said[0] == said[1] else f"{said[0]} encoding, {said[1]} decoding"
