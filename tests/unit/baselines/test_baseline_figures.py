from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from wdr_mcpd.baselines.curves import labels
from wdr_mcpd.baselines.figures import (
    lossless_figure,
    rate_distortion_figure,
    speed_figure,
    write_figures,
)
from wdr_mcpd.methods import METHODS as OURS

LABELS = labels()
METHODS = ("3d-wdr-cc", "3d-wdr", "sperr", "jpeg2000-volume", "zfp")


@pytest.fixture
def curves() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "exam": exam,
                "method": method,
                "rate_bpv": rate,
                "actual_bpv": rate,
                "psnr_db": 60 + 6 * np.log2(rate) + 2 - i - (8 if method == "zfp" else 0),
            }
            for exam in ("a", "b")
            for i, method in enumerate(METHODS)
            for rate in (0.25, 0.5, 1.0, 2.0)
        ]
    )


def texts(figure: Figure) -> set[str]:
    return {text.get_text() for axes in figure.axes for text in axes.texts}


def test_every_curve_carries_its_name_and_ours_its_colour(curves: pd.DataFrame) -> None:
    outside = pd.DataFrame({"exam": ["a"], "label": "Q", "actual_bpv": [1.0], "psnr_db": [59.0]})
    figure = rate_distortion_figure(curves, "note", outside)
    assert len(figure.axes) == 4
    assert texts(figure) == {LABELS[m] for m in METHODS[:-1]} | {LABELS["zfp"] + " (below)"}
    ours = [line for line in figure.axes[1].lines if line.get_color() == OURS["3d-wdr"].colour]
    assert len(ours) == 1
    np.testing.assert_allclose(ours[0].get_ydata(), 0)
    best = next(line for line in figure.axes[1].lines if line.get_color() == OURS["3d-wdr-cc"].colour)
    np.testing.assert_allclose(best.get_ydata(), 1)
    legend = figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["measured elsewhere"]
    assert figure.axes[2].get_legend() is None


def test_vvc_is_a_line_of_its_own_as_far_as_the_rates_go(curves: pd.DataFrame) -> None:
    outside = pd.DataFrame({"exam": "a", "label": "Q", "actual_bpv": [1.0], "psnr_db": [59.0]})
    vvc = pd.DataFrame(
        {"exam": "a", "label": "VVC, all-intra", "actual_bpv": [2.0, 0.5, 4.0], "psnr_db": [70.0, 58.0, 80.0]}
    )
    figure = rate_distortion_figure(curves, "note", pd.concat([outside, vvc], ignore_index=True))
    legend = figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        "measured elsewhere",
        "VVC, all-intra, elsewhere",
    ]
    line = next(line for line in figure.axes[1].lines if line.get_label().startswith("VVC"))
    np.testing.assert_array_equal(line.get_xdata(), [0.5, 2.0])
    np.testing.assert_allclose(line.get_ydata(), [58 - 55, 70 - 67])
    assert figure.axes[1].get_ylim()[1] > 3


def test_speed_shows_the_spread_and_open_circles_for_what_was_measured_elsewhere() -> None:
    points = pd.DataFrame(
        {
            "exam": "a",
            "label": ["SPERR", "QccPack 3D-WDR", "SPERR"],
            "method": ["sperr", "", "sperr"],
            "direction": ["encode", "encode", "decode"],
            "rate_bpv": 1.0,
            "mvoxel_per_s": [10.0, 2.0, 20.0],
            "mvoxel_per_s_low": [8.0, np.nan, 19.0],
            "mvoxel_per_s_high": [11.0, np.nan, 22.0],
            "psnr_db": [70.0, 69.0, 70.0],
        }
    )
    figure = speed_figure(points, "note")
    assert [text.get_text() for text in figure.axes[0].texts] == ["SPERR", "QccPack 3D-WDR"]
    assert [text.get_text() for text in figure.axes[1].texts] == ["SPERR"]
    assert figure.axes[0].get_legend() is not None
    assert speed_figure(points[points["method"] != ""], "note").axes[0].get_legend() is None


def test_a_codec_far_below_the_best_stands_at_the_edge_with_its_number() -> None:
    speeds = {f"mvoxel_per_s{end}": 10.0 for end in ("", "_low", "_high")}
    points = pd.DataFrame(
        {
            "exam": "a",
            "label": ["SPERR", "ZFP"] * 2,
            "method": ["sperr", "zfp"] * 2,
            "direction": ["encode", "encode", "decode", "decode"],
            "rate_bpv": 1.0,
            "psnr_db": [70.0, 54.9] * 2,
            **speeds,
        }
    )
    axes = speed_figure(points, "note").axes[0]
    assert [text.get_text() for text in axes.texts] == ["SPERR", "ZFP (54.9 dB)"]
    assert axes.get_ylim()[0] > 58


def test_lossless_bars_are_sorted_and_written_out() -> None:
    bits = pd.DataFrame({"exam": "a", "method": ["3d-wdr", "jpegls", "htj2k-slices"], "bpv": [6.5, 6.0, 9.0]})
    axes = lossless_figure(bits, "note").axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "HTJ2K, slices",
        LABELS["3d-wdr"],
        LABELS["jpegls"],
    ]
    assert [text.get_text() for text in axes.texts] == ["9.000", "6.500", "6.000"]


def test_the_three_figures_are_written(curves: pd.DataFrame, tmp_path: Path) -> None:
    speeds = pd.DataFrame(
        {
            "exam": "a",
            "label": ["SPERR"] * 2,
            "method": "sperr",
            "direction": ["encode", "decode"],
            "rate_bpv": 1.0,
            "mvoxel_per_s": 10.0,
            "mvoxel_per_s_low": 9.0,
            "mvoxel_per_s_high": 11.0,
            "psnr_db": 70.0,
        }
    )
    bits = pd.DataFrame({"exam": "a", "method": ["jpegls"], "bpv": [6.0]})
    files = [
        [tmp_path / f"{name}{suffix}" for suffix in (".png", ".svg")]
        for name in ("rate_distortion", "speed", "lossless")
    ]
    write_figures(curves, speeds, bits, "note", files)
    assert sorted(tmp_path.iterdir()) == sorted(path for pair in files for path in pair)
