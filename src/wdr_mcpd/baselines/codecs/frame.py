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

from wdr_mcpd.errors import StreamError

TYPES = ("int8", "uint8", "int16", "uint16")


@dataclass(frozen=True)
class Frame:
    """What a decoder must know beside the codec's own bytes."""

    dtype: str
    shape: tuple[int, int, int]
    least: int
    largest: int

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
    numbers = [*frame.shape, _zigzag(frame.least), _zigzag(frame.largest), len(parts), *map(len, parts)]
    return b"".join([bytes([TYPES.index(frame.dtype)]), *map(_leb128, numbers), *parts])


def unpack(data: bytes) -> tuple[Frame, list[bytes]]:
    """Take frame and parts apart; StreamError if bytes are missing."""
    try:
        dtype, at = TYPES[data[0]], 1
        numbers = []
        for _ in range(6):
            number, at = _number(data, at)
            numbers.append(number)
        lengths = []
        for _ in range(numbers[5]):
            number, at = _number(data, at)
            lengths.append(number)
    except IndexError:
        raise StreamError("the codec's stream ends inside its frame") from None
    parts = []
    for length in lengths:
        parts.append(data[at : at + length])
        at += length
    if at != len(data):
        raise StreamError(f"the codec's stream has {len(data)} bytes, its frame says {at}")
    slices, rows, columns, least, largest = numbers[:5]
    return Frame(dtype, (slices, rows, columns), _signed(least), _signed(largest)), parts


def _zigzag(number: int) -> int:
    return 2 * number if number >= 0 else -2 * number - 1


def _signed(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def _leb128(number: int) -> bytes:
    out = bytearray()
    while number >= 128:
        out.append(number % 128 + 128)
        number //= 128
    out.append(number)
    return bytes(out)


def _number(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while data[at] >= 128:
        number += (data[at] - 128) << shift
        shift += 7
        at += 1
    return number + (data[at] << shift), at + 1
