"""The first page of the report: what the paper claims, what this run found, one figure and one table."""

from pathlib import Path
from typing import Any

import pandas as pd

from wdr_mcpd.files import write_text
from wdr_mcpd.methods import with_variants
from wdr_mcpd.render.notes import note_of
from wdr_mcpd.render.pages import fill, markdown_html, picture
from wdr_mcpd.report.findings import Best, Findings, best_method, find
from wdr_mcpd.study.frames import at_rate, read_csv

PARTS = {
    "allocation_db": "Allocation (dB)",
    "grouping_db": "Grouping (dB)",
    "axial_depth_db": "Axial depth (dB)",
    "gain_db": "Gain (dB)",
}


def landing_html(found: Findings, best: Best, parts: pd.DataFrame, note: str, figure: Path) -> str:
    """Build the page, a fragment of HTML that needs no other file.

    Parameters
    ----------
    found, best : what the run found
    parts : what the gain is made of, at one rate
    note : what kind of data this is
    figure : PNG of the decomposition
    """
    shown = parts.set_index("region")[list(PARTS)].rename(columns=PARTS).rename_axis("Measured on")
    table = str(shown.reset_index().to_markdown(index=False, floatfmt="+.2f", missingval="-"))
    return fill(
        "landing.html",
        note=f"{note[:1].upper()}{note[1:]}.",
        found=found,
        best_found=best,
        figure=picture(figure),
        table=markdown_html(table),
    )


def landing(
    *,
    series: Path,
    table3: Path,
    decomposition: Path,
    whole_exam: Path,
    claims: Path,
    rates: Path,
    figure: Path,
    out: Path,
    table_rate: float,
    variants: dict[str, dict[str, Any]],
) -> None:
    """Write the page."""
    found = find(read_csv(table3), read_csv(whole_exam), read_csv(claims), table_rate)
    best = best_method(read_csv(rates), table_rate, with_variants(variants))
    parts = at_rate(read_csv(decomposition), table_rate)
    write_text(out, landing_html(found, best, parts, note_of(series), figure))
