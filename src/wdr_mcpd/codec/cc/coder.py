"""The coherence-conditioned coder: payload from coefficients, and coefficients or slices back."""

from bisect import bisect_left
from math import exp, log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import ESTIMATES, MODELS, ROOM, WEIGHT_SETS, Known
from wdr_mcpd.codec.cc.dependent import PARTS, expected, indices, levels_of, step_of
from wdr_mcpd.codec.cc.layout import KINDS, framed, relatives
from wdr_mcpd.codec.cc.mixing import experienced, new_models
from wdr_mcpd.codec.cc.planes import code_planes
from wdr_mcpd.codec.cc.reconstruction import centres
from wdr_mcpd.codec.cc.restoration import network, restore_slices
from wdr_mcpd.codec.cc.transform import SPLIT
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import Channel, State, reader, writer, written
from wdr_mcpd.codec.transform import Transform, shared

DENSEST = 1 / 4, 1 / 3  # shares of significant integers and indices above which restoration is not worth it
EARLIER, PLAIN, DEPENDENT = 0, 1, 2  # payloads of the first version, of integers, of dependent indices
NUMBERS = range(2 * PARTS, 24 * PARTS)  # of steps: from a fourth of a voxel value on
TYPICAL_PRICE = 0.8  # bytes by those expected
FEWEST = 64  # bytes that are worth it
ATTEMPTS, CLOSE_ENOUGH, FARTHEST = 4, 0.003, 0.03  # shares of the size asked for
OVERSHOOT = 1.8  # what is lost by a byte too many, by that of one too few
NOTHING = np.empty(0, np.int32)


class Fitted(NamedTuple):
    """A complete payload of dependent indices, how many planes they have, and the number of their step."""

    payload: NDArray[np.uint8]
    planes: int
    step_number: int


def encode(
    coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int, earlier: bool = False
) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    table, length = relatives(layout)
    channel = writer(max_bytes, coefficients.size)
    exact = framed(coefficients, layout, table, length)
    kind = EARLIER if earlier else PLAIN
    return written(_code(exact, table, length, top, channel, kind)[0], channel)


