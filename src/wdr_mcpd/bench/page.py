"""The benchmarks that the README has no room for, as the generated part of docs/benchmarks.md."""

import pandas as pd

from wdr_mcpd.baselines.beside_reference import beside_reference_section
from wdr_mcpd.baselines.speed import DIRECTIONS, speed_table
from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import as_rows, markdown_table

BEGIN, END = "<!-- benchmarks: written by make comparison -->\n", "<!-- end of benchmarks -->\n"


def benchmarks_section(
    curves: pd.DataFrame,
    published: pd.DataFrame,
    speed: pd.DataFrame,
    growth: pd.DataFrame,
    startup: pd.DataFrame,
    study_growth: pd.DataFrame,
) -> str:
    """Write all sections of the page.

    Parameters
    ----------
    curves, published : DataFrame
        As of `wdr_mcpd.baselines.beside_reference.beside_reference`.
    speed : DataFrame
        As of `wdr_mcpd.baselines.speed.speed_table`.
    growth, startup, study_growth : DataFrame
        As the benchmarks of these names write them.
    """
    return fill(
        "benchmarks.md",
        reference=beside_reference_section(curves, published),
        speed=speed_table(speed),
        rows=as_rows,
        factors=growth_factors(growth),
        growth=growth_table(growth),
        startup=startup.set_index("run"),
        study=study_growth,
        cohorts=_cohorts(study_growth),
    )


def growth_factors(growth: pd.DataFrame) -> dict[str, float]:
    """By how much the time per voxel grows from the smallest volume to the largest, for each direction."""
    return {
        f"{label}, {DIRECTIONS[str(direction)].lower()}": times["ns_per_voxel"].iloc[-1]
        / times["ns_per_voxel"].iloc[0]
        for (label, direction), times in growth.sort_values("voxels").groupby(
            ["label", "direction"], sort=False
        )
    }


def growth_table(growth: pd.DataFrame) -> str:
    """Give time and memory per voxel by shape, smaller volumes first."""
    named = growth.assign(
        head=growth["label"] + ": " + growth["direction"].map(DIRECTIONS).str.lower(),
        cost=[f"{t:.1f} ({m:.1f})" for t, m in growth[["ns_per_voxel", "bytes_per_voxel"]].to_numpy()],
        shape=[f"{z} x {y} x {x}" for z, y, x in growth[["slices", "rows", "columns"]].to_numpy()],
    )
    order = named.sort_values("voxels", kind="stable")["shape"].unique()
    wide = named.pivot(index="shape", columns="head", values="cost").loc[order, list(named["head"].unique())]
    wide.insert(0, "Slices x rows x columns", order)
    return markdown_table(wide, [False])


def _cohorts(study: pd.DataFrame) -> str:
    columns = {
        "exams": ("Exams", "{}"),
        "measuring_s": ("Measuring them (s)", "{:.1f}"),
        "joining_s": ("Joining them (s)", "{:.2f}"),
        "s_per_exam": ("Seconds per exam", "{:.2f}"),
    }
    shown = {title: study[name].map(form.format) for name, (title, form) in columns.items()}
    return markdown_table(pd.DataFrame(shown), [False])
