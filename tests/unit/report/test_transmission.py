"""Time over a link until a received prefix has a given quality."""

import pandas as pd
import pytest

from wdr_mcpd.report.transmission import mean_over_slices, times_to_quality


def quality(exam: str, method: str, points: dict[float, tuple[int, float]]) -> list[dict[str, object]]:
    return [
        {
            "exam": exam,
            "method": method,
            "rate_bpv": rate,
            "slice": number,
            "ssim": ssim + shift,
            "bytes": size,
        }
        for rate, (size, ssim) in points.items()
        for number, shift in ((1, -0.01), (2, 0.01))
    ]


def test_slices_are_averaged_before_anything_else() -> None:
    table = mean_over_slices(pd.DataFrame(quality("a_1", "3d-wdr", {1.0: (1000, 0.9)})))
    assert table.to_dict("records") == [
        {"exam": "a_1", "method": "3d-wdr", "rate_bpv": 1.0, "bytes": 1000, "ssim": pytest.approx(0.9)}
    ]


def test_times_are_bits_over_speed_and_unreached_exams_are_counted() -> None:
    rows = quality("a_1", "3d-wdr", {0.5: (8000, 0.90), 1.0: (16000, 0.96)})
    rows += quality("b_1", "3d-wdr", {0.5: (8000, 0.70), 1.0: (16000, 0.80)})
    table = times_to_quality(pd.DataFrame(rows), {"a_1": 2000, "b_1": 6000}, "note").data
    first = table[(table["method"] == "3d-wdr") & (table["ssim"] == 0.90)].iloc[0]
    assert (first["exams"], first["exams_that_reach_it"], first["kilobytes"]) == (2, 1, 8)
    assert first["seconds_at_64_kbit_s"] == 1.0
    assert first["seconds_at_100_mbit_s"] == pytest.approx(8000 * 8 / 100e6)
    assert table.iloc[-1][["method", "kilobytes"]].to_list() == ["stored values, uncompressed", 4]
    assert table[table["ssim"] == 0.98].iloc[0]["exams_that_reach_it"] == 0
