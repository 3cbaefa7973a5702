import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from wdr_mcpd.baselines.codecs import Codec, Control, RateSearch, Search
from wdr_mcpd.baselines.codecs.search import around

CONTROL = Control("step", 100.0, 0.01, log=True)
QUALITY = Control("quality", 0, 1)


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


@dataclass(frozen=True)
class Jumping(Codec):
    """Sizes rise in steps of a tenth; with a shift they lie between those."""

    name: str = "jumping"
    label: str = "Jumping"
    control: Control = QUALITY
    shifts: tuple[float, ...] = ()
    shift: float = 0.0

    @property
    def nearby(self) -> tuple["Jumping", ...]:
        return tuple(replace(self, shift=shift) for shift in self.shifts)

    def encode(self, volume: Any, quality: float | None = None) -> bytes:
        assert quality is not None
        return bytes(round(1000 * 1.1 ** (math.floor(20 * quality) + self.shift)))

    def compress(self, volume: Any, bits: int, quality: float | None) -> list[bytes]:
        raise NotImplementedError

    def expand(self, parts: list[bytes], frame: Any) -> Any:
        raise NotImplementedError


def test_a_neighbour_is_searched_where_the_first_setting_jumps() -> None:
    volume = np.zeros((1, 10, 8), np.uint8)
    rate = 1000 * 1.1**10.5 * 8 / volume.size
    assert RateSearch(Jumping(), volume).reach(rate) is None
    assert RateSearch(Jumping(shifts=(0.2, 0.8)), volume).reach(rate) is None
    reached = RateSearch(Jumping(shifts=(0.2, 0.5)), volume).reach(rate)
    assert reached is not None
    setting, quality, stream = reached
    assert setting == Jumping(shifts=(0.2, 0.5), shift=0.5)
    assert setting.encode(volume, quality) == stream
    assert abs(8 * len(stream) / volume.size / rate - 1) <= 0.01


def test_sizes_around_a_target_are_not_near_it_if_others_are_known() -> None:
    assert around({0.0: 50, 0.4: 97, 0.6: 103, 1.0: 200}, 100) == {0.0: 50, 1.0: 200}
    assert around({0.4: 97, 0.6: 103}, 100) == {0.4: 97, 0.6: 103}
    assert around({0.0: 50, 0.4: 90}, 100) == {}
    assert around({0.4: 110, 1.0: 200}, 100) == {}
    assert around({0.0: 150, 0.4: 90}, 100) == {}


def test_sizes_that_do_not_rise_everywhere_are_searched_too() -> None:
    def wavy(quality: float) -> bytes:
        return bytes(round(1000 * 10 ** (2 * quality + 0.15 * math.sin(25 * quality))))

    for target in (2_000, 5_000, 10_000, 30_000):
        reached = Search(wavy, Control("quality", 0, 1)).reach(target)
        assert reached is not None
        assert 0.99 <= len(reached[1]) / target <= 1.01
