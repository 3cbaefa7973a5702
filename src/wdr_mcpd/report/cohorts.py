"""The evidence on open cohorts, from their runs: `python -m wdr_mcpd.report.cohorts OUT RUN...`."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.errors import InputError
from wdr_mcpd.places import Results
from wdr_mcpd.render import style
from wdr_mcpd.render.tables import lay_out, write_tables
from wdr_mcpd.report import laws
from wdr_mcpd.report.looks import BY_MCPD, LOOKS
from wdr_mcpd.study import controls as ways
from wdr_mcpd.study.cohort import first_exams, grouped_exams, scored
from wdr_mcpd.study.cohort_answers import (
    DIFFERENCE_DB,
    among_choices,
    answers,
    best_groupings,
    said_cohorts,
)
from wdr_mcpd.study.frames import read_exams, together
from wdr_mcpd.study.laws import EVERY, turning_points
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS, summarise

SHOWN = (ways.PROPOSED, BY_MCPD, f"10 {ways.EASIEST}", ways.ALONE, ways.NO_AXIAL, ways.BY_CONTENT)
"""Controls in the figure."""
OF_LAWS = {
    ways.PROPOSED: ("mcpd_db", 1),
    ways.ALONE: ("alone_db", 1),
    ways.NO_AXIAL: ("axial_transform_db", -1),
    ways.BY_CONTENT: ("by_content_db", 1),
}
"""Controls in the figure of which there are laws, and the gain that is theirs, with its sign."""
KINDS = {
    "controls": ["control"],
    "spacing": ["taken"],
    "rate_law": ["rate_bpv"],
    "orders": ["order", "lag1"],
    "draws_of_10": ["kind", "in_volume"],
    "groupings": ["grouping", "gain_over_alone_db"],
}
"""What is measured of each exam of a run (`first_exams` of what takes long), and columns that say that a file
is it."""
WITHOUT_CODER = ("orders", "draws_of_10", "groupings")
"""Kinds that hold nothing of 3D-WDR-CC."""
MARKERS = "osD^v"  # of cohorts
SCORED = "3D-WDR-CC is scored on subjects alone on whom nothing of it was fitted or chosen"


def read_run(root: Path) -> dict[str, pd.DataFrame]:
    """Read what a run measured of each exam, by kind, with the columns `subject` and `cohort`.

    The controls get the spacing of the slices and the median MCPD; without 3D-WDR-CC on whom it was fitted.
    """
    results = Results(root)
    listed = read_series_table(results.series_table())
    cohort = " ".join(dict.fromkeys((listed[0].collection, listed[0].series_description)))
    found = {}
    ids = [one.exam_id for one in listed]
    few = {"draws_of_10": first_exams(ids), "groupings": grouped_exams(ids, listed[0].series_description)}
    for kind, columns in KINDS.items():
        files = [results.of_exam(kind, exam) for exam in few.get(kind, ids)]
        measured = read_exams(files, columns) if files else pd.DataFrame(columns=columns)
        measured = measured if kind in WITHOUT_CODER else scored(measured, listed)
        found[kind] = measured.assign(cohort=cohort)
    exams = pd.read_csv(results.exam_table(), sep="\t", dtype={"exam": str}).set_index("exam")
    medians = {one: float(np.median(read_average(results.mcpd(one), "std")[:-1])) for one in exams.index}
    names = found["controls"]["exam"]
    where = {"spacing_mm": names.map(exams["slice_distance"]), "median_mcpd": names.map(medians)}
    return found | {"controls": found["controls"].assign(**where)}


def said_orders(orders: pd.DataFrame) -> str:
    """Say of each cohort how alike neighbours are in the column of MCPDs, in order and at random."""
    lines = []
    for cohort, rows in orders.groupby("cohort", sort=False):
        stored = rows.loc[rows["order"] == "stored", "lag1"]
        low, high = rows.loc[rows["order"] == "random", "lag1"].quantile([0.05, 0.95])
        lines.append(
            f"- {cohort}: {stored.min():.2f} to {stored.max():.2f} in the stack's order of {len(stored)} "
            f"exams, {low:.2f} to {high:.2f} in 90 % of random orders"
        )
    return "\n".join(lines)


def draw_cohorts(controls: pd.DataFrame, spacing: pd.DataFrame, rates: pd.DataFrame, note: str) -> Figure:
    """Gains over 3D-WDR: of cohorts, of thin slices as they are thinned, of no axial transform by rate."""
    figure = Figure(figsize=(style.PAGE_WIDTH, 3.2))
    left, middle, right = figure.subplots(1, 3, sharey=True, width_ratios=[1.5, 1, 1])
    means = summarise(controls, ["cohort", "control"], ["spacing_mm", "exam_gain_db"])
    order = controls.groupby("cohort")["spacing_mm"].mean().sort_values()
    for number, control in enumerate(SHOWN):
        colour, marker = LOOKS[control]
        rows = means[means["control"] == control].set_index("cohort").loc[order.index]
        places = [place + (number - len(SHOWN) / 2) * 0.09 for place in range(len(order))]
        left.plot(places, rows["exam_gain_db"], marker, color=colour, markersize=4, label=control)
        places_of = dict(zip(order.index, places, strict=True))
        _few_points(left, controls[controls["control"] == control], places_of, colour)
        left.vlines(places, rows["exam_gain_db_low"], rows["exam_gain_db_high"], color=colour, linewidth=1)
    names = [str(cohort).replace(" ", "\n") + f"\n{mm:.1f} mm" for cohort, mm in order.items()]
    left.set_xticks(range(len(order)), names, fontsize="xx-small")
    left.set_ylabel(f"PSNR of the exam over {ways.BASELINE} (dB)")
    every = spacing[spacing["taken"] == EVERY]
    for control, (gain, sign) in OF_LAWS.items():
        colour, marker = LOOKS[control]
        for _, law in every.groupby("cohort"):
            middle.plot(law["spacing_mm"], sign * law[gain], color=colour, marker=marker, markersize=3)
            style.draw_interval(middle, law, "spacing_mm", gain, colour, sign, alpha=0.15)
    middle.set_xlabel(f"spacing (mm), every n-th slice\n{', '.join(every['cohort'].unique())}")
    for place, (cohort, law) in enumerate(rates.groupby("cohort", sort=False)):
        look = {"color": str(0.1 + 0.15 * place), "marker": MARKERS[place % 5], "label": str(cohort)}
        right.plot(law["rate_bpv"], -law["axial_transform_db"], **look)
    style.rate_axis(right, rates, "rate (bits per voxel),\nno axial transform")
    right.legend(fontsize="xx-small", loc="upper center", bbox_to_anchor=(0.45, -0.3), ncols=2)
    for axes in (left, middle, right):
        style.zero_line(axes)
    style.titled_legend(figure, "Gains on open cohorts", left)
    return style.noted(figure, note)


def _few_points(axes: Axes, of_control: pd.DataFrame, places: dict[str, float], colour: str) -> None:
    """Draw a point for each subject of a cohort that has too few for an interval."""
    of_subjects = of_control.groupby(["cohort", "subject"])["exam_gain_db"].mean()
    for cohort, gains in of_subjects.groupby("cohort"):
        if len(gains) < ENOUGH_SUBJECTS:
            axes.plot([places[str(cohort)]] * len(gains), gains, ".", color=colour, markersize=3, alpha=0.6)


def write_cohorts(out: Path, runs: Sequence[Path]) -> None:
    """Write the tables and the figure of some runs."""
    read = [read_run(root) for root in runs]
    controls, spacing, rate_law, orders, drawn, grouped = (
        together([one[kind] for one in read]) for kind in KINDS
    )
    found, means = answers(controls), laws.means_by_spacing(spacing, ["cohort"])
    rates, turns = laws.means_by_rate(rate_law, ["cohort"]), laws.said_turns(turning_points(spacing))
    people = said_cohorts(found)
    said: dict[str, Any] = {"people": people, "scored": SCORED, "note": f"{people}. {SCORED}", "turns": turns}
    said |= {"orders": said_orders(orders), "enough": ENOUGH_SUBJECTS, "difference": DIFFERENCE_DB}
    among = among_choices(controls, drawn)
    grouping = best_groupings(grouped)
    shares = among.groupby("kind")["share_below"].agg(["min", "max"]).T
    won = grouping["searched_db"] - grouping["one_volume_db"].clip(lower=0)
    said |= {"below": {kind: list(ends) for kind, ends in shares.items()}, "won": (won.min(), won.max())}
    tables = [
        lay_out(__file__, "cohorts", found, **said),
        lay_out(__file__, "cohorts-draws", among, **said),
        lay_out(__file__, "cohorts-groupings", grouping, **said),
        replace(lay_out(laws.__file__, "rate_law", rates, **said), name="cohorts-rates"),
        replace(lay_out(laws.__file__, "spacing", means, **said), name="cohorts-spacing"),
    ]
    write_tables([out / f"{table.name}{suffix}" for table in tables for suffix in (".csv", ".md")], *tables)
    marks = "bars and bands: 95 % t intervals, dots: few subjects"
    below = f"{people}; {marks}. Equal bits, 1 bpv but on the right"
    style.write_figure(
        lambda: draw_cohorts(controls, means, rates, below), [out / "cohorts.png"], style.SCREEN_DPI
    )


if __name__ == "__main__":
    try:
        write_cohorts(Path(sys.argv[1]), [Path(run) for run in sys.argv[2:]])
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")
