import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs import CODECS, RateSearch
from wdr_mcpd.baselines.curves import absent_points, curves, labels, with_mean
from wdr_mcpd.baselines.measure import measure_codec
from wdr_mcpd.methods import METHODS
from wdr_mcpd.study.metrics import Reading, pooled_psnr
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.rates import exam_quality

pytest.importorskip("imagecodecs")


@pytest.fixture(scope="module")
def volume() -> NDArray[np.int16]:
    z, y, x = np.mgrid[:6, :48, :48] / 48
    noise = np.random.default_rng(7).normal(scale=40, size=z.shape)
    return np.clip(1200 * np.sin(5 * x + z) * np.cos(4 * y) + 1800 + noise, 0, 4095).astype(np.int16)


def test_a_baseline_is_measured_like_our_methods(volume: NDArray[np.int16]) -> None:
    mask = np.zeros(volume.shape, bool)
    mask[2:4, 10:20, 10:30] = True
    frame, note = measure_codec("a_1", "jpeg2000-volume", volume, [2.0, 1.0], Reading(), mask)
    assert note == ""
    assert list(frame.columns) == COLUMNS
    assert list(frame["rate_bpv"]) == [1.0] * 6 + [2.0] * 6
    assert list(frame["slice"]) == [1, 2, 3, 4, 5, 6] * 2
    assert (frame["bytes"] * 8 / volume.size / frame["rate_bpv"]).between(0.99, 1.01).all()
    assert list(frame["tumour_psnr_db"].notna()) == [False, False, True, True, False, False] * 2
    point = curves(exam_quality(frame.assign(subject="a")), {"a_1": volume.size})
    assert list(point["rate_bpv"]) == [1.0, 2.0]
    assert (point["actual_bpv"] / point["rate_bpv"]).between(0.99, 1.01).all()


def test_pooled_psnr_of_a_curve_is_that_of_the_volume(volume: NDArray[np.int16]) -> None:
    frame, _ = measure_codec("a_1", "sperr", volume, [1.0], Reading())
    reached = RateSearch(CODECS["sperr"], volume).reach(1.0)
    assert reached is not None
    point = curves(exam_quality(frame.assign(subject="a")), {"a_1": volume.size})
    assert point["psnr_db"].item() == pytest.approx(pooled_psnr(volume, reached[0].decode(reached[2])))
    assert np.isnan(point["tumour_psnr_db"].item())


def test_what_cannot_be_reached_is_absent_and_said(volume: NDArray[np.int16]) -> None:
    frame, note = measure_codec("a_1", "zfp", volume, [0.01, 2.0], Reading())
    assert set(frame["rate_bpv"]) == {2.0}
    assert note == "ZFP, fixed rate: cannot reach 0.01 bits per voxel within 1 %"
    frame, note = measure_codec("a_1", "x265-medium", volume.astype(np.uint16) * 8, [1.0], Reading())
    assert frame.empty
    assert list(frame.columns) == COLUMNS
    assert note == "x265 medium: takes 12 bits, the volume needs 15"


def test_the_mean_is_over_exams_that_all_have_the_point() -> None:
    points = pd.DataFrame(
        [
            {"exam": exam, "method": method, "rate_bpv": rate, "actual_bpv": rate, "psnr_db": 50 + i + rate}
            for i, exam in enumerate(["a", "b"])
            for method in ("3d-wdr", "zfp", "x265-medium")
            for rate in (1.0, 2.0)
            if (exam, method, rate) != ("b", "zfp", 2.0) and (exam, method) != ("b", "x265-medium")
        ]
    )
    mean = with_mean(points, alone=True)
    assert set(mean["exam"]) == {"mean of 2 exams"}
    assert list(zip(mean["method"], mean["rate_bpv"], mean["psnr_db"], strict=True)) == [
        ("3d-wdr", 1.0, 51.5),
        ("3d-wdr", 2.0, 52.5),
        ("zfp", 1.0, 51.5),
    ]
    assert len(with_mean(points)) == len(points) + 3
    one = points[points["exam"] == "a"]
    assert with_mean(one) is one


def test_what_is_absent_is_named_with_the_exams_and_rates() -> None:
    points = pd.DataFrame(
        [
            *((exam, "3d-wdr", rate) for exam in ("a", "b") for rate in (0.5, 1.0)),
            *(("a", "zfp", 1.0), ("b", "zfp", 0.5), ("b", "zfp", 1.0), ("a", "x265-medium", 1.0)),
        ],
        columns=["exam", "method", "rate_bpv"],
    )
    reasons = {("b", "x265-medium"): "x265 medium: takes 12 bits, the volume needs 15"}
    assert absent_points(points, ["zfp", "x265-medium", "sz3"], reasons) == [
        "ZFP, fixed rate: not within 1 % of 0.5 bits per voxel (a)",
        "x265 medium: not within 1 % of 0.5 bits per voxel (a)",
        "x265 medium: takes 12 bits, the volume needs 15 (b)",
        "SZ3: not within 1 % of 0.5, 1 bits per voxel (a, b)",
    ]


def test_every_method_and_baseline_has_a_name() -> None:
    names = labels()
    assert list(names) == [*reversed(METHODS), *CODECS]
    assert len(set(names.values())) == len(names)


def test_the_lossless_mean_is_over_methods_that_coded_every_exam() -> None:
    bits = pd.DataFrame(
        {"exam": ["a", "b", "a"], "method": ["jpegls", "jpegls", "x265-slow"], "bpv": [6.0, 7.0, 1.0]}
    )
    mean = with_mean(bits, alone=True, by=["method"])
    assert mean.to_dict("records") == [{"method": "jpegls", "bpv": 6.5, "exam": "mean of 2 exams"}]
