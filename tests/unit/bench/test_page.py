"""The page of benchmarks holds the committed numbers, and says what they say."""

import shutil
from math import prod
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.baselines.beside_reference import BESIDE_REFERENCE, beside_reference, beside_reference_section
from wdr_mcpd.baselines.curves import labels
from wdr_mcpd.baselines.published import agreement, read_published
from wdr_mcpd.baselines.report import read_benchmark
from wdr_mcpd.bench.__main__ import main
from wdr_mcpd.bench.contestants import VARIANTS, contestants, to_compare
from wdr_mcpd.bench.page import OTHERS, growth_factors, growth_table

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "benchmarks.md"
COMMITTED = ROOT / "resources" / "benchmarks"
PUBLISHED = ROOT / "resources" / "published"
CURVES = read_benchmark(COMMITTED / "rate_distortion.csv")
CURVES = CURVES[CURVES["method"].isin(labels())]


@pytest.fixture
def published() -> pd.DataFrame:
    rows = [("a", "QccPack 3D-WDR, 0 axial", rate, rate, 60 + 6 * np.log2(rate)) for rate in (0.5, 1.0, 2.0)]
    rows += [("a", "QccPack 2D-WDR", 1.0, 1.01, 50.0), ("a", "QccPack 3D-TARP", 1.0, 1.0, 99.0)]
    return pd.DataFrame(rows, columns=["exam", "label", "rate_bpv", "actual_bpv", "psnr_db"])


@pytest.fixture
def curves() -> pd.DataFrame:
    rows = [
        {"exam": "a", "method": method, "actual_bpv": rate, "psnr_db": 60 + shift + 6 * np.log2(rate)}
        for method, shift in (("3d-wdr-flat", 0.5), ("3d-wdr-flat-reference", -0.25), ("3d-wdr", 9))
        for rate in (0.5, 1.0, 2.0)
    ]
    return pd.DataFrame(rows)


def test_ours_stand_beside_the_reference_at_the_same_transform_and_rate(
    curves: pd.DataFrame, published: pd.DataFrame
) -> None:
    table = beside_reference(curves, published)
    assert list(table["rate_bpv"]) == [0.5, 1.0, 2.0]
    assert set(table["reference"]) == {"QccPack 3D-WDR, 0 axial"}
    np.testing.assert_allclose(table["difference_db"], 0.5)
    np.testing.assert_allclose(table["profile_difference_db"], -0.25)
    page = beside_reference_section(curves, published)
    assert "+0.50 to +0.50 dB from QccPack's, at 3 of 3 points not below it" in page
    assert "| 3D-WDR, 0 axial | ours" in page


def test_a_point_below_the_reference_is_counted(curves: pd.DataFrame, published: pd.DataFrame) -> None:
    worse = curves.assign(psnr_db=curves["psnr_db"] - (curves["actual_bpv"] == 1.0))
    assert "-0.50 to +0.50 dB from QccPack's, at 2 of 3 points" in beside_reference_section(worse, published)


def test_growth_is_that_of_time_from_the_least_to_the_largest_volume() -> None:
    shapes, times = ((64, 256, 256), (16, 512, 512), (16, 256, 256)), (50.0, 60.0, 40.0)
    rows = [
        {
            "label": "X",
            "direction": "decode",
            **dict(zip(("slices", "rows", "columns"), shape, strict=True)),
            "voxels": prod(shape),
            "ns_per_voxel": ns,
            "bytes_per_voxel": 9.96,
        }
        for shape, ns in zip(shapes, times, strict=True)
    ]
    assert growth_factors(pd.DataFrame(rows)) == {"X, decoding": 1.5}
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in growth_table(pd.DataFrame(rows)).splitlines()
    ]
    assert cells[2:] == [
        ["16 x 256 x 256", "40.0 (10.0)"],
        ["64 x 256 x 256", "50.0 (10.0)"],
        ["16 x 512 x 512", "60.0 (10.0)"],
    ]


def test_the_page_holds_the_committed_numbers(tmp_path: Path) -> None:
    page = tmp_path / PAGE.name
    page.write_bytes(PAGE.read_bytes())
    arguments = ["page", str(page), "--benchmarks", str(COMMITTED), "--published", str(PUBLISHED)]
    assert main(arguments) == 0
    assert page.read_bytes() == PAGE.read_bytes()


def test_what_is_left_of_an_earlier_run_is_said(tmp_path: Path) -> None:
    committed = shutil.copytree(COMMITTED, tmp_path / "benchmarks")
    page = tmp_path / PAGE.name
    page.write_bytes(PAGE.read_bytes())
    arguments = ["page", str(page), "--benchmarks", str(committed), "--published", str(PUBLISHED)]
    facts = pd.read_csv(committed / "machine.csv").set_index("what")["value"].to_dict()
    for measured, said in (("growth startup", "growth with the cohort. All else"), (" ".join(OTHERS), "")):
        pd.Series(facts | {"tables": measured}, name="value").to_csv(
            committed / "machine.csv", index_label="what"
        )
        assert main(arguments) == 0
        earlier = page.read_text().partition("Of an earlier version")[2]
        assert said in earlier
        assert bool(said) == bool(earlier)


def test_the_committed_points_are_all_there_and_none_is_below_the_reference() -> None:
    curves = pd.read_csv(COMMITTED / "rate_distortion.csv").rename(columns={"volume": "exam"})
    published = pd.read_csv(PUBLISHED / "rate_distortion.csv").rename(columns={"volume": "exam"})
    table = beside_reference(curves, published)
    assert len(table) == 2 * len(BESIDE_REFERENCE) * 5
    assert (table["difference_db"] > 0).all()


def test_the_committed_points_of_other_codecs_agree_with_those_measured_elsewhere() -> None:
    table = agreement(CURVES, read_published(PUBLISHED)[0])
    assert {name.split("-")[0] for name in table["method"]} >= {"jpeg2000", "htj2k", "sperr", "x265"}
    assert table["agrees"].all(), table[~table["agrees"]]


def test_the_variants_are_in_no_other_comparison() -> None:
    everyone = contestants()[0]
    assert {method.name for method in VARIANTS} < {contestant.name for contestant in everyone}
    assert {contestant.name for contestant in to_compare(everyone)} <= set(labels())
