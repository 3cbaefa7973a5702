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
    place,
    refinement_contexts,
    sign_contexts,
    significance_contexts,
    spread,
)
from wdr_mcpd.codec.cc.mixing import Models, code_mixed, code_plain
from wdr_mcpd.codec.compiled import Int, compiled, inlined
from wdr_mcpd.codec.rangecoder import Channel, State, start, stopped

STRETCH = 16  # coefficients that are skipped together
FIRST, SECOND = int(np.argmax(CLASS >= 17)), int(np.argmax(CLASS >= 12))  # least energies of these passes
REFINING, LAST = 2, 3


@compiled
def code_planes(
    exact: NDArray[np.int32], known: Known, models: Models, channel: Channel, top: Int
) -> State:
    """Encode the framed coefficients `exact`, or decode, plane after plane (Algorithm 1, steps 2 to 8).

    `known` becomes what the decoder knows. It starts as zeros but for `last`, which starts as `top` + 1.
    """
    state = start(channel)
    for plane in range(top, -1, -1):
        for number in range(4):
            for b in range(known.table.size):
                band = known.table[b]
                for s in range(band.slices):
                    for r in range(band.rows):
                        for c in range(0, band.columns, STRETCH):
                            first = place(band, s, r, c)
                            at = Stretch(b, s, r, c, first, first + min(STRETCH, band.columns - c))
                            state = _code_stretch(state, exact, known, models, channel, plane, number, at)
                            if stopped(state, channel):
                                return state
    return state


@inlined
def _code_stretch(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: Int, number: Int, at: Stretch,
) -> State:  # fmt: skip
    """Code what belongs to a pass among the next coefficients of a row."""
    highest, significant = np.int32(0), np.int32(0)
    for i in range(at.first, at.end):
        highest = max(highest, known.energy[i])
        significant |= known.size[i]
    if number == REFINING:
        if significant:
            state = _refinement_pass(state, exact, known, models, channel, plane, at)
        return state
    limit = np.int64(FIRST if number == 0 else SECOND if number == 1 else 0)
    if highest >> plane < limit:
        return state
    if number == LAST and highest == 0 and significant == 0:
        any_found = np.int64(0)
        if channel.encoding:
            for i in range(at.first, at.end):
                any_found |= np.int64(abs(exact[i]) >> plane)
            any_found = np.int64(any_found > 0)
        index = STRETCHES + known.table[at.band].kind
        any_found, state = code_plain(state, channel, models.model, index, any_found)
        if any_found == 0:
            return state
    return _sorting_pass(state, exact, known, models, channel, plane, limit, at)


@compiled
def _sorting_pass(
    state: State, exact: NDArray[np.int32], known: Known, models: Models, channel: Channel,
    plane: Int, limit: Int, at: Stretch,
) -> State:  # fmt: skip
    """Find newly significant coefficients in neighbourhoods of the limit or more (Algorithm 1, step 5)."""
    size, sign, last, energy, table = known
    band = table[at.band]
    for i in range(at.first, at.end):
        if size[i] or energy[i] >> plane < limit or last[i] == plane:
            continue
        found = np.int64(0)
        if channel.encoding:
            found = np.int64(abs(exact[i]) >> plane)
        choice = significance_contexts(known, at, i, plane, np.int64(limit == 0))
        found, state = code_mixed(state, channel, models, choice, found)
        if state.doubt:
            return state
        last[i] = plane
        if found:
            negative = np.int64(0)
            if channel.encoding:
                negative = np.int64(exact[i] < 0)
            choice = sign_contexts(sign, i, band.row_step, band.slice_step, band.kind)
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
    plane: Int, at: Stretch,
) -> State:  # fmt: skip
    """Code one more bit of the coefficients found in earlier planes (Algorithm 1, step 6)."""
    size, _, last, energy, table = known
    for i in range(at.first, at.end):
        before = np.int64(size[i])
        if before >> (plane + 1) == 0:
            continue
        bit = np.int64(0)
        if channel.encoding:
            bit = np.int64(abs(exact[i]) >> plane) & 1
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
