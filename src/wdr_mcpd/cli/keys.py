"""Options that are keys of the configuration: the same default, the same values, the same words."""

import argparse
from collections.abc import Callable
from typing import Any

from wdr_mcpd.config import allowed, configuration, schema
from wdr_mcpd.errors import InputError

SELECTION = ("threshold", "mcpd_unit", "mcpd_reference")
CODING = ("decomposition", "wavelet", "in_plane_levels", "axial_levels")
LISTS = ("rates", "thresholds")
MEASURES = ("psnr_peak", "ssim_range", "ssim_window")


def add_keys(parser: argparse.ArgumentParser, *keys: str, default: str = "", unset: bool = False) -> None:
    """Add an option for each key of the configuration, with its default.

    Another `default` is said in words; with it, or if `unset`, an option that is left out is None.
    """
    entries, values = schema()["properties"], configuration({})
    for key in keys:
        known = default or values.value(key)
        parser.add_argument(
            f"--{key.replace('_', '-')}",
            type=_reader(key),
            default=None if default or unset else values.value(key),
            metavar="VALUE",
            help=f"{entries[key]['description']} Allowed: {allowed(entries[key])}. Default: {known}.".replace(
                "%", "%%"
            ),
        )


def _reader(key: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        import yaml

        try:
            bare = "," in text and not text.startswith(("[", "{"))
            value = _listed(key, yaml.safe_load(f"[{text}]" if bare else text), text)
            return configuration({key: value}).value(key)
        except (InputError, yaml.YAMLError) as error:
            raise argparse.ArgumentTypeError(str(error).removeprefix("configuration key ")) from None

    return read


def _listed(key: str, value: Any, text: str) -> Any:
    """Also take 0.5,1 and 0.5 for a list, and 0.2:1.2:0.01 for equal steps: start, stop, step."""
    if key not in LISTS or isinstance(value, dict):
        return value
    parts = text.split(":")
    if len(parts) == 3:
        try:
            start, stop, step = map(float, parts)
            if step > 0 and stop >= start:
                num = int((stop - start) / step + 1e-6) + 1
                return {"start": start, "stop": start + (num - 1) * step, "num": num}
        except ValueError:
            pass
        raise argparse.ArgumentTypeError(f"{text}: give START:STOP:STEP, STOP not below START, STEP above 0")
    return value if isinstance(value, list) else [value]
