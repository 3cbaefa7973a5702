"""The study's benchmark covers each cohort and adds up."""

import numpy as np

from wdr_mcpd.bench.study_growth import study_growth


def test_each_cohort_is_timed() -> None:
    table = study_growth(exams=(1, 2), slices=6, size=32)
    assert table["exams"].tolist() == [1, 2]
    np.testing.assert_allclose(table["measuring_s"] + table["joining_s"], table["total_s"])
    np.testing.assert_allclose(table["total_s"] / table["exams"], table["s_per_exam"])
    assert np.isnan(table["times_the_cohort_before"][0])
    assert table["times_the_cohort_before"][1] == table["total_s"][1] / table["total_s"][0]
