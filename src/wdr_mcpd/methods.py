"""The registry of methods: which slices are coded together, by which settings, and how each is shown.

A name means the same on the command line, in Python, in the study and in every table and figure. Importing
this module loads neither NumPy nor the compiler of the codec's loops: help texts are made from it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from wdr_mcpd.codec.settings import Settings, changed, check_settings
from wdr_mcpd.defaults import REFERENCE, THRESHOLD, UNIT
from wdr_mcpd.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wdr_mcpd.codec import Geometry, Scaling

Grouping = Literal["volume", "slices", "mcpd"]


@dataclass(frozen=True)
class Method:
    """One way to code an exam.

    `grouping`: "volume" (all slices together), "slices" (each alone) or "mcpd" (the slices selected by their
    average MCPD together, each other slice alone; Algorithm 2). `label`, `colour` and `marker` are those of
    every table and figure; the marker is Matplotlib's.
    """

    name: str
    label: str
    colour: str
    marker: str
    grouping: Grouping
    settings: Settings


# Okabe and Ito's colours, which stay apart for colour-blind readers; markers tell them apart without colour.
METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("2d-wdr", "2D-WDR", "#009E73", "s", "slices", Settings(axial_levels=0)),
        Method("3d-wdr", "3D-WDR", "#56B4E9", "o", "volume", Settings(axial_levels=3)),
        Method("3d-wdr-mcpd", "3D-WDR-MCPD", "#CC79A7", "^", "mcpd", Settings(axial_levels=3)),
        Method("3d-wdr-auto", "3D-WDR, axial by content", "#0072B2", "D", "volume", Settings()),
        Method("3d-wdr-cc", "3D-WDR-CC", "#D55E00", "v", "volume", Settings("cc")),
    )
}
BASELINE, PROPOSED, DEFAULT, ALONE = "3d-wdr", "3d-wdr-mcpd", "3d-wdr-auto", "2d-wdr"
SPARE_LOOKS = (("#E69F00", "P"), ("#000000", "X"), ("#F0E442", "p"), ("#7F7F7F", "h"), ("#882255", "<"))
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # it becomes part of file names
SELECTION = ("threshold", "mcpd_unit", "mcpd_reference")


def with_variants(
    variants: Mapping[str, Mapping[str, Any]], methods: Mapping[str, Method] = METHODS
) -> dict[str, Method]:
    """Add variants of registered methods to the registry.

    Each is given by its name as a mapping with `method`, the name of the method that it varies, the fields of
    `Settings` that it changes and, if wanted, a `label` (the name otherwise), `colour` and `marker`.
    """
    registry = dict(methods)
    for place, (name, given) in enumerate(variants.items()):
        changes = dict(given) if isinstance(given, Mapping) else {}
        if not NAME.fullmatch(name):
            raise InputError(f"variant {name!r}: a name is lower-case letters and digits, joined by hyphens")
        if name in registry:
            raise InputError(f"variant {name}: there is a method of this name already")
        if "method" not in changes:
            raise InputError(f"variant {name}: say which method it varies, as method: {DEFAULT}")
        colour, marker = SPARE_LOOKS[place % len(SPARE_LOOKS)]
        try:
            base = method_named(changes.pop("method"), registry)
            look: dict[str, Any] = {"label": name, "colour": colour, "marker": marker}
            look |= {key: str(changes.pop(key)) for key in look if key in changes}
            settings = _changed(base, changes)
            check_settings(settings)
        except InputError as error:
            raise InputError(f"variant {name}: {error}") from error
        registry[name] = replace(base, name=name, settings=settings, **look)
    return registry


def method_named(name: str, methods: Mapping[str, Method] = METHODS) -> Method:
    """Look a method up; InputError with the names there are if it is unknown."""
    if name not in methods:
        raise InputError(f"unknown method {name!r}; known: {', '.join(methods)}")
    return methods[name]


def ignored_options(method: Method) -> tuple[str, ...]:
    """List the options of `encode` that make no difference to a method."""
    ignored = () if method.grouping == "mcpd" else SELECTION
    return (*ignored, "axial_levels") if method.grouping == "slices" else ignored


def encode(
    volume: "NDArray[Any]",
    method: str | Method = DEFAULT,
    rate: float | None = None,
    *,
    groups: Sequence[Sequence[int]] | None = None,
    threshold: float = THRESHOLD,
    mcpd_unit: str = UNIT,
    mcpd_reference: str = REFERENCE,
    max_bytes: int | None = None,
    psnr: float | None = None,
    geometry: "Geometry | None" = None,
    scaling: "Scaling | None" = None,
    progress: Callable[[str], object] = lambda text: None,
    **settings: Any,
) -> bytes:
    """Encode a volume (slice, row, column) by a method.

    Parameters
    ----------
    method : a name in `METHODS`, or a method, as those of `with_variants`
    rate, max_bytes, psnr : bits per voxel, bytes, or decibels to reach; at most one of them.
        None of them: 1 bit per voxel, or everything if `lossless` is among the settings.
    groups : what `slice_groups` gave for this volume and method, where it is known already
    threshold, mcpd_unit, mcpd_reference : the selection of "3d-wdr-mcpd" (`wdr_mcpd.coherence`)
    geometry, scaling : what the stream is to say of its voxels beyond their values (`wdr_mcpd.codec`)
    progress : callback for what was found on the way to the decibels
    **settings : fields of `wdr_mcpd.codec.Settings` in place of the method's own (a method of coder "cc" is
        its coder: it takes no other)

    Raises InputError for what is unknown or cannot be coded, StreamError if the budget is below the header.
    """
    from wdr_mcpd import codec

    chosen = method if isinstance(method, Method) else method_named(method)
    used = _changed(chosen, settings)
    if groups is None:
        groups = slice_groups(volume, chosen, threshold, mcpd_unit, mcpd_reference)
    if rate is None and max_bytes is None and psnr is None and not used.lossless:
        rate = 1.0
    return codec.encode(
        volume,
        groups,
        used,
        rate=rate,
        max_bytes=max_bytes,
        psnr=psnr,
        geometry=geometry,
        scaling=scaling,
        progress=progress,
    )


def slice_groups(
    volume: "NDArray[Any]",
    method: str | Method,
    threshold: float = THRESHOLD,
    mcpd_unit: str = UNIT,
    mcpd_reference: str = REFERENCE,
    average: "NDArray[Any] | None" = None,
) -> list[tuple[int, ...]] | None:
    """List the slices that a method codes together; None for all in one group.

    `average` is the average MCPD of each slice in `mcpd_unit`, where it is known already.
    """
    import numpy as np

    from wdr_mcpd.coherence import average_mcpd, coding_groups, select

    grouping = (method if isinstance(method, Method) else method_named(method)).grouping
    if np.ndim(volume) != 3:
        raise InputError(f"a volume has slices, rows and columns, not the shape {np.shape(volume)}")
    if grouping == "slices":
        return [(i,) for i in range(len(volume))]
    if grouping == "mcpd":
        if average is None:
            average = average_mcpd(volume, mcpd_unit, mcpd_reference)
        return coding_groups(select(average, threshold))
    return None


def _changed(method: Method, changes: dict[str, Any]) -> Settings:
    """Return the method's settings with changes; a method that is named after its coder keeps it."""
    settings = changed(method.settings, changes)
    if settings.coder != method.settings.coder and method.settings.coder != "wdr":
        advice = f"leave out the profile, or take {DEFAULT}"
        raise InputError(f"{method.name} cannot be coded by {settings.coder}: {advice}")
    return settings
