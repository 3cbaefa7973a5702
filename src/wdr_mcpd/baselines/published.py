"""Figures measured elsewhere: points for the figures, and a check that our codecs are the same codecs."""

from pathlib import Path

import pandas as pd

from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.rates import at_log_rate

COLUMNS = {
    "rate_distortion": ["volume", "label", "codec", "rate_bpv", "actual_bpv", "psnr_db", "psnr_max_db"],
    "vvc": ["volume", "label", "configuration", "actual_bpv", "psnr_max_db"],
    "speed": ["volume", "label", "encode_mvoxel_per_s", "decode_mvoxel_per_s"],
}
AHEAD = "VVC, all-intra"
"""The codec that is ahead of ours, as `read_published` names it."""
AGREEMENT_DB = 0.3


def read_published(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read `rate_distortion.csv`, with the points of `vvc.csv` after them, and `speed.csv`.

    Volumes become exams; speeds get the PSNR at their rate, points of VVC that with peak 65535.
    """
    rates, vvc, speed = (
        read_csv(folder / f"{name}.csv", columns).rename(columns={"volume": "exam"})
        for name, columns in COLUMNS.items()
    )
    shift = (rates["psnr_db"] - rates["psnr_max_db"]).groupby(rates["exam"]).mean()
    vvc["psnr_db"] = vvc["psnr_max_db"] + vvc["exam"].map(shift)
    vvc["label"] += ", " + vvc["configuration"].str.split().str[-1]
    vvc = vvc[["exam", "label", "actual_bpv", "psnr_db", "psnr_max_db"]]
    rates = pd.concat([rates, vvc], ignore_index=True)
    at_its_rate = rates[["exam", "label", "rate_bpv", "psnr_db"]]
    return rates, speed.merge(at_its_rate, on=["exam", "label", "rate_bpv"])


def only_elsewhere(rates: pd.DataFrame) -> pd.DataFrame:
    """Keep the points of codecs that are not among our codecs."""
    return rates[rates["codec"].isna()]


def lead(curves: pd.DataFrame, published: pd.DataFrame, method: str) -> "pd.Series[float]":
    """Give the decibels by which VVC is ahead of a method at each rate of it; parameters as of `agreement`.

    VVC is read between its points, linear in the logarithm of the rate.
    """
    found = [pd.Series(dtype=float)]
    for exam, points in published[published["label"] == AHEAD].sort_values("actual_bpv").groupby("exam"):
        ours = curves[(curves["exam"] == exam) & (curves["method"] == method)].set_index("rate_bpv")
        theirs = at_log_rate(points["actual_bpv"], points["psnr_db"], ours["actual_bpv"])
        found.append(theirs - ours["psnr_db"])
    together: pd.Series[float] = pd.concat(found)
    return together


def agreement(curves: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Compare our measurements of a codec with those made elsewhere, at equal rate.

    Our PSNR is read at each rate measured elsewhere: between our points linear in the logarithm of the rate,
    beyond them along the last segment. A point agrees within 0.3 dB.
    """
    shared = published.dropna(subset="codec").rename(columns={"codec": "method"})
    shared = shared.rename(columns={"psnr_db": "elsewhere_psnr_db"})
    found = []
    for (exam, method), theirs in shared.groupby(["exam", "method"], sort=False):
        ours = curves[(curves["exam"] == exam) & (curves["method"] == method)].sort_values("actual_bpv")
        if len(ours) > 1:
            psnr = at_log_rate(ours["actual_bpv"], ours["psnr_db"], theirs["actual_bpv"])
            found.append(theirs.assign(psnr_db=psnr))
    columns = ["exam", "method", "actual_bpv", "elsewhere_psnr_db", "psnr_db"]
    table = (pd.concat(found, ignore_index=True) if found else shared[:0]).reindex(columns=columns)
    difference = table["psnr_db"] - table["elsewhere_psnr_db"]
    return table.assign(difference_db=difference, agrees=difference.abs() <= AGREEMENT_DB)
