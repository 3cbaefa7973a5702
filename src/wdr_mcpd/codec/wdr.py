"""Wavelet difference reduction with classes of insignificant coefficients: our WDR.

As in the reference, the significance map of each plane is coded as run lengths: the distance to the next
newly significant coefficient, in binary after its leading one, most significant digit first, each run
followed by the sign, and coefficients already found are refined by one bit per plane. Ours is what makes
the runs short to write:

- Insignificant coefficients are coded class by class. Those around which something significant is known
  (`neighbourhood`) come first, the busiest class first, then those that these discoveries have just made
  active, then the refinement of older coefficients, then the quiet rest, and at last what the rest has made
  active. A stream that is cut inside a plane has so coded first what lowers the distortion most per bit.
- A run counts members of its class only. Whether another digit follows is a decision of its own; it and the
  digits have an adaptive probability for each class and position in the run.
- A run that reaches beyond the last member ends a class; as the number of members left is known, it needs no
  sign, and digits that would lead past it are not written.
- Signs are even decisions. Refinement has probabilities by the age of the coefficient.
- A decoded magnitude is put below the middle of its interval, the more so the younger it is.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.neighbourhood import (
    FOUND,
    NEGATIVE,
    Field,
    advance,
    distance,
    double,
    field,
    locate,
    spread,
)
from wdr_mcpd.codec.rangecoder import MARGIN, State, code_bit, code_even, finish, models, start

LEAST_ENERGY = (1, 8, 16, 32)  # of the active classes
FRESH, QUIET = len(LEAST_ENERGY), len(LEAST_ENERGY) + 1  # the classes after them
DIGITS = 16  # positions in a run that have probabilities of their own
AGES = 4  # refinement contexts and reconstruction points tell the first planes after discovery apart
REFINEMENT = 2 * DIGITS * (QUIET + 1)  # the first refinement model; the models of runs come before
MODELS = REFINEMENT + AGES
END_AT_FIRST = (  # sixteenths: the chance that a run ends, by class and position, before anything is learned
    (4, 5, 7, 9),
    (5, 8, 10, 10),
    (6, 9, 10, 9),
    (8, 10, 10, 8),
    (3, 3, 4, 6, 8, 9, 9),
    (3, 3, 3, 3, 4, 5, 5, 6, 7),
)
ONE_AT_FIRST = (6, 7)  # sixteenths: the chance that the first and second digit of a run is 1
REFINED_AT_FIRST = (5, 7)  # sixteenths: the chance that the first and second refinement is 1
RECONSTRUCTION = np.array([0.45, 0.47, 0.49, 0.5], np.float32)  # place in the interval, by age
NEVER = 1 << 60


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    out = np.zeros(min(max_bytes, 16 * coefficients.size + 64) + 2 * MARGIN, np.uint8)
    made = field(layout, coefficients)
    state = _run(made, coefficients, layout.size, top, out, True, max_bytes + MARGIN)[0]
    return out[: min(finish(state, out), max_bytes)]


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as many planes as the payload determines."""
    nothing = np.empty(0, np.int32)
    made = field(layout, nothing)
    _, plane, refined, starts = _run(made, nothing, layout.size, top, payload, False, NEVER)
    values = np.zeros(layout.size, np.float32)
    _reconstruct(made, top, plane, refined, starts, RECONSTRUCTION, values)
    return values


def _run(
    made: Field,
    coefficients: NDArray[np.int32],
    size: int,
    top: int,
    data: NDArray[np.uint8],
    encoding: bool,
    enough: int,
) -> Any:
    """Code the planes; gives the coder's state, the last plane, how many it refined, and `starts`.

    `starts[s]` is how many coefficients had been found before step s, which codes plane `top - s`.
    """
    starts = np.zeros(top + 2, np.int64)
    classes = (np.arange(256)[:, None] >= np.array(LEAST_ENERGY[1:])).sum(axis=1).astype(np.uint8)
    members = np.empty((len(LEAST_ENERGY), made.fresh.size), np.int32)
    lengths = np.zeros(len(LEAST_ENERGY), np.int64)
    model = _models_at_first()
    state, plane, refined = _planes(
        made, coefficients, size, top, starts, classes, members, lengths, model, data, encoding, enough
    )
    return state, plane, refined, starts


