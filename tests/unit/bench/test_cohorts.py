"""Benchmarks on cohorts: kinds of image, parts that are kept, and what the page says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.bench import cohorts
from wdr_mcpd.bench.cohort_page import FAST, SHORT, cohorts_section, gains, speeds
from wdr_mcpd.bench.lossless import made_up
from wdr_mcpd.data import Volume
from wdr_mcpd.data.exam import Exam, write_exam
from wdr_mcpd.data.series import Series, write_series_table
from wdr_mcpd.places import Results


def test_images_are_of_the_kinds_that_they_are_said_to_be() -> None:
    rng = np.random.default_rng(3)
    volume = (200 + np.cumsum(rng.normal(0, 20, (6, 32, 40)), axis=2)).clip(0).astype(np.uint16)
    made = dict(made_up(volume))
    assert set(made) == {"zero-filled", "masked", "noise", "drawn"}
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(made["zero-filled"]), axes=(1, 2)))
    assert made["zero-filled"].shape == (4, 32, 40)
    assert spectrum[:, :7].max() < 0.01 * spectrum.max()
    assert 0.2 < np.mean(made["masked"] == 0) < 0.8
    shown = made["masked"] > 0
    np.testing.assert_array_equal(made["masked"][shown], volume[1:5][shown])
    noise = made["noise"].astype(float)
    assert abs(np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]) < 0.02


def test_a_kind_that_is_there_is_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    volume = np.arange(20 * 8 * 8, dtype=np.int16).reshape(20, 8, 8)
    runs = [tmp_path / "a", tmp_path / "b"]
    for run, (collection, subject) in zip(runs, (("set A", "sub-01"), ("ds000011", "sub-04")), strict=True):
        row = Series(collection, subject, 1, "1.2.3", "T1w", 20, 1, "CC0", "files", file="a.nii")
        write_series_table(Results(run).series_table(), [row])
        write_exam(Results(run).volume(row.exam_id), Exam(Volume(volume, (1.0, 1.0, 1.0)), 0, 20))
    seen: list[str] = []

    def measured(volumes: dict[str, np.ndarray]) -> pd.DataFrame:
        seen.extend(volumes)
        return pd.DataFrame({"volume": list(volumes), "slices": [len(v) for v in volumes.values()]})

    monkeypatch.setattr(
        cohorts, "learnt_from", lambda table: [row for row in table if row.patient_id == "sub-01"]
    )
    monkeypatch.setattr(cohorts, "_lossless", measured)
    arguments = (runs, {"brain": volume}, tmp_path / "out", "lossless_kinds")
    cohorts.measure_cohorts(*arguments)
    table = pd.read_csv(tmp_path / "out" / "lossless_kinds.csv")
    kinds = ["sample", "set A T1w", "held out", "zero-filled", "masked", "noise", "drawn"]
    assert table["kind"].tolist() == kinds
    assert table["volume"].tolist()[:3] == ["brain", "set A T1w sub-01_1", "ds000011 T1w sub-04_1"]
    assert table["slices"].tolist()[:3] == [20, 3, 3]
    seen.clear()
    (tmp_path / "out" / "lossless_kinds" / "held-out.csv").unlink()
    cohorts.measure_cohorts(*arguments)
    assert seen == ["ds000011 T1w sub-04_1"]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out" / "lossless_kinds.csv"), table)


@pytest.fixture
def lossless() -> pd.DataFrame:
    rows = [
        (kind, volume, method, bpv, True, seconds, 2 * seconds)
        for kind, volume, shift in (("x", "a", 0.0), ("x", "b", 1.0), ("y", "c", 2.0))
        for method, bpv, seconds in (
            (SHORT, 4.5 + shift, 8.0),
            (FAST, 4.75 + shift, 0.5),
            ("jpegxl", 5.0, 1.0),
            ("jpegls", 6.0, 0.25),
        )
    ]
    columns = ["kind", "volume", "method", "bpv", "verified", "encode_s", "decode_s"]
    table = pd.DataFrame(rows, columns=columns)
    # a million voxels each
    return table.assign(label=table["method"].str.upper(), bytes=table["bpv"] * 1e6 / 8, processor="Some")


def test_speeds_are_ratios_to_jpeg_xl(lossless: pd.DataFrame) -> None:
    table = speeds(lossless)
    assert table.loc[FAST].tolist() == [2.0, 2.0]
    assert table.loc["jpegxl"].tolist() == [1.0, 1.0]
    twice = lossless["encode_s"].where(lossless["volume"] != "b", 2 * lossless["encode_s"])
    pd.testing.assert_frame_equal(speeds(lossless.assign(encode_s=twice)), table)


def test_gains_are_read_at_the_rate_that_the_other_spent() -> None:
    rates = [0.5, 1.0, 2.0]
    ours = pd.DataFrame(
        {"method": "3d-wdr-cc", "rate_bpv": rates, "actual_bpv": rates, "psnr_db": [50, 56, 62]}
    )
    other = ours.assign(method="x265-medium", actual_bpv=[0.5, 1.0, 2.0 * 2**-0.5], psnr_db=55.0)[1:]
    table = gains(pd.concat([ours, other]).assign(kind="x", volume="a"))
    assert table["rate_bpv"].tolist() == [1.0, 2.0]
    np.testing.assert_allclose(table["gain_db"], [1.0, 4.0])


def test_the_page_counts_where_ours_are_shorter_and_who_reached_a_rate(lossless: pd.DataFrame) -> None:
    points = [
        ("x", volume, method, rate, rate, 50 + 6 * np.log2(rate) + lead)
        for volume in ("a", "b")
        for method, lead in (("3d-wdr-cc", 1.0), ("3d-wdr", 0.0), ("x265-medium", 1.5))
        for rate in (0.5, 1.0)
        if (volume, method, rate) != ("b", "x265-medium", 1.0)
    ]
    columns = ["kind", "volume", "method", "rate_bpv", "actual_bpv", "psnr_db"]
    page = cohorts_section(lossless, pd.DataFrame(points, columns=columns))
    assert f"Of 3 volumes {FAST} is shorter than every peer on 1" in page
    assert f"{SHORT} is shorter than every peer on 1 (the least lead over the best peer is -30.0 %)" in page
    assert "Effort 2 takes 16.0 times as long as effort 1 to encode and 16.0 times to decode" in page
    assert "12 of 12 streams" in page
    assert "Effort 1 encodes 2.00 and decodes 1.00 million voxels a second" in page
    assert "one core, Some)" in page
    assert [cell.strip() for cell in page.splitlines()[-1].split("|")[3:-1]] == [
        "x265 medium",
        "-0.50",
        "-0.50 (1)",
    ]
