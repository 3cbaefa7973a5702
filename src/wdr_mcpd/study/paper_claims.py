"""The paper's quantitative claims as typed from it, and whether they agree with its own tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.coherence import select
from wdr_mcpd.errors import InputError
from wdr_mcpd.study.frames import read_csv

RULES = ("range", "largest", "value", "rank", "folds", "positive", "dataset", "background")
REPRODUCED, CONSISTENT, BY_CONSTRUCTION = "reproduced", "consistent with", "by construction"
AT_BEST = ("", CONSISTENT, BY_CONSTRUCTION)
PRINTED_DIGITS = 4  # of the paper's tables
PAPER_THRESHOLD = 0.5
PAPER_SELECTED = 7  # slices of Table 3


@dataclass(frozen=True)
class Claim:
    """One quantitative claim of the paper.

    Attributes
    ----------
    claim : short name
    place : where the paper says it
    statement : what it says
    quantity : what we measure for it (`study.measured`); empty if nothing
    rule : how it is judged, one of `RULES` (`study.verdicts`)
    rank : for the rule "rank", the place of the value among the paper's seven, 1 for the largest
    low, high : the paper's numbers, equal for a single one; `high` is NaN for "at least"
    unit : of the numbers
    min_subjects : fewer cannot test it
    paper_check : what in the paper's own tables to compare with: TABLE COLUMN range|largest|selected, or
        slice NUMBER improvement|ssim_improvement; empty if they say nothing
    caveat : what a reader must know about our measurement beside the verdict; empty if nothing
    at_best : the verdict in place of "reproduced", one of `AT_BEST`; empty for "reproduced" itself
    control : what decides the claim, in words
    control_quantity : what we measure for the control; empty if it is no number
    """

    claim: str
    place: str
    statement: str
    quantity: str
    rule: str
    rank: float
    low: float
    high: float
    unit: str
    min_subjects: int
    paper_check: str
    caveat: str
    at_best: str = ""
    control: str = ""
    control_quantity: str = ""

    @property
    def is_gain(self) -> bool:
        """Whether the sign of the quantity has a meaning of its own."""
        return "gain" in self.quantity


def read_claims(path: Path) -> list[Claim]:
    """Read the claims.

    Raises
    ------
    InputError
        When a column is missing, or a rule or a best verdict is unknown.
    """
    columns = [field.name for field in fields(Claim)]
    texts = [field.name for field in fields(Claim) if field.type is str]
    frame = read_csv(path, columns)[columns]
    frame[texts] = frame[texts].fillna("")
    claims = [Claim(*row) for row in frame.itertuples(index=False, name=None)]
    for name, known in (("rule", RULES), ("at_best", AT_BEST)):
        unknown = [value for value in (getattr(claim, name) for claim in claims) if value not in known]
        if unknown:
            raise InputError(f"{path}: {name} {unknown[0]!r} is not one of {', '.join(known)}")
    return claims


def printed_ranges(claims: Sequence[Claim]) -> dict[str, tuple[float, float]]:
    """Give the ranges that the paper prints, by quantity."""
    return {claim.quantity: (claim.low, claim.high) for claim in claims if claim.rule == "range"}


def read_paper_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read Tables 1 to 3 as typed from the paper; a first line after a # names the table."""
    names = ("table1", "table2", "table3")
    return {name: pd.read_csv(folder / f"{name}.csv", comment="#").set_index("slice") for name in names}


def contradiction(claim: Claim, tables: Mapping[str, pd.DataFrame]) -> str:
    """Say how the claim contradicts the paper's own tables; empty if it does not, or if they say nothing."""
    if not claim.paper_check:
        return ""
    found = _from_tables(claim.paper_check.split(), tables)
    claimed = claim.low, claim.high
    digits = max(map(_decimals, claimed))
    if all(abs(round(a, digits) - b) < 10**-PRINTED_DIGITS / 2 for a, b in zip(found, claimed, strict=True)):
        return ""
    texts = dict.fromkeys(f"{number:.{digits}f}" for number in found)
    return f"the paper's own tables give {' to '.join(texts)}"


def _from_tables(words: list[str], tables: Mapping[str, pd.DataFrame]) -> tuple[float, float]:
    first, second, what = words
    if first == "slice":
        column = "ssim" if what == "ssim_improvement" else "psnr_db"
        with_mcpd, without = tables["table3"][column], tables["table1"][column]
        gain = float(with_mcpd[int(second)] - without[int(second)])
        return gain, gain
    values = tables[first][second].to_numpy(np.float64)
    if what == "selected":
        count = float(select(values, PAPER_THRESHOLD).sum())
        return count, count
    if what == "largest":
        return float(values.max()), float(values.max())
    compared = values[values > 0]  # Table 2 prints 0 for the slice that has no follower
    return float(compared.min()), float(compared.max())


def _decimals(number: float) -> int:
    return len(f"{number:.{PRINTED_DIGITS}f}".rstrip("0").partition(".")[2])
