"""Logistic function and logarithm from tables that every machine makes alike.

They are made by additions, multiplications and divisions of IEEE doubles alone, never by a mathematical
library, whose last digits differ from one to the next.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import inlined, int64
from wdr_mcpd.codec.rangecoder import leading_zeros

REACH = 12  # the logistic function is taken from -12 to 12
STEPS = 64  # per unit, with straight lines between
LOG_BITS = 12
LOG_2 = 0.6931471805599453


def _exponentials() -> NDArray[np.float64]:
    """Return exp(i / STEPS) from -REACH to REACH by Taylor's series of one step and repeated products."""
    step = term = 1.0
    for n in range(1, 16):
        term = term / STEPS / n
        step = step + term
    powers = [1.0]
    for _ in range(REACH * STEPS + 1):
        powers.append(powers[-1] * step)
    return np.array([1.0 / power for power in powers[REACH * STEPS : 0 : -1]] + powers)


def _logarithms() -> NDArray[np.float64]:
    """Return ln(1 + i / 2^LOG_BITS) by the series of the area tangent."""
    x = np.arange(1 << LOG_BITS) / (1 << LOG_BITS)
    ratio = x / (2.0 + x)
    power, total = ratio, ratio
    for n in range(3, 40, 2):
        power = power * ratio * ratio
        total = total + power / n
    return 2.0 * total


LOGISTIC = 1.0 - 1.0 / (1.0 + _exponentials())
LOGARITHM = _logarithms()


@inlined
def logistic(x: Any) -> Any:
    """Return 1 / (1 + exp(-x)), x cut to just within -12 and 12."""
    place = (min(max(x, -REACH + 0.01), REACH - 0.01) + REACH) * STEPS
    i = int(place)
    return LOGISTIC[i] + (place - i) * (LOGISTIC[i + 1] - LOGISTIC[i])


@inlined
def logarithm(x: Any) -> Any:
    """Return the logarithm of x, from 2^-32 to 2^30, to within 2^-12 (below 2^-20: less well)."""
    whole = int64(x * 4294967296.0)
    whole = max(whole, 1)
    zeros = leading_zeros(whole)
    mantissa = ((whole << zeros) >> (63 - LOG_BITS)) & ((1 << LOG_BITS) - 1)
    return LOGARITHM[mantissa] + LOG_2 * (31 - zeros)
