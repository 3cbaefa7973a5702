"""The table of cohorts pairs by subject and says on how many people it rests."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.report.cohorts import QUESTIONS, answers, said_cohorts, write_cohorts
from wdr_mcpd.report.findings import in_cohorts
from wdr_mcpd.study.controls import ALONE, COHERENT, NO_AXIAL, PROPOSED
from wdr_mcpd.study.laws import GAINS


def controls(cohort: str, subjects: int, spacing: float, gains: dict[str, float]) -> pd.DataFrame:
    rows = [
        (f"p{n}", f"p{n}_{exam}", control, gains.get(control, 0.5) + 0.01 * n, spacing, 19.0, 0.4)
        for n in range(subjects)
        for exam in (1, 2)
        for control in QUESTIONS
        if control != COHERENT or n == 0
    ]
    names = ["subject", "exam", "control", "exam_gain_db", "spacing_mm", "in_volume", "median_mcpd"]
    return pd.DataFrame(rows, columns=names).assign(cohort=cohort)


@pytest.fixture
def measured() -> pd.DataFrame:
    thick = controls("one FLAIR", 6, 5.0, {PROPOSED: 0.0, NO_AXIAL: 1.0})
    thin = controls("one T1", 4, 1.3, {PROPOSED: 0.1, NO_AXIAL: -1.5})
    return pd.concat([thick, thin, controls("two T2", 5, 3.0, {PROPOSED: -0.1, NO_AXIAL: 0.5})])


def test_answers_are_means_over_subjects_with_intervals_from_five_on(measured: pd.DataFrame) -> None:
    table = answers(measured).set_index(["cohort", "question"])
    thick = table.loc[("one FLAIR", QUESTIONS[NO_AXIAL])]
    assert (thick["subjects"], thick["exams"]) == (6, 12)
    assert thick["exam_gain_db"] == pytest.approx(1.0 + 0.01 * 2.5)
    assert thick["exam_gain_db_low"] < thick["exam_gain_db"] < thick["exam_gain_db_high"]
    few = table.loc[("one T1", QUESTIONS[NO_AXIAL])]
    assert few["exam_gain_db"] == pytest.approx(-1.5 + 0.01 * 1.5)
    assert np.isnan(few[["exam_gain_db_low", "t_p", "needed"]].astype(float)).all()
    assert table.loc[("one FLAIR", QUESTIONS[COHERENT]), "subjects"] == 1


def test_people_of_one_data_set_are_counted_once(measured: pd.DataFrame) -> None:
    assert said_cohorts(answers(measured)) == "30 exams of 11 people"


def test_findings_are_those_of_the_table(measured: pd.DataFrame) -> None:
    found = in_cohorts(answers(measured))
    assert found.people == "30 exams of 11 people"
    assert found.gain_db == pytest.approx((-0.08, 0.115))
    assert [spacing for spacing, _ in found.flat] == [1.3, 3.0, 5.0]
    assert [gain > 0 for _, gain in found.flat] == [False, True, True]


def test_table_and_figure_are_written(measured: pd.DataFrame, tmp_path: Path) -> None:
    for kind in ("controls", "spacing"):
        (tmp_path / kind).mkdir()
    measured.to_csv(tmp_path / "controls" / "all.csv", index=False)
    law = pd.DataFrame(
        {"subject": "p0", "exam": "p0_1", "taken": "every n-th", "spacing_mm": [1.3, 2.6, 3.9]}
    )
    law = law.assign(**dict.fromkeys(GAINS, 0.5)).assign(axial_transform_db=[1.0, 0.5, -0.5])
    law.to_csv(tmp_path / "spacing" / "all.csv", index=False)
    write_cohorts(tmp_path, tmp_path)
    page = (tmp_path / "cohorts.md").read_text()
    assert "30 exams of 11 people" in page
    assert "3D-WDR over no axial transform: at 3.2 mm on average" in page
    assert {"cohorts.csv", "cohorts.png", "cohorts.svg", "cohorts.tex"} <= {
        p.name for p in tmp_path.iterdir()
    }
    assert QUESTIONS[ALONE] in page
