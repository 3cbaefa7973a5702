"""The passes of each plane.

There are four, so that a stream cut inside a plane has spent its bits where they gain most: insignificant
coefficients in neighbourhoods of very high and of high energy, refinement, all other insignificant ones.
"""

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import (
    CLASS,
    LOUDEST,
    STRETCHES,
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
from wdr_mcpd.codec.cc.mixing import Models, code_mixed, code_plain, code_sign
from wdr_mcpd.codec.compiled import compiled, inlined, int64
from wdr_mcpd.codec.rangecoder import Channel, State, start, stopped

STRETCH = 16  # coefficients that are skipped together
FIRST, SECOND = int(np.argmax(CLASS >= 17)), int(np.argmax(CLASS >= 12))  # least energies of these passes
REFINING, LAST = 2, 3


@compiled
def code_planes(exact: NDArray[np.int32], known: Known, models: Models, channel: Channel, top: int) -> State:
    """Encode the framed coefficients `exact`, or decode, plane after plane (Algorithm 1, steps 2 to 8).

    `known` becomes what the decoder knows. It starts as zeros but for `last`, which starts as `top` + 1.
    """
    state = start(channel)
    for plane in range(top, -1, -1):
        for number in range(4):
            for b in range(known.table.size):
                band = known.table[b]
                columns, steps = band.columns, (band.row_step, band.slice_step)
                kind, orientation = band.kind, band.orientation
                for s in range(band.slices):
                    for r in range(band.rows):
                        row = place(band, s, r, 0)
                        for c in range(0, columns, STRETCH):
                            end = row + min(c + STRETCH, columns)
                            at = Stretch(b, s, r, c, row + c, end, steps[0], steps[1], kind, orientation)
                            state = _code_stretch(state, exact, known, models, channel, plane, number, at)
                            if stopped(state, channel):
                                return state
    return state


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
