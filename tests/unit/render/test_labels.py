"""Names in a figure keep apart, and stand near what they name."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from wdr_mcpd.render.labels import name_ends, name_points, spread


def box(text: Text) -> Bbox:
    return Text.get_window_extent(text)


def drawn(axes: Axes) -> list[Text]:
    axes.figure.draw_without_rendering()
    return list(axes.texts)


def test_names_that_do_not_touch_stay() -> None:
    assert spread([0.1, 0.5, 0.3], 0.1) == pytest.approx([0.1, 0.5, 0.3])


def test_names_that_touch_part_and_keep_their_order() -> None:
    moved = spread([0.2, 0.21, 0.205, 0.9], 0.1)
    assert np.argsort(moved).tolist() == [0, 2, 1, 3]
    assert np.diff(np.sort(moved)).min() == pytest.approx(0.1)
    assert np.mean(moved[:3]) == pytest.approx(np.mean([0.2, 0.21, 0.205]))
    assert moved[3] == pytest.approx(0.9)


def test_names_stay_inside() -> None:
    moved = spread([0.0, 0.01, 0.99, 1.0], 0.1)
    assert (min(moved), max(moved)) == (0, pytest.approx(1))
    assert np.diff(np.sort(moved)).min() == pytest.approx(0.1)


def test_the_ends_of_lines_are_named_in_their_order_without_overlap() -> None:
    axes = Figure(figsize=(4, 4)).subplots()
    ends = {"low": (1.0, 0.0), "high": (1.0, 2.0), "middle": (1.0, 1.99), "below": (1.0, -9.0)}
    axes.set(xlim=(0, 1.1), ylim=(-1, 3))
    name_ends(axes, ends, {name: {"color": "C0"} for name in ends}, size=8)
    texts = sorted(drawn(axes), key=lambda text: box(text).y0)
    assert [text.get_text() for text in texts] == ["below", "low", "middle", "high"]
    for lower, upper in pairwise(texts):
        assert box(lower).y1 <= box(upper).y0 + 2  # the boxes have room above and below the letters


def test_names_of_close_points_cover_no_other_name_and_no_point() -> None:
    axes = Figure(figsize=(4, 4)).subplots()
    places = [(1.0, 1.0), (1.02, 1.01), (1.03, 0.99), (2.0, 2.0), (0.0, 0.0)]
    axes.scatter(*zip(*places, strict=True))
    axes.margins(0.3)
    names = ["first name", "second name", "third name", "far away", "origin"]
    name_points(axes, names, places, [{}] * 5, 6)
    texts = drawn(axes)
    assert [text.get_text() for text in texts] == names
    for one, other in combinations(texts, 2):
        assert not box(one).overlaps(box(other))
    for point in axes.transData.transform(places):
        assert not any(box(text).contains(*point) for text in texts)


def test_names_stand_at_the_same_place_each_time() -> None:
    found = []
    for _ in range(2):
        axes = Figure(figsize=(4, 4)).subplots()
        axes.scatter([1, 1.01], [1, 1])
        name_points(axes, ["one", "other"], [(1, 1), (1.01, 1)], [{}] * 2, 6)
        found.append([text.get_position() for text in drawn(axes)])
    np.testing.assert_array_equal(*found)
