"""The evidence on open cohorts, from their runs: `python -m wdr_mcpd.report.cohorts OUT RUN...`."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.errors import InputError
from wdr_mcpd.places import Results
from wdr_mcpd.render.style import PAGE_WIDTH, SCREEN_DPI, noted, rate_axis, titled_legend, write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import SUBJECTS
from wdr_mcpd.report.evidence import DRAWN
from wdr_mcpd.report.laws import against_rate, against_spacing, means_by_rate, means_by_spacing, said_turns
from wdr_mcpd.study.cohort import first_exams, grouped_exams, scored
from wdr_mcpd.study.cohort_answers import (
    DIFFERENCE_DB,
    GROUPED,
    among_choices,
    answers,
    best_groupings,
    said_cohorts,
)
from wdr_mcpd.study.controls import (
    ALONE,
    BASELINE,
    BY_CONTENT,
    EASIEST,
    NO_AXIAL,
    PROPOSED,
)
from wdr_mcpd.study.frames import read_exams, together
from wdr_mcpd.study.laws import EVERY, turning_points
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS, summarise

SHOWN = {
    PROPOSED: ("#CC79A7", "^"),
    "10 slices by MCPD": ("#882255", "v"),
    f"10 {EASIEST}": ("#E69F00", "<"),
    ALONE: ("#009E73", "s"),
    NO_AXIAL: ("#56B4E9", "o"),
    BY_CONTENT: ("#0072B2", "D"),
}
"""Controls in the figure: colour and marker."""
OF_LAWS = {"mcpd_db": PROPOSED, "alone_db": ALONE, "flat_db": NO_AXIAL, "by_content_db": BY_CONTENT}
"""Gains of the laws in the figure, and the controls that they are."""
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
MARKERS = "osD^v"  # of cohorts
COHORT = {"cohort": Column("Cohort", text=True)}
SCORED = "3D-WDR-CC is scored on subjects alone on whom nothing of it was fitted or chosen"


def read_run(root: Path) -> dict[str, pd.DataFrame]:
    """Read what a run measured of each exam, by kind, with the columns `subject` and `cohort`.

    The rows of the controls get the spacing of the slices and the median MCPD. Without 3D-WDR-CC on whom it
    was fitted.

    Raises
    ------
    InputError
        When the run is not complete.
    """
    results = Results(root)
    listed = read_series_table(results.series_table())
    cohort = " ".join(dict.fromkeys((listed[0].collection, listed[0].series_description)))
    found = {}
    ids = [one.exam_id for one in listed]
    few = {"draws_of_10": first_exams(ids), "groupings": grouped_exams(ids, listed[0].series_description)}
    for kind, columns in KINDS.items():
        files = [results.of_exam(kind, exam) for exam in few.get(kind, ids)]
        rows = read_exams(files, columns) if files else pd.DataFrame(columns=columns)
        found[kind] = rows.assign(cohort=cohort)
    for kind in ("controls", "spacing", "rate_law"):
        found[kind] = scored(found[kind], listed)
    exams = pd.read_csv(results.exam_table(), sep="\t", dtype={"exam": str}).set_index("exam")
    medians = {one: float(np.median(read_average(results.mcpd(one), "std")[:-1])) for one in exams.index}
    names = found["controls"]["exam"]
    where = {"spacing_mm": names.map(exams["slice_distance"]), "median_mcpd": names.map(medians)}
    return found | {"controls": found["controls"].assign(**where)}


def table_of_cohorts(data: pd.DataFrame, further: str) -> Table:
    """Every question in every cohort."""
    columns = {
        **COHORT,
        "spacing_mm": Column("Spacing (mm)", ".2f"),
        "selected": Column("Selected of 20", ".1f"),
        "median_mcpd": Column("Median MCPD", ".2f"),
        "question": Column("Whole exam, equal bits", text=True),
        "exam_gain_db": Column("Gain (dB)", "+.2f", interval=True),
        "t_p": Column("p (t)", ".2g"),
        "sign_p": Column("p (signed ranks)", ".2g"),
        "needed": Column(f"Subjects to show {DIFFERENCE_DB:g} dB", ".0f"),
        "subjects": Column("Subjects", ".0f"),
        "exams": Column("Exams", ".0f"),
    }
    note = (
        f"{said_cohorts(data)}. Central 20 slices, T = 0.5 standard deviations, 3 axial levels, 1 bit per "
        f"voxel. In brackets the 95 % t interval over subjects, from {ENOUGH_SUBJECTS} on; exams of a "
        f"subject are averaged first. {SCORED}"
    )
    return Table("cohorts", "Open cohorts", note, data, columns, explanation=further)


def among_tens(data: pd.DataFrame) -> Table:
    """Ten slices chosen by MCPD among other choices of ten, in each cohort."""
    columns = {
        **COHORT,
        "kind": Column("Ten slices", text=True, names=DRAWN),
        "draws": Column("Choices", ".0f"),
        "mcpd_gain_db": Column("By MCPD (dB)", "+.2f", interval=True),
        "smallest_db": Column("Smallest (dB)", "+.2f"),
        "median_db": Column("Median (dB)", "+.2f", interval=True),
        "largest_db": Column("Largest (dB)", "+.2f"),
        "share_below": Column("Choices that gain less", ".0%"),
        "share_below_selected": Column("on the chosen slices", ".0%"),
        **SUBJECTS,
    }
    below = data.groupby("kind")["share_below"].agg(["min", "max"])
    random, runs = (
        f"{low:.0%} to {high:.0%}" for low, high in below.loc[["random", "contiguous"]].to_numpy()
    )
    note = (
        f"Ten slices chosen by MCPD gain more than {random} of as many chosen at random, and than {runs} of "
        "the runs of ten neighbours. First exam of each person; gains over 3D-WDR on the whole exam, at "
        "equal total bits"
    )
    return Table("cohorts-draws", "Open cohorts: ten slices among other choices of ten", note, data, columns)


def bounds_of_groupings(data: pd.DataFrame) -> Table:
    """What grouping can win over every slice alone, in each cohort."""
    titles = ("One volume", "The paper's rule", "Best other rule", "Best found by search")
    gains = {
        name: Column(f"{title} (dB)", "+.2f", interval=True)
        for name, title in zip(GROUPED, titles, strict=True)
    }
    columns = {**COHORT, "axial_levels": Column("Axial levels", text=True), **gains, **SUBJECTS}
    won = data["searched_db"] - data["one_volume_db"].clip(lower=0)
    note = (
        f"The best partition found stands at {won.min():+.2f} to {won.max():+.2f} dB against the better of "
        "one volume and every slice alone. First exam of the first person of each; gains over every "
        "slice alone, bits shared at equal slope, each coded as one file and decoded"
    )
    return Table("cohorts-groupings", "Open cohorts: how much any grouping can win", note, data, columns)


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
    """Gains over 3D-WDR: of each cohort, of thin slices as they are thinned, and without axial transform by
    rate.

    Parameters
    ----------
    controls : rows of `read_run`
    spacing, rates : means of the laws by cohort
    note : stands below
    """
    figure = Figure(figsize=(PAGE_WIDTH, 3.2))
    left, middle, right = figure.subplots(1, 3, sharey=True, width_ratios=[1.5, 1, 1])
    means = summarise(controls, ["cohort", "control"], ["spacing_mm", "exam_gain_db"])
    order = controls.groupby("cohort")["spacing_mm"].mean().sort_values()
    for number, (control, (colour, marker)) in enumerate(SHOWN.items()):
        rows = means[means["control"] == control].set_index("cohort").loc[order.index]
        places = [place + (number - len(SHOWN) / 2) * 0.09 for place in range(len(order))]
        left.plot(places, rows["exam_gain_db"], marker, color=colour, markersize=4, label=control)
        _few(
            left,
            controls[controls["control"] == control],
            dict(zip(order.index, places, strict=True)),
            colour,
        )
        left.vlines(places, rows["exam_gain_db_low"], rows["exam_gain_db_high"], color=colour, linewidth=1)
    names = [str(cohort).replace(" ", "\n") + f"\n{mm:.1f} mm" for cohort, mm in order.items()]
    left.set_xticks(range(len(order)), names, fontsize="xx-small")
    left.set_ylabel(f"PSNR of the exam over {BASELINE} (dB)")
    every = spacing[spacing["taken"] == EVERY]
    for gain, control in OF_LAWS.items():
        colour, marker = SHOWN[control]
        sign, name = (-1, "axial_transform_db") if gain == "flat_db" else (1, gain)
        for _, law in every.groupby("cohort"):
            middle.plot(law["spacing_mm"], sign * law[name], color=colour, marker=marker, markersize=3)
            ends = (sign * law[f"{name}_{end}"] for end in ("low", "high"))
            middle.fill_between(law["spacing_mm"], *ends, color=colour, alpha=0.15)
    middle.set_xlabel(f"spacing (mm), every n-th slice\n{', '.join(every['cohort'].unique())}")
    for place, (cohort, law) in enumerate(rates.groupby("cohort", sort=False)):
        colour = str(0.1 + 0.15 * place)
        right.plot(
            law["rate_bpv"], -law["axial_transform_db"], color=colour, marker=MARKERS[place % 5], label=cohort
        )
    rate_axis(right, sorted(rates["rate_bpv"].unique()))
    right.set_xlabel("rate (bits per voxel),\nno axial transform")
    right.legend(fontsize="xx-small", loc="upper center", bbox_to_anchor=(0.45, -0.3), ncols=2)
    for axes in (left, middle, right):
        axes.axhline(0, color="0.2", linewidth=0.8)
    titled_legend(figure, "Gains on open cohorts", *left.get_legend_handles_labels())
    return noted(figure, note)


def _few(axes: Axes, of_control: pd.DataFrame, places: dict[str, float], colour: str) -> None:
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
    found, means = answers(controls), means_by_spacing(spacing, ["cohort"])
    rates, turns = means_by_rate(rate_law, ["cohort"]), said_turns(turning_points(spacing))
    further = (
        "![Gains on open cohorts, against the spacing of the slices and against the rate](cohorts.png)\n\n"
        f"## Where the sign turns with the spacing of the slices\n\n{turns}\n\n"
        f"## How alike neighbours are in the column of average MCPDs (autocorrelation at lag 1)\n\n"
        f"{said_orders(orders)}"
    )
    note = f"{said_cohorts(found)}. {SCORED}"
    made = {
        "cohorts": table_of_cohorts(found, further),
        "cohorts-rates": _by_cohort(against_rate(rates, note)),
        "cohorts-spacing": _by_cohort(against_spacing(means, turns, note)),
        "cohorts-draws": among_tens(among_choices(controls, drawn)),
        "cohorts-groupings": bounds_of_groupings(best_groupings(grouped)),
    }
    for name, table in made.items():
        write_table(replace(table, name=name), [out / f"{name}{suffix}" for suffix in (".csv", ".md")])
    marks = "bars and bands: 95 % t intervals, dots: few subjects"
    below = f"{said_cohorts(found)}; {marks}. Equal bits, 1 bpv but on the right"
    write_figure(lambda: draw_cohorts(controls, means, rates, below), [out / "cohorts.png"], SCREEN_DPI)


def _by_cohort(table: Table) -> Table:
    """Give a table its column of cohorts."""
    return replace(table, columns=COHORT | dict(table.columns))


if __name__ == "__main__":
    try:
        write_cohorts(Path(sys.argv[1]), [Path(run) for run in sys.argv[2:]])
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")
