"""Options that are keys of the configuration: the same default, the same values, the same words."""

import argparse
from collections.abc import Callable
from typing import Any

from wdr_mcpd.config import allowed, configuration, schema
from wdr_mcpd.errors import InputError

SELECTION = ("threshold", "mcpd_unit", "mcpd_reference")
CODING = ("decomposition", "wavelet", "in_plane_levels", "axial_levels")
MEASURES = ("psnr_peak", "ssim_range", "ssim_window")


def add_keys(parser: argparse.ArgumentParser, *keys: str, default: str = "", unset: bool = False) -> None:
    """Add an option for each key of the configuration.

    Parameters
    ----------
    default : where it is not the configuration's, what it is, in words
    unset : whether an option that is left out is None, as it is with a `default` in words
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
            return configuration({key: yaml.safe_load(text)}).value(key)
        except (InputError, yaml.YAMLError) as error:
            raise argparse.ArgumentTypeError(str(error).removeprefix("configuration key ")) from None

    return read
