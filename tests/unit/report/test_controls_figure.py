"""The figure of controls shows every subject, their mean, and an interval only where there is one."""

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.report.controls import LABELS, draw_standing

DRAWN = ("random", "contiguous")


def measured(subjects: int) -> pd.DataFrame:
    rows = [
        (f"s{n}", f"s{n}_1", "method", row, "3D-WDR", 5.0, 60.0, place + 0.1 * n, -place - 0.1 * n)
        for n in range(subjects)
        for place, row in enumerate(row for row in LABELS if row not in DRAWN)
    ]
    names = ["subject", "exam", "kind", "control", "against", "in_volume"]
    gains = ["exam_psnr_db", "exam_gain_db", "selected_gain_db"]
    return pd.DataFrame(rows, columns=[*names, *gains]).assign(rate_bpv=1.0)


@pytest.mark.parametrize(("subjects", "bars"), [(2, 0), (4, 0), (5, 8)])
def test_points_are_of_subjects_and_bars_from_five_on(subjects: int, bars: int) -> None:
    figure = draw_standing(measured(subjects), None, "note")
    for axes, sign in zip(figure.axes, (1, -1), strict=True):
        small = [line for line in axes.lines if line.get_markersize() == 2.5 and line.get_marker() == "o"]
        assert [len(np.asarray(line.get_xdata())) for line in small] == [subjects] * 8
        first = np.asarray(small[1].get_xdata(), float)
        np.testing.assert_allclose(sorted(first * sign), 1 + 0.1 * np.arange(subjects))
        black = [line for line in axes.lines if line.get_color() == "black"]
        assert len(black) == bars
    assert ("95 % t intervals" in figure._supxlabel.get_text()) == (bars > 0)  # type: ignore[attr-defined]


def test_draws_have_rows_where_they_were_measured() -> None:
    without = draw_standing(measured(2), None, "note")
    drawn = pd.DataFrame(
        {"kind": ["random"] * 3 + ["contiguous"], "exam_gain_db": 0.1, "selected_gain_db": 0.2}
    )
    with_draws = draw_standing(measured(2), drawn, "note")
    named = [
        [tick.get_text() for tick in figure.axes[0].get_yticklabels()] for figure in (without, with_draws)
    ]
    assert set(named[1]) - set(named[0]) == {LABELS[kind] for kind in DRAWN}
    assert named[1] == list(LABELS.values())
