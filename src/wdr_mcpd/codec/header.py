"""The header of a stream: everything a decoder needs to know before the payload.

`docs/stream-format.md` describes the bytes. A header without fields is of version 1, others of version 2.
"""

import struct
import zlib
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from wdr_mcpd.codec.fields import Fields, put_fields, read_fields
from wdr_mcpd.codec.layout import Shape, depth
from wdr_mcpd.codec.numbers import Reader, put, put_signed
from wdr_mcpd.errors import StreamError

MAGIC = b"WDR"
PLAIN, WITH_FIELDS = 1, 2  # versions
DTYPES = (np.dtype(np.int8), np.dtype(np.uint8), np.dtype(np.int16), np.dtype(np.uint16))
MAX_TOP = 30  # magnitudes stay below 2^31
MAX_HEADER = 1 << 24
MAX_SLICES = 1 << 20


@dataclass(frozen=True)
class Group:
    """Slices coded together: their indices, axial levels, mean, number of planes, and the payload's length.

    `planes` is 0 if all coefficients are 0; `length` is None if the payload goes on for as long as the
    stream.
    """

    slices: tuple[int, ...]
    axial_levels: int
    mean: int
    planes: int
    length: int | None = None


@dataclass(frozen=True)
class Header:
    """What a stream says of the volume (slice, row, column), its value range, and how it was coded."""

    shape: Shape
    dtype: np.dtype[np.generic]
    minimum: int
    maximum: int
    coder: int
    dyadic: bool
    lossless: bool
    in_plane_levels: int
    groups: tuple[Group, ...]
    fields: Fields = field(default_factory=Fields)

    @property
    def decomposition(self) -> str:
        """Name of the decomposition."""
        return "dyadic" if self.dyadic else "packet"

    def with_lengths(self, lengths: list[int | None]) -> "Header":
        """Return the header with other payload lengths."""
        pairs = zip(self.groups, lengths, strict=True)
        return replace(self, groups=tuple(replace(group, length=length) for group, length in pairs))


def pack(header: Header) -> bytes:
    """Serialise a header: magic, version, length of the body, body, CRC-32 of all that."""
    body = bytearray()
    body.append(header.coder | header.dyadic << 4 | header.lossless << 5 | DTYPES.index(header.dtype) << 6)
    for n in header.shape:
        put(body, n)
    put_signed(body, header.minimum)
    put(body, header.maximum - header.minimum)
    put(body, header.in_plane_levels)
    _put_groups(body, header)
    for group in header.groups:
        body.append(group.planes | (group.length is not None) << 6)
        if len(group.slices) > 1:
            put(body, group.axial_levels)
        put(body, group.mean - header.minimum)
        if group.length is not None:
            put(body, group.length)
    plain = len(body)
    put_fields(body, header.fields)
    start = bytearray(MAGIC) + bytes([PLAIN if len(body) == plain else WITH_FIELDS])
    put(start, len(body))
    start += body
    return bytes(start + struct.pack("<I", zlib.crc32(start)))


def unpack(data: bytes, max_voxels: int) -> tuple[Header, int]:
    """Read the header at the start of `data`; returns it with its length in bytes.

    Raises
    ------
    StreamError
        If the data is no stream, is cut inside the header, is damaged, or asks for more than `max_voxels`.
    """
    if data[:3] != MAGIC:
        raise StreamError("not a WDR stream: it does not begin with the bytes 'WDR'")
    reader = Reader(data, 3)
    version = reader.byte()
    if version not in (PLAIN, WITH_FIELDS):
        raise StreamError(
            f"stream version {version} is unknown; this decoder reads {PLAIN} and {WITH_FIELDS}"
        )
    end = reader.number(MAX_HEADER)
    end += reader.at
    if len(data) < end + 4:
        raise StreamError("the stream is cut inside its header")
    if struct.unpack_from("<I", data, end)[0] != zlib.crc32(data[:end]):
        raise StreamError("the header's checksum is wrong: the stream is damaged")
    reader.data = data[:end]
    header = _read_body(reader, max_voxels)
    if version == WITH_FIELDS:
        header = replace(header, fields=read_fields(reader, header.shape[0]))
    if reader.at != end:
        raise StreamError("the header is longer than what it says")
    return header, end + 4


def _read_body(reader: Reader, max_voxels: int) -> Header:
    kind = reader.byte()
    dtype = DTYPES[kind >> 6]
    shape = (reader.number(MAX_SLICES), reader.number(1 << 31), reader.number(1 << 31))
    voxels = prod(shape)
    if voxels == 0:
        raise StreamError(f"the stream holds an empty volume of shape {shape}")
    if voxels > max_voxels:
        raise StreamError(
            f"the stream asks for {voxels} voxels, above the limit of {max_voxels} (max_voxels)"
        )
    bounds = np.iinfo(dtype)
    minimum = reader.signed()
    maximum = minimum + reader.number(1 << 16)
    if minimum < bounds.min or maximum > bounds.max:
        raise StreamError(f"the stream's value range {minimum} to {maximum} does not fit its type {dtype}")
    in_plane_levels = reader.number(depth(max(shape[1:])))
    members = _read_groups(reader, shape[0])
    groups = tuple(_read_group(reader, slices, minimum, maximum) for slices in members)
    return Header(
        shape, dtype, minimum, maximum, kind & 15, bool(kind & 16), bool(kind & 32), in_plane_levels, groups
    )


def _read_group(reader: Reader, slices: tuple[int, ...], minimum: int, maximum: int) -> Group:
    first = reader.byte()
    planes, has_length = first & 63, bool(first & 64)
    if planes > MAX_TOP + 1 or first & 128:
        raise StreamError("the header describes a group of slices that cannot be")
    axial = reader.number(depth(len(slices))) if len(slices) > 1 else 0
    mean = minimum + reader.number(maximum - minimum)
    length = reader.number(1 << 40) if has_length else None
    return Group(slices, axial, mean, planes, length)


def _put_groups(body: bytearray, header: Header) -> None:
    """Write which slices form each group: 0 all in one, 1 each alone, else 2 and the lists."""
    members = [group.slices for group in header.groups]
    everything = tuple(range(header.shape[0]))
    if members == [everything]:
        body.append(0)
    elif members == [(i,) for i in everything]:
        body.append(1)
    else:
        body.append(2)
        put(body, len(members))
        for slices in members:
            put(body, len(slices))
            expected = 0
            for i in slices:
                put_signed(body, i - expected)
                expected = i + 1


def _read_groups(reader: Reader, count: int) -> list[tuple[int, ...]]:
    form = reader.byte()
    if form == 0:
        return [tuple(range(count))]
    if count > len(reader.data):
        raise StreamError("the header is too short for the groups of slices that it announces")
    if form == 1:
        return [(i,) for i in range(count)]
    if form != 2:
        raise StreamError(f"the header lists groups of slices in the unknown form {form}")
    members = []
    for _ in range(reader.number(count)):
        slices = []
        expected = 0
        for _ in range(reader.number(count)):
            slices.append(expected + reader.signed())
            expected = slices[-1] + 1
        members.append(tuple(slices))
    if sorted(i for slices in members for i in slices) != list(range(count)):
        raise StreamError("the header's groups of slices do not cover every slice once")
    return members
