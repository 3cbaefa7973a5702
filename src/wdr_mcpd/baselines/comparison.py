"""Our methods beside other codecs: quality at equal rate, Bjontegaard rates, speed, lossless rate."""

from typing import Any

import numpy as np
import pandas as pd

from wdr_mcpd.baselines.curves import Methods, labels
from wdr_mcpd.baselines.published import lead
from wdr_mcpd.baselines.targets import targets_section
from wdr_mcpd.methods import BASELINE, METHODS
from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import Column, Table, markdown_table
from wdr_mcpd.study.statistics import bjontegaard_rate

AGAINST = {BASELINE: "bd_rate_3d_wdr_percent", "3d-wdr-cc": "bd_rate_3d_wdr_cc_percent"}
"""Methods against which Bjontegaard rates are given, and the columns."""
BEGIN, END = "<!-- comparison: written by make comparison -->\n", "<!-- end of comparison -->\n"
IN_README = (
    *("3d-wdr-cc", "3d-wdr-auto", "3d-wdr-mcpd", "3d-wdr"),
    *("jpeg2000-volume", "htj2k-volume", "sperr", "x265-medium"),
)
BD_COLUMNS = {
    column: Column(f"Rate against {METHODS[method].label} (%)", "+.1f") for method, column in AGAINST.items()
}


def comparison(curves: pd.DataFrame, rate: float = 1.0, methods: Methods = METHODS) -> pd.DataFrame:
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
        One row per exam and method, in the order of `labels`: PSNR at every rate that was reached, SSIM and
        the tumour's PSNR at one rate, Bjontegaard rates in percent (below 0: fewer bits for the same PSNR),
        made with the rates really spent.
    """
    rows, names = [], labels(methods)
    for exam, of_exam in curves.groupby("exam", sort=False):
        by_method = {
            str(name): points.sort_values("actual_bpv") for name, points in of_exam.groupby("method")
        }
        for method in sorted(by_method, key=list(names).index):
            points = by_method[method].set_index("rate_bpv")
            row: dict[str, Any] = {"exam": exam, "method": method, "label": names[method]}
            row |= {psnr_column(r): points["psnr_db"].get(r) for r in sorted(curves["rate_bpv"].unique())}
            row["ssim"] = points["ssim"].get(rate)
            if "tumour_psnr_db" in points:
                row["tumour_psnr_db"] = points["tumour_psnr_db"].get(rate)
            for anchor, column in AGAINST.items():
                row[column] = _bd_rate(by_method.get(anchor), points)
            rows.append(row)
    return pd.DataFrame(rows)


def psnr_column(rate: float) -> str:
    """Name of the column of the PSNR at a rate."""
    return f"psnr_db_at_{rate:g}"


def comparison_table(curves: pd.DataFrame, note: str, rate: float = 1.0, methods: Methods = METHODS) -> Table:
    """Lay the comparison out for readers; parameters as of `comparison`."""
    data = comparison(curves, rate, methods)
    columns = {"label": Column("Codec", text=True)}
    columns |= {
        psnr_column(r): Column(f"PSNR (dB) at {r:g} bpv", ".2f") for r in sorted(curves["rate_bpv"].unique())
    }
    columns["ssim"] = Column(f"SSIM at {rate:g} bpv", ".4f")
    if "tumour_psnr_db" in data and data["tumour_psnr_db"].notna().any():
        columns["tumour_psnr_db"] = Column(f"Tumour PSNR (dB) at {rate:g} bpv", ".2f")
    caption = "Today's codecs and ours at equal total bits per voxel"
    return Table("baselines", caption, note, data, columns | BD_COLUMNS)


def every_codec(curves: pd.DataFrame, speed: pd.DataFrame, lossless: pd.DataFrame) -> pd.DataFrame:
    """Give what readers see: one row for each codec by name, texts under headings.

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
    rows = {}
    present = {*compared["method"], *lossless["method"]}
    for method, label in labels().items():
        if method not in present:
            continue
        mine = compared[compared["method"] == method].set_index("exam")
        name = f"**{label}**" if method in METHODS else label
        values = [(_of(mine, psnr_column(1.0), exam), ".2f") for exam in exams]
        values += [(mine[column].mean() if len(mine) else np.nan, "+.0f") for column in BD_COLUMNS]
        values += [(_of(ratio, direction, method), ".2f") for direction in ("encode", "decode")]
        values.append((_of(bits.to_frame(), "bpv", method), ".3f"))
        if np.isfinite([value for value, _ in values]).any():  # AV1 may reach none of what is shown here
            rows[method] = [name, *(_shown(value, form) for value, form in values)]
    heads = ["Codec", *(f"PSNR of {exam} at 1 bpv (dB)" for exam in exams)]
    heads += [column.title for column in BD_COLUMNS.values()]
    heads += ["Encoding speed (SPERR = 1)", "Decoding speed (SPERR = 1)", "Lossless (bpv)"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=heads)


def readme_section(
    curves: pd.DataFrame,
    speed: pd.DataFrame,
    lossless: pd.DataFrame,
    machine: pd.DataFrame,
    published: pd.DataFrame,
) -> str:
    """Write the README's comparison: codecs of `IN_README`, the machine (what, value), who is ahead."""
    shown = every_codec(curves, speed, lossless)
    few = shown.loc[[name for name in IN_README if name in shown.index]]
    few = few.drop(columns=BD_COLUMNS["bd_rate_3d_wdr_cc_percent"].title)
    return fill(
        "comparison_short.md",
        machine=_machine(machine),
        table=markdown_table(few),
        ahead=lead(curves, published, "3d-wdr-cc").groupby(level=0).mean(),
    )


def comparison_section(
    curves: pd.DataFrame,
    speed: pd.DataFrame,
    lossless: pd.DataFrame,
    machine: pd.DataFrame,
    targets: pd.DataFrame,
) -> str:
    """Write the comparison of all codecs, with the targets of 3D-WDR-CC."""
    return fill(
        "comparison.md",
        exams=list(curves["exam"].unique()),
        machine=_machine(machine),
        table=markdown_table(every_codec(curves, speed, lossless)),
        targets=targets_section(curves, speed, lossless, targets),
    )


def _machine(machine: pd.DataFrame) -> dict[str, str]:
    return dict(zip(machine["what"], machine["value"].fillna(""), strict=True))


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


def _of(frame: pd.DataFrame, column: str, row: str) -> float:
    return float(frame[column].get(row, np.nan)) if column in frame else float("nan")


def _shown(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "-"
