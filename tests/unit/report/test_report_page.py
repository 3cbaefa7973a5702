"""The report and the README say what the tables say, in the same sentences; the page needs no other file."""

import base64
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from wdr_mcpd.report.closing import MARK
from wdr_mcpd.report.findings import Best, Findings, best_method, find
from wdr_mcpd.report.page import Found, Item, Section, each_exam, items, report_html, table_html
from wdr_mcpd.report.readme import cohorts_table
from wdr_mcpd.study.cohort_answers import FewBits, InCohorts
from wdr_mcpd.study.pays import Verdict

TABLE = """# Rates

A note.

## one_1

| Method      |   PSNR |
|:------------|-------:|
| 3D-WDR <b>  |  70.00 |

## two_1

| Method | PSNR |
|:-------|-----:|
| 2D-WDR |    - |
"""


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


COHORTS = InCohorts(
    "54 exams of 21 people",
    (19.6, 20.0),
    (0.0, 0.04),
    ((1.33, -1.5), (5.0, 0.98)),
    FewBits(0.1, 5, (4, 0.01, 2.61), (0, 0.0, 0.01)),
)
NO = Verdict(2, 0.45, 1.03, 1.71)


def page(found: Findings, best: Best | None = None, answer: Verdict = NO) -> str:
    best = best or Best("3D-WDR-CC", 2.0)
    return report_html(Found(found, best, answer, COHORTS, ""), [], "2 subjects")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "rates.csv").write_text("method,psnr\n3d-wdr,70\n")
    path = tmp_path / "rates.md"
    path.write_text(TABLE)
    return path


def test_the_page_holds_claim_and_findings() -> None:
    text = page(findings(-0.25))
    assert "gain 1.4 to 3.8 dB over 3D-WDR on all slices" in text
    assert "gain 0.50 to 2.50 dB over 3D-WDR at 1 bit per voxel, 1.50 dB on average" in text
    assert "changes the PSNR by -0.25 dB (interval over subjects -0.75 to +0.25 dB);" in text
    assert "against every slice alone it stands at -1.25 dB" in text
    assert "Against the same slices alone at the same rate they stand at -2.00 dB" in text
    assert "3D-WDR without its axial transform changes it by +1.25 dB" in text
    assert "3D-WDR-CC is the best on the whole exam at this rate, +2.00 dB over 3D-WDR" in text
    assert "Of 3 claims of the paper: 1 reproduced, 2 not reproduced" in text


@pytest.mark.parametrize("subjects", [1, 4])
def test_few_subjects_have_no_interval(subjects: int) -> None:
    assert "changes the PSNR by +0.25 dB; against" in page(findings(0.25, subjects=subjects))


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
def test_the_page_begins_with_the_verdict_and_its_controls(answer: Verdict, said: str) -> None:
    text = page(findings(0.25), answer=answer)
    first = text.partition("<h2>")[0]
    assert f"<strong>{said}</strong>" in first
    assert f"coding every slice by itself changes it by {answer.alone_db:+.2f} dB" in first
    assert ("without a transform across its slices" in first) == (answer.flat_db is not None)
    assert ("What gains is not to transform" in first) == (answer == NO)
    assert "-1.50 dB at 1.3 mm, +0.98 dB at 5.0 mm." in text
    assert "gains more than 0.1 dB in 4 of 5 cohorts (+0.01 to +2.61 dB against none)" in text


def test_no_selected_slice_is_said() -> None:
    assert "No slice of any exam is selected." in page(findings(0.0, selected=False))


def test_the_page_has_a_place_above_all_for_what_is_older() -> None:
    before, found, after = page(findings(0.0)).partition(MARK + "\n")
    assert found
    assert "<h1>" not in before
    assert "<h1>" in after


def test_the_page_asks_for_no_other_file() -> None:
    assert "http" not in page(findings(0.0))


def test_without_cohorts_the_verdict_stands_alone() -> None:
    found = Found(findings(0.0), Best("3D-WDR-CC", 2.0), NO, None, "")
    assert "open collections" not in report_html(found, [], "2 subjects")


