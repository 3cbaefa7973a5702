"""Version 2 of the header: fields beyond what version 1 says, known ones and those of later versions."""

import struct
import zlib
from contextlib import suppress
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from volumes import blobs

from wdr_mcpd import codec
from wdr_mcpd.codec import Geometry, Metadata, Scaling, Settings
from wdr_mcpd.errors import InputError, StreamError

ROWS = ((0.0, -0.5, 0.0, 12.25), (0.5, 0.0, 0.0, -7.0), (0.0, 0.0, 3.0, 1e-3))
GEOMETRY = Geometry(ROWS, "RAS", "um", 1, 4)
VOLUME = blobs((4, 12, 10), np.int16, 3)


def sealed(version: int, body: bytes, payload: bytes = b"") -> bytes:
    """Put a header together around a body, with its checksum; bodies below 128 bytes or of two digits."""
    length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
    head = b"WDR" + bytes([version]) + length + body
    return head + struct.pack("<I", zlib.crc32(head)) + payload


def body_of(data: bytes) -> tuple[bytes, bytes]:
    """Part a stream into the body of its header and its payload."""
    start = codec.info(data)["header_bytes"]
    return data[5 if data[4] < 128 else 6 : start - 4], data[start:]


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    body, payload = body_of(data)
    assert old in body
    return sealed(2, body.replace(old, new), payload)


def with_field(data: bytes, key: int, content: bytes) -> bytes:
    body, payload = body_of(data)
    return sealed(2, body + bytes([key, len(content)]) + content, payload)


@pytest.mark.parametrize("scaling", [None, Scaling((2.5,), (-1024.0,)), Scaling((1, 2, 3, 4), (0, 0, 1, -1))])
@pytest.mark.parametrize("geometry", [None, GEOMETRY, Geometry(ROWS)])
def test_what_a_stream_is_told_it_says(geometry: Geometry | None, scaling: Scaling | None) -> None:
    data = codec.encode(VOLUME, geometry=geometry, scaling=scaling, rate=12.0)
    assert len(data) <= 12 * VOLUME.size // 8
    assert data[3] == (1 if geometry is scaling is None else 2)
    for part in (data, codec.truncate(data, rate=9.0), codec.reallocate(data, [20])):
        assert codec.metadata(part) == Metadata(geometry, scaling)
        described = codec.info(part)
        assert ("geometry" in described, "scaling" in described) == (
            geometry is not None,
            scaling is not None,
        )
    plain = codec.encode(VOLUME)
    whole = codec.encode(VOLUME, geometry=geometry, scaling=scaling)
    np.testing.assert_array_equal(codec.decode(whole), codec.decode(plain))
    assert body_of(whole)[1] == body_of(plain)[1]


def test_info_is_plain_values() -> None:
    described = codec.info(codec.encode(VOLUME, geometry=GEOMETRY, scaling=Scaling((2,), (1,))))
    assert described["geometry"] == {
        "affine": ROWS, "space": "RAS", "unit": "um", "sform_code": 1, "qform_code": 4,
    }  # fmt: skip
    assert described["scaling"] == {"slope": (2.0,), "intercept": (1.0,)}


@pytest.mark.parametrize(
    "settings", [Settings(), Settings(wavelet="haar"), Settings("cc", lossless=True, preview=2.0)]
)
def test_optional_fields_of_later_versions_are_left_out_and_kept(settings: Settings) -> None:
    data = codec.encode(VOLUME, settings=settings)
    later = with_field(data, 2 * 40, b"something")
    np.testing.assert_array_equal(codec.decode(later), codec.decode(data))
    start = codec.info(later)["header_bytes"]
    assert codec.truncate(later, max_bytes=start + 9) == later[: start + 9]
    again = codec.reallocate(later, [10**6])
    assert b"\x50\x09something" in body_of(again)[0]
    np.testing.assert_array_equal(codec.decode(again), codec.decode(data))


@pytest.mark.parametrize("reader", [codec.decode, codec.info, codec.groups, codec.metadata])
def test_required_fields_of_later_versions_are_refused_by_number(reader) -> None:  # type: ignore[no-untyped-def]
    later = with_field(codec.encode(VOLUME), 2 * 40 + 1, b"")
    with pytest.raises(StreamError, match="needs its field 40, which this version does not know"):
        reader(later)


GEOMETRY_BYTES = struct.pack("<12d", *(x for row in ROWS for x in row))


