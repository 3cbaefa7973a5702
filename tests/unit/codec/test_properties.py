"""Properties of the codec over volumes, settings and cuts that Hypothesis makes up."""

from contextlib import suppress
from math import floor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.header import unpack
from wdr_mcpd.errors import StreamError

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 12), st.integers(1, 12))
TYPES = st.sampled_from([np.int8, np.uint8, np.int16, np.uint16])
VOLUMES = st.tuples(TYPES, SHAPES).flatmap(lambda made: arrays(*made))
CODERS = st.sampled_from(tuple(codec.CODERS))
CHOICES = st.builds(
    Settings,
    coder=CODERS,
    decomposition=st.sampled_from(["packet", "dyadic"]),
    in_plane_levels=st.integers(0, 6),
    axial_levels=st.one_of(st.integers(0, 4), st.just("auto")),
    lossless=st.booleans(),
)
FORMS = st.one_of(
    CHOICES,
    st.builds(
        Settings,
        coder=st.just("cc"),
        lossless=st.just(True),
        effort=st.sampled_from([1, 2]),
        preview=st.sampled_from([0.0, 0.5, 4.0]),
    ),
)
COMMON = settings(max_examples=100)
DOT = np.zeros((1, 4, 4), np.uint8)
DOT[0, 2, 1:3] = 128, 26


@COMMON
@given(volume=VOLUMES, choice=FORMS, seed=st.integers(0, 99))
def test_whole_streams_restore_the_volume(volume: NDArray[np.generic], choice: Settings, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(volume))
    members = [tuple(int(i) for i in part) for part in np.array_split(order, 1 + seed % 3)]
    restored = codec.decode(codec.encode(volume, members, choice))
    assert restored.dtype == volume.dtype
    if choice.lossless:
        np.testing.assert_array_equal(restored, volume)
    else:
        assert np.abs(restored.astype(int) - volume).max() <= 1


@COMMON
@given(volume=VOLUMES, choice=CHOICES, rate=st.floats(0.05, 24))
@example(DOT, Settings("cc", in_plane_levels=2), 11.0)
def test_sizes_are_exact(volume: NDArray[np.generic], choice: Settings, rate: float) -> None:
    budget = floor(rate * volume.size / 8)
    whole = codec.encode(volume, settings=choice)
    try:
        data = codec.encode(volume, settings=choice, rate=rate)
    except StreamError:
        assert budget < codec.info(whole)["header_bytes"]
        return
    assert len(data) <= budget
    if unpack(data, volume.size)[0].fields.steps:
        assert len(data) > 0.97 * budget - 3
    elif len(data) < budget:
        np.testing.assert_array_equal(codec.decode(data), codec.decode(whole))
    assert codec.decode(data).shape == volume.shape


@COMMON
@given(volume=VOLUMES, choice=FORMS, part=st.floats(0, 1))
def test_any_prefix_decodes(volume: NDArray[np.generic], choice: Settings, part: float) -> None:
    data = codec.encode(volume, settings=choice)
    start = codec.info(data)["header_bytes"]
    length = start + round(part * (len(data) - start))
    if length < len(data) and choice.predicts and not choice.preview:
        with pytest.raises(StreamError, match="is cut"):
            codec.decode(data[:length])
        with pytest.raises(StreamError, match="cannot be cut"):
            codec.truncate(data, max_bytes=length)
        return
    restored = codec.decode(data[:length])
    assert restored.shape == volume.shape
    assert restored.min() >= volume.min()
    assert restored.max() <= volume.max()
    np.testing.assert_array_equal(codec.decode(codec.truncate(data, max_bytes=length)), restored)


@COMMON
@given(data=st.binary(max_size=200), prefix=st.sampled_from([b"", b"WDR\x01", b"WDR\x02"]))
def test_noise_is_refused_or_decodes(data: bytes, prefix: bytes) -> None:
    with suppress(StreamError):
        assert codec.decode(prefix + data, max_voxels=10_000).size <= 10_000
