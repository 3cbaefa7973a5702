"""The data dictionary describes the tables of transmission, of today's codecs and of the benchmarks.

Those of the study are held against it where they are made, in `tests/unit/study/test_study_steps.py`.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.baselines.beside_reference import BESIDE_REFERENCE, PROFILE, beside_reference
from wdr_mcpd.baselines.comparison import comparison
from wdr_mcpd.baselines.published import agreement
from wdr_mcpd.baselines.speed import speed_table
from wdr_mcpd.report.transmission import times_to_quality

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "data-dictionary.md").read_text()
COLUMNS = set(re.findall(r"^\| `(\w+)`", PAGE.partition("## Columns")[2], re.MULTILINE))
FILES = set(re.findall(r"`([\w/.-]+\.csv)`", PAGE.partition("## Columns")[0]))
BENCHMARKS = ROOT / "resources" / "benchmarks"
REFERENCE = ROOT / "results" / "reference"
COMMITTED = sorted([*BENCHMARKS.glob("*.csv"), *REFERENCE.glob("cohorts/*.csv")])
RATES = {"rate_bpv": [0.5, 1.0], "actual_bpv": [0.5, 1.0], "psnr_db": [60.0, 66.0]}


def undescribed(columns: Iterable[str]) -> set[str]:
    ends = re.compile(r"_(low|high|q1|q3)$|(?<=^psnr_db_at_)[\d.]+$")
    links = re.compile(r"^seconds_at_\d+_[km]bit_s$")
    bases = {ends.sub("", links.sub("seconds_at_64_kbit_s", column)) for column in columns}
    return {base + "RATE" if base == "psnr_db_at_" else base for base in bases} - COLUMNS


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_tables_are_described(path: Path) -> None:
    name = path.relative_to(REFERENCE.parent if REFERENCE in path.parents else BENCHMARKS.parent)
    assert name.as_posix() in FILES
    assert undescribed(pd.read_csv(path, nrows=0).columns) == set()


def test_the_tables_that_are_made_of_them_are_described() -> None:
    curves = pd.concat(
        pd.DataFrame(RATES).assign(exam="a", method=method, ssim=0.9, tumour_psnr_db=50.0)
        for method in ("3d-wdr", "sperr")
    )
    published = pd.DataFrame(RATES).assign(exam="a", codec="sperr", label="SPERR")
    label, method = next(iter(BESIDE_REFERENCE.items()))
    both = pd.concat(pd.DataFrame(RATES).assign(exam="a", method=m) for m in (method, method + PROFILE))
    quality = pd.DataFrame({"exam": "a", "method": "3d-wdr", "rate_bpv": [1.0], "bytes": 9, "ssim": 0.9})
    speed = pd.read_csv(BENCHMARKS / "codec_speed.csv").rename(columns={"volume": "exam"})
    tables = {
        "tables/baselines.csv": comparison(curves),
        "benchmarks/published.csv": agreement(curves, published),
        "benchmarks/reference.csv": beside_reference(both, published.assign(label=label)),
        "tables/baselines-cost.csv": speed_table(speed).data,
        "tables/transmission.csv": times_to_quality(quality, {"a": 100}, "").data,
    }
    assert {
        name: undescribed(table.columns) for name, table in tables.items() if undescribed(table.columns)
    } == {}
    assert all(len(table) for table in tables.values())
    assert tables.keys() <= FILES
