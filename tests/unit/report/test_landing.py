"""The report's first page and the README say what the tables say, in the same sentences."""

from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.report.findings import Best, Findings, best_method, find
from wdr_mcpd.report.landing import landing_html
from wdr_mcpd.report.readme import results

REFERENCE = Path(__file__).parents[3] / "results" / "reference"
PARTS = pd.DataFrame(
    {
        "region": ["selected slices", "all slices", "whole exam"],
        "allocation_db": 1.0,
        "grouping_db": 0.2,
        "axial_depth_db": 0.3,
        "gain_db": 1.5,
    }
)


def whole_exam(gain: float, subjects: int = 5) -> pd.DataFrame:
    ends = (gain - 0.5, gain + 0.5) if subjects > 1 else (float("nan"), float("nan"))
    rows = [("3D-WDR-MCPD, equal rate", gain, *ends), ("3D-WDR, no axial transform", 1.25, 1.0, 1.5)]
    named = pd.DataFrame(rows, columns=["scheme", "exam_gain_db", "exam_gain_db_low", "exam_gain_db_high"])
    return pd.concat([named.assign(rate_bpv=rate, subjects=subjects) for rate in (0.5, 1.0)])


def findings(gain: float, selected: bool = True, subjects: int = 5) -> Findings:
    gains = [0.5, 2.5] if selected else [None, None]
    table3 = pd.DataFrame({"improvement_db": gains, "paper_improvement_db": [1.4, 3.8]}).astype(float)
    claims = pd.DataFrame({"verdict": ["reproduced", "not reproduced", "not reproduced"]})
    return find(table3, whole_exam(gain, subjects), claims, 1.0)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "decomposition.png"
    path.write_bytes(b"png")
    return path


def page(found: Findings, picture: Path, best: Best | None = None) -> str:
    return landing_html(found, best or Best("3D-WDR-CC", 2.0), PARTS, "2 subjects", picture)


def test_the_page_holds_claim_and_findings(picture: Path) -> None:
    text = page(findings(-0.25), picture)
    assert "gain 1.4 to 3.8 dB over 3D-WDR on all slices" in text
    assert "gain 0.50 to 2.50 dB over 3D-WDR at 1 bit per voxel, 1.50 dB on average" in text
    assert "changes the PSNR by -0.25 dB (interval over subjects -0.75 to +0.25 dB);" in text
    assert "3D-WDR without its axial transform changes it by +1.25 dB" in text
    assert "3D-WDR-CC is the best on the whole exam at this rate, +2.00 dB over 3D-WDR" in text
    assert "Of 3 claims of the paper: 1 reproduced, 2 not reproduced" in text
    assert text.count("<tr>") == 4


def test_one_subject_has_no_interval(picture: Path) -> None:
    assert "changes the PSNR by +0.25 dB; 3D-WDR" in page(findings(0.25, subjects=1), picture)


def test_no_selected_slice_is_said(picture: Path) -> None:
    assert "No slice of any exam is selected." in page(findings(0.0, selected=False), picture)


def test_the_page_asks_for_no_other_file(picture: Path) -> None:
    assert "http" not in page(findings(0.0), picture)


def test_an_interval_of_few_subjects_says_what_it_is(picture: Path) -> None:
    text = page(findings(-0.25, subjects=2), picture)
    assert "-0.75 to +0.25 dB; with 2 subjects this shows how they differ, not how a population does)" in text


def test_the_best_method_is_that_with_the_highest_psnr_at_the_rate() -> None:
    rates = pd.DataFrame(
        {
            "method": ["3d-wdr", "3d-wdr-cc", "3d-wdr"],
            "rate_bpv": [1.0, 1.0, 2.0],
            "exam_psnr_db": [70.0, 72.0, 80.0],
            "exam_gain_db": [0.0, 2.0, 0.0],
        }
    )
    assert best_method(rates, 1.0) == Best("3D-WDR-CC", 2.0)
    assert best_method(rates.assign(exam_gain_db=float("nan")), 1.0) == Best("3D-WDR-CC", None)


def test_without_3d_wdr_the_best_method_has_no_gain(picture: Path) -> None:
    text = page(findings(-0.25), picture, Best("3D-WDR-CC", None))
    assert "is the best on the whole exam at this rate.<" in text


def test_the_readme_says_the_same_of_the_committed_results(picture: Path) -> None:
    names = ("table3", "whole_exam", "claims")
    found = find(*(pd.read_csv(REFERENCE / "tables" / f"{name}.csv") for name in names), 1.0)
    text, readme = page(found, picture).replace("&#39;", "'"), results(REFERENCE)
    said = [line.removeprefix("<li>").removesuffix("</li>") for line in text.splitlines() if "<li>" in line]
    for sentence in said[:2]:
        assert sentence in readme
