"""Adaptive coding of a voxel, given where it is expected and what stands around it.

The interval of possible values is halved by decisions: whether the voxel is above the expected value; then, going
away from it, whether it is beyond steps that grow with the expected error; at last where between two steps it
lies. The chance of a decision is mixed, in the logistic domain, from logistic distributions around the
expected value, whose widths several contexts have learnt, and from how decisions of the same kind fell in several
contexts.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.lossless.tables import logarithm, logistic
from wdr_mcpd.codec.rangecoder import Channel, State, code_part, leading_zeros

PAD = 2  # columns and rows of errors around a slice
LEVELS = 48
KINDS = 32  # of decisions
WIDTHS, HABITS = 5, 3  # sources of a chance: distributions, and habits of decisions
INPUTS = WIDTHS + HABITS
PHASES = 8
MIXES = 16
BITS = 22  # of a chance
STEPS = np.array([0.0, 0.576, 1.224, 2.016, 3.168, 5.04, 8.64, 17.28])
RATE = 0.002  # at which weights follow
MANY = 600.0  # errors after which those of a context are halved
AGE = 255.0  # decisions after which a habit's pace stays
PER_ERROR = 0.72  # width of a logistic distribution for each unit of the mean absolute error
LEAST_MASS = 2.0**-30


class Statistics(NamedTuple):
    """What the coder has learnt."""

    errors: NDArray[np.float64]
    sums: NDArray[np.float64]
    counts: NDArray[np.float64]
    habits: NDArray[np.float64]
    ages: NDArray[np.float64]
    weights: NDArray[np.float64]
    flat: NDArray[np.int64]
    contexts: NDArray[np.int64]
    widths: NDArray[np.float64]
    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    centres: NDArray[np.float64]
    middle: NDArray[np.float64]
    inputs: NDArray[np.float64]
    used: NDArray[np.int64]


def statistics(rows: int, columns: int) -> Statistics:
    """Begin with no errors, even habits, and four fifths of the weight on the distributions."""
    habits = (HABITS, KINDS * LEVELS * PHASES)
    weights = np.empty((KINDS * MIXES, INPUTS))
    weights[:, :WIDTHS] = 0.8 / WIDTHS
    weights[:, WIDTHS:] = 0.2 / HABITS
    return Statistics(
        np.zeros((2, rows + 2 * PAD, columns + 2 * PAD)),
        np.zeros((WIDTHS, LEVELS * LEVELS)),
        np.zeros((WIDTHS, LEVELS * LEVELS)),
        np.full(habits, 0.5),
        np.zeros(habits),
        weights,
        np.full(32, 1 << 21, np.int64),
        np.zeros(HABITS + WIDTHS, np.int64),
        np.zeros(WIDTHS),
        np.zeros(WIDTHS),
        np.zeros(WIDTHS),
        np.zeros(WIDTHS),
        np.zeros(WIDTHS),
        np.zeros(INPUTS),
        np.zeros(HABITS, np.int64),
    )


@inlined
def level(size: Any) -> Any:
    """Put a size of 0 or more on a scale of four levels per octave, from a quarter on."""
    whole = np.int64(min(size, 1048576.0) * 16.0)
    if whole < 4:
        return np.int64(0)
    octave = 61 - leading_zeros(whole)
    return min(octave * 4 + ((whole >> octave) & 3) + 1, LEVELS - 1)


@compiled
def survey(known: Statistics, s: Any, y: Any, x: Any, disagreement: Any) -> None:
    """Find the contexts of a voxel and how wide its error's distribution is in each."""
    here, before = known.errors[s & 1], known.errors[(s - 1) & 1]
    r, c = y + PAD, x + PAD
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
    for k in range(WIDTHS):
        i = contexts[HABITS + k]
        mean = (known.sums[k, i] + expected) / (known.counts[k, i] + 4.0)
        known.widths[k] = PER_ERROR * max(mean, 0.02)
    contexts[0] = level(1.4 * known.widths[0])
    contexts[1] = b
    contexts[2] = d


@inlined
def note(known: Statistics, s: Any, y: Any, x: Any, error: Any) -> None:
    """Remember the absolute error of a voxel."""
    known.errors[s & 1, y + PAD, x + PAD] = error


@compiled
def learn_widths(known: Statistics, signed: Any) -> None:
    """Take the absolute error of the surveyed voxel into its contexts."""
    for k in range(WIDTHS):
        i = known.contexts[HABITS + k]
        known.sums[k, i] += abs(signed - known.centres[k])
        known.counts[k, i] += 1.0
        if known.counts[k, i] > MANY:
            known.sums[k, i] *= 0.5
            known.counts[k, i] *= 0.5


