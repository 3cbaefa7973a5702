"""What compression does to the tumour's contrast, segmentation and features, and what societies recommend."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from wdr_mcpd.methods import Method, with_variants
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import METHOD, RATE, SUBJECTS
from wdr_mcpd.study.fidelity import FAR, FEATURES, NEAR, RECOMMENDATIONS, recommended
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.statistics import summarise

SHOWN = {
    "mean": "Mean",
    "standard_deviation": "Standard deviation",
    "percentile_90": "90th percentile",
    "entropy": "Entropy (bits)",
}


def in_the_tumour(data: pd.DataFrame, note: str) -> Table:
    """What the tumour is judged by, at each rate."""
    columns = {
        **METHOD,
        **RATE,
        "ratio_allocated": Column("Ratio, allocated bits", ".1f"),
        "ratio_significant": Column("Ratio, significant bits", ".1f"),
        "cnr_change": Column("Change of contrast to noise", "+.3f", interval=True),
        "dice": Column("Dice of the segmentation", ".3f", interval=True),
        "volume_change_percent": Column("Change of its volume (%)", "+.1f", interval=True),
        **{f"{name}_change": Column(f"Change: {title}", "+.3f") for name, title in SHOWN.items()},
        **SUBJECTS,
    }
    caption = "What compression changes of what a tumour is judged by"
    explained = (
        f"{note}. Contrast to noise: means of the mask and of its surroundings ({NEAR} to {FAR} voxels away "
        "in plane), over the surroundings' standard deviation. Segmentation: above Otsu's threshold in and "
        "around the mask, on the original and on the reconstruction alike; no clinical one. Features of the "
        "mask: differences over the original's standard deviation, of the entropy the plain difference"
    )
    sources = "\n".join(f"- {one.society}, {one.year}: {one.source}" for one in RECOMMENDATIONS)
    return Table("fidelity", caption, explained, data, columns, explanation=f"## Sources\n\n{sources}")


def ratios_beside_recommendations(data: pd.DataFrame, note: str) -> Table:
    """Rates beside what radiological societies recommend."""
    said = {True: "within", False: "beyond"}
    kinds = ("within_allocated", "within_significant")
    shown = data.assign(**{kind: data[kind].map(said) for kind in kinds})
    columns = {
        "society": Column("Society", text=True),
        "year": Column("Year", "d"),
        "ratio": Column("Recommended for MR, up to", ".0f"),
        **RATE,
        "ratio_allocated": Column("Ratio, allocated bits", ".1f"),
        "within_allocated": Column("counted so", text=True),
        "ratio_significant": Column("Ratio, significant bits", ".1f"),
        "within_significant": Column("counted so,", text=True),
    }
    caption = "The rates beside the ratios that radiological societies recommend for MR"
    explained = (
        f"{note}. It is not said which bits the ratios count. They were found for images compressed slice by "
        "slice by JPEG and JPEG 2000; the European Society of Radiology (2011) discusses them. A ratio alone "
        "says nothing about an image's quality"
    )
    return Table("recommendations", caption, explained, shown, columns)


def fidelity(
    *,
    series: Path,
    exams: list[Path],
    table: list[Path],
    recommendations: list[Path],
    variants: Mapping[str, Mapping[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write both tables; exams without a tumour are not in them."""
    measured = read_exams(exams, ["method", "cnr", "dice"])
    measured["cnr_change"] = measured["cnr"] - measured["cnr_original"]
    measured["volume_change_percent"] = 100 * (measured["volume_mm3"] / measured["volume_original_mm3"] - 1)
    values = ["ratio_allocated", "ratio_significant", "cnr_change", "dice", "volume_change_percent"]
    means = summarise(measured, ["method", "rate_bpv"], [*values, *(f"{name}_change" for name in FEATURES)])
    registry: Mapping[str, Method] = with_variants(variants)
    means["method"] = means["method"].map(lambda name: registry[name].label)
    note = interval_note(note_of(series, how), measured["subject"].nunique())
    write_table(in_the_tumour(means, note), table)
    write_table(ratios_beside_recommendations(recommended(means), note_of(series)), recommendations)
