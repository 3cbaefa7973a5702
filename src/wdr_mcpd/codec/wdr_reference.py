"""Wavelet difference reduction as the reference codec does it (QccPack 0.61).

The reference's choices: every plane has one sorting pass over all insignificant coefficients in scan order,
then a refinement pass in order of discovery; a run is the 1-based distance to the next newly significant
coefficient, written as its binary digits after the leading one, most significant first, ended by the sign;
a virtual positive coefficient after the last one ends the plane; two adaptive models, one for the four
symbols 0, 1, +, -, and one for refinement; mid-point reconstruction. Ours is only the coder underneath: the
four-symbol model is three binary decisions (sign or digit; which sign; which digit) of the binary range
coder.

No pass walks over the insignificant coefficients: those found are kept sorted by position, and a distance
is the difference of two positions less the number found between them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import (
    MARGIN,
    UNDETERMINED,
    decode_bit,
    encode_bit,
    finish,
    models,
    start,
)

END, SIGN, DIGIT, REFINEMENT = 0, 1, 2, 3


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    out = np.zeros(min(max_bytes, 8 * coefficients.size + 64) + MARGIN, np.uint8)
    length = _encode(coefficients, top, models(4), out, max_bytes)
    return out[:length]


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as many planes as the payload determines; values at the middle of what is known of them."""
    values = np.zeros(layout.size, np.float32)
    _decode(payload, top, models(4), values)
    return values


@compiled
def _by_plane(coefficients: Any, top: int) -> Any:
    """Positions of all coefficients by highest plane, then scan order, and where each plane starts."""
    starts = np.zeros(top + 3, np.int64)
    rank = np.zeros(coefficients.size, np.uint8)
    for i in range(coefficients.size):
        magnitude = abs(coefficients[i])
        plane = 0
        while magnitude:
            magnitude >>= 1
            plane += 1
        rank[i] = top + 1 - plane  # 0: found in the first plane; top + 1: never
        starts[rank[i] + 1] += 1
    for p in range(top + 2):
        starts[p + 1] += starts[p]
    found = np.empty(starts[top + 1], np.int32)
    fill = starts.copy()
    for i in range(coefficients.size):
        if rank[i] <= top:
            found[fill[rank[i]]] = i
            fill[rank[i]] += 1
    return found, starts


@compiled
def _merge(old: Any, count: int, new: Any, merged: Any) -> None:
    """Merge two ascending lists of positions."""
    i, j = 0, 0
    for k in range(count + new.size):
        if j == new.size or (i < count and old[i] < new[j]):
            merged[k] = old[i]
            i += 1
        else:
            merged[k] = new[j]
            j += 1


@compiled
def _encode(coefficients: Any, top: int, model: Any, out: Any, max_bytes: int) -> Any:
    found, starts = _by_plane(coefficients, top)
    known, merged = np.empty(found.size, np.int32), np.empty(found.size, np.int32)
    low, span, at = 0, 1 << 40, 0
    enough = max_bytes + MARGIN // 2
    for step in range(top + 1):
        plane = top - step
        before, after = starts[step], starts[step + 1]
        previous, passed = -1, 0
        for i in range(before, after + 1):
            position = found[i] if i < after else coefficients.size
            skipped = passed
            while passed < before and known[passed] < position:
                passed += 1
            run = position - previous - (passed - skipped)
            previous = position
            digits = 0
            while run >> digits > 1:
                digits += 1
            for shift in range(digits - 1, -1, -1):
                low, span, at = encode_bit(low, span, at, out, model[END], 0)
                low, span, at = encode_bit(low, span, at, out, model[DIGIT], (run >> shift) & 1)
            negative = 1 if i < after and coefficients[position] < 0 else 0
            low, span, at = encode_bit(low, span, at, out, model[END], 1)
            low, span, at = encode_bit(low, span, at, out, model[SIGN], negative)
            if at >= enough:
                return max_bytes
        for i in range(before):
            bit = (abs(coefficients[found[i]]) >> plane) & 1
            low, span, at = encode_bit(low, span, at, out, model[REFINEMENT], bit)
            if at >= enough:
                return max_bytes
        _merge(known, before, found[before:after], merged)
        known, merged = merged, known
    return min(finish(low, span, at, out), max_bytes)


@compiled
def _decode(data: Any, top: int, model: Any, values: Any) -> None:
    size = values.size
    found, known, merged = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    code, span, slack, at = start(data)
    after = 0
    for plane in range(top, -1, -1):
        before = after
        position, passed = -1, 0
        while True:
            run = 1
            while True:
                bit, code, span, slack, at = decode_bit(code, span, slack, at, data, model[END])
                if bit != 0:
                    break
                bit, code, span, slack, at = decode_bit(code, span, slack, at, data, model[DIGIT])
                if bit == UNDETERMINED:
                    break
                run = run << 1 | bit
                if run > size:
                    return
            if bit == UNDETERMINED:
                return
            bit, code, span, slack, at = decode_bit(code, span, slack, at, data, model[SIGN])
            if bit == UNDETERMINED:
                return
            position += run
            while passed < before and known[passed] <= position:
                passed += 1
                position += 1
            if position >= size:
                break
            found[after] = position
            after += 1
            middle = np.float32(1.5) * np.float32(1 << plane)
            values[position] = -middle if bit else middle
        half = np.float32(0.5) * np.float32(1 << plane)
        for i in range(before):
            bit, code, span, slack, at = decode_bit(code, span, slack, at, data, model[REFINEMENT])
            if bit == UNDETERMINED:
                return
            change = half if bit else -half
            values[found[i]] += change if values[found[i]] > 0 else -change
        _merge(known, before, found[before:after], merged)
        known, merged = merged, known
