"""The passes of each plane.

There are four, so that a stream cut inside a plane has spent its bits where they gain most: insignificant
coefficients in neighbourhoods of very high and of high energy, refinement, all other insignificant ones.
The last plane of dependent indices has one pass, for which quantiser a coefficient has is known only after
those before it.
"""

from typing import Any

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
    place,
    refinement_contexts,
    sign_contexts,
    significance_contexts,
    spread,
    stretch_context,
)
from wdr_mcpd.codec.cc.dependent import NEXT
from wdr_mcpd.codec.cc.mixing import Choice, Models, code_mixed, code_plain, code_sign
from wdr_mcpd.codec.compiled import compiled, inlined, int64
from wdr_mcpd.codec.rangecoder import Channel, State, start, stopped

STRETCH = 16  # coefficients that are skipped together
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


@compiled
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


@inlined
def _code_stretch(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, number: int, at: Stretch,
) -> State:  # fmt: skip
    """Code what belongs to a pass among the next coefficients of a row."""
    if number == LAST and models.neighbours.size:
        return _code_quiet(state, exact, known, models, channel, plane, at)
    highest, significant = np.int32(0), np.int32(0)
    if number != REFINING:
        for i in range(at.first, at.end):
            highest = max(highest, known.energy[i])
    if number >= REFINING:
        for i in range(at.first, at.end):
            significant |= known.size[i]
    if number == REFINING:
        if significant >> (plane + 1):
            state = _refinement_pass(state, exact, known, models, channel, plane, at)
        return state
    limit = int64(FIRST if number == 0 else SECOND if number == 1 else 0)
    if highest >> plane < limit:
        return state
    if number == LAST and highest == 0 and significant == 0:
        any_found = int64(0)
        if channel.encoding:
            for i in range(at.first, at.end):
                any_found |= int64(abs(exact[i]) >> plane)
            any_found = int64(any_found > 0)
        index = STRETCHES + at.kind
        any_found, state = code_plain(state, channel, models.model, index, any_found)
        if any_found == 0:
            return state
    return _sorting_pass(state, exact, known, models, channel, plane, limit, at, int64(0))


@inlined
def _code_quiet(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, at: Stretch,
) -> State:  # fmt: skip
    """Code the last pass of a stretch, with one decision for all its coefficients that have no energy."""
    quiet, count, others, any_found = int64(0), int64(0), int64(0), int64(0)
    for i in range(at.first, at.end):
        if known.size[i] == 0 and known.last[i] != plane:
            if known.energy[i]:
                others += 1
            else:
                quiet |= int64(1) << (i - at.first)
                count += 1
                if channel.encoding:
                    any_found |= int64(abs(exact[i]) >> plane)
    if count:
        index = stretch_context(at.kind, count, others)
        any_found, state = code_plain(state, channel, models.model, index, int64(any_found > 0))
        if state.doubt:
            return state
        if any_found:
            quiet, others = int64(0), others + count
    if others == 0:
        return state
    return _sorting_pass(state, exact, known, models, channel, plane, int64(0), at, quiet)


@compiled
def _sorting_pass(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, limit: int, at: Stretch, left_out: int,
) -> State:  # fmt: skip
    """Find newly significant coefficients in neighbourhoods of the limit or more (Algorithm 1, step 5).

    `left_out` has a bit for each coefficient of the stretch that is known to stay insignificant.
    """
    size, sign, last, energy, table = known
    for i in range(at.first, at.end):
        if size[i] or energy[i] >> plane < limit or last[i] == plane or left_out >> (i - at.first) & 1:
            continue
        found = int64(0)
        if channel.encoding:
            found = int64(abs(exact[i]) >> plane)
        choice = significance_contexts(known, at, i, plane, int64(limit == 0))
        found, state = code_mixed(state, channel, models, choice, found)
        if state.doubt:
            return state
        last[i] = plane
        if found:
            negative = int64(0)
            if channel.encoding:
                negative = int64(exact[i] < 0)
            choice = sign_contexts(sign, at, i)
            if models.neighbours.size:
                gather_neighbours(known, at, i, plane, models.neighbours)
                negative, state = code_sign(state, channel, models, choice, at.kind, negative)
            else:
                negative, state = code_mixed(state, channel, models, choice, negative)
            if state.doubt:
                last[i] = plane + 1
                return state
            size[i] = (1 << plane) + ((1 << plane) >> 1)
            sign[i] = -1 if negative else 1
            spread(energy, table, at, i, min(size[i], LOUDEST))
    return state


@compiled
def _refinement_pass(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: int, at: Stretch,
) -> State:  # fmt: skip
    """Code one more bit of the coefficients found in earlier planes (Algorithm 1, step 6)."""
    size, _, last, energy, table = known
    for i in range(at.first, at.end):
        before = int64(size[i])
        if before >> (plane + 1) == 0:
            continue
        bit = int64(0)
        if channel.encoding:
            bit = int64(abs(exact[i]) >> plane) & 1
        choice = refinement_contexts(known, at, i, plane)
        bit, state = code_mixed(state, channel, models, choice, bit)
        if state.doubt:
            return state
        last[i] = plane
        half = (1 << plane) >> 1
        after = ((before >> (plane + 1)) << (plane + 1)) + (bit << plane) + half
        size[i] = after
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
    size, sign, last, energy, table = known
    quiet, count, any_found = int64(0), int64(0), int64(0)
    for i in range(at.first, at.end):
        if size[i] == 0 and energy[i] == 0:
            quiet |= int64(1) << (i - at.first)
            count += 1
            if channel.encoding:
                any_found |= int64(exact[i])
    if count:
        index = stretch_context(at.kind, count, at.end - at.first - count)
        any_found, state = code_plain(state, channel, models.model, index, int64(any_found != 0))
        if state.doubt:
            return trellis, state
        quiet = int64(0) if any_found else quiet
    for i in range(at.first, at.end):
        bit = int64(0)
        if quiet >> (i - at.first) & 1 == 0:
            if channel.encoding:
                bit = int64(abs(exact[i])) & 1
            before = int64(size[i])
            if before:
                choice = refinement_contexts(known, at, i, int64(0))
            else:
                choice = significance_contexts(known, at, i, int64(0), int64(energy[i] < SECOND))
            bit, state = code_mixed(state, channel, models, _of_quantiser(choice, trellis & 1), bit)
            if state.doubt:
                return trellis, state
            if before == 0 and bit:
                negative = int64(0)
                if channel.encoding:
                    negative = int64(exact[i] < 0)
                gather_neighbours(known, at, i, int64(0), models.neighbours)
                choice = sign_contexts(sign, at, i)
                negative, state = code_sign(state, channel, models, choice, at.kind, negative)
                if state.doubt:
                    return trellis, state
                sign[i] = -1 if negative else 1
            after = (before >> 1 << 1) + bit
            size[i] = after
            if after != before:
                spread(energy, table, at, i, min(after, LOUDEST) - min(before, LOUDEST))
        last[i] = 0
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
