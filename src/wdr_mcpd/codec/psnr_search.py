"""The fewest bytes of an embedded stream that reach a quality, found with few decodings."""

from collections.abc import Callable
from math import exp, isfinite, log, sqrt

Point = tuple[int, float]  # bytes and the decibels that they give

CLOSE = 10  # binary digits to which the bytes are found


def fewest(quality: Callable[[int], float], target: float, below: Point, enough: Point) -> int:
    """Find bytes that reach `target` decibels while a thousandth less of them (or one byte less) do not.

    Decibels grow nearly in proportion to the logarithm of the bytes: the line through the last point and the
    better one before says where to look, a little beyond the target as seen from the last point, so that both
    ends close in. Where three looks did not halve the bracket, the next one parts it in the middle.

    Parameters
    ----------
    quality : gives the decibels of so many bytes
    below, enough : a point that does not reach the target, and one that does
    """
    short, long = below[0], enough[0]
    last, other = below, enough
    widths = [4 * long] * 3
    while long - short > (close := max(1, long >> CLOSE)):
        near = _on_a_line(last, other, target) + (close / 2 if last[1] < target else -close / 2)
        if 2 * (long - short) > widths[-3] or not short < near < long:
            near = sqrt(short * long)
        widths.append(long - short)
        size = min(max(round(near), short + 1), long - 1)
        reached = quality(size)
        short, long = (size, long) if reached < target else (short, size)
        last, other = (size, reached), min(last, other, key=lambda point: abs(point[1] - target))
    return long


def _on_a_line(a: Point, b: Point, target: float) -> float:
    """Read the bytes at `target` off the line through two points, decibels against the logarithm of bytes."""
    rise = b[1] - a[1]
    if rise == 0 or not isfinite(rise):
        return -1
    exponent = log(a[0]) + (target - a[1]) / rise * (log(b[0]) - log(a[0]))
    return exp(min(max(exponent, 0), 50))
