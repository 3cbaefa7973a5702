"""The study's figures: one look for each method, notes that say what bars are, all curves of the sweep."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from wdr_mcpd.methods import METHODS, with_variants
from wdr_mcpd.report.decomposition import SHOWN_ORDER, draw_parts, draw_ways
from wdr_mcpd.report.laws import draw_laws, means_by_rate, means_by_spacing, said_turns
from wdr_mcpd.report.rates import draw_rates
from wdr_mcpd.report.thresholds import draw_thresholds
from wdr_mcpd.report.transmission import draw_arrival
from wdr_mcpd.study.laws import COLUMNS as LAW
from wdr_mcpd.study.laws import EVERY, GAINS, turning_points

BARS = "95 % t intervals of the mean over subjects"
FEW = "no interval: it is given from 5 on"


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


PARTS = ("allocation_db", "grouping_db", "axial_depth_db", "gain_db")


def of_subjects(subjects: int, names: dict[str, list[str]], *values: str) -> pd.DataFrame:
    """Rows of `subjects` subjects with gains 1, 2, ... for each name."""
    rows = [
        {
            "subject": f"s{n}",
            "rate_bpv": 1.0,
            column: name,
            "order": SHOWN_ORDER,
            **dict.fromkeys(values, n + 1.0),
        }
        for column, known in names.items()
        for name in known
        for n in range(subjects)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("subjects", "said"), [(2, f"2 subjects have {FEW}"), (5, BARS), (1, f"One subject has {FEW}")]
)
def test_few_subjects_are_points_and_many_have_bars(subjects: int, said: str) -> None:
    row = {"rate_bpv": 1.0, "subjects": subjects, "order": SHOWN_ORDER}
    names = {"region": ["selected slices", "whole exam"]}
    regions = pd.DataFrame([with_ends(row | {"region": region}, *PARTS) for region in names["region"]])
    if subjects < 5:
        regions[[column for column in regions if column.endswith(("_low", "_high"))]] = np.nan
    figure = draw_parts(regions, of_subjects(subjects, names, *PARTS), 1.0, "note")
    assert said in note(figure)
    assert SHOWN_ORDER in note(figure)
    points = [line.get_xdata() for line in figure.axes[1].lines if line.get_marker() == "o"]
    expected = [list(range(1, subjects + 1))] * len(PARTS) if subjects < 5 else []
    assert [list(np.asarray(x)) for x in points] == expected
    schemes = pd.DataFrame([with_ends(row | {"scheme": scheme}, "exam_gain_db") for scheme in ("one", "two")])
    exams = of_subjects(subjects, {"scheme": ["one", "two"]}, "exam_gain_db")
    assert note(draw_ways(schemes, exams, 1.0, ["one", "two"], "note")).endswith(said)


def test_the_sweep_shows_psnr_and_gains_of_the_selected_and_of_the_exam() -> None:
    thresholds = np.linspace(0.2, 1.2, 5)
    values = ["selected_slices", "selected_psnr_db", "exam_psnr_db", "selected_gain_db", "exam_gain_db"]
    sweep = pd.DataFrame({"exam": "a_1", "rate_bpv": 1.0, "threshold_mcpd": thresholds})
    for place, value in enumerate(values):
        sweep[value] = thresholds + 10 * place
    figure = draw_thresholds(sweep, sweep, 0.5, "std", "note")
    panels = [axes for axes in figure.axes if axes.lines]  # one place is the legend's
    drawn = [np.asarray(axes.lines[0].get_ydata(), float)[0] for axes in panels]
    assert drawn == pytest.approx([0.2, 10.2, 20.2, 30.2, 40.2])
    labels = [axes.get_ylabel() for axes in panels]
    assert labels[1:3] == ["PSNR of the selected (dB)", "PSNR of the whole exam (dB)"]


def test_without_a_law_of_spacing_that_of_the_rate_stands_alone() -> None:
    rates = pd.DataFrame({"subject": "a", "exam": "a_1", "rate_bpv": [0.5, 1.0], "best_levels": 1})
    at_rates = means_by_rate(rates.assign(**dict.fromkeys(GAINS, 0.5)))
    law = pd.DataFrame(columns=["subject", *LAW])
    thick = means_by_spacing(law)
    assert len(draw_laws(thick, at_rates, "note").axes) == 1
    assert said_turns(turning_points(law)) == "No series has 3 spacings of enough slices."
    thin = pd.DataFrame([dict.fromkeys(LAW, 1.0) | {"exam": "a_1", "subject": "a", "taken": EVERY}])
    assert len(draw_laws(means_by_spacing(thin), at_rates, "note").axes) == 3
