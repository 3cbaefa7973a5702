"""Adaptive binary range coder whose streams may be cut at any byte.

The coder keeps an interval [low, low + span) of 40-bit numbers; a decision of probability p takes the lower
p-th of it for 1 and the rest for 0, and whenever the span falls below 2^32 one byte leaves. State travels
as plain integers through the loops that use it, so that the compiler keeps it in registers.

A probability is a pair of 16-bit numbers, each the chance of a 1 in units of 2^-16, that follow the decisions
at two speeds; their mean is what is used. Neither can reach 0 or 1.

Decoding past the last byte keeps the whole set of codes that the missing bytes could make, [code, code +
slack], and gives `UNDETERMINED` at the first decision on which two of them would differ.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled

Word = Any  # a 64-bit integer in compiled loops

TOP = 1 << 40
BOTTOM = 1 << 32
UNDETERMINED = -1
MARGIN = 16  # bytes written past a budget before the encoder stops: what follows cannot change the ones kept
FAST, SLOW = 4, 7  # the two speeds: a decision moves the probability by 1/16 and by 1/128 of the way


def models(count: int) -> NDArray[np.uint16]:
    """Make `count` adaptive probabilities, all one half."""
    return np.full((count, 2), 1 << 15, np.uint16)


@compiled
def encode_bit(low: Word, span: Word, at: Word, out: Any, model: Any, bit: Word) -> tuple[Word, Word, Word]:
    """Encode one decision; returns the new low, span and number of bytes written to `out`."""
    fast, slow = np.int64(model[0]), np.int64(model[1])
    part = (span * ((fast + slow) >> 1)) >> 16
    if bit:
        span = part
        model[0] = fast + ((65535 - fast) >> FAST)
        model[1] = slow + ((65535 - slow) >> SLOW)
    else:
        low += part
        span -= part
        model[0] = fast - (fast >> FAST)
        model[1] = slow - (slow >> SLOW)
    return normalise(low, span, at, out)


@compiled
def encode_even(low: Word, span: Word, at: Word, out: Any, bit: Word) -> tuple[Word, Word, Word]:
    """Encode one decision of probability one half."""
    part = span >> 1
    if bit:
        span = part
    else:
        low += part
        span -= part
    return normalise(low, span, at, out)


@compiled
def normalise(low: Word, span: Word, at: Word, out: Any) -> tuple[Word, Word, Word]:
    """Let the bytes leave that no longer matter to the interval; a carry runs back through those written."""
    while span < BOTTOM:
        if low >= TOP:
            low -= TOP
            carry(out, at)
        out[at] = low >> 32
        at += 1
        low = (low & (BOTTOM - 1)) << 8
        span <<= 8
    return low, span, at


@compiled
def carry(out: Any, at: Word) -> None:
    """Add one to the number that the bytes before `at` spell."""
    at -= 1
    while out[at] == 255:
        out[at] = 0
        at -= 1
    out[at] += 1


@compiled
def finish(low: Word, span: Word, at: Word, out: Any) -> Word:
    """Write the fewest bytes after which the missing ones cannot change a decision; returns the length."""
    for bits in (32, 24, 16, 8, 0):
        unit = 1 << bits
        code = (low + unit - 1) >> bits << bits
        if code + unit <= low + span:
            break
    if code >= TOP:
        code -= TOP
        carry(out, at)
    for shift in (32, 24, 16, 8, 0):
        if shift < bits:
            break
        out[at] = (code >> shift) & 255
        at += 1
    return at


@compiled
def start(data: Any) -> tuple[Word, Word, Word, Word]:
    """Begin to decode `data`: code, span, slack and the number of bytes read."""
    code: Word = 0
    slack: Word = 0
    for at in range(5):
        if at < data.size:
            code, slack = code << 8 | np.int64(data[at]), 0
        else:
            code, slack = code << 8, slack << 8 | 255
    return code, TOP, slack, 5


@compiled
def decode_bit(
    code: Word, span: Word, slack: Word, at: Word, data: Any, model: Any
) -> tuple[Word, Word, Word, Word, Word]:
    """Decode one decision (or `UNDETERMINED`); returns it with the new code, span, slack and bytes read."""
    fast, slow = np.int64(model[0]), np.int64(model[1])
    part = (span * ((fast + slow) >> 1)) >> 16
    if code < part:
        if part - code <= slack:
            return UNDETERMINED, code, span, slack, at
        bit = 1
        span = part
        model[0] = fast + ((65535 - fast) >> FAST)
        model[1] = slow + ((65535 - slow) >> SLOW)
    else:
        bit = 0
        code -= part
        span -= part
        model[0] = fast - (fast >> FAST)
        model[1] = slow - (slow >> SLOW)
    code, span, slack, at = refill(code, span, slack, at, data)
    return bit, code, span, slack, at


@compiled
def decode_even(
    code: Word, span: Word, slack: Word, at: Word, data: Any
) -> tuple[Word, Word, Word, Word, Word]:
    """Decode one decision of probability one half (or `UNDETERMINED`)."""
    part = span >> 1
    if code < part:
        if part - code <= slack:
            return UNDETERMINED, code, span, slack, at
        bit = 1
        span = part
    else:
        bit = 0
        code -= part
        span -= part
    code, span, slack, at = refill(code, span, slack, at, data)
    return bit, code, span, slack, at


@compiled
def refill(code: Word, span: Word, slack: Word, at: Word, data: Any) -> tuple[Word, Word, Word, Word]:
    """Read bytes until the span is wide again; bytes past the end widen the set of possible codes."""
    while span < BOTTOM:
        span <<= 8
        if at < data.size:
            code = code << 8 | np.int64(data[at])
        else:
            code <<= 8
            slack = min(slack << 8 | 255, TOP)
        at += 1
    return code, span, slack, at
