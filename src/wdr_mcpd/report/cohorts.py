"""The evidence on open cohorts, side by side: `python -m wdr_mcpd.report.cohorts MEASURED OUT`."""

import sys
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wdr_mcpd.render.style import PAGE_WIDTH, SCREEN_DPI, noted, write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.laws import said_turns
from wdr_mcpd.study.cohorts import COHERENT_NOTE
from wdr_mcpd.study.controls import (
    ALONE,
    BASELINE,
    BY_CONTENT,
    COHERENT,
    EASIEST,
    NO_AXIAL,
    PROPOSED,
    REVERSED,
)
from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.laws import GAINS, turning_points
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS, paired, summarise

QUESTIONS = {
    PROPOSED: f"{PROPOSED} over {BASELINE}",
    f"{PROPOSED} against {ALONE}": f"{PROPOSED} over every slice alone",
    ALONE: f"every slice alone over {BASELINE}",
    NO_AXIAL: f"no axial transform over {BASELINE}",
    BY_CONTENT: f"axial depth by content over {BASELINE}",
    "10 slices by MCPD": f"10 slices by MCPD over {BASELINE}",
    f"10 {EASIEST}": f"10 easiest slices over {BASELINE}",
    REVERSED: f"{PROPOSED} over {BASELINE}, stack reversed",
    COHERENT: f"{COHERENT} over {BASELINE} (held out)",
}
"""Controls that answer a question, and how it is put."""
SHOWN = {
    PROPOSED: ("#CC79A7", "^"),
    "10 slices by MCPD": ("#882255", "v"),
    f"10 {EASIEST}": ("#E69F00", "<"),
    ALONE: ("#009E73", "s"),
    NO_AXIAL: ("#56B4E9", "o"),
    BY_CONTENT: ("#0072B2", "D"),
}
"""Controls in the figure: colour and marker."""
DIFFERENCE_DB = 0.2


def read_kind(folder: Path, kind: str) -> pd.DataFrame:
    """Join the tables of one kind of all cohorts that were measured."""
    return pd.concat([read_csv(path) for path in sorted((folder / kind).glob("*.csv"))], ignore_index=True)


def answers(controls: pd.DataFrame) -> pd.DataFrame:
    """Answer each question in each cohort, paired by subject.

    Parameters
    ----------
    controls : rows of `study.cohorts` of the kind "controls"

    Returns
    -------
    DataFrame
        One row per cohort and question: spacing, slices selected, subjects, exams, mean gain with its
        interval, p values, and how many subjects would show 0.2 dB.
    """
    rows = []
    for cohort, of_cohort in controls.groupby("cohort", sort=False):
        selected = of_cohort.loc[of_cohort["control"] == PROPOSED].groupby("subject")
        what = selected[["spacing_mm", "in_volume", "median_mcpd"]].mean().mean()
        for control, question in QUESTIONS.items():
            of_control = of_cohort[of_cohort["control"] == control]
            if of_control.empty:
                continue
            found = paired(of_control["exam_gain_db"], of_control["subject"], DIFFERENCE_DB)
            size = (found.subjects, of_control["exam"].nunique())
            ends = (found.mean, found.low, found.high, found.t_p, found.sign_p, found.needed)
            rows.append((cohort, *what, question, *size, *ends))
    columns = ["cohort", "spacing_mm", "selected", "median_mcpd", "question", "subjects", "exams"]
    gains = ["exam_gain_db", "exam_gain_db_low", "exam_gain_db_high", "t_p", "sign_p", "needed"]
    return pd.DataFrame(rows, columns=[*columns, *gains])


def table_of_cohorts(data: pd.DataFrame, turns: str) -> Table:
    """Every question in every cohort."""
    columns = {
        "cohort": Column("Cohort", text=True),
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
        f"subject are averaged first. {COHERENT_NOTE}"
    )
    drawn = "![Gains on open cohorts, and against the spacing of the slices](cohorts.png)"
    turning = f"## Where the sign turns with the spacing of the slices\n\n{turns}"
    explanation = f"{drawn}\n\n{turning}" if turns else ""
    return Table("cohorts", "Open cohorts", note, data, columns, explanation=explanation)


