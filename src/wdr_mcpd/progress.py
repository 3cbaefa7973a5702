"""What is under way, on a terminal, once it takes longer than two seconds; nothing where nobody looks."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

DELAY = 2.0  # seconds: what is over by then needs no bar
PAUSE = 1.0  # seconds between two looks at the clock


def steps(items: Sequence[Item], unit: str) -> Iterable[Item]:
    """Go through `items`, with a bar on standard error once that takes long, if it is a terminal."""
    from tqdm import tqdm

    return tqdm(items, unit=unit, delay=DELAY, disable=None, leave=False)


@contextmanager
def elapsed(what: str) -> Iterator[Callable[[str], None]]:
    """Say on standard error what is under way and for how long, if it is a terminal, until it is over.

    Gives a function that says what was found meanwhile: how far it is cannot be known beforehand.
    """
    from tqdm import tqdm

    over, shape = threading.Event(), f"{what}: {{elapsed}}{{postfix}}"
    with tqdm(bar_format=shape, delay=DELAY, disable=None, leave=False, miniters=0, mininterval=0) as clock:

        def count() -> None:
            while not over.wait(PAUSE):
                clock.update(0)

        counting = threading.Thread(target=count, daemon=True)
        counting.start()
        try:
            yield lambda found: clock.set_postfix_str(found, refresh=False)
        finally:
            over.set()
            counting.join()
