"""Hostile streams and archives, made from sound ones by seeded mutation: the same for the same seed."""

import io
import random
import struct
import warnings
import zipfile
import zlib

import numpy as np

from wdr_mcpd.codec import CODERS, Geometry, Settings, encode

SHAPES = ((5, 13, 16), (1, 8, 24), (8, 1, 9))
GEOMETRY = Geometry(((0, -0.5, 0, 12), (0.5, 0, 0, -7), (0, 0, 3, 0)), "RAS", "mm", 1, 2)
FIELDS = (0, 1, 2, 127, 128, 255)


def sound_streams() -> list[bytes]:
    """Streams of every coder, decomposition, transform and form of the group table, whole and cut."""
    rng = np.random.default_rng(1)
    streams = []
    for shape in SHAPES:
        volume = np.cumsum(rng.normal(0, 90, shape), axis=2).astype(np.int16)
        slices = list(range(shape[0]))
        forms = (None, [[i] for i in slices], [slices[1::2], slices[::2]])
        for coder in CODERS:
            for decomposition in ("packet", "dyadic"):
                for lossless in (False, True):
                    settings = Settings(coder, decomposition, 3, 2, lossless)
                    for groups in forms:
                        data = encode(volume, groups, settings)
                        streams += [data, data[: len(data) * 2 // 3]]
        for wavelet in ("haar", "bior3.3", "bior2.2", "sym8"):
            streams.append(encode(volume, None, Settings(wavelet=wavelet), geometry=GEOMETRY))
    return streams


def hostile_stream(sound: list[bytes], random_numbers: random.Random) -> bytes:
    """Change one of the sound streams; half of the changes keep the checksum of the header right."""
    data = bytearray(random_numbers.choice(sound))
    end = header_end(data)
    inside = random_numbers.random() < 0.7
    for _ in range(random_numbers.randint(1, 4)):
        mutate(data, random_numbers, 4, end if inside else len(data))
    if random_numbers.random() < 0.5:
        fix_header(data)
    return bytes(data)


def mutate(data: bytearray, random_numbers: random.Random, low: int, high: int) -> None:
    """Flip, set, remove, repeat, swap or cut bytes between two places."""
    at = random_numbers.randrange(low, max(low + 1, min(high, len(data)))) if len(data) > low else 0
    kind = random_numbers.randrange(7)
    length = random_numbers.randint(1, 8)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << random_numbers.randrange(8)
    elif kind == 1:
        data[at : at + 1] = bytes([random_numbers.choice(FIELDS)])
    elif kind == 2:
        del data[at : at + length]
    elif kind == 3:
        data[at:at] = data[at : at + length] * random_numbers.randint(1, 50)
    elif kind == 4:
        data[at:at] = random_numbers.randbytes(length)
    elif kind == 5:
        data[at : at + length] = b"\xff" * length
    else:
        del data[random_numbers.randrange(len(data) + 1) :]


def header_end(data: bytes | bytearray) -> int:
    """Give the place of the header's checksum: magic, version, length of the body (LEB128), body."""
    size = shift = 0
    for at in range(4, min(len(data), 9)):
        size |= (data[at] & 127) << shift
        shift += 7
        if data[at] < 128:
            return min(at + 1 + size, len(data))
    return len(data)


def fix_header(data: bytearray) -> None:
    """Make the checksum of a changed header right, so that the change is not refused for that alone."""
    end = header_end(data)
    if len(data) >= end + 4:
        struct.pack_into("<I", data, end, zlib.crc32(data[:end]))


NAMES = (
    *("1-01.dcm", "1-02.dcm", "../out.dcm", "/tmp/out.dcm", "a/b.dcm", "..", ".", "", "CON", "a\\b.dcm"),
    *("x" * 300, "1-01.DCM", "manifest.json", "CITATION.txt", "a\x00b", "\u202e.dcm", "~", "-rf", "C:\\x"),
)


def hostile_zip(random_numbers: random.Random) -> bytes:
    """Make an archive with names, kinds and sizes that lead out, then change some of its bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for _ in range(random_numbers.randint(0, 5)):
            member = zipfile.ZipInfo(random_numbers.choice(NAMES))
            member.external_attr = random_numbers.choice((0, 0o100644, 0o120777, 0o040755, 0o020666)) << 16
            member.compress_type = random_numbers.choice(
                (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
            )
            size = random_numbers.choice((0, 1, 500, 70_000, 3_000_000))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the same name twice is meant
                archive.writestr(member, random_numbers.randbytes(min(size, 600)).ljust(size, b"\0"))
    data = bytearray(buffer.getvalue())
    for _ in range(random_numbers.randint(0, 3)):
        if data:
            mutate(data, random_numbers, random_numbers.choice((0, max(0, len(data) - 200))), len(data))
    return bytes(data)
