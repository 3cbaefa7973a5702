"""Figures measured elsewhere: points for the figures, and a check that our codecs are the same codecs."""

from pathlib import Path

import pandas as pd

from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.rates import at_log_rate

RATE_COLUMNS = ["volume", "label", "codec", "rate_bpv", "actual_bpv", "psnr_db", "psnr_max_db"]
VVC_COLUMNS = ["volume", "label", "configuration", "actual_bpv", "psnr_max_db"]
AHEAD = "VVC, all-intra"
"""The codec that is ahead of ours, as `read_published` names it."""
SPEED_COLUMNS = ["volume", "label", "encode_mvoxel_per_s", "decode_mvoxel_per_s"]
AGREEMENT_DB = 0.3


def read_published(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read `rate_distortion.csv`, with the points of `vvc.csv` after them, and `speed.csv`.

    Volumes become exams; speeds get the PSNR at their rate, points of VVC that with peak 65535.
    """
    rates = read_csv(folder / "rate_distortion.csv", RATE_COLUMNS).rename(columns={"volume": "exam"})
    vvc = read_csv(folder / "vvc.csv", VVC_COLUMNS).rename(columns={"volume": "exam"})
    shift = (rates["psnr_db"] - rates["psnr_max_db"]).groupby(rates["exam"]).mean()
    vvc["psnr_db"] = vvc["psnr_max_db"] + vvc["exam"].map(shift)
    vvc["label"] += ", " + vvc["configuration"].str.split().str[-1]
    rates = pd.concat(
        [rates, vvc[["exam", "label", "actual_bpv", "psnr_db", "psnr_max_db"]]], ignore_index=True
    )
    speed = read_csv(folder / "speed.csv", SPEED_COLUMNS).rename(columns={"volume": "exam"})
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
        found.append(
            at_log_rate(points["actual_bpv"], points["psnr_db"], ours["actual_bpv"]) - ours["psnr_db"]
        )
    together: pd.Series[float] = pd.concat(found)
    return together


def agreement(curves: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Compare our measurements of a codec with those made elsewhere, at equal rate.

    Parameters
    ----------
    curves : DataFrame
        Columns exam, method, actual_bpv, psnr_db.
    published : DataFrame
        Columns exam, codec, label, actual_bpv, psnr_db.

    Returns
    -------
    DataFrame
        One row per point measured elsewhere of which we have the curve: its rate and PSNR, our PSNR at that
        rate (between our points linear in the logarithm of the rate, beyond them along the last segment), the
        difference, and whether it is within 0.3 dB.
    """
    rows = []
    shared = published[published["codec"].notna()].groupby(["exam", "codec"], sort=False)
    for key, theirs in shared:
        assert isinstance(key, tuple)
        exam, codec = key
        ours = curves[(curves["exam"] == exam) & (curves["method"] == codec)].sort_values("actual_bpv")
        if len(ours) < 2:
            continue
        for point in theirs.to_dict("records"):
            psnr = float(at_log_rate(ours["actual_bpv"], ours["psnr_db"], point["actual_bpv"]))
            rows.append(
                {
                    "exam": exam,
                    "method": codec,
                    "actual_bpv": point["actual_bpv"],
                    "elsewhere_psnr_db": point["psnr_db"],
                    "psnr_db": psnr,
                    "difference_db": psnr - point["psnr_db"],
                }
            )
    columns = ["exam", "method", "actual_bpv", "elsewhere_psnr_db", "psnr_db", "difference_db"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(agrees=table["difference_db"].abs() <= AGREEMENT_DB)
