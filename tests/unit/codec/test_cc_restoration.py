"""The network that restores decoded slices: what it computes, and when it is left out."""

import os

import numpy as np
import pytest
from numpy.typing import NDArray
from test_cc_quality import drawn_head
from volumes import blobs, discs

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.cc import coder
from wdr_mcpd.codec.cc.coder import restoration_helps
from wdr_mcpd.codec.cc.restoration import LIMIT, Network, network, restore_slices
from wdr_mcpd.errors import InputError

Plane = NDArray[np.float64]


@pytest.mark.parametrize("dependent", [False, True])
@pytest.mark.parametrize("shape", [(3, 12, 16), (1, 7, 9), (2, 1, 1), (2, 5, 2)])
def test_it_is_the_network_that_the_page_describes(shape: tuple[int, int, int], dependent: bool) -> None:
    weights = network(dependent)
    block = np.random.default_rng(5).normal(0, 30, shape).astype(np.float32)
    restored = block.copy()
    restore_slices(restored, 8.0, 0.05, weights)
    np.testing.assert_allclose(restored, _direct(block, 8.0, 0.05, weights), atol=5e-3)
    brighter = block + np.float32(512)
    restore_slices(brighter, 8.0, 0.05, weights)
    np.testing.assert_allclose(brighter - 512, restored, atol=2e-2)
    other = block.copy()
    restore_slices(other, 8.0, 0.2, weights)
    assert not np.array_equal(other, restored)


def _direct(block: NDArray[np.float32], step: float, share: float, weights: tuple[Network, Network]) -> Plane:
    """Evaluate the network cell by cell, as its description reads."""
    layers = Network(*(base + (np.log2(share) + 5) * slope for base, slope in zip(*weights, strict=True)))
    count, rows, columns = block.shape
    deep = len(layers.deep)
    margin = 2 * deep + 4
    more = ((0, 0), (margin, margin + rows % 2), (margin, margin + columns % 2))
    scaled = np.pad(block.astype(float) / step, more, mode="edge")
    cells = (rows + 1) // 2 + 2 * deep + 2, (columns + 1) // 2 + 2 * deep + 2
    bias = layers.bias
    result = block.astype(float)
    for k in range(count):
        seen = np.empty((68, *cells))
        for y, x in np.ndindex(*cells):
            here = scaled[k, 2 * y : 2 * y + 6, 2 * x : 2 * x + 6]
            beside = [
                scaled[z, 2 * y + 1 : 2 * y + 5, 2 * x + 1 : 2 * x + 5]
                for z in (max(k - 1, 0), min(k + 1, count - 1))
            ]
            values = np.concatenate([plane.ravel() for plane in (here, *beside)])
            seen[:, y, x] = np.clip(values - here[2:4, 2:4].mean(), -LIMIT, LIMIT)
        hidden = np.maximum(np.tensordot(layers.first, seen, 1) + bias[0][:, None, None], 0)
        for d in range(deep):
            new = _convolved(hidden, layers.deep[d]) + bias[d + 1][:, None, None]
            hidden = np.maximum(new + hidden[:, 1:-1, 1:-1] if d else new, 0)
        out = _convolved(hidden, layers.last) + layers.last_bias[:, None, None]
        for y, x in np.ndindex(rows, columns):
            result[k, y, x] += step * out[2 * (y % 2) + x % 2, y // 2, x // 2]
    return result


def _convolved(hidden: Plane, weights: NDArray[np.float32]) -> Plane:
    windows = np.lib.stride_tricks.sliding_window_view(hidden, (3, 3), axis=(1, 2))
    return np.einsum("gyxab,hgab->hyx", windows, weights)


def test_the_number_of_processors_changes_no_voxel(monkeypatch: pytest.MonkeyPatch) -> None:
    block = np.random.default_rng(6).normal(0, 30, (7, 20, 30)).astype(np.float32)
    results = []
    for processors in (1, 2, 5):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, n=processors: set(range(n)), raising=False)
        results.append(block.copy())
        restore_slices(results[-1], 8.0, 0.05, network(dependent=False))
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


def image() -> NDArray[np.int16]:
    """Make smooth shapes with edges, as the network has learnt them."""
    return blobs((6, 96, 96), np.int16, 3) >> 4


def test_dependent_indices_have_a_network_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(coder, "network", lambda dependent: asked.append(dependent) or network(dependent))
    for progressive in (True, False):
        data = codec.encode(drawn_head(), settings=Settings("cc", progressive=progressive), rate=0.3)
        asked.clear()
        codec.decode(data)
        assert asked == [not progressive]


@pytest.mark.parametrize("progressive", [False, True])
def test_each_kind_of_stream_has_its_limit(progressive: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = codec.encode(drawn_head(), settings=Settings("cc", progressive=progressive), rate=0.3)
    shares: list[float] = []
    monkeypatch.setattr(coder, "restore_slices", lambda block, step, share, weights: shares.append(share))
    codec.decode(data)
    (share,) = shares
    for limit, restored in ((share, True), (np.nextafter(share, 0), False)):
        shares.clear()
        monkeypatch.setattr(coder, "DENSEST", (limit, 0 if restored else 1)[:: 1 if progressive else -1])
        codec.decode(data)
        assert len(shares) == restored


def test_fast_streams_say_that_nothing_is_restored() -> None:
    volume = image()
    full, fast = (codec.encode(volume, settings=Settings("cc", fast=f), rate=0.4) for f in (False, True))
    assert fast[3] == 2
    assert b"\x09\x01\x00" in fast[:60]
    start = [codec.info(data)["header_bytes"] for data in (full, fast)]
    common = min(len(full) - start[0], len(fast) - start[1])
    assert full[start[0] :][:common] == fast[start[1] :][:common]


def test_the_encoder_leaves_restoration_out_where_it_hurts() -> None:
    board = 100.0 * (np.indices((4, 64, 64)).sum(0) % 2) + np.random.default_rng(7).normal(0, 40, (4, 64, 64))
    slices = (board - board.mean()).astype(np.float32)
    assert not restoration_helps(slices, 5, 0.25)
    volume = (board + 300).astype(np.int16)
    assert codec.encode(volume, settings=Settings("cc"), rate=0.25)[3] == 2


def test_restoration_helps_on_what_it_is_made_for() -> None:
    slices = discs(4, 96).astype(np.float32)
    assert restoration_helps(slices - slices.mean(), 5, 0.1)


@pytest.mark.parametrize(
    "settings",
    [
        Settings("wdr", fast=True),
        Settings("cc-1", fast=True),
        Settings("cc", lossless=True, fast=True),
        Settings("cc", decomposition="dyadic", fast=True),
    ],
)
def test_fast_is_for_streams_that_have_a_network(settings: Settings) -> None:
    with pytest.raises(InputError, match="fast"):
        codec.encode(image(), settings=settings)
