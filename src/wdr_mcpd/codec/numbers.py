"""Whole numbers in the header of a stream: unsigned LEB128, signed ones zigzag."""

from dataclasses import dataclass

from wdr_mcpd.errors import StreamError


def put(body: bytearray, number: int) -> None:
    """Append a number of 0 or more."""
    while number > 127:
        body.append(number & 127 | 128)
        number >>= 7
    body.append(number)


def put_signed(body: bytearray, number: int) -> None:
    """Append any whole number."""
    put(body, number << 1 if number >= 0 else (-number << 1) - 1)


@dataclass
class Reader:
    """Reads from `data`, from position `at` on; what is not there or above its limit is a StreamError."""

    data: bytes
    at: int

    def byte(self) -> int:
        """Read one byte."""
        return self.bytes(1)[0]

    def bytes(self, count: int) -> bytes:
        """Read so many bytes."""
        if self.at + count > len(self.data):
            raise StreamError("the stream is cut inside its header")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, limit: int) -> int:
        """Read a number of at most `limit`."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if value > limit or shift > 63:
                raise StreamError(f"the header holds a number above its limit of {limit}")
            if byte < 128:
                return value

    def signed(self) -> int:
        """Read any whole number."""
        value = self.number(1 << 33)
        return -((value + 1) >> 1) if value & 1 else value >> 1
