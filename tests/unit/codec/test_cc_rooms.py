"""The rooms of the coherence-conditioned coder one by one."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import pywt
from numpy.typing import NDArray

from wdr_mcpd.codec.cc import coder
from wdr_mcpd.codec.cc.contexts import CLASS, place
from wdr_mcpd.codec.cc.layout import KINDS, framed, relatives, split_layout
from wdr_mcpd.codec.cc.mixing import REACH, SQUASH, STRETCH
from wdr_mcpd.codec.cc.restoration_1 import LIMIT, OFFSETS, Network, correct, network
from wdr_mcpd.codec.cc.transform import SPLIT
from wdr_mcpd.codec.layout import layout

SHAPES = [(3, 37, 50), (1, 5, 3), (2, 64, 64), (9, 1, 40), (4, 2, 2), (1, 1, 1), (5, 33, 1), (16, 48, 31)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("levels", "axial"), [(5, 0), (1, 1), (2, 3), (0, 0)])
def test_subbands_cover_every_coefficient_once(shape: tuple[int, int, int], levels: int, axial: int) -> None:
    plan = split_layout(shape, levels, axial)
    seen = np.zeros(shape, int)
    offset = 0
    for band in plan.subbands:
        assert band.offset == offset
        offset += band.size
        seen[tuple(slice(o, o + n) for o, n in zip(band.origin, band.shape, strict=True))] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("axial", [0, 2])
def test_the_transform_is_undone(shape: tuple[int, int, int], axial: int) -> None:
    plan = split_layout(shape, 5, axial)
    block = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    work = block.copy()
    SPLIT.forward(work, plan)
    SPLIT.inverse(work, plan)
    np.testing.assert_allclose(work, block, atol=2e-5)


def test_the_finest_level_is_the_wavelet_of_17_and_11_taps() -> None:
    rows = np.zeros((1, 1, 128), np.float32)
    rows[0, 0, 40:80] = np.random.default_rng(2).normal(size=40)
    low, high = pywt.dwt(rows[0, 0], "bior6.8", mode="periodization")
    plan = split_layout(rows.shape, 1, 0)
    SPLIT.forward(rows, plan)
    assert np.abs(rows[0, 0, :64] - low).max() < 1e-5
    # A single row has nothing to split along the other axis: only its high-pass half is split once more.
    # PyWavelets gives the high-pass half the other sign.
    again = pywt.dwt(-high, "bior6.8", mode="periodization")
    assert plan.subbands[1].shape == plan.subbands[2].shape == (1, 1, 32)
    assert np.abs(rows[0, 0, 64:96] - again[0]).max() < 1e-5
    assert np.abs(rows[0, 0, 96:] + again[1]).max() < 1e-5


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("plan_of", [split_layout, lambda s, i, a: layout(s, "dyadic", i, a)])
def test_relatives_lie_inside_the_framed_array(shape: tuple[int, int, int], plan_of) -> None:  # type: ignore[no-untyped-def]
    plan = plan_of(shape, 4, 2)
    table, length = relatives(plan)
    assert ((table["kind"] >= 0) & (table["kind"] < KINDS)).all()
    for row in table:
        for s in {0, row["slices"] - 1}:
            for r in {0, row["rows"] - 1}:
                for c in {0, row["columns"] - 1}:
                    here = _place(row, s, r, c)
                    assert row["start"] <= here - row["slice_step"] - row["row_step"]
                    assert here + 2 * row["row_step"] < length
                    if row["parent"] >= 0:
                        parent = table[row["parent"]]
                        assert s >> row["slice_shift"] <= parent["slices"]
                        assert r >> row["row_shift"] <= parent["rows"]
                        assert c >> row["column_shift"] <= parent["columns"]
                    for name in ("cousin", "other_cousin"):
                        if row[name] >= 0:
                            cousin = table[row[name]]
                            assert cousin["slices"] == row["slices"]
                            assert r <= cousin["rows"]
                            assert c <= cousin["columns"]


def _place(row: np.void, s: int, r: int, c: int) -> int:
    return int(place.py_func(row.view(np.recarray), s, r, c))  # type: ignore[attr-defined]


def test_framing_keeps_values_and_a_frame_of_zeros() -> None:
    plan = split_layout((3, 12, 10), 3, 1)
    table, length = relatives(plan)
    values = np.arange(1, plan.size + 1, dtype=np.int32)
    whole = framed(values, plan, table, length)
    assert np.array_equal(np.sort(whole[whole > 0]), values)
    assert whole[_place(table[0], 0, 0, 0)] == 1


TABLES = """
import hashlib, sys
import numpy
toward = float(sys.argv[1])
def shifted(function):
    return lambda *given, **options: numpy.nextafter(function(*given, **options), toward)
for name in ("log", "log2", "exp"):
    setattr(numpy, name, shifted(getattr(numpy, name)))
