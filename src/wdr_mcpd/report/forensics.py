"""A page on what the paper's printed tables give away: bounds, the order test, units and joint readings."""

from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.render.notes import note_of
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.study.forensics import OUTLIER, PAIRS, distance_bounds, lag1
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.joint_readings import distance_to_paper, paper_numbers
from wdr_mcpd.study.paper_claims import read_paper_tables

POST_HOC = "Post hoc: asked after the tables had been seen"
NEAREST = 15  # joint readings that readers see


def bounds_of_distances(data: pd.DataFrame) -> Table:
    """Bounds of distances between the slices of the paper's exam."""
    columns = {
        "name": Column("MCPD of slices", text=True),
        "low": Column("At least", ".2f"),
        "high": Column("At most", ".2f"),
    }
    note = (
        f"{POST_HOC}. The MCPD is a distance: by the triangle inequality alone the averages of Table 2 leave "
        f"only these values, whatever the exam was. So slice {OUTLIER} is unlike its neighbours, and they "
        "are not unlike each other"
    )
    return Table(
        "bounds", "What Table 2 of the paper says of the distances between its slices", note, data, columns
    )


def order_of_slices(data: pd.DataFrame, paper: float, note: str) -> Table:
    """The autocorrelation of Table 2 beside that of real exams in order and in random orders."""
    columns = {
        "stored": Column("In the stack's order", ".2f"),
        "random_low": Column("Random orders, 5 %", ".2f"),
        "random_high": Column("95 %", ".2f"),
        "paper": Column("The paper's column", ".2f"),
    }
    explained = (
        f"{POST_HOC}. {note}. Autocorrelation at lag 1 of the column of average MCPDs, without slice "
        f"{OUTLIER} and the last. The paper's is {paper:.2f}: below that of exams in anatomical order, and "
        "among that of random orders, where its slices are then probably not in anatomical order"
    )
    return Table("orders", "Whether the slices of Table 2 are in order", explained, data, columns)


def units_of_mcpd(data: pd.DataFrame, note: str) -> Table:
    """The average MCPD of each exam in each unit that could be meant."""
    columns = {
        "unit": Column("Unit of intensity", text=True),
        "low": Column("Smallest", ".4g"),
        "middle": Column("Median", ".4g"),
        "high": Column("Largest", ".4g"),
    }
    explained = f"{POST_HOC}. {note}. The paper prints 0.26 to 0.70, and 2.75 once; that identifies no unit"
    return Table("units", "The average MCPD in units that could be meant", explained, data, columns)


def nearest_readings(data: pd.DataFrame, note: str) -> Table:
    """The joint readings that come nearest to all of the paper's tables."""
    columns = {
        "order": Column("Slices", text=True),
        "outlier": Column(f"Slice {OUTLIER} brighter", text=True),
        "values": Column("Values", text=True),
        "transform": Column("Transform", text=True),
        "zero_filled": Column("Interpolated to twice the size", text=True),
        "ssim_reading": Column("SSIM", text=True),
        "distance": Column("Distance", ".2f"),
        "psnr_table1_db": Column("PSNR, Table 1", ".2f"),
        "psnr_table3_db": Column("PSNR, Table 3", ".2f"),
        "gain_db": Column("Gain", ".2f"),
        "mcpd": Column("MCPD", ".2f"),
        "ssim": Column("SSIM,", ".2f"),
    }
    explained = (
        f"{POST_HOC}. {note}. The {len(data)} nearest of all combinations. Distances are root mean squares "
        "of the differences of smallest, mean (of the MCPD: median) and largest value, in units of 1 dB of "
        "PSNR, 0.5 dB of gain, 0.1 of MCPD and 0.05 of SSIM. A near reading is consistent with the tables; "
        "nothing shows that the paper's authors read so"
    )
    return Table(
        "joint_readings", "Joint readings that come nearest to the paper's tables", explained, data, columns
    )


def forensics(
    *,
    series: Path,
    orders: list[Path],
    units: list[Path],
    joint: list[Path],
    paper: list[Path],
    bounds_table: list[Path],
    orders_table: list[Path],
    units_table: list[Path],
    joint_table: list[Path],
) -> None:
    """Write all tables of the page."""
    tables, note = read_paper_tables(paper[0].parent), note_of(series)
    printed = tables["table2"]["mcpd"].to_numpy(np.float64)
    write_table(bounds_of_distances(distance_bounds(printed, PAIRS)), bounds_table)
    of_paper = lag1(np.delete(printed[:-1], OUTLIER - 1))
    drawn = read_exams(orders, ["order", "lag1"])
    random = drawn[drawn["order"] == "random"].groupby("exam")["lag1"]
    found = pd.DataFrame(
        {
            "stored": drawn[drawn["order"] == "stored"].set_index("exam")["lag1"],
            "random_low": random.quantile(0.05),
            "random_high": random.quantile(0.95),
            "paper": of_paper,
        }
    ).reset_index()
    write_table(order_of_slices(found, of_paper, note), orders_table)
    write_table(units_of_mcpd(read_exams(units, ["unit"]).drop(columns="subject"), note), units_table)
    ranked = distance_to_paper(read_exams(joint, ["quantity"]), paper_numbers(tables)).head(NEAREST)
    yes = {flag: ranked[flag].map({True: "yes", False: "no"}) for flag in ("outlier", "zero_filled")}
    write_table(nearest_readings(ranked.assign(**yes), note), joint_table)
