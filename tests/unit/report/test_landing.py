"""The report's first page says what the tables say."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.report.landing import Findings, landing_html


def decomposition(whole_gain: float, subjects: int = 5) -> pd.DataFrame:
    rows = [("selected slices", 1.5), ("all slices", 0.5), ("whole exam", whole_gain)]
    parts = {"allocation_db": 1.0, "grouping_db": 0.2, "axial_depth_db": 0.3}
    return pd.DataFrame(
        [
            {
                "region": region,
                "rate_bpv": 1.0,
                "subjects": subjects,
                **parts,
                "gain_db": gain,
                "gain_db_low": -0.9,
                "gain_db_high": 0.4,
            }
            for region, gain in rows
        ]
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "decomposition.png"
    path.write_bytes(b"png")
    return path


def findings(whole_gain: float, selected: bool = True) -> Findings:
    gains = [0.5, 2.5] if selected else [None, None]
    table3 = pd.DataFrame({"improvement_db": gains, "paper_improvement_db": [1.4, 3.8]}).astype(float)
    claims = pd.DataFrame({"verdict": ["reproduced", "not reproduced", "not reproduced"]})
    rates = pd.DataFrame(
        {
            "method": ["3d-wdr", "3d-wdr-cc"],
            "rate_bpv": [1.0, 1.0],
            "exam_psnr_db": [70.0, 72.0],
            "exam_gain_db": [0.0, 2.0],
        }
    )
    return Findings(table3, decomposition(whole_gain), claims, rates, 1.0, "2 subjects")


def test_the_page_holds_claim_and_findings(picture: Path) -> None:
    page = landing_html(findings(-0.25), picture)
    assert "gain 1.4 to 3.8 dB over 3D-WDR on all slices" in page
    assert "The selected slices gain 0.50 to 2.50 dB over 3D-WDR, 1.50 dB on average" in page
    assert "the whole exam changes by -0.25 dB (interval over subjects -0.90 to +0.40 dB)" in page
    assert "its selected slices by +1.50 dB" in page
    assert "3D-WDR-CC is the best on the whole exam at this rate, +2.00 dB over 3D-WDR" in page
    assert "Of 3 claims of the paper: 1 reproduced, 2 not reproduced" in page
    assert page.count("<tr>") == 4


def test_one_subject_has_no_interval(picture: Path) -> None:
    known = findings(0.25)
    known.decomposition[["gain_db_low", "gain_db_high"]] = float("nan")
    assert "changes by +0.25 dB, its selected" in landing_html(known, picture)


def test_no_selected_slice_is_said(picture: Path) -> None:
    assert "No slice of any exam is selected." in landing_html(findings(0.0, selected=False), picture)


def test_the_page_asks_for_no_other_file(picture: Path) -> None:
    assert "http" not in landing_html(findings(0.0), picture)


def test_an_interval_of_few_subjects_says_what_it_is(picture: Path) -> None:
    found = replace(findings(-0.25), decomposition=decomposition(-0.25, subjects=2))
    page = landing_html(found, picture)
    assert "-0.90 to +0.40 dB; with 2 subjects this shows how they differ, not how a population does)" in page


def test_without_3d_wdr_the_best_method_has_no_gain(picture: Path) -> None:
    found = findings(-0.25)
    alone = found.rates.assign(exam_gain_db=float("nan"))
    assert "is the best on the whole exam at this rate.<" in landing_html(
        replace(found, rates=alone), picture
    )