@pytest.mark.parametrize(
    ("key", "content", "words"),
    [
        (0, b"", "out of order"),
        (4, GEOMETRY_BYTES[:-1], "damaged field"),
        (4, GEOMETRY_BYTES + b"\x00\x00\x00", "damaged field"),
        (4, GEOMETRY_BYTES + b"\x00\x00\x00\x00\x00", "damaged field"),
        (4, GEOMETRY_BYTES + b"\x03\x00\x00\x00", "damaged field"),
        (4, GEOMETRY_BYTES + b"\x00\x04\x00\x00", "damaged field"),
        (4, struct.pack("<12d", *[nan] * 12) + bytes(4), "damaged field.*finite"),
        (6, b"", "damaged field"),
        (6, struct.pack("<2d", inf, 0), "damaged field.*finite"),
        (6, struct.pack("<4d", 1, 1, 0, 0), "damaged field.*2 slices in a volume of 4"),
        (6, bytes(15), "damaged field"),
        (3, b"\xff\xff", "damaged field"),
        (9, b"", "damaged field"),
        (9, b"\x02", "damaged field.*restoration"),
        (9, b"\x00\x00", "damaged field.*restoration"),
        (11, b"", "damaged field"),
        (11, b"\x01\x00\x00", "damaged field.*previews of 2 groups in a stream of 1"),
        (13, b"", "damaged field.*steps of 0 groups"),
        (13, b"\x01\x02", "damaged field.*steps of 2 groups"),
        (13, b"\x80\x40", "damaged field.*up to number 8192"),
    ],
)
def test_damaged_fields_are_refused(key: int, content: bytes, words: str) -> None:
    with pytest.raises(StreamError, match=words) as error:
        codec.info(with_field(codec.encode(VOLUME), key, content))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(lossless=True), Settings("cc-1", lossless=True), Settings("cc", progressive=True)],
)
def test_a_prediction_in_another_stream_is_refused(settings: Settings) -> None:
    with pytest.raises(StreamError, match="cannot be decoded: only coder cc without loss predicts"):
        codec.decode(with_field(codec.encode(VOLUME, settings=settings, rate=4.0), 11, b"\x01"))


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings("cc-1"), Settings("cc", lossless=True), Settings("cc", decomposition="dyadic")],
)
def test_steps_in_another_stream_are_refused(settings: Settings) -> None:
    data = with_field(codec.encode(VOLUME, settings=settings, rate=4.0), 13, b"\x08")
    with pytest.raises(StreamError, match="only lossy packets of coder cc have dependent indices"):
        codec.decode(data)


def test_fields_rise_and_end_with_the_body() -> None:
    data = codec.encode(VOLUME, scaling=Scaling((1,), (0,)))
    with pytest.raises(StreamError, match="field 3 is out of order"):
        codec.decode(with_field(data, 6, bytes(16)))
    body, payload = body_of(data)
    with pytest.raises(StreamError, match="cut inside its header"):
        codec.decode(sealed(2, body + b"\x50\x09short", payload))
    with pytest.raises(StreamError, match="longer than what it says"):
        codec.decode(sealed(1, body, payload))


def test_a_version_2_without_fields_is_read() -> None:
    body, payload = body_of(codec.encode(VOLUME))
    np.testing.assert_array_equal(codec.decode(sealed(2, body, payload)), codec.decode(codec.encode(VOLUME)))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Geometry(ROWS[:2]), "three rows"),
        (lambda: Geometry(((0, 0, 0, nan), *ROWS[1:])), "finite"),
        (lambda: Geometry(ROWS, "LAS"), "'LAS'"),
        (lambda: Geometry(ROWS, unit="inch"), "'inch'"),
        (lambda: Geometry(ROWS, sform_code=256), "0 to 255"),
        (lambda: Geometry(ROWS, qform_code=-1), "0 to 255"),
        (lambda: Scaling((), ()), "as many"),
        (lambda: Scaling((1, 2), (1,)), "as many"),
        (lambda: Scaling((inf,), (0,)), "finite"),
        (lambda: codec.encode(VOLUME, scaling=Scaling((1, 2), (0, 0))), "2 slices in a volume of 4"),
    ],
)
def test_metadata_that_cannot_be_is_named(made, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words):
        made()


@settings(max_examples=300)
@given(noise=st.binary(max_size=130))
def test_noise_in_place_of_fields_is_refused_or_read(noise: bytes) -> None:
    body, payload = body_of(codec.encode(VOLUME, rate=4.0))
    with suppress(StreamError):
        assert codec.decode(sealed(2, body + noise, payload)).shape == VOLUME.shape
