"""Voxel by voxel through the slices of a group: predict, code, learn."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined, int64
from wdr_mcpd.codec.lossless import combining, leastsquares, residual, similar, slices
from wdr_mcpd.codec.rangecoder import Channel, State, start


class Model(NamedTuple):
    """All that predicts and learns, for slices of one size."""

    frame: slices.Frame
    window: leastsquares.Window
    places: similar.Places
    errors: combining.Errors
    stack: leastsquares.Window
    predictions: NDArray[np.float64]
    statistics: residual.Statistics


@compiled
def code_slices(
    channel: Channel, volume: NDArray[np.int32], preview: NDArray[np.int32], model: Model, low: int, high: int
) -> tuple[State, int]:
    """Code voxels from `low` to `high` of a volume (slice, row, column), or fill it from the channel.

    `preview` is as large as the volume, or empty. Returns the range coder's state and how many voxels were
    coded: those that the channel determines.
    """
    frame, window, stack, known = model.frame, model.window, model.stack, model.statistics
    rows, columns = volume.shape[1:]
    mixes = model.predictions.size > 1
    state = start(channel)
    done = 0
    for s in range(volume.shape[0]):
        slices.next_slice(frame, rows, s)
        if preview.size > 0:
            slices.set_preview(frame, preview[s])
        model.errors.above[:] = 0.0
        model.errors.latest[:] = 0.0
        for y in range(rows):
            leastsquares.start_row(window, y)
            if mixes:
                leastsquares.start_row(stack, y)
                combining.start_errors(model.errors)
            line = frame.corner + y * frame.stride
            slices.pad_left(frame, line)
            solved = int64(-1)
            for x in range(columns):
                at = line + x
                value = int64(volume[s, y, x])
                mean = slices.surroundings(
                    frame, window.offsets, at, window.samples[y % leastsquares.KEPT, x]
                )
                if model.places.norms.size > 0:
                    similar.measure(model.places, window, y, x)
                even, context = slices.evenness(frame, at, s)
                if even:
                    same = int64(value == frame.planes[at - 1])
                    same, state = residual.code_even_place(known, state, channel, context, same)
                    even = same != 0
                if even:
                    value = int64(frame.planes[at - 1])
                    together = expected = frame.planes[at - 1]
                    model.predictions[:] = together
                    stack.samples[y % leastsquares.KEPT, x] = 0.0
                else:
                    if x // leastsquares.BLOCK != solved:
                        solved = x // leastsquares.BLOCK
                        leastsquares.gather(window, x)
                        leastsquares.solve(window, window.fit.ridge, window.coefficients)
                    _predict(model, mean, low, high, y, x)
                    together, expected = _combine(model, low, high, y, x)
                    residual.survey(known, s, y, x)
                    value, state = residual.code_voxel(known, state, channel, expected, low, high, value)
                    residual.learn_widths(known, value - expected)
                if state.doubt != 0 or (channel.encoding and state.at + 64 > channel.data.size):
                    return state, done
                done += 1
                volume[s, y, x] = value
                frame.planes[at] = value
                own = model.predictions[window.orders.size - 1]
                leastsquares.learn(window, columns, y, x, value - mean, value - own)
                if mixes:
                    leastsquares.learn(stack, columns, y, x, value - together, value - together)
                    combining.note_errors(model.errors, x, model.predictions, value)
                residual.note(known, s, y, x, abs(value - expected))
            slices.pad_right(frame, line, columns)
    return state, done


@inlined
def _within(value: float, low: float, high: float) -> float:
    """Cut a value to a range; what is no number becomes `low`."""
    if not value > low:
        return low
    return min(value, high)


@inlined
def _predict(model: Model, mean: float, low: int, high: int, y: int, x: int) -> None:
    """Fill the predictions of the voxel in row y, column x."""
    window, places, predictions = model.window, model.places, model.predictions
    sample = window.samples[y % leastsquares.KEPT, x]
    orders = window.orders.size
    for order in range(orders):
        predictions[order] = mean + leastsquares.predicted(window, sample, window.coefficients, order)
    if places.norms.size > 0:
        predictions[orders] = mean + similar.compare(places, window, y, x)
        for order in range(orders):
            predictions[orders + 1 + order] = mean + leastsquares.predicted(
                window, sample, places.coefficients, order
            )
    for k in range(predictions.size):
        predictions[k] = _within(predictions[k], np.float64(low), np.float64(high))


@inlined
def _combine(model: Model, low: int, high: int, y: int, x: int) -> tuple[float, float]:
    """Return the weighted mean of the predictions and what least squares among them make of it.

    One alone is both. Tells the residual coder how far the predictions disagree (with one alone: how far the
    nearest neighbours do) and around which values to expect the voxel.
    """
    stack, predictions, known = model.stack, model.predictions, model.statistics
    if predictions.size == 1:
        around = model.window.samples[y % leastsquares.KEPT, x]
        known.disagreement[0] = 0.0625 * (abs(around[0]) + abs(around[1]) + abs(around[2]) + abs(around[3]))
        return predictions[0], predictions[0]
    together = combining.weighted(model.errors, x, predictions)
    sample = stack.samples[y % leastsquares.KEPT, x]
    disagreement = 0.0
    for k in range(predictions.size):
        sample[k] = predictions[k] - together
        disagreement += abs(sample[k])
    leastsquares.gather(stack, x)
    leastsquares.solve(stack, stack.fit.ridge, stack.coefficients)
    expected = together + leastsquares.predicted(stack, sample, stack.coefficients, 0)
    expected = _within(expected, np.float64(low), np.float64(high))
    known.disagreement[0] = disagreement / predictions.size
    known.centres[3] = together - expected
    known.centres[4] = predictions[model.window.orders.size - 1] - expected
    return together, expected
