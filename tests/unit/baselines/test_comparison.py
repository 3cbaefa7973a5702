from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.baselines.comparison import (
    BEGIN,
    END,
    comparison,
    comparison_table,
    every_codec,
    readme_section,
)
from wdr_mcpd.baselines.published import agreement, lead, only_elsewhere, read_published
from wdr_mcpd.baselines.speed import speed_points
from wdr_mcpd.bench.__main__ import main
from wdr_mcpd.render.tables import as_markdown

ROOT = Path(__file__).parents[3]
RATES = (0.25, 0.5, 1.0, 2.0)


@pytest.fixture
def curves() -> pd.DataFrame:
    """3D-WDR; SPERR with the same PSNR at 80 % of the bits; a curve of which one point is missing."""
    rows = [
        {"exam": "a", "method": name, "rate_bpv": rate, "actual_bpv": rate, "psnr_db": psnr, "ssim": 0.9}
        for name, shift in (("3d-wdr", 0.0), ("sperr", np.log2(1 / 0.8)), ("zfp", -4.0))
        for rate, psnr in zip(RATES, 60 + 6 * (np.log2(RATES) + shift), strict=True)
        if (name, rate) != ("zfp", 0.25)
    ]
    return pd.DataFrame(rows)


def test_bjontegaard_rate_of_a_codec_that_needs_fewer_bits(curves: pd.DataFrame) -> None:
    table = comparison(curves).set_index("method")
    assert list(table.index) == ["3d-wdr", "sperr", "zfp"]
    assert table.loc["sperr", "bd_rate_3d_wdr_percent"] == pytest.approx(-20)
    assert table.loc["3d-wdr", "bd_rate_3d_wdr_percent"] == pytest.approx(0)
    assert np.isnan(table.loc["zfp", "bd_rate_3d_wdr_percent"])
    assert table["bd_rate_3d_wdr_cc_percent"].isna().all()
    assert np.isnan(table.loc["zfp", "psnr_db_at_0.25"])
    assert table.loc["3d-wdr", "psnr_db_at_2"] == pytest.approx(66)


def test_a_point_that_costs_more_and_is_no_better_is_left_out(curves: pd.DataFrame) -> None:
    worse = {"exam": "a", "method": "sperr", "rate_bpv": 0.7, "actual_bpv": 0.7, "psnr_db": 40.0, "ssim": 0.9}
    table = comparison(pd.concat([curves, pd.DataFrame([worse])])).set_index("method")
    assert table.loc["sperr", "bd_rate_3d_wdr_percent"] == pytest.approx(-20)


def test_the_table_shows_a_dash_for_what_was_not_reached(curves: pd.DataFrame) -> None:
    page = as_markdown(comparison_table(curves, "note"))
    row = next(line for line in page.splitlines() if "ZFP" in line)
    assert [cell.strip() for cell in row.strip("|").split("|")][:3] == ["ZFP, fixed rate", "-", "30.00"]
    assert "Tumour" not in page
    assert "Tumour" in as_markdown(comparison_table(curves.assign(tumour_psnr_db=50.0), "note"))


def test_agreement_is_at_the_rate_measured_elsewhere(curves: pd.DataFrame) -> None:
    published = pd.DataFrame(
        {
            "exam": ["a", "a", "a", "b"],
            "label": "x",
            "codec": ["sperr", "sperr", None, "sperr"],
            "actual_bpv": [0.95, 0.2, 1.0, 1.0],
            "psnr_db": [60 + 6 * np.log2(0.95 / 0.8) + 0.25, 60 + 6 * np.log2(0.2 / 0.8) - 0.4, 0.0, 0.0],
        }
    )
    table = agreement(curves, published)
    np.testing.assert_allclose(table["difference_db"], [-0.25, 0.4])
    assert list(table["agrees"]) == [True, False]


def test_the_lead_of_vvc_is_read_between_its_points(curves: pd.DataFrame) -> None:
    vvc = {"exam": "a", "label": "VVC, all-intra", "actual_bpv": [4.0, 0.25], "psnr_db": [90.0, 66.0]}
    mine = curves[curves["exam"] == "a"]
    found = lead(mine, pd.DataFrame(vvc), "3d-wdr")
    ours = mine[mine["method"] == "3d-wdr"].set_index("rate_bpv")["psnr_db"]
    assert list(found.index) == list(ours.index)
    np.testing.assert_allclose(found, 66 + 6 * np.log2(np.array(ours.index) / 0.25) - ours)
    assert lead(curves, pd.DataFrame(vvc).assign(exam="other"), "3d-wdr").empty


def test_the_points_measured_elsewhere_can_be_read() -> None:
    rates, speed = read_published(ROOT / "resources" / "published")
    outside = only_elsewhere(rates)
    assert set(outside["exam"]) == {"brain1", "brain2"}
    assert outside["label"].str.contains("QccPack|SPIHT|VVC").all()
    assert set(rates["codec"].dropna()) >= {"sperr", "x265-medium", "htj2k-slices", "jpeg2000-volume"}
    assert speed["psnr_db"].between(60, 80).all()
    peaks = rates["psnr_db"] - rates["psnr_max_db"]
    np.testing.assert_allclose(peaks[rates["exam"] == "brain1"], 20 * np.log10(65535 / 3057), atol=1e-3)


