import math

import pytest

from wdr_mcpd.baselines.codecs import Control, Search

CONTROL = Control("step", 100.0, 0.01, log=True)


def smooth(step: float) -> bytes:
    return bytes(round(40_000 / step**0.8))


def coarse(step: float) -> bytes:
    return bytes(1000 * 2 ** math.floor(-math.log2(step / 100)))


@pytest.mark.parametrize("target", [1_500, 10_000, 123_456, 1_000_000])
def test_a_smooth_codec_reaches_every_target_in_few_steps(target: int) -> None:
    search = Search(smooth, CONTROL)
    reached = search.reach(target)
    assert reached is not None
    quality, stream = reached
    assert 0.995 * target <= len(stream) <= target
    assert smooth(quality) == stream
    assert len(search.sizes) <= 10


def test_what_was_tried_serves_the_next_target() -> None:
    search = Search(smooth, CONTROL)
    search.reach(10_000)
    tried = len(search.sizes)
    search.reach(10_500)
    assert len(search.sizes) - tried <= 4


@pytest.mark.parametrize("target", [200, 10**8])
def test_a_target_beyond_the_ends_is_absent(target: int) -> None:
    search = Search(smooth, CONTROL)
    assert search.reach(target) is None
    assert search.reach(target) is None
    assert len(search.sizes) <= 8


def test_a_target_between_two_steps_is_absent() -> None:
    assert Search(coarse, CONTROL).reach(3000) is None


def test_a_step_just_above_the_target_counts_as_reached() -> None:
    reached = Search(coarse, CONTROL).reach(3980)
    assert reached is not None
    assert len(reached[1]) == 4000


def test_a_parameter_of_whole_numbers_is_tried_once_at_each() -> None:
    tried: list[float] = []

    def whole(quality: float) -> bytes:
        tried.append(quality)
        return bytes(1000 + 100 * int(quality) ** 2)

    search = Search(whole, Control("quality", 0, 99, whole=True))
    for target in (1000 + 100 * 37**2, 1000 + 100 * 5**2, 1000 + 100 * 98**2):
        reached = search.reach(target)
        assert reached is not None
        assert len(reached[1]) == target
    assert search.reach(6000) is None
    assert len(search.sizes) < 30
    assert len(tried) <= len(search.sizes) + 3


def test_a_neighbour_is_searched_where_the_first_setting_jumps() -> None:
    def steps(shift: float, quality: float) -> bytes:
        return bytes(round(1000 * 1.1 ** math.floor(20 * (quality + shift))))

    control = Control("quality", 0, 1)
    first = Search(lambda q: steps(0, q), control)
    target = 1000 * 1.1**10.5
    assert first.reach(target) is None

    def smooth_near(quality: float) -> bytes:
        return bytes(round(1000 * 1.1 ** (20 * quality + 0.3)))

    tried = Search(smooth_near, control).near(target, first.sizes)
    assert tried is not None
    assert abs(len(tried[1]) / target - 1) <= 0.01
    assert Search(lambda q: steps(0.01, q), control).near(target, first.sizes) is None
    assert Search(smooth_near, control).near(10**9, first.sizes) is None


def test_sizes_that_do_not_rise_everywhere_are_searched_too() -> None:
    def wavy(quality: float) -> bytes:
        return bytes(round(1000 * 10 ** (2 * quality + 0.15 * math.sin(25 * quality))))

    for target in (2_000, 5_000, 10_000, 30_000):
        reached = Search(wavy, Control("quality", 0, 1)).reach(target)
        assert reached is not None
        assert 0.99 <= len(reached[1]) / target <= 1.01
