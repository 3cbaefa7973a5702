"""Our methods beside today's codecs: quality at equal rate, Bjontegaard rates, the README's short table."""

from typing import Any

import numpy as np
import pandas as pd

from wdr_mcpd.render.tables import Column, Table
from wdr_mcpd.baselines.targets import targets_section
from wdr_mcpd.baselines.measure import LABELS, OUR_LABELS
from wdr_mcpd.study.statistics import bjontegaard_rate

REFERENCES = {"3d-wdr": "bd_rate_3d_wdr_percent", "3d-wdr-cc": "bd_rate_3d_wdr_cc_percent"}
"""Methods against which Bjontegaard rates are given, and the columns."""
BEGIN, END = "<!-- comparison: written by make comparison -->\n", "<!-- end of comparison -->\n"
PICTURE = "![PSNR against rate, ours and today's codecs](resources/benchmarks/rate_distortion.svg)"
BD_COLUMNS = {
    "bd_rate_3d_wdr_percent": Column("Rate against 3D-WDR (%)", "+.1f"),
    "bd_rate_3d_wdr_cc_percent": Column("Rate against 3D-WDR-CC (%)", "+.1f"),
}


def comparison(curves: pd.DataFrame, rate: float = 1.0) -> pd.DataFrame:
    """Compare all methods and codecs of each exam.

    Parameters
    ----------
    curves : DataFrame
        Columns exam, method, rate_bpv, actual_bpv, psnr_db, ssim, and tumour_psnr_db if tumours are known.
    rate : float
        Bits per voxel at which SSIM and the tumour's PSNR are given.

    Returns
    -------
    DataFrame
        One row per exam and method, in the order of `LABELS`: PSNR at every rate that was reached, SSIM and
        the tumour's PSNR at one rate, Bjontegaard rates in percent (below 0: fewer bits for the same PSNR),
        made with the rates really spent.
    """
    rows = []
    for exam, of_exam in curves.groupby("exam", sort=False):
        by_method = {
            str(name): points.sort_values("actual_bpv") for name, points in of_exam.groupby("method")
        }
        for method in sorted(by_method, key=list(LABELS).index):
            points = by_method[method].set_index("rate_bpv")
            row: dict[str, Any] = {"exam": exam, "method": method, "label": LABELS[method]}
            row |= {psnr_column(r): points["psnr_db"].get(r) for r in sorted(curves["rate_bpv"].unique())}
            row["ssim"] = points["ssim"].get(rate)
            if "tumour_psnr_db" in points:
                row["tumour_psnr_db"] = points["tumour_psnr_db"].get(rate)
            for reference, column in REFERENCES.items():
                row[column] = _bd_rate(by_method.get(reference), points)
            rows.append(row)
    return pd.DataFrame(rows)


def psnr_column(rate: float) -> str:
    """Name of the column of the PSNR at a rate."""
    return f"psnr_db_at_{rate:g}"


def comparison_table(curves: pd.DataFrame, note: str, rate: float = 1.0) -> Table:
    """Lay the comparison out for readers; parameters as of `comparison`."""
    data = comparison(curves, rate)
    columns = {"label": Column("Codec", text=True)}
    columns |= {
        psnr_column(r): Column(f"PSNR (dB) at {r:g} bpv", ".2f") for r in sorted(curves["rate_bpv"].unique())
    }
    columns["ssim"] = Column(f"SSIM at {rate:g} bpv", ".4f")
    if "tumour_psnr_db" in data and data["tumour_psnr_db"].notna().any():
        columns["tumour_psnr_db"] = Column(f"Tumour PSNR (dB) at {rate:g} bpv", ".2f")
    caption = "Today's codecs and ours at equal total bits per voxel"
    return Table("codecs", caption, note, data, columns | BD_COLUMNS)