def fitted(coefficients: NDArray[np.int32], layout: Layout, max_bytes: int) -> Fitted | None:
    """Quantise coefficients (scan order) dependently, so that all planes take about `max_bytes` bytes.

    None where the step would be too small or too large for that to gain.
    """
    if max_bytes < FEWEST:
        return None
    table, length = relatives(layout)
    exact = framed(coefficients, layout, table, length)
    level = levels_of(exact, table)
    counts = np.bincount(level, minlength=256)
    counts[0] -= length - layout.size
    best, least = None, FARTHEST
    aim, by_likely, slope = max_bytes / TYPICAL_PRICE, 1.0, 0.9
    before: tuple[float, float] | None = None
    for attempt in range(ATTEMPTS + 1):
        number = _number(counts, aim)
        if number is None:
            return None
        found, likely = indices(exact, level, table, step_of(number))
        planes = max(int(found.max()), -int(found.min())).bit_length()
        if planes == 0:
            return None
        if attempt:
            channel = writer(max_bytes + max_bytes // 2 + 64, layout.size)
            payload = written(_code(found, table, length, planes - 1, channel, DEPENDENT)[0], channel)
            by_likely = payload.size / likely
            off = payload.size / max_bytes - 1
            penalty = OVERSHOOT * off if off > 0 else -off
            if penalty < least:
                best, least = Fitted(payload, planes, number), penalty
            if penalty < CLOSE_ENOUGH:
                break
        here = log(likely), log(expected(counts, step_of(number)))
        if before is not None and abs(here[0] - before[0]) > 0.03:
            slope = min(max((here[1] - before[1]) / (here[0] - before[0]), 0.5), 1.5)
        before = here
        aim = exp(here[1]) * (max_bytes / (by_likely * likely)) ** slope
    return best


def _number(counts: NDArray[np.int64], size: float) -> int | None:
    """Number the step for which so many bytes are expected; None where that is out of range."""
    place = bisect_left(NUMBERS, -size, key=lambda n: -expected(counts, step_of(n)))
    return NUMBERS[place] if 0 < place < len(NUMBERS) else None


def decode(
    payload: NDArray[np.uint8], layout: Layout, top: int, earlier: bool = False
) -> NDArray[np.float32]:
    """Decode as much as the payload determines."""
    return centres(known_from(payload, layout, top, EARLIER if earlier else PLAIN), layout.size)[0]


def transform(decomposition: str, lossless: bool, wavelet: str) -> Transform:
    """Return the coder's own transform, or the shared one where its own is not defined."""
    own = decomposition == "packet" and not lossless
    return SPLIT if own else shared(decomposition, lossless, wavelet)


def restore(
    payload: NDArray[np.uint8], plan: Layout, top: int, used: Transform, corrected: bool, step: float
) -> NDArray[Any]:
    """Decode slices to voxels less the mean; a `step` above 0 is that of dependent indices.

    With the coder's own transform, unless `corrected` is false, a network restores what quantisation took.
    """
    if used is not SPLIT:
        return used.block(decode(payload, plan, top), plan)
    known = known_from(payload, plan, top, DEPENDENT if step else PLAIN)
    values, width = centres(known, plan.size, step)
    block = SPLIT.block(values, plan)
    share = np.count_nonzero(known.size) / plan.size
    dependent = step > 0
    if corrected and 0 < share <= DENSEST[dependent]:
        restore_slices(block, width / SPLIT.units, share, network(dependent))
    return block


def restoration_helps(slices: NDArray[np.float32], levels: int, rate: float) -> bool:
    """Try on some slices (slice, row, column), less their mean, whether the network brings them nearer.

    They are quantised alone, without being coded, so that about as many coefficients are significant as
    `rate` (bits per voxel) allows.
    """
    share = min(0.2 * rate, DENSEST[0])
    plan = SPLIT.lay_out(slices.shape, "packet", levels, 0)
    decoded = slices.copy()
    SPLIT.forward(decoded, plan)
    step = max(float(np.quantile(np.abs(decoded), 1 - share)), 1 / SPLIT.units)
    whole = np.trunc(decoded / np.float32(step))
    decoded[...] = (whole + np.float32(0.5) * np.sign(whole)) * np.float32(step)
    SPLIT.inverse(decoded, plan)
    before = np.mean(np.square(decoded - slices), dtype=np.float64)
    restore_slices(decoded, step, share, network(dependent=False))
    return bool(np.mean(np.square(decoded - slices), dtype=np.float64) < before)


def known_from(payload: NDArray[np.uint8], layout: Layout, top: int, kind: int = PLAIN) -> Known:
    """Decode what the payload tells of the coefficients."""
    return _code(NOTHING, *relatives(layout), top, reader(payload), kind)[1]


def begin(table: NDArray[np.void], length: int, top: int) -> Known:
    """Make what is known before plane `top`: nothing."""
    return Known(
        np.zeros(length, np.int32),
        np.zeros(length, np.int8),
        np.full(length, top + 1, np.uint8),
        np.zeros(length, np.int32),
        table,
        np.zeros(ROOM, np.int32),
    )


def _code(
    exact: NDArray[np.int32], table: NDArray[np.void], length: int, top: int, channel: Channel, kind: int
) -> tuple[State, Known]:
    known = begin(table, length, top)
    models = new_models(MODELS, WEIGHT_SETS, ESTIMATES, 0 if kind == EARLIER else KINDS)
    if kind != EARLIER:
        models = experienced(models)
    if kind == DEPENDENT:
        twice = {name: np.tile(getattr(models, name), 2) for name in ("model", "weight", "estimate")}
        models = models._replace(**twice)
    return code_planes(exact, known, models, channel, top, kind == DEPENDENT), known
