"""Voxel by voxel through the slices of a group: predict, code, learn."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, inlined
from wdr_mcpd.codec.lossless import combining, leastsquares, matching, residual
from wdr_mcpd.codec.rangecoder import Channel, start

MARGIN = 4  # voxels around a slice


class Model(NamedTuple):
    """All that predicts and learns, for slices of one size."""

    planes: NDArray[np.float64]
    windows: tuple[leastsquares.Window, ...]
    every: NDArray[np.int64]
    places: matching.Places
    errors: combining.Errors
    stack: leastsquares.Window
    statistics: residual.Statistics
    predictions: NDArray[np.float64]


@compiled
def code_slices(channel: Channel, volume: Any, model: Model, low: Any, high: Any) -> Any:
    """Code a volume (slice, row, column) into the channel, or fill it from there; returns state and voxels coded."""
    slices, rows, columns = volume.shape
    stride = columns + 2 * MARGIN
    pitch = (rows + 2 * MARGIN) * stride
    corner = pitch + MARGIN * stride + MARGIN
    planes, windows, stack, known = model.planes, model.windows, model.stack, model.statistics
    predictions, places, errors = model.predictions, model.places, model.errors
    state = start(channel)
    done = 0
    for s in range(slices):
        _next_slice(planes, pitch, stride, rows, s)
        errors.above[:] = 0.0
        errors.latest[:] = 0.0
        for w in windows:
            leastsquares.start_slice(w, planes, pitch, stride, corner, s)
        leastsquares.start_slice(stack, planes, pitch, stride, corner, s)
        for y in range(rows):
            for w in windows:
                leastsquares.start_row(w, planes, pitch, stride, corner, s, y)
            leastsquares.start_row(stack, planes, pitch, stride, corner, s, y)
            combining.start_errors(errors)
            line = corner + y * stride
            planes[line - MARGIN : line] = planes[line - stride]
            solved = np.int64(-100)
            for x in range(columns):
                at = line + x
                flat, context = _flatness(planes, at, stride, pitch, s)
                if flat:
                    hit, state = residual.code_flat(
                        known, state, channel, context, np.int64(volume[s, y, x] == planes[at - 1])
                    )
                    flat = hit != 0
                for w in windows:
                    leastsquares.regress(w.offsets, planes, at, w.samples[x])
                reference = planes[at - 1]
                n = 0
                mean = 0.0
                if places.offsets.size > 0:
                    mean = matching.look(places, planes, at, y, x)
                sample = stack.samples[x]
                if flat:
                    value = np.int64(reference)
                    expected = together = reference
                    predictions[:] = reference
                    sample[:] = 0.0
                else:
                    i = 0
                    for w in windows:
                        if x - solved >= model.every[i] or x % model.every[i] == 0:
                            leastsquares.solve(w, x)
                        for order in range(w.orders.size):
                            predictions[n] = reference + leastsquares.predicted(w, x, order)
                            n += 1
                        i += 1
                    solved = x
                    if places.offsets.size > 0:
                        predictions[n] = mean + matching.matched(places, y, x)
                    for k in range(predictions.size):
                        if not predictions[k] > low:
                            predictions[k] = low
                        if not predictions[k] < high:
                            predictions[k] = high
                    together = combining.weighted(errors, x, predictions)
                    disagreement = 0.0
                    for k in range(predictions.size):
                        sample[k] = predictions[k] - together
                        disagreement += abs(sample[k])
                    leastsquares.solve(stack, x)
                    expected = together + leastsquares.predicted(stack, x, 0)
                    if not expected > low:
                        expected = np.float64(low)
                    if not expected < high:
                        expected = np.float64(high)
                    known.centres[3] = together - expected
                    known.centres[4] = predictions[2 if predictions.size > 2 else 1] - expected
                    residual.survey(known, s, y, x, disagreement / predictions.size)
                    value, state = residual.code_voxel(
                        known, state, channel, expected, low, high, np.int64(volume[s, y, x])
                    )
                    residual.learn_widths(known, value - expected)
                if state.doubt != 0:
                    return state, done
                done += 1
                volume[s, y, x] = value
                planes[at] = value
                n = 0
                for w in windows:
                    n += w.orders.size
                    leastsquares.learn(w, s, y, x, value - reference, value - predictions[n - 1])
                leastsquares.learn(stack, s, y, x, value - together, value - together)
                combining.note_errors(errors, x, predictions, value)
                residual.note(known, s, y, x, abs(value - expected))
                if places.offsets.size > 0:
                    places.targets[y % (matching.REACH + 1), x] = value - mean
            planes[line + columns : line + columns + MARGIN] = planes[line + columns - 1]
    return state, done


@inlined
def _next_slice(planes: Any, pitch: Any, stride: Any, rows: Any, s: Any) -> None:
    """Make the slice just coded the one before, and put its first row above the new one."""
    if s == 0:
        return
    last = pitch + (MARGIN + rows - 1) * stride
    for k in range(pitch):
        planes[k] = planes[pitch + k]
    for row in range(MARGIN):
        for k in range(stride):
            planes[(MARGIN + rows + row) * stride + k] = planes[last + k]
            planes[pitch + row * stride + k] = planes[pitch + MARGIN * stride + k]


@inlined
def _flatness(planes: Any, at: Any, stride: Any, pitch: Any, s: Any) -> tuple[Any, Any]:
    """Tell whether the four nearest are equal, and in what context."""
    value = planes[at - 1]
    flat = (
        planes[at - stride] == value
        and planes[at - stride - 1] == value
        and planes[at - stride + 1] == value
    )
    context = np.int64(planes[at - 2] == value) + 2 * np.int64(planes[at - 2 * stride] == value)
    if s > 0:
        below = at - pitch
        context += 4
        if planes[below] == value:
            context += 4
            if planes[below + 1] == value and planes[below + stride] == value:
                context += 4
    return flat, context
