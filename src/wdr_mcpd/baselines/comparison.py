"""Our methods beside other codecs: quality at equal rate, Bjontegaard rates, speed, lossless rate."""

from typing import Any

import numpy as np
import pandas as pd

from wdr_mcpd.baselines.curves import Methods, labels
from wdr_mcpd.baselines.published import lead
from wdr_mcpd.baselines.targets import targets_section
from wdr_mcpd.methods import BASELINE, METHODS
from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import Column, Table, as_text, markdown_table
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
Frame = pd.DataFrame


def comparison(curves: Frame, rate: float = 1.0, methods: Methods = METHODS) -> Frame:
    """Compare all methods and codecs of each exam, a row for each, in the order of `labels`.

    PSNR is at every rate that was reached, SSIM and the tumour's PSNR, where it is known, at one; Bjontegaard
    rates, of the rates really spent, are in percent (below 0: fewer bits for the same PSNR).
    """
    rows, names = [], labels(methods)
    for exam, of_exam in curves.groupby("exam", sort=False):
        by_method = {str(name): one.sort_values("actual_bpv") for name, one in of_exam.groupby("method")}
        for method in sorted(by_method, key=list(names).index):
            points = by_method[method].set_index("rate_bpv")
            row: dict[str, Any] = {"exam": exam, "method": method, "label": names[method]}
            row |= {psnr_column(r): points["psnr_db"].get(r) for r in sorted(curves["rate_bpv"].unique())}
            row |= {name: points[name].get(rate) for name in ("ssim", "tumour_psnr_db") if name in points}
            row |= {column: _bd_rate(by_method.get(anchor), points) for anchor, column in AGAINST.items()}
            rows.append(row)
    return pd.DataFrame(rows)


def _bd_rate(anchor: Frame | None, points: Frame) -> float:
    """Without points that cost more than the one before and are no better, as SZ3 can have them."""
    if anchor is None:
        return float("nan")
    best = points["psnr_db"].astype(float).cummax().shift(fill_value=-np.inf)
    curves = anchor, points[points["psnr_db"] > best]
    return bjontegaard_rate(*(list(one[name]) for one in curves for name in ("actual_bpv", "psnr_db")))


def psnr_column(rate: float) -> str:
    """Name of the column of the PSNR at a rate."""
    return f"psnr_db_at_{rate:g}"


def comparison_table(curves: Frame, note: str, rate: float = 1.0, methods: Methods = METHODS) -> Table:
    """Lay the comparison out for readers; parameters as of `comparison`."""
    data = comparison(curves, rate, methods)
    rates = sorted(curves["rate_bpv"].unique())
    columns = {
        "label": Column("Codec", text=True),
        **{psnr_column(r): Column(f"PSNR (dB) at {r:g} bpv", ".2f") for r in rates},
        "ssim": Column(f"SSIM at {rate:g} bpv", ".4f"),
        "tumour_psnr_db": Column(f"Tumour PSNR (dB) at {rate:g} bpv", ".2f"),
        **BD_COLUMNS,
    }
    if "tumour_psnr_db" not in data or data["tumour_psnr_db"].isna().all():
        del columns["tumour_psnr_db"]
    return Table("baselines", "Today's codecs and ours at equal total bits per voxel", note, data, columns)


def every_codec(curves: Frame, speed: Frame, lossless: Frame) -> Frame:
    """Give what readers see: one row for each codec by name, texts under headings."""
    compared = comparison(curves)
    by_exam = compared.set_index(["method", "exam"])[psnr_column(1.0)].unstack(sort=False)
    ratio = speed.pivot_table(index="method", columns="direction", values="ratio_sperr", aggfunc="first")
    ratio = ratio.reindex(columns=["encode", "decode"])
    values = {
        **{f"PSNR of {exam} at 1 bpv (dB)": (by_exam[exam], ".2f") for exam in compared["exam"].unique()},
        **{
            column.title: (compared.groupby("method")[name].mean(), "+.0f")
            for name, column in BD_COLUMNS.items()
        },
        "Encoding speed (SPERR = 1)": (ratio["encode"], ".2f"),
        "Decoding speed (SPERR = 1)": (ratio["decode"], ".2f"),
        "Lossless (bpv)": (lossless.groupby("method")["bpv"].mean(), ".3f"),
    }
    known = pd.DataFrame({title: series for title, (series, _) in values.items()}).astype(float)
    known = known.reindex([method for method in labels() if method in known.index]).dropna(how="all")
    known = known[known.index.isin([*compared["method"], *lossless["method"]])]
    shown = known.astype(object)
    for title, (_, form) in values.items():
        shown[title] = [as_text(value, form) for value in known[title]]
    bold = {name: f"**{label}**" if name in METHODS else label for name, label in labels().items()}
    shown.insert(0, "Codec", known.index.map(bold))
    return shown


def readme_section(curves: Frame, speed: Frame, lossless: Frame, machine: Frame, published: Frame) -> str:
    """Write the README's comparison: codecs of `IN_README`, the machine (what, value), who is ahead."""
    shown = every_codec(curves, speed, lossless)
    few = shown.loc[[name for name in IN_README if name in shown.index]]
    few = few.drop(columns=BD_COLUMNS["bd_rate_3d_wdr_cc_percent"].title)
    ahead = lead(curves, published, "3d-wdr-cc").groupby(level=0).mean()
    return fill("comparison_short.md", machine=machine_facts(machine), table=markdown_table(few), ahead=ahead)


def comparison_section(curves: Frame, speed: Frame, lossless: Frame, machine: Frame, targets: Frame) -> str:
    """Write the comparison of all codecs, with the targets of 3D-WDR-CC."""
    return fill(
        "comparison.md",
        exams=list(curves["exam"].unique()),
        machine=machine_facts(machine),
        table=markdown_table(every_codec(curves, speed, lossless)),
        targets=targets_section(curves, speed, lossless, targets),
    )


def machine_facts(machine: Frame) -> dict[str, str]:
    """Give what `machine.csv` says."""
    return dict(zip(machine["what"], machine["value"].fillna(""), strict=True))
