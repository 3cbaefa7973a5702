"""The benchmarks that the README has no room for, as the generated part of docs/benchmarks.md."""

import pandas as pd

from wdr_mcpd.baselines.beside_reference import beside_reference_section
from wdr_mcpd.render.tables import as_rows
from wdr_mcpd.baselines.speed import DIRECTIONS, speed_table

BEGIN, END = "<!-- benchmarks: written by make comparison -->\n", "<!-- end of benchmarks -->\n"


def benchmarks_section(
    curves: pd.DataFrame,
    anchors: pd.DataFrame,
    speed: pd.DataFrame,
    growth: pd.DataFrame,
    startup: pd.DataFrame,
    study_growth: pd.DataFrame,
) -> str:
    """Write all sections of the page.

    Parameters
    ----------
    curves, anchors : DataFrame
        As of `wdr_mcpd.baselines.beside_reference.beside_reference`.
    speed : DataFrame
        As of `wdr_mcpd.baselines.speed.speed_table`.
    growth, startup, study_growth : DataFrame
        As the benchmarks of these names write them.
    """
    sections = {
        "Beside the reference implementation": beside_reference_section(curves, anchors),
        "Speed and memory": speed_section(speed),
        "Growth with the volume": growth_section(growth),
        "A whole process": startup_section(startup),
        "Growth with the cohort": study_section(study_growth),
    }
    return "\n".join(f"## {title}\n\n{text}" for title, text in sections.items())


def speed_section(speed: pd.DataFrame) -> str:
    """Give speed and memory of every codec."""
    table = speed_table(speed)
    return f"{table.note}.\n\n{as_rows(table)}\n"


def growth_section(growth: pd.DataFrame) -> str:
    """Give time and memory per voxel by size, and by how much time grows from the least to the largest."""
    columns = {
        (label, direction): of_kind.set_index("voxels")
        for (label, direction), of_kind in growth.groupby(["label", "direction"], sort=False)
    }
    sizes = sorted(growth["voxels"].unique())
    said, heads = [], ["Million voxels (2^20)"]
    for (label, direction), at in columns.items():
        shown = DIRECTIONS[str(direction)].lower()
        heads.append(f"{label}: {shown}")
        times = at["ns_per_voxel"]
        said.append(f"{times[sizes[-1]] / times[sizes[0]]:.2f} ({label}, {shown})")
    rows = [
        [f"{size / 2**20:g}", *(_cost(at.loc[size]) for at in columns.values() if size in at.index)]
        for size in sizes
    ]
    lead = (
        "Nanoseconds and, in brackets, bytes of peak memory per voxel at 1 bit per voxel, in a fresh process"
        " on one core. From the smallest volume to the largest the time per voxel grows by a factor of"
        f" {', '.join(said)}."
    )
    return f"{lead}\n\n{_table(heads, rows)}\n"


def startup_section(startup: pd.DataFrame) -> str:
    """Say what one encoding takes as a process, at first and later."""
    seconds = startup.set_index("run")["seconds"]
    return (
        "`wdr-mcpd encode` of brain1 at 1 bit per voxel, from start to exit: "
        f"{seconds['first']:.1f} s the first time, when the loops are compiled, and {seconds['later']:.2f} s"
        f" later (median of {startup.set_index('run')['runs']['later']}).\n"
    )


def study_section(study: pd.DataFrame) -> str:
    """Give the time of the study by the number of exams."""
    rows = [
        [f"{row.exams}", f"{row.measuring_s:.1f}", f"{row.joining_s:.2f}", f"{row.s_per_exam:.2f}"]
        for row in study.itertuples()
    ]
    slices, side = study["slices"].iloc[0], study["rows"].iloc[0]
    heads = ["Exams", "Measuring them (s)", "Joining them (s)", "Seconds per exam"]
    lead = f"The study of synthetic exams of {slices} slices of {side} x {side} voxels, on one core."
    return f"{lead}\n\n{_table(heads, rows)}\n"


def _cost(row: "pd.Series[float]") -> str:
    return f"{row['ns_per_voxel']:.1f} ({row['bytes_per_voxel']:.1f})"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    return pd.DataFrame(rows, columns=heads).to_markdown(
        index=False, disable_numparse=True, colalign=["right"] * len(heads)
    )
