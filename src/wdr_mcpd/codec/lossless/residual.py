"""Adaptive coding of a voxel, given where it is expected and what stands around it.

The interval of possible values is halved by decisions: whether the voxel is above the expected value; then,
going away from it, whether it is beyond steps that grow with the expected error; at last where between two
steps it lies. The chance of a decision is mixed, in the logistic domain, from logistic distributions around
the expected value, whose widths several contexts have learnt, and from how decisions of the same kind fell
in several contexts. From the second halving between two steps on it is the distributions' mean alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import inlined, int64
from wdr_mcpd.codec.lossless.tables import logarithm, logistic
from wdr_mcpd.codec.rangecoder import Channel, State, code_part, leading_zeros

Array = NDArray[np.float64]

PAD = 2  # columns and rows of errors around a slice
LEVELS = 48
KINDS = 17  # of decisions
WIDTHS, HABITS = 5, 3  # most sources of a chance: distributions, and habits of decisions
PHASES = 8
MIXES = 16
BITS = 22  # of a chance
STEPS = np.array([0.0, 0.576, 1.224, 2.016, 3.168, 5.04, 8.64, 17.28])
RATE = 0.002  # at which weights follow
MANY = 600.0  # errors after which those of a context are halved
AGE = 255  # decisions after which a habit's pace stays
PACES = 1.0 / (np.arange(AGE + 1) + 1.5)
PER_ERROR = 0.72  # width of a logistic distribution for each unit of the mean absolute error
LEAST_MASS = 2.0**-30


class Statistics(NamedTuple):
    """What the coder has learnt; from `contexts` on, what it knows of one voxel."""

    errors: Array
    sums: Array
    counts: Array
    habits: Array
    ages: NDArray[np.int64]
    weights: Array
    even: NDArray[np.int64]
    contexts: NDArray[np.int64]
    disagreement: Array
    centres: Array
    widths: Array
    slopes: Array
    upper: Array
    lower: Array
    middle: Array
    inputs: Array
    used: NDArray[np.int64]


def statistics(rows: int, columns: int, widths: int, habits: int) -> Statistics:
    """Begin with no errors, even habits, and four fifths of the weight on the distributions."""
    weights = np.empty((KINDS * MIXES, widths + habits))
    weights[:, :widths] = 0.8 / widths
    weights[:, widths:] = 0.2 / habits
    return Statistics(
        np.zeros((2, rows + 2 * PAD, columns + 2 * PAD)),
        np.zeros((widths, LEVELS * LEVELS)),
        np.zeros((widths, LEVELS * LEVELS)),
        np.full((habits, KINDS * LEVELS * PHASES), 0.5),
        np.zeros((habits, KINDS * LEVELS * PHASES), np.int64),
        weights,
        np.full(16, 1 << (BITS - 1), np.int64),
        np.zeros(HABITS + WIDTHS, np.int64),
        np.zeros(1),
        np.zeros(WIDTHS),
        np.zeros(widths),
        np.zeros(widths),
        np.zeros(widths),
        np.zeros(widths),
        np.zeros(widths),
        np.zeros(widths + habits),
        np.zeros(habits, np.int64),
    )


@inlined
def level(size: float) -> int:
    """Put a size of 0 or more on a scale of four levels per octave, from a quarter on."""
    whole = int64(min(size, 1048576.0) * 16.0)
    if whole < 4:
        return int64(0)
    octave: int = 61 - leading_zeros(whole)
    return min(octave * 4 + ((whole >> octave) & 3) + 1, LEVELS - 1)


@inlined
def survey(known: Statistics, s: int, y: int, x: int) -> None:
    """Find the contexts of a voxel and how wide its error's distribution is in each."""
    here, before = known.errors[s & 1], known.errors[(s - 1) & 1]
    r, c, disagreement = y + PAD, x + PAD, known.disagreement[0]
    near = 0.125 * (
        2.0 * here[r, c - 1]
        + 2.0 * here[r - 1, c]
        + here[r - 1, c - 1]
        + here[r - 1, c + 1]
        + here[r, c - 2]
        + here[r - 2, c]
    )
    across = (1 / 6) * (
        2.0 * before[r, c] + before[r, c - 1] + before[r, c + 1] + before[r - 1, c] + before[r + 1, c]
    )
    n, b, d = level(near), level(across), level(2.0 * disagreement)
    contexts = known.contexts
    contexts[HABITS] = n * LEVELS + d
    contexts[HABITS + 1] = n * LEVELS + b
    contexts[HABITS + 2] = d * LEVELS + b
    contexts[HABITS + 3] = n * LEVELS + d
    contexts[HABITS + 4] = n * LEVELS + b
    expected = 4.0 * (0.6 * near + 0.1 * across + 0.4 * disagreement + 0.25)
    for k in range(known.widths.size):
        i = contexts[HABITS + k]
        mean = (known.sums[k, i] + expected) / (known.counts[k, i] + 4.0)
        known.widths[k] = PER_ERROR * max(mean, 0.02)
        known.slopes[k] = 1.0 / known.widths[k]
    contexts[0] = level(1.4 * known.widths[0])
    contexts[1] = b
    contexts[2] = d


@inlined
def note(known: Statistics, s: int, y: int, x: int, error: float) -> None:
    """Remember the absolute error of a voxel."""
    known.errors[s & 1, y + PAD, x + PAD] = error


