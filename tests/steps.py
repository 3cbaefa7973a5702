"""Runs steps as the rules of the workflow do: files by name, everything else from a configuration."""

import inspect
from collections.abc import Mapping
from typing import Any

from wdr_mcpd.config import configuration
from wdr_mcpd.step import function_of

MEASURED = ("psnr_peak", "ssim_range", "ssim_window", "decomposition", "in_plane_levels", "axial_levels")


def run_step(name: str, given: Mapping[str, Any] | None = None, **named: Any) -> None:
    """Call a step's function with `named`, and with the keys that it takes beside of a configuration."""
    function, keys = function_of(name), configuration(given or {})
    taken: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        taken += MEASURED if parameter.kind is parameter.VAR_KEYWORD else [parameter.name]
    values = {
        key: keys.value(key)
        for key in taken
        if key not in named and (key in type(keys).model_fields or key == "coding")
    }
    function(**named, **values)


def encode_step(
    volume: Any, mcpd: Any, out: Any, method: str, given: Mapping[str, Any] | None = None
) -> None:
    """Encode an exam by one method, to a file METHOD.wdr, as the rules streams_of_* do."""
    from dataclasses import asdict

    keys = configuration(given or {})
    chosen = keys.registry[method]
    how = {method: {"grouping": chosen.grouping, "coding": asdict(chosen.settings)}}
    selecting = mcpd if chosen.grouping == "mcpd" else []
    files = {"volume": volume, "mcpd": selecting, "out": [out]}
    run_step("study.encode.encode", given, **files, exam="", methods=how, rate=max(keys.rates))
