"""Compares the results of a run with the committed ones: `python -m wdr_mcpd.checks.reference`."""

import re
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import numpy as np

from wdr_mcpd.errors import InputError

NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")
TOLERANCE = 0.01
"""Decibels; another processor may round a coefficient differently."""
SMALL_TOLERANCE = 0.001
"""For numbers below 1: SSIM, MCPD, small gains."""
PIXEL_TOLERANCE = 1.0
"""Mean absolute difference of pictures, grey levels of 255."""


def check_results(reference: Path, results: Path) -> int:
    """Compare every file of a folder with that of the same place in another; give their number.

    Numbers with a decimal point and the pixels of a PNG may differ within the tolerances of this module; all
    else must be equal. InputError names the first file that differs or is missing, and how many do.
    """
    files = sorted(path.relative_to(reference) for path in reference.rglob("*") if path.is_file())
    if not files:
        raise InputError(f"{reference}: holds no results to compare with")
    problems = {name: problem for name in files if (problem := _problem(reference / name, results / name))}
    if problems:
        name, problem = next(iter(problems.items()))
        raise InputError(f"{results / name}: {problem}; {len(problems)} of {len(files)} files differ")
    return len(files)


def _problem(expected: Path, found: Path) -> str | None:
    """Say how a file differs from the expected one, or None."""
    if not found.is_file():
        return "is missing"
    if expected.suffix == ".png":
        return _picture_problem(expected, found)
    return next(_text_problems(expected.read_text("utf-8"), found.read_text("utf-8")), None)


def _text_problems(expected: str, found: str) -> Iterator[str]:
    lines = zip_longest(expected.splitlines(), found.splitlines(), fillvalue="")
    for number, (before, after) in enumerate(lines, 1):
        same_words = NUMBER.split(before) == NUMBER.split(after)
        pairs = zip(NUMBER.findall(before), NUMBER.findall(after), strict=False)
        if not same_words or not all(_close(float(a), float(b)) for a, b in pairs):
            yield f"line {number} is {after!r}, expected {before!r}"


def _close(expected: float, found: float) -> bool:
    return abs(expected - found) <= (TOLERANCE if abs(expected) >= 1 else SMALL_TOLERANCE)


def _picture_problem(expected: Path, found: Path) -> str | None:
    from PIL import Image

    with Image.open(expected) as first, Image.open(found) as second:
        before, after = (np.asarray(image.convert("RGB"), np.float64) for image in (first, second))
    if before.shape != after.shape:
        return f"has the size {after.shape[:2]}, expected {before.shape[:2]}"
    difference = float(np.abs(before - after).mean())
    return f"differs by {difference:.2f} grey levels in the mean" if difference > PIXEL_TOLERANCE else None


if __name__ == "__main__":
    try:
        print(f"{check_results(Path(sys.argv[1]), Path(sys.argv[2]))} files as committed")
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")