@inlined
def learn_widths(known: Statistics, error: float) -> None:
    """Take the absolute error of the surveyed voxel into its contexts."""
    for k in range(known.widths.size):
        i = known.contexts[HABITS + k]
        known.sums[k, i] += abs(error - known.centres[k])
        known.counts[k, i] += 1.0
        if known.counts[k, i] > MANY:
            known.sums[k, i] *= 0.5
            known.counts[k, i] *= 0.5


@inlined
def decide(
    known: Statistics, state: State, channel: Channel, kind: int, phase: int, edge: float, bit: int
) -> tuple[int, State]:
    """Code whether the voxel lies above `edge`, a place relative to where it is expected.

    `upper` and `lower` hold the chances of lying above the lowest and the highest value left.
    """
    inputs, used, contexts = known.inputs, known.used, known.contexts
    weights = known.weights[kind * MIXES + min(contexts[0] >> 1, MIXES - 1)]
    total, widths = 0.0, known.widths.size
    for k in range(widths):
        known.middle[k] = logistic((known.centres[k] - edge) * known.slopes[k])
        up = max(known.middle[k] - known.lower[k], LEAST_MASS)
        down = max(known.upper[k] - known.middle[k], LEAST_MASS)
        inputs[k] = min(max(logarithm(up / down), -8.0), 8.0)
        total += weights[k] * inputs[k]
    for k in range(used.size):
        used[k] = (kind * LEVELS + contexts[k]) * PHASES + phase
        chance = known.habits[k, used[k]]
        inputs[widths + k] = logarithm(chance / (1.0 - chance))
        total += weights[widths + k] * inputs[widths + k]
    chance = logistic(total)
    bit, state = _code(state, channel, int64(chance * (1 << BITS)), bit)
    step = RATE * (bit - chance)
    for k in range(inputs.size):
        weights[k] += step * inputs[k]
    for k in range(used.size):
        age = known.ages[k, used[k]]
        chance = known.habits[k, used[k]]
        chance += (bit - chance) * PACES[age]
        known.habits[k, used[k]] = min(max(chance, 0.0002), 0.9998)
        known.ages[k, used[k]] = min(age + 1, AGE)
    _narrow(known, bit)
    return bit, state


@inlined
def decide_plainly(
    known: Statistics, state: State, channel: Channel, edge: float, bit: int
) -> tuple[int, State]:
    """Decide likewise with the mean chance of the distributions; nothing is learnt."""
    above, left = 0.0, 0.0
    for k in range(known.widths.size):
        known.middle[k] = logistic((known.centres[k] - edge) * known.slopes[k])
        above += max(known.middle[k] - known.lower[k], LEAST_MASS)
        left += max(known.upper[k] - known.lower[k], 2.0 * LEAST_MASS)
    bit, state = _code(state, channel, int64(above / left * (1 << BITS)), bit)
    _narrow(known, bit)
    return bit, state


@inlined
def _code(state: State, channel: Channel, chance: int, bit: int) -> tuple[int, State]:
    """Code a decision, given its chance of 1 in units of 2^-BITS."""
    whole = min(max(chance, 64), (1 << BITS) - 64)
    return code_part(state, channel, (state.span * whole) >> BITS, bit)


@inlined
def _narrow(known: Statistics, bit: int) -> None:
    """Let the chance at the place just asked about be that of an end of what is left."""
    ends = known.upper if bit else known.lower
    for k in range(known.widths.size):
        ends[k] = known.middle[k]


@inlined
def code_voxel(
    known: Statistics, state: State, channel: Channel, expected: float, low: int, high: int, voxel: int
) -> tuple[int, State]:
    """Code a voxel from `low` to `high` that is expected (as a fraction) in between."""
    known.upper[:] = 1.0
    known.lower[:] = 0.0
    start = int64(np.floor(expected))
    phase = int64((expected - start) * 4.0) if known.contexts[0] < 18 else int64(4)
    step, above, last, halved = 0, int64(0), STEPS.size, False
    while low < high:
        if step < last:
            reach = known.widths[0] * STEPS[step]
            place = int64(np.floor(expected + reach)) + 1 if above else -int64(np.floor(reach - expected))
            kind = 2 * step - 1 + above if step else int64(0)
        else:
            place = (low + high + 1) >> 1
            kind = 2 * last - 1 + above
        if place <= low or place > high:  # nothing to decide
            past = int64(place <= low)
            step = step + 1 if step == 0 or past == above else last
            above = past if step == 1 else above
            continue
        edge = place - 0.5 - expected
        bit = int64(voxel >= place)
        if halved:
            bit, state = decide_plainly(known, state, channel, edge, bit)
        else:
            bit, state = decide(known, state, channel, kind, phase, edge, bit)
        low, high = (place, high) if bit else (low, place - 1)
        halved = step >= last
        if step == 0:
            above = bit
        step = step + 1 if step == 0 or bit == above else last
    return low, state


@inlined
def code_even_place(
    known: Statistics, state: State, channel: Channel, context: int, flat: int
) -> tuple[int, State]:
    """Code whether a voxel equals its neighbours, which are equal among themselves."""
    chance = known.even[context]
    flat, state = _code(state, channel, chance, flat)
    known.even[context] += (((1 << BITS) if flat else 0) - chance) >> 6
    return flat, state
