"""Selection of the coherent slices of a volume by a threshold on their average MCPD."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.errors import InputError


def select(average: NDArray[np.float64], threshold: float) -> NDArray[np.bool_]:
    """Slices whose average MCPD, in the unit of the threshold, is at most that (Algorithm 2, step 3)."""
    if not threshold >= 0:
        raise InputError(f"threshold: {threshold} is not a number of at least 0")
    selected: NDArray[np.bool_] = average <= threshold
    return selected


def distinct_selections(
    average: NDArray[np.float64], thresholds: Sequence[float]
) -> tuple[list[NDArray[np.bool_]], list[int]]:
    """Give the different selections among many thresholds, and which of them each threshold makes.

    Raising the threshold only ever adds slices, so K slices give at most K + 1 selections however fine the
    grid of thresholds is; they come in the order in which the thresholds first make them.
    """
    found: dict[bytes, int] = {}
    selections: list[NDArray[np.bool_]] = []
    index: list[int] = []
    for threshold in thresholds:
        selected = select(average, threshold)
        key = selected.tobytes()
        if key not in found:
            found[key] = len(selections)
            selections.append(selected)
        index.append(found[key])
    return selections, index


def coding_groups(selected: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Groups of slices that are coded together: the selected ones as one volume, first, each other alone."""
    chosen = tuple(int(i) for i in np.flatnonzero(selected))
    alone: list[tuple[int, ...]] = [(int(i),) for i in np.flatnonzero(~selected)]
    return [chosen, *alone] if chosen else alone
