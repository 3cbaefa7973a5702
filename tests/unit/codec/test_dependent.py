"""Dependent quantisation: the trellis, the search, and the size that is asked for."""

from itertools import pairwise, product
from math import floor

import numpy as np
import pytest
from test_cc_quality import drawn_head, psnr
from volumes import blobs

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.cc import dependent
from wdr_mcpd.codec.cc.layout import framed, relatives
from wdr_mcpd.codec.header import unpack
from wdr_mcpd.codec.layout import layout


def test_every_state_is_reached_once_by_each_parity() -> None:
    for parity in (0, 1):
        assert sorted(dependent.NEXT[:, parity]) == list(range(8))
        assert all(dependent.NEXT[dependent.BEFORE[s, parity], parity] == s for s in range(8))


def restored(k: int, state: int) -> float:
    return float(2 * k - state % 2 if k else 0)


def test_no_other_path_is_cheaper() -> None:
    step = 10.0
    plan = layout((1, 1, 6), "packet", 0, 0)
    table, length = relatives(plan)
    rng = np.random.default_rng(4)
    for _ in range(20):
        values = rng.integers(-45, 46, 6).astype(np.int32)
        exact = framed(values, plan, table, length)
        level = dependent.levels_of(exact, table)
        found = dependent.indices(exact, level, table, step)[0]
        inside = framed(np.ones(6, np.int32), plan, table, length) > 0
        classes = [
            min(max((int(n) - round(dependent._offset(step))) >> 1, 0), dependent.CLASSES - 1)
            for n in level[inside]
        ]

        def cost(path: tuple[int, ...]) -> float:
            state, total = 0, 0.0
            for k, value, kind in zip(path, values, classes, strict=True):  # noqa: B023
                x = (abs(int(value)) + 0.5) / step if value else 0.0
                total += (x - restored(k, state)) ** 2
                total += dependent.PRICE * float(dependent.bits()[0][state % 2, kind, k])
                state = int(dependent.NEXT[state, k % 2])
            return total

        best = min(cost(path) for path in product(range(4), repeat=6))
        assert cost(tuple(abs(int(k)) for k in found[inside])) == pytest.approx(best, rel=1e-4)
        assert np.all(np.sign(found[inside]) * np.sign(values) >= 0)


@pytest.mark.parametrize(("rate", "gain"), [(0.3, 0.0), (1.0, 0.2), (2.5, 0.2)])
def test_the_size_is_met_and_the_quality_is_higher(rate: float, gain: float) -> None:
    volume = drawn_head()
    data = codec.encode(volume, settings=Settings("cc"), rate=rate)
    budget = floor(rate * volume.size / 8)
    assert 0.97 * budget < len(data) <= budget
    cut = codec.encode(volume, settings=Settings("cc", progressive=True), rate=rate)
    assert psnr(volume, codec.decode(data)) > psnr(volume, codec.decode(cut)) + gain


def test_every_cut_decodes() -> None:
    volume = blobs((6, 40, 36), np.int16, 2)
    data = codec.encode(volume, [(0, 2, 4), (1, 3, 5)], Settings("cc", axial_levels=1), rate=2.0)
    header, start = unpack(data, volume.size)
    assert len(header.fields.steps) == 2
    errors = [psnr(volume, codec.decode(data[:n])) for n in range(start, len(data) + 1, 7)]
    assert errors[-1] > errors[0] + 10
    assert all(b > a - 1.5 for a, b in pairwise(errors))