def test_speeds_get_their_psnr_and_their_spread(curves: pd.DataFrame) -> None:
    speed = pd.DataFrame(
        {
            "exam": "a",
            "method": "sperr",
            "direction": ["encode", "decode"],
            "rate_bpv": 1,  # as a CSV with whole rates is read
            "mvoxel_per_s": [10.0, 20.0],
            "seconds": [2.0, 1.0],
            "seconds_q1": [1.0, 0.5],
            "seconds_q3": [4.0, 2.0],
        }
    )
    elsewhere = pd.DataFrame(
        {
            "exam": ["a", "b"],
            "label": "QccPack",
            "rate_bpv": 1.0,
            "encode_mvoxel_per_s": 2.0,
            "decode_mvoxel_per_s": 3.0,
            "psnr_db": 61.0,
        }
    )
    points = speed_points(speed, curves, elsewhere)
    assert list(points["label"]) == ["SPERR", "SPERR", "QccPack", "QccPack"]
    assert list(points["mvoxel_per_s"]) == [10, 20, 2, 3]
    assert list(points["mvoxel_per_s_low"].iloc[:2]) == [5, 10]
    assert list(points["mvoxel_per_s_high"].iloc[:2]) == [20, 40]
    assert points["psnr_db"].iloc[0] == pytest.approx(60 + 6 * np.log2(1 / 0.8))


def test_the_table_has_one_row_for_each_codec(curves: pd.DataFrame) -> None:
    speed = pd.DataFrame(
        {"method": ["3d-wdr"] * 2, "direction": ["encode", "decode"], "ratio_sperr": [0.5, 0.25]}
    )
    lossless = pd.DataFrame({"method": ["3d-wdr", "jpegls", "jpegls"], "bpv": [6.5, 6.0, 7.0]})
    shown = every_codec(curves, speed, lossless)
    assert list(shown.loc["3d-wdr"]) == ["**3D-WDR**", "60.00", "+0", "-", "0.50", "0.25", "6.500"]
    assert list(shown.loc["jpegls"]) == ["JPEG-LS, slices", "-", "-", "-", "-", "-", "6.500"]
    assert len(shown) == 4
    machine = pd.DataFrame({"what": ["processor"], "value": ["Some"]})
    vvc = {"exam": "a", "label": "VVC, all-intra", "actual_bpv": [0.25, 4.0], "psnr_db": [66.0, 90.0]}
    ours = curves[curves["method"] == "3d-wdr"].assign(method="3d-wdr-cc")
    few = readme_section(pd.concat([curves, ours]), speed, lossless, machine, pd.DataFrame(vvc))
    assert "Ahead of 3D-WDR-CC is VVC" in few
    assert "Ahead" not in readme_section(curves, speed, lossless, machine, pd.DataFrame(vvc))
    assert "| SPERR" in few
    assert "JPEG-LS" not in few


def test_a_readme_without_the_section_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("# nothing\n")
    (tmp_path / "rate_distortion.csv").write_text(
        "volume,method,rate_bpv,actual_bpv,psnr_db,psnr_max_db,ssim\na,3d-wdr,1,1,60,40,0.9\n"
    )
    (tmp_path / "codec_speed.csv").write_text(
        "volume,method,direction,ratio_sperr,mvoxel_per_s\na,3d-wdr,encode,1,9\n"
    )
    (tmp_path / "lossless.csv").write_text("volume,method,bpv\na,3d-wdr,6\n")
    (tmp_path / "machine.csv").write_text("what,value\nprocessor,Some Processor\nav,\n")
    arguments = ["readme", str(tmp_path / "README.md"), "--benchmarks", str(tmp_path)]
    arguments += ["--published", str(ROOT / "resources" / "published")]
    assert main(arguments) == 2
    assert "<!-- comparison: written by make comparison -->" in capsys.readouterr().err
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}stale\n{END}after\n")
    assert main(arguments) == 0
    page = (tmp_path / "README.md").read_text()
    assert "| **3D-WDR** |" in page
    assert "stale" not in page
    assert "one core (Some Processor)" in page
    assert page.startswith(f"before\n{BEGIN}")
    assert page.endswith(f"{END}after\n")
    assert main(arguments) == 0
    assert (tmp_path / "README.md").read_text() == page


def test_the_readme_holds_the_committed_numbers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_bytes((ROOT / "README.md").read_bytes())
    folders = [str(ROOT / "resources" / name) for name in ("benchmarks", "published")]
    assert main(["readme", str(readme), "--benchmarks", folders[0], "--published", folders[1]]) == 0
    assert readme.read_bytes() == (ROOT / "README.md").read_bytes()