def readme_table(curves: pd.DataFrame, speed: pd.DataFrame, lossless: pd.DataFrame) -> str:
    """Write the README's table in Markdown: one row for each codec, means over the volumes.

    Parameters
    ----------
    curves : DataFrame
        As of `comparison`.
    speed : DataFrame
        Columns method, direction and ratio_sperr.
    lossless : DataFrame
        Columns method and bpv.
    """
    compared = comparison(curves)
    exams = list(compared["exam"].unique())
    ratio = speed.pivot_table(index="method", columns="direction", values="ratio_sperr", aggfunc="first")
    bits = lossless.groupby("method")["bpv"].mean()
    rows = []
    for method in _present(compared["method"], lossless["method"]):
        mine = compared[compared["method"] == method].set_index("exam")
        name = f"**{LABELS[method]}**" if method in OUR_LABELS else LABELS[method]
        values = [(_of(mine, psnr_column(1.0), exam), ".2f") for exam in exams]
        values += [(mine[column].mean() if len(mine) else np.nan, "+.0f") for column in BD_COLUMNS]
        values += [(_of(ratio, direction, method), ".2f") for direction in ("encode", "decode")]
        values.append((_of(bits.to_frame(), "bpv", method), ".3f"))
        if np.isfinite([value for value, _ in values]).any():  # AV1 may reach none of what is shown here
            rows.append([name, *(_shown(value, form) for value, form in values)])
    heads = ["Codec", *(f"PSNR of {exam} at 1 bpv (dB)" for exam in exams)]
    heads += ["Rate against 3D-WDR (%)", "Rate against 3D-WDR-CC (%)"]
    heads += ["Encoding speed (SPERR = 1)", "Decoding speed (SPERR = 1)", "Lossless (bpv)"]
    aligned = ["left"] + ["right"] * (len(heads) - 1)
    table = pd.DataFrame(rows, columns=heads)
    return table.to_markdown(index=False, disable_numparse=True, colalign=aligned) + "\n"


def readme_section(
    curves: pd.DataFrame,
    speed: pd.DataFrame,
    lossless: pd.DataFrame,
    machine: pd.DataFrame,
    targets: pd.DataFrame,
) -> str:
    """Write the README's comparison: what is compared, on which machine (what, value), table and targets."""
    facts = dict(zip(machine["what"], machine["value"].fillna(""), strict=True))
    exams = " and ".join(curves["exam"].unique())
    lead = (
        f"On the volumes {exams} of the sample data, every byte counted; ours in bold, of them 3D-WDR"
        " and 3D-WDR-MCPD with 3 axial levels. PSNR has the peak 65535; the Bjontegaard rates are means over"
        " the volumes (below 0: fewer bits for the same PSNR); speeds are at 1 bit per voxel on one core"
        f" ({facts['processor']}), as medians of ratios of runs taken in turn."
    )
    table = readme_table(curves, speed, lossless)
    return f"{lead}\n\n{table}\n{targets_section(curves, speed, lossless, targets)}\n{PICTURE}\n"


def speed_points(
    speed: pd.DataFrame, curves: pd.DataFrame, elsewhere: pd.DataFrame | None = None
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
        label=ours["method"].map(LABELS),
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
        "exam",
        "label",
        "method",
        "direction",
        "mvoxel_per_s",
        "mvoxel_per_s_low",
        "mvoxel_per_s_high",
        "rate_bpv",
        "psnr_db",
    ]
    return pd.concat([ours, *published], ignore_index=True).reindex(columns=columns)


def _bd_rate(anchor: pd.DataFrame | None, points: pd.DataFrame) -> float:
    if anchor is None:
        return float("nan")
    rising = _rising(points)
    return bjontegaard_rate(
        list(anchor["actual_bpv"]),
        list(anchor["psnr_db"]),
        list(rising["actual_bpv"]),
        list(rising["psnr_db"]),
    )


def _rising(points: pd.DataFrame) -> pd.DataFrame:
    """Leave out points that cost more than the one before and are no better, as SZ3 can have them."""
    best = points["psnr_db"].astype(float).cummax().shift(fill_value=-np.inf)
    return points[points["psnr_db"] > best]


def _present(*columns: "pd.Series[Any]") -> list[str]:
    known = pd.concat(columns).unique()
    return [method for method in LABELS if method in known]


def _of(frame: pd.DataFrame, column: str, row: str) -> float:
    return float(frame[column].get(row, np.nan)) if column in frame else float("nan")


def _shown(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "-"
