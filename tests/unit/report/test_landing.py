"""The report's first page and the README say what the tables say, in the same sentences."""

from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.report.findings import Best, Findings, InCohorts, best_method, find
from wdr_mcpd.report.landing import Pictures, landing_html
from wdr_mcpd.report.readme import results
from wdr_mcpd.study.verdict import Verdict

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
    ends = (gain - 0.5, gain + 0.5) if subjects >= 5 else (float("nan"), float("nan"))
    rows = [("3D-WDR-MCPD, equal rate", gain, *ends), ("3D-WDR, no axial transform", 1.25, 1.0, 1.5)]
    rows.append(("2D-WDR, equal rate", 1.0, 0.9, 1.1))
    named = pd.DataFrame(rows, columns=["scheme", "exam_gain_db", "exam_gain_db_low", "exam_gain_db_high"])
    return pd.concat([named.assign(rate_bpv=rate, subjects=subjects) for rate in (0.5, 1.0)])


def findings(gain: float, selected: bool = True, subjects: int = 5) -> Findings:
    gains = [0.5, 2.5] if selected else [None, None]
    alone = [-3.0, -1.0] if selected else gains
    table3 = {"improvement_db": gains, "paper_improvement_db": [1.4, 3.8], "over_alone_db": alone}
    claims = pd.DataFrame({"verdict": ["reproduced", "not reproduced", "not reproduced"]})
    return find(pd.DataFrame(table3).astype(float), whole_exam(gain, subjects), claims, 1.0)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "decomposition.png"
    path.write_bytes(b"png")
    return path


COHORTS = InCohorts("54 exams of 21 people", (19.6, 20.0), (0.0, 0.04), ((1.33, -1.5), (5.0, 0.98)))
NO = Verdict(2, 0.45, 1.03, 1.71)


def page(found: Findings, picture: Path, best: Best | None = None, answer: Verdict = NO) -> str:
    pictures = Pictures(picture, picture)
    best = best or Best("3D-WDR-CC", 2.0)
    return landing_html(found, best, answer, COHORTS, PARTS, "2 subjects", pictures)


def test_the_page_holds_claim_and_findings(picture: Path) -> None:
    text = page(findings(-0.25), picture)
    assert "gain 1.4 to 3.8 dB over 3D-WDR on all slices" in text
    assert "gain 0.50 to 2.50 dB over 3D-WDR at 1 bit per voxel, 1.50 dB on average" in text
    assert "changes the PSNR by -0.25 dB (interval over subjects -0.75 to +0.25 dB);" in text
    assert "against every slice alone it stands at -1.25 dB" in text
    assert "Against the same slices alone at the same rate they stand at -2.00 dB" in text
    assert "3D-WDR without its axial transform changes it by +1.25 dB" in text
    assert "3D-WDR-CC is the best on the whole exam at this rate, +2.00 dB over 3D-WDR" in text
    assert "Of 3 claims of the paper: 1 reproduced, 2 not reproduced" in text
    assert text.count("<tr>") == 4


@pytest.mark.parametrize("subjects", [1, 4])
def test_few_subjects_have_no_interval(subjects: int, picture: Path) -> None:
    assert "changes the PSNR by +0.25 dB; against" in page(findings(0.25, subjects=subjects), picture)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (NO, "It does not pay:"),
        (Verdict(6, -0.2, -0.5, -0.4), "It does not pay:"),
        (Verdict(6, 0.3, 0.2, 0.25), "Here it pays:"),
        (Verdict(6, 0.3, 0.2), "Here it pays:"),
        (Verdict(14, 0.0, -1.86, -1.5), "Here it makes no difference:"),
    ],
)
def test_the_page_begins_with_the_verdict_and_its_controls(answer: Verdict, said: str, picture: Path) -> None:
    text = page(findings(0.25), picture, answer=answer)
    first = text.partition("<h2>")[0]
    assert f"<strong>{said}</strong>" in first
    assert f"coding every slice by itself changes it by {answer.alone_db:+.2f} dB" in first
    assert ("without a transform across its slices" in first) == (answer.flat_db is not None)
    assert ("What gains is not to transform" in first) == (answer == NO)
    assert "-1.50 dB at 1.3 mm, +0.98 dB at 5.0 mm." in text


def test_no_selected_slice_is_said(picture: Path) -> None:
    assert "No slice of any exam is selected." in page(findings(0.0, selected=False), picture)


def test_the_page_asks_for_no_other_file(picture: Path) -> None:
    assert "http" not in page(findings(0.0), picture)


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
