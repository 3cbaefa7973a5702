"""The benchmarks that the README has no room for, as the generated part of docs/benchmarks.md."""

import pandas as pd

from wdr_mcpd.baselines.beside_reference import beside_reference_section
from wdr_mcpd.baselines.speed import DIRECTIONS, speed_table
from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import as_rows, lay_out, markdown_table

BEGIN, END = "<!-- benchmarks: written by make comparison -->\n", "<!-- end of benchmarks -->\n"
OTHERS = {
    "growth": "growth with the volume",
    "startup": "a whole process",
    "study_growth": "growth with the cohort",
}
"""Tables that only this page has: name and what is measured."""
Frame = pd.DataFrame


def benchmarks_section(
    curves: Frame,
    published: Frame,
    speed: Frame,
    machine: dict[str, str],
    growth: Frame,
    startup: Frame,
    study_growth: Frame,
) -> str:
    """Write all sections of the page, from tables as the benchmarks of these names write them.

    What is not among the tables that `machine` names was left over from another run.
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
        older=[said for name, said in OTHERS.items() if name not in machine["tables"].split()],
        cohorts=as_rows(lay_out(__file__, "study_growth", study_growth)),
    )


def growth_factors(growth: Frame) -> dict[str, float]:
    """By how much the time per voxel grows from the smallest volume to the largest, for each direction."""
    by_kind = growth.sort_values("voxels").groupby(["label", "direction"], sort=False)["ns_per_voxel"]
    factors = by_kind.last() / by_kind.first()
    rows = factors.reset_index().itertuples(index=False, name=None)
    return {f"{label}, {DIRECTIONS[way]}": factor for label, way, factor in rows}


def growth_table(growth: Frame) -> str:
    """Give time and memory per voxel by shape, smaller volumes first."""
    named = growth.assign(
        head=growth["label"] + ": " + growth["direction"].map(DIRECTIONS),
        cost=[f"{t:.1f} ({m:.1f})" for t, m in growth[["ns_per_voxel", "bytes_per_voxel"]].to_numpy()],
        shape=[f"{z} x {y} x {x}" for z, y, x in growth[["slices", "rows", "columns"]].to_numpy()],
    )
    order = named.sort_values("voxels", kind="stable")["shape"].unique()
    wide = named.pivot(index="shape", columns="head", values="cost").loc[order, list(named["head"].unique())]
    wide.insert(0, "Slices x rows x columns", order)
    return markdown_table(wide, [False])
