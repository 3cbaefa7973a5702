"""Figures 1 and 2: which slices they show, and the files they become."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wdr_mcpd.errors import InputError
from wdr_mcpd.paper.figures import SlicePair, slice_figure, slices_to_show
from wdr_mcpd.render.style import write_figure

AVERAGE = np.array([0.6, 0.4, 0.7, 0.3, 0.0])


def pair(shape: tuple[int, int] = (24, 32)) -> SlicePair:
    original = np.arange(shape[0] * shape[1], dtype=np.int16).reshape(shape)
    return SlicePair(original, original[:, ::-1], 40.0, 0.5, (0.8, 0.8))


def test_the_first_two_selected_slices_are_shown() -> None:
    assert slices_to_show(AVERAGE, 0.5) == [2, 4]


def test_with_fewer_selected_the_first_others_fill_up() -> None:
    assert slices_to_show(AVERAGE, 0.0) == [5, 1]


def test_asked_slices_are_shown() -> None:
    assert slices_to_show(AVERAGE, 0.5, [5, 1]) == [5, 1]


def test_a_slice_that_the_exam_lacks_is_refused() -> None:
    with pytest.raises(InputError, match="slice 6 is not among the exam's slices 1 to 5"):
        slices_to_show(AVERAGE, 0.5, [1, 6])


def test_the_figure_shows_three_panels_and_the_units_of_the_difference() -> None:
    figure = slice_figure(pair(), "a_1, slice 2", "1 subject")
    original, decoded, difference, bar = figure.axes
    np.testing.assert_array_equal(original.images[0].get_array(), pair().original)
    np.testing.assert_array_equal(decoded.images[0].get_array(), pair().decoded)
    np.testing.assert_array_equal(difference.images[0].get_array(), abs(pair().original - pair().decoded))
    assert original.images[0].get_clim() == decoded.images[0].get_clim()
    assert "stored values" in bar.get_ylabel()


def test_a_blank_slice_can_be_drawn() -> None:
    blank = np.zeros((16, 16), np.uint16)
    figure = slice_figure(SlicePair(blank, blank, float("inf"), 1.0), "", "")
    assert figure.axes[2].images[0].get_clim() == (0, 1)


def test_files_are_the_same_each_time(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_figure(
            lambda: slice_figure(pair(), "a_1, slice 2", "1 subject"),
            [tmp_path / folder / f"figure1{suffix}" for suffix in (".png", ".svg")],
        )
    for suffix in (".png", ".svg"):
        assert (tmp_path / "one" / f"figure1{suffix}").read_bytes() == (
            tmp_path / "two" / f"figure1{suffix}"
        ).read_bytes()
    with Image.open(tmp_path / "one" / "figure1.png") as image:
        assert image.width == 2100
