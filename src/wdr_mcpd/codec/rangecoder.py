"""Adaptive binary range coder whose streams may be cut at any byte.

The coder narrows an interval [low, low + span): a decision of probability p takes the lower p-th of it for
1 and the rest for 0; then the span is doubled until it has 32 bits again. The decoder keeps the code less
low.

`code_bit` encodes into or decodes from the bytes, so that a coder built on it walks its coefficients in one
function for both directions. The state travels as a tuple of integers, which the compiler keeps in registers.

Decoding past the last byte goes on as if zeros followed; as soon as another continuation would decode
differently, `doubt` is set and the decision must not be used.

A probability is two 16-bit numbers in a uint32, each the chance of a 1 in units of 2^-16, that follow the
decisions at two speeds; their mean is used. Their updates keep it between 2^-9 and 1 - 2^-9.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined, int64


class State(NamedTuple):
    """Where the range coder is.

    | field | encoding | decoding |
    | --- | --- | --- |
    | value | low with `spare` more bits | code with `spare` more bits |
    | span | width of the interval, 32 bits | the same |
    | spare | bits of low not yet written, below 16 | bits read ahead, at least 12 |
    | at | bytes written | bytes read |
    | slack | 0 | what the bytes past the end could add to value |
    | doubt | 0 | 1 after a decision that the missing bytes could change |
    """

    value: int
    span: int
    spare: int
    at: int
    slack: int
    doubt: int


class Channel(NamedTuple):
    """The bytes that are written or read, and after how many of them coding may stop."""

    data: NDArray[np.uint8]
    encoding: bool
    enough: int


MARGIN = 32  # bytes written past a budget before an encoder stops: what follows cannot change those kept
MOST_BYTES = 16  # per coefficient: far above what any takes
FAST, SLOW = 5, 7  # a decision moves the two parts of a probability by 1/32 and by 1/128 of the way
FAST_FLOOR, SLOW_FLOOR = (1 << FAST) - 1, (1 << SLOW) - 1
NEVER = 1 << 60


def writer(max_bytes: int, count: int) -> Channel:
    """Make a channel for a payload of `count` coefficients, of which at most `max_bytes` are kept."""
    size = min(max_bytes, MOST_BYTES * (count + 4)) + 4 * MARGIN
    return Channel(np.zeros(size, np.uint8), True, max_bytes + MARGIN)


def reader(payload: NDArray[np.uint8]) -> Channel:
    """Make a channel that reads a payload."""
    return Channel(payload, False, NEVER)


def written(state: State, channel: Channel) -> NDArray[np.uint8]:
    """Finish a payload and cut it to the budget of its channel."""
    return channel.data[: min(finish(state, channel.data), channel.enough - MARGIN)]


def models(count: int) -> NDArray[np.uint32]:
    """Make `count` adaptive probabilities, all one half."""
    return np.full(count, 0x80008000, np.uint32)


def _count_leading_zeros(context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


leading_zeros: Any = intrinsic(_count_leading_zeros)  # of a 64-bit integer above 0


@compiled
def start(channel: Channel) -> State:
    """Begin to encode into the channel or to decode from it."""
    value, spare, at, slack = int64(0), int64(0), int64(0), int64(0)
    if not channel.encoding:
        spare = int64(-32)
        while spare < 16:
            value, at, slack = _read(value, at, slack, channel.data)
            spare += 16
    return State(value, int64(1 << 32), spare, at, slack, int64(0))


@inlined
def stopped(state: State, channel: Channel) -> bool:
    """Tell whether the budget is used up, or the payload says no more."""
    return state.doubt != 0 or state.at >= channel.enough


@compiled
def determined(state: State, data: NDArray[np.uint8], cut: int) -> bool:
    """Tell whether the first `cut` bytes alone, whatever follows, decode to all decisions so far."""
    ahead = state.at - cut
    if ahead > 7:  # more bits are missing than the interval has
        return False
    tail = int64(0)
    for k in range(cut, state.at):
        tail = tail << 8 | int64(data[k] if k < data.size else 0)
    least = state.value - tail
    return least >= 0 and least + (int64(1) << (8 * max(ahead, 0))) <= state.span << state.spare


@inlined
def code_bit(
    state: State, channel: Channel, model: NDArray[np.uint32], index: int, bit: int
) -> tuple[int, State]:
    """Code one decision with the probability `model[index]`, which adapts; returns it and the new state."""
    pair = int64(model[index])
    fast, slow = pair & 0xFFFF, pair >> 16
    bit, state = code_part(state, channel, (state.span * (fast + slow)) >> 17, bit)
    fast += ((65535 if bit else FAST_FLOOR) - fast) >> FAST
    slow += ((65535 if bit else SLOW_FLOOR) - slow) >> SLOW
    model[index] = slow << 16 | fast
    return bit, state


@inlined
def code_even(state: State, channel: Channel, bit: int) -> tuple[int, State]:
    """Code one decision of probability one half."""
    return code_part(state, channel, state.span >> 1, bit)


@inlined
def code_part(state: State, channel: Channel, part: int, bit: int) -> tuple[int, State]:
    """Code one decision that takes `part` of the span if it is 1."""
    value, span, spare, at, slack, doubt = state
    if channel.encoding:
        value += 0 if bit else part
        span = part if bit else span - part
        shift = leading_zeros(span) - 32
        value <<= shift
        spare += shift
        if spare >= 16:
            value, spare, at = _write(value, spare, at, channel.data)
    else:
        scaled = part << spare
        bit = int64(value < scaled)
        doubt |= bit & int64(value + slack >= scaled)
        value -= 0 if bit else scaled
        span = part if bit else span - part
        shift = leading_zeros(span) - 32
        spare -= shift
        if spare < 12:
            value, at, slack = _read(value, at, slack, channel.data)
            spare += 16
    return bit, State(value, span << shift, spare, at, slack, doubt)


@inlined
def _read(value: int, at: int, slack: int, data: NDArray[np.uint8]) -> tuple[int, int, int]:
    """Read two bytes; those past the end are zeros that could be anything."""
    if at + 2 <= data.size:
        return value << 16 | int64(data[at]) << 8 | int64(data[at + 1]), at + 2, slack
    for k in range(at, at + 2):
        known = k < data.size
        value = value << 8 | int64(data[k] if known else 0)
        slack = min(slack << 8 | (0 if known else 255), 1 << 60)
    return value, at + 2, slack


@inlined
def _write(value: int, spare: int, at: int, data: NDArray[np.uint8]) -> tuple[int, int, int]:
    """Write the two highest bytes of low, after its carry."""
    spare -= 16
    if value >> (spare + 48):
        _carry(data, at)
    data[at] = (value >> (spare + 40)) & 255
    data[at + 1] = (value >> (spare + 32)) & 255
    return value & ((1 << (spare + 32)) - 1), spare, at + 2


@inlined
def _carry(data: NDArray[np.uint8], at: int) -> None:
    """Add one to the number that the bytes before `at` spell."""
    at -= 1
    while data[at] == 255:
        data[at] = 0
        at -= 1
    data[at] += 1


@compiled
def finish(state: State, data: NDArray[np.uint8]) -> int:
    """Write the fewest bytes after which nothing that follows can change a decision; returns the length."""
    value, span, spare, at, _, _ = state
    high = spare + 32
    kept = 0
    while True:
        unit = 1 << max(high - 8 * kept, 0)
        code = (value + unit - 1) // unit * unit
        if code + unit <= value + span or unit == 1:
            break
        kept += 1
    if code >> high:
        _carry(data, at)
    for k in range(kept):
        shift = high - 8 * (k + 1)
        data[at] = ((code >> shift) if shift >= 0 else (code << -shift)) & 255
        at += 1
    return at