def _models_at_first() -> NDArray[np.uint32]:
    """Make the adaptive probabilities, set to what is usual in MR volumes."""
    chances = np.full(MODELS, 8, np.uint32)
    for kind, ends in enumerate(END_AT_FIRST):
        base = 2 * DIGITS * kind
        chances[base : base + len(ends)] = ends
        chances[base + DIGITS : base + DIGITS + len(ONE_AT_FIRST)] = ONE_AT_FIRST
    chances[REFINEMENT : REFINEMENT + len(REFINED_AT_FIRST)] = REFINED_AT_FIRST
    return models(MODELS) // 8 * chances


@compiled
def _planes(
    field: Any,
    coefficients: Any,
    size: int,
    top: int,
    starts: Any,
    classes: Any,
    members: Any,
    lengths: Any,
    model: Any,
    data: Any,
    encoding: bool,
    enough: int,
) -> tuple[State, Any, Any]:
    """Encode or decode plane after plane until the data or the budget ends."""
    state = start(data, encoding)
    quiet = np.int64(size)
    for step in range(top + 1):
        plane = top - step
        double(field.energy)
        _classify(field, classes, members, lengths)
        before = count = starts[step]
        fresh = np.int64(0)
        for order in range(FRESH + 1):
            listed = np.int64(FRESH if order == FRESH else FRESH - 1 - order)
            state, count, fresh = _listed(
                field,
                coefficients,
                field.fresh if listed == FRESH else members[listed],
                lengths,
                listed,
                count,
                fresh,
                plane,
                state,
                data,
                encoding,
                model,
                enough,
            )
        starts[step + 1] = count
        if state[5] or state[3] >= enough:
            return state, plane, 0
        state, refined = _refine(field, step, starts, plane, state, data, encoding, model, enough)
        if state[5] or state[3] >= enough:
            return state, plane, refined
        quiet -= fresh
        state, count, fresh, quiet = _quiet(
            field, coefficients, quiet, count, plane, state, data, encoding, model, enough
        )
        met = fresh
        state, count, fresh = _listed(
            field,
            coefficients,
            field.fresh,
            lengths,
            np.int64(FRESH),
            count,
            fresh,
            plane,
            state,
            data,
            encoding,
            model,
            enough,
        )
        quiet -= fresh - met
        starts[step + 1] = count
        if state[5] or state[3] >= enough:
            return state, plane, before
    return state, 0, starts[top + 1]


@compiled
def _classify(field: Any, classes: Any, members: Any, lengths: Any) -> None:
    """List the active coefficients by class, in scan order."""
    for kind in range(lengths.size):
        lengths[kind] = 0
    for word in range(field.energies.size):
        if field.energies[word] == 0:
            continue
        for i in range(8 * word, 8 * word + 8):
            energy = field.energy[i]
            if energy != 0 and energy != FOUND:
                kind = classes[energy]
                members[kind, lengths[kind]] = i
                lengths[kind] += 1


@compiled
def _listed(
    field: Any,
    coefficients: Any,
    members: Any,
    lengths: Any,
    kind: Any,
    count: Any,
    fresh: Any,
    plane: Any,
    state: State,
    data: Any,
    encoding: bool,
    model: Any,
    enough: Any,
) -> tuple[State, Any, Any]:
    """Code the significance of the members of a listed class; the fresh one grows while it is coded."""
    at = np.int64(-1)
    while not (state[5] or state[3] >= enough):
        left = (fresh if kind == FRESH else lengths[kind]) - 1 - at
        if left <= 0:
            break
        run = left + 1
        if encoding:
            for k in range(1, left + 1):
                if field.digits[members[at + k]] & (NEGATIVE - 1) > plane:
                    run = np.int64(k)
                    break
        run, state = _code_run(state, data, encoding, model, kind, run, left + 1)
        if run > left or state[5]:
            break
        at += run
        state, count, fresh = _discover(
            field, coefficients, np.int64(members[at]), count, fresh, plane, state, data, encoding
        )
    return state, count, fresh


