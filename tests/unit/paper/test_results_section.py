"""The section "Results" made anew: sentences come from the tables, parts stand in the paper's order."""

import re

import pandas as pd

from wdr_mcpd.paper.results_section import Written
from wdr_mcpd.paper.results_section import section as lay_out
from wdr_mcpd.study.cohort_answers import FewBits, InCohorts
from wdr_mcpd.study.pays import Verdict

ANSWER = Verdict(2, 0.45, 1.03)
CONDITIONS = InCohorts(
    "9 exams of 5 people", (19, 20), (0.0, 0.1), ((1.3, -1.5),), FewBits(0.1, 1, (1, 2.5, 2.5), (0, 0.0, 0.0))
)

TABLE1 = pd.DataFrame(
    {
        "exam": ["a_1", "a_1"],
        "slice": [1, 2],
        "psnr_db": [61.5, 64.25],
        "ssim": [0.9, 0.95],
        "paper_psnr_db": [46.9228, 51.3733],
        "paper_ssim": [0.6403, 0.7841],
    }
)
TABLE2 = pd.DataFrame(
    {
        "exam": ["a_1", "a_1"],
        "slice": [1, 2],
        "selected": ["no", "yes"],
        "paper_selected": ["no", "yes"],
    }
)
TABLE3 = TABLE1.iloc[1:].assign(improvement_db=[1.25], paper_improvement_db=[1.5], over_alone_db=[-2.5])


def section(conditions: tuple[InCohorts, str] | None = (CONDITIONS, "cohorts.png")) -> str:
    pages = (f"# Table {number}\n\nnote\n\n## a_1\n\n| x |" for number in (1, 2, 3))
    written = [Written(data, page) for data, page in zip((TABLE1, TABLE2, TABLE3), pages, strict=True)]
    return lay_out(ANSWER, conditions, written, [("Figure 1", "figures/a_1/figure1.png")])


def test_parts_stand_in_the_order_of_the_paper() -> None:
    headings = re.findall(r"^#+ .*(Table \d|Figures? \d)", section(), re.MULTILINE)
    assert headings == ["Table 1", "Table 1", "Table 2", "Table 2", "Table 3", "Table 3", "Figures 1"]


def test_sentences_hold_our_numbers_and_those_of_the_paper() -> None:
    text = section()
    assert "PSNR varies from 61.5000 to 64.2500 [from 46.9228 to 51.3733] dB" in text
    assert "1 of 2 slices are selected: 2 [1 of 2 slices are selected: 2]" in text
    assert "The gain over Table 1 is 1.25 to 1.25 dB, 1.25 dB on average [1.5 to 1.5 dB, 1.50 dB]" in text
    assert "Over the same slices alone: -2.50 dB on average" in text


def test_the_section_begins_with_the_verdict() -> None:
    assert section().startswith("# Results\n\n**It does not pay:** ")
    first = section().partition("##")[0]
    told = [
        "+1.03 dB (mean over 2 people",
        "](cohorts.png)",
        "-1.50 dB at 1.3 mm.",
        "in 1 of 1 cohorts (+2.5",
    ]
    assert sorted(told, key=first.index) == told
    assert "cohort" not in section(None).partition("##")[0]


def test_an_exam_without_selected_slices_says_so() -> None:
    empty = TABLE3.assign(psnr_db=[None], ssim=[None], improvement_db=[None]).astype(
        {"improvement_db": float}
    )
    written = [Written(data, "") for data in (TABLE1, TABLE2.assign(selected="no"), empty)]
    assert lay_out(ANSWER, None, written, []).count("no slice is selected") == 2
