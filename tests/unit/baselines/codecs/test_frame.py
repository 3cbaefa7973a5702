import pytest
from hypothesis import given
from hypothesis import strategies as st

from wdr_mcpd.baselines.codecs.frame import TYPES, Frame, pack, unpack
from wdr_mcpd.errors import StreamError

sizes = st.integers(1, 70_000)
frames = st.builds(
    Frame,
    dtype=st.sampled_from(TYPES),
    shape=st.tuples(sizes, sizes, sizes),
    least=st.integers(-(2**15), 2**15),
    largest=st.integers(-(2**15), 2**16),
)


@given(frames, st.lists(st.binary(max_size=300), max_size=5))
def test_frame_and_parts_come_back(frame: Frame, parts: list[bytes]) -> None:
    assert unpack(pack(frame, parts)) == (frame, parts)


def test_the_frame_of_twenty_slices_is_small() -> None:
    parts = [bytes(8000)] * 20
    assert len(pack(Frame("int16", (20, 256, 256), 0, 3057), parts)) - 20 * 8000 == 50


@pytest.mark.parametrize("cut", [0, 1, 3, 8, -1])
def test_a_cut_stream_is_named(cut: int) -> None:
    data = pack(Frame("int16", (2, 3, 4), -5, 900), [b"one", b"another"])
    with pytest.raises(StreamError, match="stream"):
        unpack(data[:cut])


def test_offset_and_bits() -> None:
    assert (Frame("int16", (1, 1, 1), 0, 3057).offset, Frame("int16", (1, 1, 1), 0, 3057).bits) == (0, 12)
    assert Frame("int16", (1, 1, 1), -1024, 3071).offset == -1024
    assert Frame("int16", (1, 1, 1), -1024, 3071).bits == 12
    assert Frame("int16", (1, 1, 1), 7, 7).offset == 0
    assert Frame("uint8", (1, 1, 1), 0, 0).bits == 1
