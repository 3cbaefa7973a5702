"""A bar on the terminal for what takes longer than two seconds; nothing where nobody looks."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

DELAY = 2.0  # seconds: what is over by then needs no bar


def steps(items: Sequence[Item], unit: str) -> Iterable[Item]:
    """Go through `items`, with a bar on standard error once that takes long, if it is a terminal.

    Parameters
    ----------
    items : what the loop goes through
    unit : what one of them is, in the singular, e.g. "rate"
    """
    from tqdm import tqdm

    return tqdm(items, unit=unit, delay=DELAY, disable=None, leave=False)
