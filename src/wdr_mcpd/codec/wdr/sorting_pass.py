"""The sorting pass: which coefficients become significant, as runs of insignificant ones, and their signs."""

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined, int64
from wdr_mcpd.codec.rangecoder import Channel, State, code_bit, code_even, models, stopped
from wdr_mcpd.codec.wdr.neighbourhood import (
    CLASSES,
    FOUND,
    NEGATIVE,
    Scan,
    Tally,
    advance,
    distance,
    locate,
    note,
    spread,
)
from wdr_mcpd.codec.wdr.refinement_pass import AGES, REFINED_AT_FIRST

ACTIVATED, REST = CLASSES, CLASSES + 1  # the classes after those of an energy
DIGITS = 16  # positions in a run that have probabilities of their own
MODELS = 2 * DIGITS * (REST + 1)  # after those of refinement
END_AT_FIRST = (  # sixteenths: the chance that a run ends, by class and position, before anything is learned
    (4, 5, 7, 9),
    (5, 8, 10, 10),
    (6, 9, 10, 9),
    (8, 10, 10, 8),
    (3, 3, 4, 6, 8, 9, 9),
    (3, 3, 3, 3, 4, 5, 5, 6, 7),
)
ONE_AT_FIRST = (6, 7)  # sixteenths: the chance that the first and second digit of a run is 1


def models_at_first() -> NDArray[np.uint32]:
    """Make the adaptive probabilities of refinement and runs, set to what is usual in MR volumes."""
    chances = np.full(AGES + MODELS, 8, np.uint32)
    chances[: len(REFINED_AT_FIRST)] = REFINED_AT_FIRST
    for kind, ends in enumerate(END_AT_FIRST):
        base = AGES + 2 * DIGITS * kind
        chances[base : base + len(ends)] = ends
        chances[base + DIGITS : base + DIGITS + len(ONE_AT_FIRST)] = ONE_AT_FIRST
    return models(AGES + MODELS) // 8 * chances


@compiled
def sorting_pass(
    state: State, scan: Scan, channel: Channel, tally: Tally, plane: int, kind: int
) -> tuple[State, Tally]:
    """Find the significant coefficients of one class, those with |c| >= 2^plane (Algorithm 1, step 5).

    The class of those activated meanwhile grows while it is coded. Returns the state and what has been found.
    """
    if kind == REST:
        return _sort_rest(state, scan, channel, tally, plane)
    members = scan.activated if kind == ACTIVATED else scan.members[kind]
    at = int64(-1)
    while not stopped(state, channel):
        left = (tally.activated if kind == ACTIVATED else scan.lengths[kind]) - 1 - at
        if left <= 0:
            break
        run = left + 1
        if channel.encoding:
            for k in range(1, left + 1):
                if scan.digits[members[at + k]] & (NEGATIVE - 1) > plane:
                    run = int64(k)
                    break
        run, state = _code_run(state, channel, scan.model, kind, run, left + 1)
        note(state, scan, channel, plane, scan.cut[1], tally.found)
        if run > left or state.doubt:
            break
        at += run
        state, tally = _discover(state, scan, channel, tally, plane, int64(members[at]))
    return state, tally


@inlined
def _sort_rest(state: State, scan: Scan, channel: Channel, tally: Tally, plane: int) -> tuple[State, Tally]:
    """Find the significant ones among those with insignificant neighbourhoods; those activated leave."""
    ahead, energy, energies = tally.rest, scan.energy, scan.energies
    cursor = int64(-1)
    while ahead > 0 and not stopped(state, channel):
        run, target = int64(0), int64(0)
        if channel.encoding:
            run, target = distance(energy, energies, scan.digits, scan.digit_words, cursor, plane)
        run, state = _code_run(state, channel, scan.model, int64(REST), run, ahead + 1)
        note(state, scan, channel, plane, scan.cut[1], tally.found)
        if run > ahead or state.doubt:
            break
        cursor = target if channel.encoding else advance(energy, energies, cursor, run)
        met = tally.activated
        state, tally = _discover(state, scan, channel, tally, plane, cursor)
        tally = Tally(tally.found, tally.activated, tally.rest - 1)
        ahead -= run
        for f in range(met, tally.activated):
            ahead -= int64(scan.activated[f] > cursor)
    return state, tally


@inlined
def _discover(
    state: State, scan: Scan, channel: Channel, tally: Tally, plane: int, i: int
) -> tuple[State, Tally]:
    """Code the sign of the newly significant coefficient at `i` and make its neighbourhood significant."""
    negative = int64(0)
    if channel.encoding:
        negative = int64(scan.digits[i] >= NEGATIVE)
    negative, state = code_even(state, channel, negative)
    note(state, scan, channel, plane, scan.cut[1], tally.found)
    if state.doubt == 0:
        b, k, r, place = locate(scan, i)
        scan.energy[i] = FOUND
        scan.place[tally.found] = place
        if channel.encoding:
            scan.known[tally.found] = scan.coefficients[place]
        else:
            scan.known[tally.found] = -(1 << plane) if negative else 1 << plane
        activated = spread(scan, i, b, k, r, tally.activated)
        tally = Tally(tally.found + 1, activated, tally.rest + tally.activated - activated)
    return state, tally


@inlined
def _code_run(
    state: State, channel: Channel, model: NDArray[np.uint32], kind: int, run: int, longest: int
) -> tuple[int, State]:
    """Code the binary digits of a run from 1 to `longest`, after the leading one."""
    base = AGES + 2 * DIGITS * kind
    digits = 0
    if channel.encoding:
        while run >> digits > 1:
            digits += 1
    value = int64(1)
    position = 0
    while 2 * value <= longest:
        digits -= 1
        end, state = code_bit(state, channel, model, base + position, int64(digits < 0))
        if end:
            break
        bit = int64(0)
        if 2 * value < longest:
            bit, state = code_bit(
                state, channel, model, base + DIGITS + position, (run >> max(digits, 0)) & 1
            )
        value = 2 * value + bit
        position = min(position + 1, DIGITS - 1)
    return value, state