from wdr_mcpd.codec.cc.mixing import SQUASH, STRETCH
from wdr_mcpd.codec.cc.contexts import CLASS
print(*(hashlib.sha256(table.tobytes()).hexdigest()[:16] for table in (STRETCH, SQUASH, CLASS)))
"""


@pytest.mark.parametrize("toward", ["-inf", "inf"])
def test_the_tables_of_every_stream_need_no_logarithm_of_the_machine(toward: str) -> None:
    """Where the last digit of a logarithm is another one, the tables are still those of the format."""
    command = [sys.executable, "-c", TABLES, toward]
    made = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert made == ["40ca9c9b85fd4c84", "1d1c3220ae552e55", "2a54202fb15802cc"]


def test_the_tables_are_the_functions_that_they_stand_for() -> None:
    p = (np.arange(4096) + 0.5) / 4096
    assert np.abs(STRETCH - 256 * np.log(p / (1 - p))).max() < 0.5 + 1e-9
    x = (np.arange(2 * REACH) - REACH) / 256
    assert np.abs(SQUASH - np.clip(65536 / (1 + np.exp(-x)), 16, 65520)).max() < 0.5 + 1e-9
    octaves = 1 + 2.5 * np.log2(np.arange(1, 4096))
    assert np.array_equal(CLASS[1:], np.minimum(31, octaves + 1e-9).astype(int))
    assert CLASS[0] == 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [1, 700])
def test_all_planes_give_back_the_coefficients(shape: tuple[int, int, int], scale: int) -> None:
    plan = split_layout(shape, 4, 1)
    coefficients = (np.random.default_rng(3).laplace(size=plan.size) * scale).astype(np.int32)
    coefficients[0] = 5 * scale
    top = int(np.abs(coefficients).max()).bit_length() - 1
    payload = coder.encode(coefficients, plan, top, 1 << 30)
    assert np.array_equal(coder.decode(payload, plan, top), coefficients)


def test_the_largest_magnitudes_do_not_overflow() -> None:
    plan = split_layout((2, 16, 16), 2, 0)
    coefficients = np.full(plan.size, (1 << 31) - 1, np.int32)
    coefficients[::3] = 1 - (1 << 31)
    payload = coder.encode(coefficients, plan, 30, 1 << 30)
    decoded = coder.decode(payload, plan, 30)
    assert np.array_equal(decoded, coefficients.astype(np.float32))


def test_a_prefix_decodes_to_intervals_that_hold_the_coefficients() -> None:
    plan = split_layout((3, 40, 40), 3, 0)
    coefficients = (np.random.default_rng(4).laplace(size=plan.size) * 50).astype(np.int32)
    top = int(np.abs(coefficients).max()).bit_length() - 1
    payload = coder.encode(coefficients, plan, top, 1 << 30)
    errors = []
    for length in np.linspace(0, len(payload), 9).astype(int):
        decoded = coder.decode(payload[:length].copy(), plan, top)
        assert (decoded * coefficients >= 0).all()
        assert np.array_equal(coder.encode(coefficients, plan, top, int(length)), payload[:length])
        errors.append(float(np.square(decoded - coefficients).mean()))
    assert all(b < a for a, b in pairwise(errors))


@pytest.mark.parametrize("name", ["full", "half", "quarter"])
def test_the_filter_is_the_network_it_says(name: str) -> None:
    block = np.random.default_rng(5).normal(0, 30, (3, 11, 14)).astype(np.float32)
    layers, step = network(name), 8.0
    corrected = block.copy()
    correct(corrected, step, layers)
    assert np.abs(corrected - block).max() > 0.1
    np.testing.assert_allclose(corrected, _direct(block, step, layers), atol=2e-3)
    brighter = block + np.float32(512)
    correct(brighter, step, layers)
    np.testing.assert_allclose(brighter - 512, corrected, atol=1e-2)


def _direct(block: NDArray[np.float32], step: float, layers: Network) -> NDArray[np.float64]:
    """Evaluate the network voxel by voxel, as its description reads."""
    scaled = np.pad(block.astype(float) / step, ((1, 1), (4, 4), (4, 4)), mode="edge")
    count, rows, columns = block.shape
    hidden = np.empty((count, len(layers.first), rows + 4, columns + 4))
    for k, y, x in np.ndindex(count, rows + 4, columns + 4):
        slices = [scaled[k + 1], scaled[k], scaled[k + 2]]
        middle = slices[0][y + 2, x + 2]
        seen = [slices[z][y + dy, x + dx] - middle for z, dy, dx in OFFSETS]
        hidden[k, :, y, x] = layers.first @ np.clip(seen, -LIMIT, LIMIT) + layers.first_bias
    hidden = np.maximum(hidden, 0)
    windows = np.lib.stride_tricks.sliding_window_view(hidden, (3, 3), axis=(2, 3))
    deeper = np.einsum("kgyxab,hgab->khyx", windows, layers.second) + layers.second_bias[:, None, None]
    windows = np.lib.stride_tricks.sliding_window_view(np.maximum(deeper, 0), (3, 3), axis=(2, 3))
    return block + step * np.einsum("khyxab,hab->kyx", windows, layers.third)
