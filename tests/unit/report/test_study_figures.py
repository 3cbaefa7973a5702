"""The study's figures: one look for each method, notes that say what bars are, all curves of the sweep."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from wdr_mcpd.methods import METHODS, with_variants
from wdr_mcpd.report.decomposition import draw_parts, draw_ways
from wdr_mcpd.report.rates import draw_rates
from wdr_mcpd.report.thresholds import draw_thresholds
from wdr_mcpd.report.transmission import draw_arrival

BARS = "95 % bootstrap intervals of the mean over subjects"
FEW = "with 2 subjects this shows how they differ, not how a population does"


def with_ends(values: dict[str, object], *names: str) -> dict[str, object]:
    ends = {f"{name}_{end}": value for name in names for end, value in (("low", 0.5), ("high", 1.5))}
    return values | dict.fromkeys(names, 1.0) | ends


def note(figure: Figure) -> str:
    return str(figure._supxlabel.get_text()).replace("\n", " ")  # type: ignore[attr-defined]


def rates_table() -> pd.DataFrame:
    names = ("exam_psnr_db", "mean_ssim", "exam_gain_db")
    return pd.DataFrame(
        [
            with_ends({"method": method, "rate_bpv": rate, "subjects": 2}, *names)
            for method in METHODS
            for rate in (0.5, 1.0)
        ]
    )


def test_a_method_has_one_colour_and_one_name_in_every_figure() -> None:
    quality = rates_table()[["method", "rate_bpv"]].assign(exam="a_1", slice=1, ssim=0.9, bytes=1000)
    rates, arrival = draw_rates(rates_table(), "note"), draw_arrival(quality, "note")
    for figure in (rates, arrival):
        drawn = {
            to_rgb(line.get_color()) for line in figure.axes[0].lines if line.get_marker() not in ("None", "")
        }
        assert drawn == {to_rgb(method.colour) for method in METHODS.values()}
    labels = {method.label for method in METHODS.values()}
    assert labels == {text.get_text() for text in arrival.axes[0].get_legend().texts}
    assert labels == {text.get_text() for text in rates.axes[2].texts}


def test_a_variant_of_the_configuration_is_drawn_by_its_label() -> None:
    methods = with_variants({"deep": {"method": "3d-wdr", "axial_levels": 5, "label": "Deep"}})
    figure = draw_rates(rates_table().replace("3d-wdr-cc", "deep"), "note", methods)
    assert "Deep" in {text.get_text() for text in figure.axes[2].texts}


@pytest.mark.parametrize(
    ("subjects", "said"), [(2, f"{BARS}; {FEW}"), (5, BARS), (1, "One subject has no interval")]
)
def test_figures_say_what_their_bars_are(subjects: int, said: str) -> None:
    parts = ("allocation_db", "grouping_db", "axial_depth_db", "gain_db")
    row = {"rate_bpv": 1.0, "subjects": subjects}
    regions = [with_ends(row | {"region": region}, *parts) for region in ("selected slices", "whole exam")]
    figure = draw_parts(pd.DataFrame(regions), 1.0, "note")
    assert said in note(figure)
    assert "another order of steps would share the same gain out differently" in note(figure)
    schemes = pd.DataFrame([with_ends(row | {"scheme": scheme}, "exam_gain_db") for scheme in ("one", "two")])
    assert note(draw_ways(schemes, 1.0, ["one", "two"], "note")).endswith(said)


def test_the_sweep_shows_psnr_and_gains_of_the_selected_and_of_the_exam() -> None:
    thresholds = np.linspace(0.2, 1.2, 5)
    values = ["selected_slices", "selected_psnr_db", "exam_psnr_db", "selected_gain_db", "exam_gain_db"]
    sweep = pd.DataFrame({"exam": "a_1", "threshold_mcpd": thresholds})
    for place, value in enumerate(values):
        sweep[value] = thresholds + 10 * place
    figure = draw_thresholds(sweep, sweep, 0.5, "std", "note")
    drawn = [np.asarray(axes.lines[1].get_ydata(), float)[0] for axes in figure.axes]
    assert drawn == pytest.approx([0.2, 10.2, 20.2, 30.2, 40.2])
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels[1:3] == ["PSNR of the selected (dB)", "PSNR of the whole exam (dB)"]
