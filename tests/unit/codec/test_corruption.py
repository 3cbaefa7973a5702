"""A stream is untrusted input: it decodes to a volume of its shape or ends as a StreamError of one line."""

import struct
import zlib

import numpy as np
import pytest
from volumes import blobs

from wdr_mcpd import codec
from wdr_mcpd.codec import Scaling, Settings
from wdr_mcpd.errors import StreamError

MUTANTS = 3_000
MOST_VOXELS = 4096
CODERS = tuple(codec.CODERS)


def with_checksum(data: bytes) -> bytes:
    """Make the header's checksum right again, so that the decoder looks further."""
    end = 5 + data[4]
    return data[:end] + struct.pack("<I", zlib.crc32(data[:end])) + data[end + 4 :]


def seeds() -> list[bytes]:
    volume = blobs((4, 9, 10), np.int16, 2)
    grouped = ((0, 2), (1,), (3,))
    streams = [codec.encode(volume, None, Settings(coder, axial_levels=1), rate=6.0) for coder in CODERS]
    streams += [codec.encode(volume, grouped, Settings(coder, lossless=True)) for coder in CODERS]
    streams.append(codec.encode(volume, None, Settings(decomposition="dyadic")))
    scaling = Scaling((2.5,), (1.0,))
    streams += [
        codec.encode(volume, None, Settings(wavelet=wavelet), rate=6.0, scaling=scaling)
        for wavelet in ("haar", "bior2.2")
    ]
    return streams


def mutant(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    kind = rng.integers(0, 5)
    if kind == 0:  # anywhere
        for _ in range(rng.integers(1, 6)):
            changed[rng.integers(0, len(changed))] ^= 1 << int(rng.integers(0, 8))
    elif kind == 1:  # in the header, with its checksum made right
        changed[rng.integers(3, 5 + data[4])] = rng.integers(0, 256)
        if changed[4] == data[4]:
            changed[:] = with_checksum(bytes(changed))
    elif kind == 2:  # cut
        del changed[rng.integers(0, len(changed)) :]
    elif kind == 3:  # a payload of noise
        start = 9 + data[4]
        changed[start:] = rng.bytes(len(changed) - start)
    else:  # bytes taken out or put in
        at = rng.integers(0, len(changed))
        changed[at : at + rng.integers(0, 4)] = rng.bytes(int(rng.integers(0, 4)))
    return bytes(changed)


def test_mutated_streams_never_crash_the_decoder() -> None:
    rng = np.random.default_rng(20)
    streams = seeds()
    refused = []
    for number in range(MUTANTS):
        data = mutant(streams[number % len(streams)], rng)
        try:
            voxels = codec.decode(data, max_voxels=MOST_VOXELS)
        except StreamError as error:
            refused.append(str(error))
        else:
            assert 0 < voxels.size <= MOST_VOXELS
    assert 0.2 * MUTANTS < len(refused) < 0.8 * MUTANTS
    assert not [message for message in refused if "\n" in message]


@pytest.mark.parametrize("coder", CODERS)
def test_every_cut_of_the_header_is_refused(coder: str) -> None:
    data = codec.encode(blobs((4, 9, 10), np.int16, 2), settings=Settings(coder))
    for length in range(codec.info(data)["header_bytes"]):
        with pytest.raises(StreamError, match=r"cut inside|not a WDR"):
            codec.decode(data[:length])


def test_every_flipped_bit_of_the_header_is_refused() -> None:
    data = codec.encode(blobs((4, 9, 10), np.int16, 2), ((0, 3), (1, 2)))
    for bit in range(8 * codec.info(data)["header_bytes"]):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << (bit % 8)
        for reader in (codec.decode, codec.info, codec.groups, codec.group_lengths):
            with pytest.raises(StreamError):
                reader(bytes(changed))


def header(*body: int) -> bytes:
    return with_checksum(b"WDR\x01" + bytes([len(body), *body]) + bytes(4))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin"),
        (b"GIF89a" + bytes(40), "does not begin"),
        (b"WDR\x00" + bytes(40), "version 0"),
        (b"WDR\x03" + bytes(40), "version 3"),
        (header(0, 0, 4, 4, 0, 0, 0, 0, 0), "empty volume"),
        (header(0, *([255] * 9), 1), "above its limit"),
        (header(0, 255, 127, 255, 255, 255, 127, 255, 255, 255, 127, 0, 0, 0), "voxels, above the limit"),
        (header(15, 1, 4, 4, 0, 0, 0, 0, 1, 0), "coder 15"),
        (header(0, 1, 4, 4, 0, 0, 9, 0, 1, 0), "above its limit"),
        (header(0, 2, 4, 4, 0, 0, 0, 2, 1, 1, 0, 1, 0, 1, 0), "cover every slice"),
        (header(0, 1, 4, 4, 0, 0, 0, 7, 1, 0), "unknown form"),
        (header(0, 1, 4, 4, 0, 0, 0, 0, 63, 0), "cannot be"),
        (header(0, 1, 4, 4, 0, 0, 0, 0, 1, 0, 0), "longer than"),
        (header(0, 1, 4, 4, 255, 3, 0, 0, 0, 1, 0), "value range"),
    ],
)
def test_impossible_headers_are_named(data: bytes, words: str) -> None:
    with pytest.raises(StreamError, match=words):
        codec.decode(data)


def test_the_limit_of_voxels_can_be_raised_and_lowered() -> None:
    data = codec.encode(np.zeros((2, 16, 16), np.int16))
    with pytest.raises(StreamError, match="above the limit of 511"):
        codec.decode(data, max_voxels=511)
    assert codec.decode(data, max_voxels=512).shape == (2, 16, 16)
