"""Prefixes of a stream that are decoded in one pass are what each of them decodes to alone."""

import numpy as np
import pytest

from wdr_mcpd import codec
from wdr_mcpd.codec import container

GROUPS = [(0, 2, 3), (1,), (4,)]


@pytest.fixture(scope="module")
def smooth() -> np.ndarray:
    """Slices of an odd size that resemble each other."""
    steps = np.random.default_rng(5).normal(0, 20, (5, 21, 26))
    return np.cumsum(np.cumsum(steps, axis=1), axis=2).astype(np.int16)


@pytest.mark.parametrize("groups", [None, GROUPS])
@pytest.mark.parametrize(
    ("settings", "rate", "step"),
    [
        (codec.Settings(axial_levels=1), 2.0, 1),
        (codec.Settings(), 30.0, 7),  # all planes are in it
        (codec.Settings(decomposition="dyadic"), 1.0, 5),
        (codec.Settings(lossless=True), 30.0, 41),
        (codec.Settings(coder="cc"), 1.0, 61),
        (codec.Settings(coder="wdr-reference"), 1.0, 61),
    ],
)
def test_every_prefix(
    smooth: np.ndarray, settings: codec.Settings, groups: list[tuple[int, ...]] | None, rate: float, step: int
) -> None:
    stream = codec.encode(smooth, groups, settings, rate=rate)
    sizes = [*range(codec.info(stream)["header_bytes"], len(stream), step), len(stream), len(stream)]
    lengths = codec.prefix_lengths(stream, sizes)
    assert [list(of_groups) for of_groups in zip(*lengths, strict=True)] == [
        [group["bytes"] for group in codec.info(stream[:size])["groups"]] for size in sizes
    ]
    alone = [codec.decode(stream[:size]) for size in sizes]
    for group, blocks in zip(codec.groups(stream), codec.decode_prefixes(stream, lengths), strict=True):
        for volume, block in zip(alone, blocks, strict=True):
            np.testing.assert_array_equal(block, volume[list(group)])


def test_groups_share_as_their_bytes_are_placed() -> None:
    random = np.random.default_rng(3)
    for _ in range(200):
        count = random.integers(1, 6)
        slices = random.integers(1, 5, count).tolist()
        longest = [None if random.random() < 0.6 else int(random.integers(0, 40)) for _ in range(count)]
        merged = np.arange(random.integers(0, 120), dtype=np.uint8)
        kept = [payload.size for payload in container.separate(merged, slices, longest)]
        if count > 1:
            assert container.shares(merged.size, slices, longest) == kept


def test_slices_alone_are_coded_once_for_all_groupings(smooth: np.ndarray) -> None:
    alone: dict = {}
    for groups in (GROUPS, [(0,), (1,), (2, 3, 4)], [(0, 1), (2,), (3,), (4,)]):
        for rate in (0.5, 1.5, 0.7):
            shared = codec.encode(smooth, groups, codec.Settings(), rate=rate, alone=alone)
            assert shared == codec.encode(smooth, groups, codec.Settings(), rate=rate)
    assert len(alone) == 3 * 5
