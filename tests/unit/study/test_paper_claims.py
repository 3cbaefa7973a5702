"""The typed claims agree with the typed tables, except where the paper contradicts itself."""

from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.study.paper_claims import (
    Claim,
    contradiction,
    printed_ranges,
    read_claims,
    read_paper_tables,
)

PAPER = Path(__file__).parents[3] / "resources" / "paper"


@pytest.fixture(scope="module")
def claims() -> dict[str, Claim]:
    return {claim.claim: claim for claim in read_claims(PAPER / "claims.csv")}


def test_only_the_two_known_claims_contradict_the_papers_tables(claims: dict[str, Claim]) -> None:
    tables = read_paper_tables(PAPER)
    found = {name: contradiction(claim, tables) for name, claim in claims.items()}
    assert {name: text for name, text in found.items() if text} == {
        "ssim-up-to": "the paper's own tables give 0.7810",
        "table3-psnr": "the paper's own tables give 50.6824 to 52.2776",
    }


def test_every_improvement_of_table_3_is_a_claim_in_the_order_of_its_rank(claims: dict[str, Claim]) -> None:
    tables = read_paper_tables(PAPER)
    gains = [claim for claim in claims.values() if claim.rule == "rank"]
    assert len(gains) == len(tables["table3"]) == 7
    assert [claim.rank for claim in gains] == [1, 2, 3, 4, 5, 6, 7]
    assert [claim.high for claim in gains] == sorted(tables["table3"]["improvement_db"], reverse=True)
    difference = tables["table3"]["psnr_db"] - tables["table1"]["psnr_db"].reindex(tables["table3"].index)
    np.testing.assert_array_equal(np.round(difference, 1), tables["table3"]["improvement_db"])


def test_every_claim_says_where_it_stands(claims: dict[str, Claim]) -> None:
    assert all(claim.place and claim.statement for claim in claims.values())
    assert len(claims) == len(read_claims(PAPER / "claims.csv"))


def test_printed_ranges_are_those_of_the_tables(claims: dict[str, Claim]) -> None:
    ranges = printed_ranges(list(claims.values()))
    assert ranges["psnr_3d_wdr"] == (46.9228, 51.3733)
    assert set(ranges) == {"psnr_3d_wdr", "ssim_3d_wdr", "mcpd", "psnr_selected", "ssim_selected"}


def test_an_unknown_rule_is_refused(tmp_path: Path) -> None:
    text = (PAPER / "claims.csv").read_text().replace(",largest,", ",biggest,")
    (tmp_path / "claims.csv").write_text(text)
    with pytest.raises(InputError, match="rule 'biggest' is not one of range"):
        read_claims(tmp_path / "claims.csv")
