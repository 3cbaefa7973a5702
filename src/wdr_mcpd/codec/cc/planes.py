"""The passes of each plane.

There are four, so that a stream cut inside a plane has spent its bits where they gain most: insignificant
coefficients in neighbourhoods of very high and of high energy, refinement, all other insignificant ones.
The last plane of dependent indices has one pass, for which quantiser a coefficient has is known only after
those before it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import (
    CLASS,
    ESTIMATES,
    LOUDEST,
    MODELS,
    STRETCHES,
    WEIGHT_SETS,
    Known,
    Stretch,
    gather_neighbours,
    look_around,
    look_at_relatives,
    place,
    refinement_contexts,
    sign_contexts,
    significance_contexts,
    spread,
    stretch_context,
)
from wdr_mcpd.codec.cc.dependent import NEXT
from wdr_mcpd.codec.cc.mixing import Choice, Models, code_mixed, code_plain, code_sign
from wdr_mcpd.codec.compiled import compiled, inlined, int64, uint64
from wdr_mcpd.codec.lanes import LANES, bits_at_least, count_ones, load, most, trailing_zeros
from wdr_mcpd.codec.rangecoder import Channel, State, start, stopped

STRETCH = LANES  # coefficients that are looked at together
FIRST, SECOND = int(np.argmax(CLASS >= 17)), int(np.argmax(CLASS >= 12))  # least energies of these passes
REFINING, LAST = 2, 3


@compiled
def code_planes(
    exact: NDArray[np.int32], known: Known, models: Models, channel: Channel, top: int, dependent: bool
) -> State:
    """Encode the framed coefficients `exact`, or decode, plane after plane (Algorithm 1, steps 2 to 8).

    `known` becomes what the decoder knows. It starts as zeros but for `last`, which starts as `top` + 1.
    `models` of dependent indices hold everything twice.
    """
    state = start(channel)
    for plane in range(top, 0 if dependent else -1, -1):
        for number in range(4):
            for b in range(known.table.size):
                for s in range(known.table[b].slices):
                    for r in range(known.table[b].rows):
                        state = _code_row(state, exact, known, models, channel, plane, number, b, s, r)
                        if stopped(state, channel):
                            return state
    if dependent:
        state = _last_plane(state, exact, known, models, channel)
    return state


@inlined
def _code_row(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, number: int, b: int, s: int, r: int,
) -> State:  # fmt: skip
    """Code a row of a subband in a pass."""
    band = known.table[b]
    row = place(band, s, r, 0)
    for c in range(0, band.columns, STRETCH):
        at = _stretch(b, s, r, c, row, band)
        state = _code_stretch(state, exact, known, models, channel, plane, number, at)
        if stopped(state, channel):
            return state
    return state


@inlined
def _stretch(b: int, s: int, r: int, c: int, row: int, band: Any) -> Stretch:
    end = row + min(c + STRETCH, band.columns)
    return Stretch(b, s, r, c, row + c, end, band.row_step, band.slice_step, band.kind, band.orientation)


class Seen(NamedTuple):
    """The coefficients of a stretch, a bit each: all, the significant ones, those with any energy."""

    all: int
    significant: int
    loud: int


@inlined
def _look(known: Known, at: Stretch) -> Seen:
    whole = (int64(1) << (at.end - at.first)) - 1
    significant = bits_at_least(load(known.size, at.first), int64(1)) & whole
    return Seen(whole, significant, bits_at_least(load(known.energy, at.first), int64(1)) & whole)


@inlined
def _code_any(
    state: State, exact: NDArray[np.int32], models: Models, channel: Channel,
    at: Stretch, chosen: int, plane: int, index: int,
) -> tuple[int, State]:  # fmt: skip
    """Code with the model `index` whether any of the chosen coefficients is significant at a plane."""
    found = int64(0)
    if channel.encoding:
        values = load(exact, at.first)
        found = int64(bits_at_least(most(values, 0 - values) >> plane, int64(1)) & chosen != 0)
    return code_plain(state, channel, models.model, index, found)


@inlined
def _code_stretch(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, number: int, at: Stretch,
) -> State:  # fmt: skip
    """Code what belongs to a pass among the next coefficients of a row."""
    if number == REFINING:
        whole = (int64(1) << (at.end - at.first)) - 1
        chosen = bits_at_least(load(known.size, at.first) >> (plane + 1), int64(1)) & whole
        if chosen:
            state = _refinement_pass(state, exact, known, models, channel, plane, at, chosen)
        return state
    limit = int64(FIRST if number == 0 else SECOND if number == 1 else 0)
    loud = bits_at_least(load(known.energy, at.first) >> plane, limit)
    if loud == 0:
        return state
    seen = _look(known, at)
    chosen = loud & seen.all & ~seen.significant & bits_at_least(load(known.last, at.first), plane + 1)
    if number == LAST:
        index, left_out, others = STRETCHES + at.kind, chosen, int64(0)
        if models.neighbours.size:
            left_out, others = chosen & ~seen.loud, chosen & seen.loud
            index = stretch_context(at.kind, count_ones(left_out), count_ones(others))
        elif seen.loud | seen.significant:
            left_out = int64(0)
        if left_out:
            any_found, state = _code_any(state, exact, models, channel, at, left_out, plane, index)
            if state.doubt:
                return state
            chosen = chosen if any_found else others
    if chosen:
        state = _sorting_pass(state, exact, known, models, channel, plane, limit, at, chosen)
    return state


@inlined
def _sorting_pass(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, limit: int, at: Stretch, chosen: int,
) -> State:  # fmt: skip
    """Find newly significant coefficients among those chosen (Algorithm 1, step 5).

    The next two in the row join them as soon as their energy reaches the limit of the pass.
    """
    size, sign, last, energy, table, _ = known
    look_around(known, at, plane)
    look_at_relatives(known, at, plane)
    while chosen:
        i = at.first + trailing_zeros(chosen)
        chosen &= chosen - 1
        found = int64(0)
        if channel.encoding:
            found = int64(abs(exact[uint64(i)])) >> plane
        choice = significance_contexts(known, at, i, plane, int64(limit == 0))
        found, state = code_mixed(state, channel, models, choice, found)
        if state.doubt:
            return state
        last[uint64(i)] = plane
        if found:
            negative = int64(0)
            if channel.encoding:
                negative = int64(exact[uint64(i)] < 0)
            choice = sign_contexts(sign, at, i)
            if models.neighbours.size:
                gather_neighbours(known, at, i, plane, models.neighbours)
                negative, state = code_sign(state, channel, models, choice, at.kind, negative)
            else:
                negative, state = code_mixed(state, channel, models, choice, negative)
            if state.doubt:
                last[uint64(i)] = plane + 1
                return state
            size[uint64(i)] = (1 << plane) + ((1 << plane) >> 1)
            sign[uint64(i)] = -1 if negative else 1
            spread(energy, table, at, i, min(int64(size[uint64(i)]), LOUDEST))
            if limit:
                for j in range(i + 1, min(i + 3, at.end)):
                    k = uint64(j)
                    if size[k] == 0 and last[k] > plane and energy[k] >> plane >= limit:
                        chosen |= int64(1) << (j - at.first)
    return state


@inlined
def _refinement_pass(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, at: Stretch, chosen: int,
) -> State:  # fmt: skip
    """Code one more bit of the coefficients found in earlier planes (Algorithm 1, step 6)."""
    size, _, last, energy, table, _ = known
    look_around(known, at, plane)
    while chosen:
        i = at.first + trailing_zeros(chosen)
        chosen &= chosen - 1
        before = int64(size[uint64(i)])
        bit = int64(0)
        if channel.encoding:
            bit = int64(abs(exact[uint64(i)]) >> plane) & 1
        choice = refinement_contexts(known, at, i, plane)
        bit, state = code_mixed(state, channel, models, choice, bit)
        if state.doubt:
            return state
        last[uint64(i)] = plane
        half = (1 << plane) >> 1
        after = ((before >> (plane + 1)) << (plane + 1)) + (bit << plane) + half
        size[uint64(i)] = after
        change = min(after, LOUDEST) - min(before, LOUDEST)
        if change:
            spread(energy, table, at, i, change)
    return state


@compiled
def _last_plane(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel
) -> State:
    """Code bit 0 of dependent indices in the order in which one tells the quantiser of the next."""
    _copy_half(models.model)
    _copy_half(models.weight)
    _copy_half(models.estimate)
    trellis = int64(0)
    for b in range(known.table.size):
        band = known.table[b]
        for s in range(band.slices):
            for r in range(band.rows):
                row = place(band, s, r, 0)
                for c in range(0, band.columns, STRETCH):
                    at = _stretch(b, s, r, c, row, band)
                    trellis, state = _last_of_stretch(state, exact, known, models, channel, at, trellis)
                    if stopped(state, channel):
                        return state
    return state


@inlined
def _copy_half(values: NDArray[Any]) -> None:
    half = values.size // 2
    for k in range(half):
        values[half + k] = values[k]


@inlined
def _last_of_stretch(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    at: Stretch, trellis: int,
) -> tuple[int, State]:  # fmt: skip
    """Code bit 0 of the indices of a stretch; returns too the trellis state after them."""
    size, sign, last, energy, table, _ = known
    seen = _look(known, at)
    quiet = seen.all & ~seen.significant & ~seen.loud
    if quiet:
        count = count_ones(quiet)
        index = stretch_context(at.kind, count, at.end - at.first - count)
        any_found, state = _code_any(state, exact, models, channel, at, quiet, int64(0), index)
        if state.doubt:
            return trellis, state
        quiet = int64(0) if any_found else quiet
    if quiet != seen.all:
        look_around(known, at, int64(0))
        look_at_relatives(known, at, int64(0))
    for i in range(at.first, at.end):
        bit = int64(0)
        if quiet >> (i - at.first) & 1 == 0:
            if channel.encoding:
                bit = int64(abs(exact[uint64(i)])) & 1
            before = int64(size[uint64(i)])
            if before:
                choice = refinement_contexts(known, at, i, int64(0))
            else:
                choice = significance_contexts(known, at, i, int64(0), int64(energy[uint64(i)] < SECOND))
            bit, state = code_mixed(state, channel, models, _of_quantiser(choice, trellis & 1), bit)
            if state.doubt:
                return trellis, state
            if before == 0 and bit:
                negative = int64(0)
                if channel.encoding:
                    negative = int64(exact[uint64(i)] < 0)
                gather_neighbours(known, at, i, int64(0), models.neighbours)
                choice = sign_contexts(sign, at, i)
                negative, state = code_sign(state, channel, models, choice, at.kind, negative)
                if state.doubt:
                    return trellis, state
                sign[uint64(i)] = -1 if negative else 1
            after = (before >> 1 << 1) + bit
            size[uint64(i)] = after
            if after != before:
                spread(energy, table, at, i, min(after, LOUDEST) - min(before, LOUDEST))
        last[uint64(i)] = 0
        trellis = NEXT[trellis, bit]
    return trellis, state


@inlined
def _of_quantiser(choice: Choice, second: int) -> Choice:
    """Choose the models that belong to the first or the second quantiser."""
    models = second * MODELS
    return Choice(
        choice.a + models,
        choice.b + models,
        choice.c + models,
        choice.weights + second * WEIGHT_SETS,
        choice.estimates + second * ESTIMATES,
        choice.rate,
    )
