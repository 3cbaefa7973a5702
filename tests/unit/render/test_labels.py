import numpy as np
from matplotlib.figure import Figure
from wdr_mcpd.paper.labels import LETTER, LINE, free_spots, spread


def test_labels_that_do_not_touch_stay() -> None:
    assert spread([1.0, 5.0, 3.0], 1.0, 0.0, 6.0) == [1.0, 5.0, 3.0]


def test_labels_that_touch_part_and_keep_their_order() -> None:
    moved = spread([2.0, 2.1, 2.05, 5.0], 1.0, 0.0, 6.0)
    assert np.argsort(moved).tolist() == [0, 2, 1, 3]
    assert np.diff(np.sort(moved)).min() > 0.99
    assert moved[3] - 5.0 < 0.2


def test_labels_stay_inside() -> None:
    moved = spread([0.0, 0.1, 9.9, 10.0], 1.0, 0.0, 10.0)
    assert min(moved) >= 0
    assert max(moved) <= 10
    assert np.diff(np.sort(moved)).min() > 0.95


def test_names_of_close_points_do_not_cover_each_other() -> None:
    figure = Figure(figsize=(4, 4))
    axes = figure.subplots()
    places = [(1.0, 1.0), (1.02, 1.01), (1.03, 0.99), (2.0, 2.0), (0.0, 0.0)]
    axes.scatter(*zip(*places, strict=True))
    names = ["first name", "second name", "third name", "far away", "origin"]
    spots = free_spots(axes, names, places, 6)
    points = axes.transData.transform(places) * 72 / figure.dpi
    boxes = []
    for name, (x, y), spot in zip(names, points, spots, strict=True):
        width = LETTER * 6 * len(name)
        left = x + spot.offset[0] - (width if spot.side == "right" else 0)
        boxes.append((left, left + width, y + spot.offset[1]))
    for i, (left, right, middle) in enumerate(boxes):
        for other_left, other_right, other_middle in boxes[i + 1 :]:
            apart = right <= other_left or other_right <= left
            assert apart or abs(middle - other_middle) >= LINE * 6 - 1e-9
    assert all(abs(spot.offset[0]) <= 5 for spot in spots[3:])


def test_a_name_is_not_nearer_to_another_point() -> None:
    figure = Figure(figsize=(4, 4))
    axes = figure.subplots()
    places = [(1.0, 1.0), (1.0, 1.03)]
    axes.scatter(*zip(*places, strict=True))
    axes.set(xlim=(-1, 1.01), ylim=(0, 2))  # names fit on the left only
    lower, upper = free_spots(axes, ["the lower one", "the upper one"], places, 6)
    assert lower.offset[1] < upper.offset[1]


def test_a_name_leaves_the_bar_of_its_point_free() -> None:
    figure = Figure(figsize=(4, 4))
    axes = figure.subplots()
    axes.scatter([1.0], [1.0])
    axes.set(xlim=(0, 2), ylim=(0, 2))
    (beside,) = free_spots(axes, ["name"], [(1.0, 1.0)], 6)
    (clear,) = free_spots(axes, ["name"], [(1.0, 1.0)], 6, [(0.2, 1.8)])
    assert beside.offset[1] == 0
    assert abs(clear.offset[1]) >= LINE * 6 / 2
