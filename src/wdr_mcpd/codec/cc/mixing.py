"""One binary decision coded with the opinions of three adaptive models.

Each model is a probability of a 1 that belongs to a context. The three are mixed in the logistic domain
(Mattern 2012; Mahoney's PAQ): stretch(p) = ln(p / (1 - p)) of each is weighted, the sum is squashed to a
probability again, and the weights follow the gradient of the code length. A secondary estimate, by the
class of the neighbourhood and the mixed probability, corrects what the mixture gets wrong on average.

All arithmetic that decides bits is on integers. Units: probabilities of the models 2^-22, everywhere else
2^-16; stretched probabilities 2^-8; weights 2^-16.
"""

from bisect import bisect
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, repeat
from operator import mul
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import inlined, int64, uint64
from wdr_mcpd.codec.rangecoder import Channel, State, code_part

COUNT_BITS = 10  # of a model: how many decisions it has seen, below its probability
MOST_SEEN = 250  # a model forgets faster than by averages of so many decisions never
LEAST = 32  # of 65536: the range coder takes decisions of up to 12 bits
REACH = 2048  # stretched probabilities lie between -8 and 8
STEPS = 24  # intervals of the secondary estimate
NODES = STEPS + 2
OPINIONS = 3  # models that a decision is mixed from
NEIGHBOURS = 16  # values that a sign is predicted from


def _odds(first: Decimal, count: int) -> list[Decimal]:
    """Give e^(k / 256) for k = first, first + 1, ... `count` of them.

    Decimal numbers are integers inside: other than logarithms in floating point they are the same on every
    machine, and a stream is decoded with the tables that wrote it.
    """
    with localcontext(Context(prec=28)):
        step = (Decimal(1) / 256).exp()
        return list(accumulate(repeat(step, count - 1), mul, initial=(first / 256).exp()))


def _stretch_table() -> NDArray[np.int16]:
    """Tabulate 256 ln(p / (1 - p)), rounded, at the middles of 4096 equal intervals of p."""
    halfway = _odds(Decimal("0.5"), 2400)  # odds between two rounded values
    upper = [bisect(halfway, Decimal(2 * i + 1) / (8191 - 2 * i)) for i in range(2048, 4096)]
    return np.array([-value for value in reversed(upper)] + upper, np.int16)


def _squash_table() -> NDArray[np.uint16]:
    """Tabulate 65536 / (1 + e^(-x / 256)), rounded, for x from -2048 to 2047."""
    with localcontext(Context(prec=28)):
        chances = [round(65536 * odds / (1 + odds)) for odds in _odds(Decimal(-REACH), 2 * REACH)]
    return np.clip(chances, 16, 65520).astype(np.uint16)


