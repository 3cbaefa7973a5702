"""A group of slices without loss on its way to a payload that predicts it in the image domain, and back."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import lossless
from wdr_mcpd.codec.coders import CODERS
from wdr_mcpd.codec.header import Group, Header
from wdr_mcpd.codec.quantise import restored, transformed
from wdr_mcpd.codec.requests import Volume
from wdr_mcpd.codec.settings import Settings
from wdr_mcpd.errors import InputError, StreamError

MOST_IN_SLICE = 1 << 24  # voxels; the coder keeps some sixty bytes for each of a slice

Payload = NDArray[np.uint8]


def group_of(
    block: Volume, slices: tuple[int, ...], settings: Settings, header: Header
) -> tuple[Group, Payload, int]:
    """Code the slices of a group.

    Returns
    -------
    what the header says of the group, its payload, and how many bytes of that are the preview

    Raises
    ------
    InputError
        If the slices are too large, or the levels of a preview too deep.
    """
    low, high = header.minimum, header.maximum
    if prod(block.shape[1:]) > MOST_IN_SLICE:
        raise InputError(
            f"slices of {prod(block.shape[1:])} voxels are above the {MOST_IN_SLICE} that coder cc takes"
            " without loss; take a method of coder wdr"
        )
    first = int(block.flat[0])
    if np.all(block == first):
        return Group(slices, 0, first, 0), np.empty(0, np.uint8), 0
    if not settings.preview:
        return Group(slices, 0, first, 1), lossless.encode(block, low, high, settings.effort), 0
    part = transformed(block, settings, low, high)
    start = CODERS[settings.coder].encode(
        part.coefficients, part.layout, part.planes - 1, int(settings.preview * block.size / 8)
    )
    group = Group(slices, part.axial_levels, part.mean, part.planes)
    shown = restored(header, group, start, CODERS[settings.coder]).astype(np.int32)
    rest = lossless.encode(block, low, high, settings.effort, shown)
    return group, np.concatenate([start, rest]), start.size


def slices_of(header: Header, group: Group, payload: Payload, effort: int, preview: int | None) -> Volume:
    """Decode the payload of a group, of which the first `preview` bytes are its preview, if it is not None.

    Raises
    ------
    StreamError
        If it is cut and has no preview, or is damaged where that shows.
    """
    shape = (len(group.slices), *header.shape[1:])
    if group.planes == 0:
        return np.full(shape, group.mean, header.dtype)
    if prod(shape[1:]) > MOST_IN_SLICE:
        raise StreamError(f"the stream asks for slices of more than {MOST_IN_SLICE} voxels, which none has")
    shown = restored(header, group, payload[:preview], CODERS["cc"]) if preview is not None else None
    rest = payload[preview or 0 :]
    try:
        voxels, done = lossless.decode(
            rest,
            shape,
            header.minimum,
            header.maximum,
            effort,
            None if shown is None else shown.astype(np.int32),
        )
    except StreamError:
        if shown is None or payload.size == group.length:
            raise
        return shown  # cut before what names the values
    if done < voxels.size and shown is None:
        raise StreamError(
            f"the stream is cut: {done // prod(shape[1:])} of the {shape[0]} slices of a group are whole;"
            " without loss only a stream with a preview can be cut"
        )
    return voxels.astype(header.dtype)
