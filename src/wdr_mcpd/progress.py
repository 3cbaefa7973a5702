"""What is under way, on a terminal, once it takes longer than two seconds; nothing where nobody looks."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

DELAY = 2.0  # seconds: what is over by then needs no bar
PAUSE = 1.0  # seconds between two looks at the clock
LINE_START, LINE_END = "\r", "\x1b[K"  # the end clears what stood there before


def steps(items: Sequence[Item], unit: str) -> Iterable[Item]:
    """Go through `items`, with a bar on standard error once that takes long, if it is a terminal.

    Parameters
    ----------
    items : what the loop goes through
    unit : what one of them is, in the singular, e.g. "rate"
    """
    from tqdm import tqdm

    return tqdm(items, unit=unit, delay=DELAY, disable=None, leave=False)


@contextmanager
def elapsed(what: str) -> Iterator[Callable[[str], None]]:
    """Say on standard error what is under way and for how long, if it is a terminal, until it is over.

    Gives a function that says what was found meanwhile: how far it is cannot be known beforehand.
    """
    found = [""]

    def tell(text: str) -> None:
        found[0] = f", {text}"

    if not sys.stderr.isatty():
        yield tell
        return
    over = threading.Event()
    clock = threading.Thread(target=_count, args=(what, found, over), daemon=True)
    clock.start()
    try:
        yield tell
    finally:
        over.set()
        clock.join()


def _count(what: str, found: list[str], over: threading.Event) -> None:
    start = time.monotonic()
    late = not over.wait(DELAY)
    while late and not over.is_set():
        seconds = time.monotonic() - start
        print(f"{LINE_START}{what}: {seconds:.0f} s{found[0]}{LINE_END}", end="", file=sys.stderr, flush=True)
        over.wait(PAUSE)
    if late:
        print(f"{LINE_START}{LINE_END}", end="", file=sys.stderr, flush=True)