STRETCH = _stretch_table()
SQUASH = _squash_table()
SHARE = np.array([65536 * 2 // (2 * n + 3) for n in range(1 << COUNT_BITS)], np.int32)  # 1 / (n + 1.5)


class Models(NamedTuple):
    """What adapts: probabilities with counts, their weights, secondary estimates, weights of neighbours.

    `neighbours` is room for the values around a coefficient whose sign is coded; of the earlier coder, which
    does not use them, both are empty.
    """

    model: NDArray[np.uint32]
    weight: NDArray[np.int32]
    estimate: NDArray[np.int32]
    linear: NDArray[np.int32]
    neighbours: NDArray[np.int64]


class Choice(NamedTuple):
    """What codes one decision: three models, a set of weights, a class of estimates, a rate of learning."""

    a: int
    b: int
    c: int
    weights: int
    estimates: int
    rate: int


def new_models(models: int, sets: int, classes: int, predictors: int) -> Models:
    """Make models at one half that have seen nothing, weights, classes of estimates, and predictors of signs.

    A weight makes each model count one half, for together they are bolder than one; estimates leave a
    probability as it is at first.
    """
    nodes = np.minimum(np.arange(NODES) * 2 * REACH // STEPS, 2 * REACH - 1)
    return Models(
        np.full(models, 1 << 31, np.uint32),
        np.full(sets * OPINIONS, 1 << 15, np.int32),
        np.tile(SQUASH[nodes].astype(np.int32), classes),
        np.zeros(predictors * NEIGHBOURS, np.int32),
        np.zeros(NEIGHBOURS if predictors else 0, np.int64),
    )


@lru_cache(maxsize=1)
def _start() -> dict[str, NDArray[np.int64]]:
    """Read what models know from other images (`tools/fit_start.py`): opinions, decisions seen, weights."""
    with files("wdr_mcpd.codec.cc").joinpath("start.npz").open("rb") as file:
        stored = np.load(file)
        return {name: stored[name].astype(np.int64) for name in ("model", "seen", "weight", "linear")}


def experienced(models: Models) -> Models:
    """Return new models that begin with what other images have taught."""
    start = _start()
    chance = SQUASH[16 * start["model"] + REACH].astype(np.int64) << 6
    known = (chance << COUNT_BITS | start["seen"]).astype(np.uint32)
    return models._replace(
        model=np.where(start["seen"] > 0, known, models.model),
        weight=(start["weight"] << 8).astype(np.int32),
        linear=(start["linear"] << 4).astype(np.int32),
    )


@inlined
def learn(model: NDArray[np.uint32], index: int, bit: int) -> None:
    """Move a model towards a decision by 1 / (decisions seen + 1.5)."""
    packed = int64(model[uint64(index)])
    seen = packed & ((1 << COUNT_BITS) - 1)
    chance = packed >> COUNT_BITS
    chance += (((1 << 22) - 1 if bit else 0) - chance) * SHARE[uint64(seen)] >> 16
    model[uint64(index)] = chance << COUNT_BITS | (seen + (1 if seen < MOST_SEEN else 0))


@inlined
def code_plain(
    state: State, channel: Channel, model: NDArray[np.uint32], index: int, bit: int
) -> tuple[int, State]:
    """Code a decision with one model alone."""
    chance = min(max(int64(model[uint64(index)]) >> 16, LEAST), 65536 - LEAST)
    bit, state = code_part(state, channel, (state.span * chance) >> 16, bit)
    learn(model, index, bit)
    return bit, state


@inlined
def code_mixed(state: State, channel: Channel, models: Models, choice: Choice, bit: int) -> tuple[int, State]:
    """Code a decision with three models."""
    opinions = _opinions(models, choice)
    bit, state, surprise = _code(state, channel, models, choice, _weighted(models, choice, opinions), bit)
    _learn(models, choice, opinions, surprise * choice.rate, bit)
    return bit, state


@inlined
def code_sign(
    state: State, channel: Channel, models: Models, choice: Choice, predictor: int, bit: int
) -> tuple[int, State]:
    """Code a decision with three models and the weighted sum of `models.neighbours`."""
    linear, neighbours, first = models.linear, models.neighbours, predictor * NEIGHBOURS
    opinions = _opinions(models, choice)
    total = _weighted(models, choice, opinions)
    for k in range(NEIGHBOURS):
        total += linear[uint64(first + k)] * neighbours[uint64(k)]
    bit, state, surprise = _code(state, channel, models, choice, total, bit)
    for k in range(NEIGHBOURS):
        linear[uint64(first + k)] += (neighbours[uint64(k)] * surprise * choice.rate + (1 << 17)) >> 18
    _learn(models, choice, opinions, surprise * choice.rate, bit)
    return bit, state


@inlined
def _opinions(models: Models, choice: Choice) -> tuple[int, int, int]:
    """Give the stretched probabilities of the three models."""
    model = models.model
    return (
        int64(STRETCH[uint64(model[uint64(choice.a)] >> 20)]),
        int64(STRETCH[uint64(model[uint64(choice.b)] >> 20)]),
        int64(STRETCH[uint64(model[uint64(choice.c)] >> 20)]),
    )


@inlined
def _weighted(models: Models, choice: Choice, opinions: tuple[int, int, int]) -> int:
    weight, w = models.weight, choice.weights * OPINIONS
    return int64(
        weight[uint64(w)] * opinions[0]
        + weight[uint64(w + 1)] * opinions[1]
        + weight[uint64(w + 2)] * opinions[2]
    )


@inlined
def _code(
    state: State, channel: Channel, models: Models, choice: Choice, total: int, bit: int
) -> tuple[int, State, int]:
    """Code a decision whose weighted opinions sum up to `total`; returns too by how much that was wrong."""
    estimate = models.estimate
    x = min(max((total >> 16) + REACH, 0), 2 * REACH - 1)
    mixed = int64(SQUASH[uint64(x)])
    place = x * STEPS
    node = choice.estimates * NODES + (place >> 12)
    near = place & 4095
    refined = (estimate[uint64(node)] * (4096 - near) + estimate[uint64(node + 1)] * near) >> 12
    chance = min(max((mixed + refined) >> 1, LEAST), 65536 - LEAST)
    bit, state = code_part(state, channel, (state.span * chance) >> 16, bit)
    goal = 65535 if bit else 0
    estimate[uint64(node)] += ((goal - estimate[uint64(node)]) * (4096 - near)) >> 18
    estimate[uint64(node + 1)] += ((goal - estimate[uint64(node + 1)]) * near) >> 18
    return bit, state, goal - mixed


@inlined
def _learn(models: Models, choice: Choice, opinions: tuple[int, int, int], step: int, bit: int) -> None:
    """Let the weights and the three models follow a decision."""
    weight, w = models.weight, choice.weights * OPINIONS
    weight[uint64(w)] += (opinions[0] * step + (1 << 17)) >> 18
    weight[uint64(w + 1)] += (opinions[1] * step + (1 << 17)) >> 18
    weight[uint64(w + 2)] += (opinions[2] * step + (1 << 17)) >> 18
    learn(models.model, choice.a, bit)
    learn(models.model, choice.b, bit)
    learn(models.model, choice.c, bit)