@compiled
def _quiet(
    field: Any,
    coefficients: Any,
    quiet: Any,
    count: Any,
    plane: Any,
    state: State,
    data: Any,
    encoding: bool,
    model: Any,
    enough: Any,
) -> tuple[State, Any, Any, Any]:
    """Code the significance of the quiet coefficients, in scan order; those that become active leave.

    Returns the state, the number of coefficients found, of those that became active, and of those still
    quiet.
    """
    ahead = quiet
    fresh = np.int64(0)
    cursor = np.int64(-1)
    while ahead > 0 and not (state[5] or state[3] >= enough):
        run, target = np.int64(0), np.int64(0)
        if encoding:
            run, target = distance(field, cursor, plane)
        run, state = _code_run(state, data, encoding, model, np.int64(QUIET), run, ahead + 1)
        if run > ahead or state[5]:
            break
        cursor = target if encoding else advance(field, cursor, run)
        met = fresh
        state, count, fresh = _discover(
            field, coefficients, cursor, count, fresh, plane, state, data, encoding
        )
        quiet -= 1 + fresh - met
        ahead -= run
        for f in range(met, fresh):
            ahead -= np.int64(field.fresh[f] > cursor)
    return state, count, fresh, quiet


@inlined
def _discover(
    field: Any,
    coefficients: Any,
    i: Any,
    count: Any,
    fresh: Any,
    plane: Any,
    state: State,
    data: Any,
    encoding: bool,
) -> tuple[State, Any, Any]:
    """Code the sign of the newly significant coefficient at `i` and tell those around it."""
    negative = np.int64(0)
    if encoding:
        negative = np.int64(field.digits[i] >= NEGATIVE)
    negative, state = code_even(state, data, encoding, negative)
    if state[5] == 0:
        b, k, r, place = locate(field, i)
        field.energy[i] = FOUND
        field.place[count] = place
        if encoding:
            field.known[count] = coefficients[place]
        else:
            field.known[count] = -(1 << plane) if negative else 1 << plane
        count += 1
        fresh = spread(field, i, b, k, r, fresh)
    return state, count, fresh


@compiled
def _refine(
    field: Any,
    step: Any,
    starts: Any,
    plane: Any,
    state: State,
    data: Any,
    encoding: bool,
    model: Any,
    enough: Any,
) -> tuple[State, Any]:
    """Code one more bit of the coefficients found in earlier planes, in order of discovery."""
    for found_in in range(step):
        context = REFINEMENT + min(step - found_in, AGES) - 1
        for f in range(starts[found_in], starts[found_in + 1]):
            value = np.int64(field.known[f])
            bit, state = code_bit(state, data, encoding, model, context, (abs(value) >> plane) & 1)
            if state[5] or state[3] >= enough:
                return state, np.int64(f)
            if not encoding:
                field.known[f] = value + ((bit << plane) if value > 0 else -(bit << plane))
    return state, starts[step]


@inlined
def _code_run(
    state: State, data: Any, encoding: bool, model: Any, kind: Any, run: Any, longest: Any
) -> tuple[Any, State]:
    """Code the binary digits of a run from 1 to `longest`, after the leading one."""
    base = 2 * DIGITS * kind
    digits = 0
    if encoding:
        while run >> digits > 1:
            digits += 1
    value = np.int64(1)
    position = 0
    while 2 * value <= longest:
        digits -= 1
        end, state = code_bit(state, data, encoding, model, base + position, np.int64(digits < 0))
        if end:
            break
        bit = np.int64(0)
        if 2 * value < longest:
            bit, state = code_bit(
                state, data, encoding, model, base + DIGITS + position, (run >> max(digits, 0)) & 1
            )
        value = 2 * value + bit
        position = min(position + 1, DIGITS - 1)
    return value, state


@compiled
def _reconstruct(field: Any, top: Any, plane: Any, refined: Any, starts: Any, points: Any, out: Any) -> None:
    """Put each found coefficient inside the interval that is known of it, in scan order.

    The interval is as wide as `plane`, or twice that if the coefficient was to be refined and was not.
    """
    last = top - plane
    for step in range(last + 1):
        for f in range(starts[step], starts[step + 1]):
            late = np.int64(step < last and f >= refined)
            inside = points[min(last - step - late, AGES - 1)] * np.float32(1 << (plane + late))
            value = field.known[f]
            out[field.place[f]] = np.float32(value) + (inside if value > 0 else -inside)
