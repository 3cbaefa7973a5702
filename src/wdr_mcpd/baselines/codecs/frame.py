"""The few bytes around a codec's own bytes, so that a stream decodes alone and every byte counts.

    type    1 byte: index of the NumPy type in TYPES
    shape   3 numbers: slices, rows, columns
    range   2 numbers, zig-zag: least and largest value of the volume (decoded values are clipped to them;
            a least value below 0 is also the offset that made the volume non-negative)
    parts   1 number, then that many numbers: how many byte strings follow and how long each is
    bytes   the parts, one after another

A number is unsigned LEB128 (seven bits a byte, least significant first); zig-zag maps 0, -1, 1, -2 to
0, 1, 2, 3. A volume of 20 slices coded slice by slice needs a frame of about 50 bytes, one coded whole 14.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from wdr_mcpd.codec.numbers import Reader, put, put_signed
from wdr_mcpd.errors import StreamError

LARGEST = 2**33
TYPES = ("int8", "uint8", "int16", "uint16")


@dataclass(frozen=True)
class Frame:
    """What a decoder must know beside the codec's own bytes."""

    dtype: str
    shape: tuple[int, int, int]
    least: int
    largest: int

    @classmethod
    def of(cls, volume: NDArray[Any]) -> "Frame":
        """Give the frame of a volume."""
        slices, rows, columns = volume.shape
        return cls(volume.dtype.name, (slices, rows, columns), int(volume.min()), int(volume.max()))

    @property
    def offset(self) -> int:
        """What was taken from every voxel to make the volume non-negative (0 or negative)."""
        return min(self.least, 0)

    @property
    def bits(self) -> int:
        """Bits of the largest non-negative value."""
        return max((self.largest - self.offset).bit_length(), 1)


def pack(frame: Frame, parts: Sequence[bytes]) -> bytes:
    """Put the frame before the parts."""
    head = bytearray([TYPES.index(frame.dtype)])
    for size in frame.shape:
        put(head, size)
    put_signed(head, frame.least)
    put_signed(head, frame.largest)
    for number in (len(parts), *map(len, parts)):
        put(head, number)
    return b"".join([head, *parts])


def unpack(data: bytes) -> tuple[Frame, list[bytes]]:
    """Take frame and parts apart; StreamError if bytes are missing."""
    reader = Reader(data, 0)
    kind = reader.byte()
    slices, rows, columns = (reader.number(LARGEST) for _ in range(3))
    least, largest = reader.signed(), reader.signed()
    lengths = [reader.number(LARGEST) for _ in range(reader.number(LARGEST))]
    parts = [reader.bytes(length) for length in lengths]
    if kind >= len(TYPES) or reader.at != len(data):
        raise StreamError(f"the codec's stream has {len(data)} bytes, its frame says {reader.at}")
    return Frame(TYPES[kind], (slices, rows, columns), least, largest), parts