def said_cohorts(data: pd.DataFrame) -> str:
    """Say how many exams of how many people there are; sequences of one data set share its people."""
    of_all = data.groupby("cohort", sort=False)[["subjects", "exams"]].max()
    sets = of_all.groupby(of_all.index.str.partition(" ").get_level_values(0))
    people = int(sets["subjects"].max().sum())
    return f"{int(of_all['exams'].sum())} exams of {people} people"


def draw_cohorts(controls: pd.DataFrame, spacing: pd.DataFrame, note: str) -> Figure:
    """Gains over 3D-WDR of each cohort at its spacing, and of one of thin slices as they are thinned."""
    figure = Figure(figsize=(PAGE_WIDTH, 3.2))
    left, right = figure.subplots(1, 2, sharey=True)
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
    names = [f"{cohort}\n{mm:.1f} mm" for cohort, mm in order.items()]
    left.set_xticks(range(len(order)), names, fontsize="x-small")
    left.set_ylabel(f"PSNR of the exam over {BASELINE} (dB)")
    of_law = {"mcpd_db": PROPOSED, "alone_db": ALONE, "by_content_db": BY_CONTENT}
    law = summarise(
        spacing[spacing["taken"] == "every n-th"].round({"spacing_mm": 2}), ["spacing_mm"], list(GAINS)
    )
    law["flat_db"] = -law["axial_transform_db"]
    for gain, control in (of_law | {"flat_db": NO_AXIAL}).items():
        colour, marker = SHOWN[control]
        right.plot(law["spacing_mm"], law[gain], color=colour, marker=marker, markersize=4)
        if gain != "flat_db":
            right.fill_between(
                law["spacing_mm"], law[f"{gain}_low"], law[f"{gain}_high"], color=colour, alpha=0.15
            )
    right.set_xlabel("spacing (mm), every n-th slice of ds000011 T1w")
    for axes in (left, right):
        axes.axhline(0, color="0.2", linewidth=0.8)
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize="x-small")
    return noted(figure, note)


def _few(axes: Axes, of_control: pd.DataFrame, places: dict[str, float], colour: str) -> None:
    """Draw a point for each subject of a cohort that has too few for an interval."""
    of_subjects = of_control.groupby(["cohort", "subject"])["exam_gain_db"].mean()
    for cohort, gains in of_subjects.groupby("cohort"):
        if len(gains) < ENOUGH_SUBJECTS:
            axes.plot([places[str(cohort)]] * len(gains), gains, ".", color=colour, markersize=3, alpha=0.6)


def write_cohorts(measured: Path, out: Path) -> None:
    """Write the table and the figure of the measured cohorts."""
    controls = read_kind(measured, "controls")
    found = answers(controls)
    thin = (measured / "spacing").is_dir()
    spacing = read_kind(measured, "spacing") if thin else pd.DataFrame()
    turns = said_turns(turning_points(spacing)) if thin else ""
    files = {suffix: out / f"cohorts{suffix}" for suffix in (".csv", ".md", ".tex", ".png", ".svg")}
    write_table(table_of_cohorts(found, turns), [files[suffix] for suffix in (".csv", ".md", ".tex")])
    if thin:
        marks = "bars and bands: 95 % t intervals, dots: few subjects"
        note = f"{said_cohorts(found)}; {marks}. Equal bits, 1 bpv"
        pictures = [files[suffix] for suffix in (".png", ".svg")]
        write_figure(lambda: draw_cohorts(controls, spacing, note), pictures, SCREEN_DPI)


if __name__ == "__main__":
    write_cohorts(Path(sys.argv[1]), Path(sys.argv[2]))