def test_each_table_of_a_page_scrolls_by_itself_and_says_what_its_rows_are(table: Path) -> None:
    text = table_html(table, "Quality")
    assert "<h1>" not in text
    assert text.count('<div class="scroll" role="group" aria-label="Quality" tabindex="0"><table>') == 2
    assert "<h3>two_1</h3>" in text
    assert '<th scope="col" class="text">Method</th>' in text
    assert "3D-WDR &lt;b&gt;" in text


def test_a_list_of_text_is_shown_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "series.tsv"
    path.write_text("patient_id\timages\tstep\nNA\t007\t\n")
    assert "Patient id" in (text := table_html(path, "Series"))
    assert '<td class="text">NA<' in text
    assert "<td>007<" in text
    assert "<td>-<" in text


def test_an_item_has_its_figures_its_table_with_the_data_and_its_caption(table: Path) -> None:
    figure = table.with_name("rates.png")
    Image.new("L", (4, 3)).save(figure)
    tables = [table.with_suffix(".csv"), table]
    drawing, listed = items("rates", "Quality", "See it.", [figure], tables, [])
    assert (drawing.kind, listed.kind, listed.file) == ("drawing", "table", "rates.csv")
    held = base64.b64decode(listed.data.partition("base64,")[2])
    assert held == tables[0].read_bytes()
    section = Section("Quality", (drawing, listed))
    text = report_html(Found(findings(0.0), Best("3D-WDR-CC", 2.0), NO, None, ""), [section], "note")
    assert text.count("See it.") == 1
    assert '<a href="#quality">Quality</a>' in text


def test_the_figure_of_the_controls_stands_with_the_verdict_and_nowhere_else() -> None:
    drawings = tuple(Item("drawing", key, key, "See.", "data:,") for key in ("controls", "rates"))
    found = Found(findings(0.0), Best("3D-WDR-CC", 2.0), NO, None, "")
    text = report_html(found, [Section("The exam", drawings)], "note")
    assert text.index('id="controls"') < text.index("<h2>What the paper") < text.index('id="rates"')
    assert text.count('id="controls"') == 1


def test_a_page_inside_the_page_is_text_to_it() -> None:
    viewer = Item("viewer", "viewer", "Look", "See.", '<p class="a">x</p>', file="viewer/one_1.html")
    section = Section("Look", (viewer,))
    text = report_html(Found(findings(0.0), Best("3D-WDR-CC", 2.0), NO, None, ""), [section], "note")
    assert 'srcdoc="&lt;p class=&#34;a&#34;' in text


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


def test_without_3d_wdr_the_best_method_has_no_gain() -> None:
    text = page(findings(-0.25), Best("3D-WDR-CC", None))
    assert "is the best on the whole exam at this rate.<" in text


def test_the_readme_has_a_row_for_each_cohort_by_spacing() -> None:
    questions = ("3D-WDR-MCPD over 3D-WDR", "every slice alone over 3D-WDR", "no axial transform over 3D-WDR")
    cohorts = pd.DataFrame(
        [
            (cohort, spacing, 19.6, question, gain)
            for cohort, spacing in (("thick", 5.0), ("thin", 1.0))
            for question, gain in zip(questions, (0.036, 1.0, -0.5), strict=True)
        ],
        columns=["cohort", "spacing_mm", "selected", "question", "exam_gain_db"],
    )
    _, _, *lines = cohorts_table(cohorts).splitlines()
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert found[0] == ["thin", "1.0", "19.6", "+0.04", "+1.00", "-0.50"]
    assert [row[0] for row in found] == ["thin", "thick"]


def test_each_exam_is_one_row_beside_both_controls() -> None:
    table3 = pd.DataFrame({"exam": ["a_1", "a_1", "b_1"], "improvement_db": [1.0, 2.0, None]})
    names = ("3D-WDR-MCPD", "2D-WDR", "3D-WDR, no axial transform")
    controls = pd.DataFrame(
        [
            (exam, name, gain)
            for exam in ("a_1", "b_1")
            for name, gain in zip(names, (0.5, 1.0, 0.25), strict=True)
        ],
        columns=["exam", "control", "exam_gain_db"],
    )
    _, _, *lines = each_exam(table3, controls).splitlines()
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert found[0] == ["a_1", "2", "+1.00", "+1.50", "+2.00", "+0.50", "-0.50", "+0.25"]
    assert found[1] == ["b_1", "0", "-", "-", "-", "+0.50", "-0.50", "+0.25"]
