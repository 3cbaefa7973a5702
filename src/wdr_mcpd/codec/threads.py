"""Independent pieces of work side by side, in compiled loops that hold no lock."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def in_threads(work: Callable[[T], object], items: Iterable[T]) -> None:
    """Do `work` on each of the items, as many at a time as there are processors for this process."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if processors == 1:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(processors) as pool:
        list(pool.map(work, items))