@inlined
def decide(
    known: Statistics, state: State, channel: Channel, kind: Any, phase: Any, learnt: Any, edge: Any, bit: Any
) -> tuple[Any, State]:
    """Code whether the voxel lies above `edge`, a place relative to where it is expected.

    `upper` and `lower` hold the chances of lying above the lowest and the highest value left; only the first
    `learnt` habits take part.
    """
    inputs, used, contexts = known.inputs, known.used, known.contexts
    weights = known.weights[kind * MIXES + min(contexts[0] >> 1, MIXES - 1)]
    total = 0.0
    for k in range(WIDTHS):
        known.middle[k] = logistic((known.centres[k] - edge) / known.widths[k])
        up = max(known.middle[k] - known.lower[k], LEAST_MASS)
        down = max(known.upper[k] - known.middle[k], LEAST_MASS)
        inputs[k] = min(max(logarithm(up) - logarithm(down), -8.0), 8.0)
        total += weights[k] * inputs[k]
    for k in range(learnt):
        used[k] = (kind * LEVELS + contexts[k]) * PHASES + phase
        chance = known.habits[k, used[k]]
        inputs[WIDTHS + k] = logarithm(chance) - logarithm(1.0 - chance)
        total += weights[WIDTHS + k] * inputs[WIDTHS + k]
    chance = logistic(total)
    whole = min(max(np.int64(chance * (1 << BITS)), 64), (1 << BITS) - 64)
    bit, state = code_part(state, channel, (state.span * whole) >> BITS, bit)
    step = RATE * (bit - chance)
    for k in range(WIDTHS + learnt):
        weights[k] += step * inputs[k]
    for k in range(learnt):
        age = known.ages[k, used[k]]
        chance = known.habits[k, used[k]]
        chance += (bit - chance) / (age + 1.5)
        known.habits[k, used[k]] = min(max(chance, 0.0002), 0.9998)
        known.ages[k, used[k]] = min(age + 1.0, AGE)
    ends = known.lower if not bit else known.upper
    for k in range(WIDTHS):
        ends[k] = known.middle[k]
    return bit, state


@compiled
def code_voxel(
    known: Statistics, state: State, channel: Channel, expected: Any, low: Any, high: Any, voxel: Any
) -> tuple[Any, State]:
    """Code a voxel from `low` to `high` that is expected (as a fraction) in between."""
    known.upper[:] = 1.0
    known.lower[:] = 0.0
    width = known.widths[0]
    start = np.int64(np.floor(expected))
    phase = np.int64((expected - start) * 4.0) if known.contexts[0] < 18 else np.int64(4)
    middle = start + 1 if expected > start else start
    bit, above = np.int64(0), np.int64(0)
    if middle <= low:
        above = np.int64(1)
    elif middle <= high:
        above, state = decide(
            known, state, channel, 0, phase, HABITS, middle - 0.5 - expected, np.int64(voxel >= middle)
        )
        low, high = (middle, high) if above else (low, middle - 1)
    step = 1
    while low < high and step < STEPS.size:
        # the first value that is beyond
        reach = width * STEPS[step]
        place = np.int64(np.floor(expected + reach)) + 1 if above else -np.int64(np.floor(reach - expected)) 
        if (place > high) if above else (place <= low):
            break
        if (place > low) if above else (place <= high):
            bit, state = decide(
                known, state, channel, 2 * step - 1 + above, phase, HABITS, place - 0.5 - expected,
                np.int64(voxel >= place),
            )
            low, high = (place, high) if bit else (low, place - 1)
            if bit != above:
                break
        step += 1
    depth = 0
    while low < high:
        middle = (low + high + 1) >> 1
        bit, state = decide(
            known, state, channel, 17 + 2 * min(depth, 5) + above, phase, HABITS if depth < 2 else 0,
            middle - 0.5 - expected, np.int64(voxel >= middle),
        )
        low, high = (middle, high) if bit else (low, middle - 1)
        depth += 1
    return low, state


@inlined
def code_flat(known: Statistics, state: State, channel: Channel, context: Any, flat: Any) -> tuple[Any, State]:
    """Code whether a voxel equals its neighbours, which are equal among themselves."""
    chance = known.flat[context]
    whole = min(max(chance, 64), (1 << BITS) - 64)
    flat, state = code_part(state, channel, (state.span * whole) >> BITS, flat)
    known.flat[context] += (((1 << BITS) if flat else 0) - chance) >> 6
    return flat, state
