"""A page on what the paper's printed tables give away: bounds, the order test, units and joint readings."""

from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.render.notes import note_of
from wdr_mcpd.render.tables import lay_out, write_tables
from wdr_mcpd.study.forensics import OUTLIER, PAIRS, distance_bounds, lag1
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.joint_readings import distance_to_paper, paper_numbers
from wdr_mcpd.study.paper_claims import read_paper_tables

POST_HOC = "Post hoc: asked after the tables had been seen"
NEAREST = 15  # joint readings that readers see


def forensics(
    *,
    series: Path,
    orders: list[Path],
    units: list[Path],
    joint: list[Path],
    paper: list[Path],
    tables: list[Path],
) -> None:
    """Write all tables of the page."""
    of_paper = read_paper_tables(paper[0].parent)
    printed = of_paper["table2"]["mcpd"].to_numpy(np.float64)
    alike = lag1(np.delete(printed[:-1], OUTLIER - 1))
    drawn = read_exams(orders, ["order", "lag1"])
    random = drawn[drawn["order"] == "random"].groupby("exam")["lag1"]
    stored = drawn[drawn["order"] == "stored"].set_index("exam")["lag1"]
    ends = {"random_low": random.quantile(0.05), "random_high": random.quantile(0.95)}
    ranked = distance_to_paper(read_exams(joint, ["quantity"]), paper_numbers(of_paper)).head(NEAREST)
    yes = {flag: ranked[flag].map({True: "yes", False: "no"}) for flag in ("outlier", "zero_filled")}
    data = {
        "bounds": distance_bounds(printed, PAIRS),
        "orders": pd.DataFrame({"stored": stored, **ends, "paper": alike}).reset_index(),
        "units": read_exams(units, ["unit"]).drop(columns="subject"),
        "joint_readings": ranked.assign(**yes),
    }
    said = {"note": note_of(series), "post_hoc": POST_HOC, "outlier": OUTLIER}
    said |= {"of_paper": alike, "nearest": len(ranked)}
    write_tables(tables, *(lay_out(__file__, name, rows, **said) for name, rows in data.items()))
