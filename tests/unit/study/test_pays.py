"""The verdict is that of the tables, and pays only where every control is beaten."""

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.study.pays import Verdict, of_controls, of_quality


@pytest.mark.parametrize(
    ("gains", "pays"),
    [
        ((0.3, 0.2, 0.1), True),
        ((0.3, 0.3, 0.1), False),
        ((0.3, 0.2, 0.4), False),
        ((-0.1, -0.5, -0.3), False),
    ],
)
def test_it_pays_only_where_all_controls_are_beaten(gains: tuple[float, ...], pays: bool) -> None:
    assert Verdict(6, *gains).pays == pays


def test_the_verdict_is_that_of_the_table_of_controls() -> None:
    names = ["3D-WDR", "3D-WDR-MCPD", "2D-WDR", "3D-WDR, no axial transform"]
    table = pd.DataFrame({"control": names, "subjects": 5, "exam_gain_db": [0.0, 0.4, 1.0, 1.7]})
    assert of_controls(table) == Verdict(5, 0.4, 1.0, 1.7)


def test_the_verdict_of_measured_slices_pools_exams_and_averages_subjects() -> None:
    psnr = {"3d-wdr": 60.0, "3d-wdr-mcpd": 61.0, "2d-wdr": 63.0}
    rows = [
        (subject, exam, method, 1.0, n, value + shift * (method == "2d-wdr"), 0.9, 100, 0, np.nan, np.nan)
        for subject, exam, shift in (("a", "a_1", 0.0), ("a", "a_2", 2.0), ("b", "b_1", 0.0))
        for method, value in psnr.items()
        for n in (1, 2)
    ]
    names = ["subject", "exam", "method", "rate_bpv", "slice", "psnr_db", "ssim", "bytes"]
    quality = pd.DataFrame(rows, columns=[*names, "tumour_voxels", "tumour_psnr_db", "tumour_ssim"])
    found = of_quality(quality, 1.0)
    assert (found.subjects, found.flat_db) == (2, None)
    assert (found.gain_db, found.alone_db) == pytest.approx((1.0, (4.0 + 3.0) / 2))
