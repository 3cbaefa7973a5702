"""Encode a volume as one embedded stream, decode, cut and describe it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import container
from wdr_mcpd.codec.axial import TYPICAL_RATE
from wdr_mcpd.codec.coders import CODERS, Coder
from wdr_mcpd.codec.fields import Fields, Geometry, Metadata, Prediction, Scaling
from wdr_mcpd.codec.fitting import dependent, fitted, joined
from wdr_mcpd.codec.header import Group, Header, pack, unpack
from wdr_mcpd.codec.layout import depth
from wdr_mcpd.codec.predict import group_of, slices_of
from wdr_mcpd.codec.psnr_search import fewest
from wdr_mcpd.codec.quantise import Part, restored, restored_prefixes, transformed
from wdr_mcpd.codec.requests import (
    Volume,
    budget_of,
    check_budget,
    checked_groups,
    checked_psnr,
    checked_volume,
)
from wdr_mcpd.codec.settings import CDF97, CODER_NAMES, DEFAULT, Settings, check_settings
from wdr_mcpd.errors import InputError, StreamError

DEFAULT_LIMIT = 1 << 27  # voxels: 512 slices of 512 x 512
PSNR_PEAK = 65535  # eq. 2 of the paper
TRIED = 4  # slices on which the encoder tries whether restoration helps
Progress = Callable[[str], object]
Alone = dict[tuple[Settings, float, int], Part]


def encode(
    volume: Volume,
    groups: Sequence[Sequence[int]] | None = None,
    settings: Settings = DEFAULT,
    *,
    rate: float | None = None,
    max_bytes: int | None = None,
    psnr: float | None = None,
    geometry: Geometry | None = None,
    scaling: Scaling | None = None,
    progress: Progress = lambda text: None,
    alone: Alone | None = None,
) -> bytes:
    """Encode a volume (slice, row, column) of int8, uint8, int16 or uint16 voxels.

    Parameters
    ----------
    groups : sequences of slice indices that hold every slice once; None codes all slices as one group
    rate, max_bytes, psnr : how much to code, at most one of them: bits per voxel, bytes, or the decibels
        (peak 65535, over the whole volume) to reach. None of them: everything. With one of them the stream is
        embedded, that of coder "cc" without loss too.
    geometry, scaling : what the stream is to say of its voxels beyond their values
    progress : callback for what was found on the way to the decibels, which takes several encodings and
        decodings
    alone : what slices that are groups of their own are coded to, kept for further encodings of this volume

    Returns
    -------
    bytes
        At most `floor(rate * voxels / 8)` or `max_bytes`, exactly that unless everything has been coded. A
        coder "cc" that quantises for the size may take up to 3 percent less. For `psnr` the fewest that reach
        it, to within a thousandth.

    Raises
    ------
    InputError
        If the volume, the groups or the settings cannot be, or the decibels cannot be reached.
    StreamError
        If the budget is below the header.
    """
    volume = checked_volume(volume)
    if sum(choice is not None for choice in (rate, max_bytes, psnr)) > 1:
        raise InputError("give one of rate, max_bytes and psnr, not several")
    members = checked_groups(groups, volume.shape[0])
    check_settings(settings)
    coder = CODERS[settings.coder]
    if scaling is not None and len(scaling.slope) not in (1, volume.shape[0]):
        raise InputError(f"a scaling of {len(scaling.slope)} slices in a volume of {volume.shape[0]}")
    budget = budget_of(volume.size, rate, max_bytes)
    target = checked_psnr(psnr)
    low, high = int(volume.min()), int(volume.max())
    limited = budget is not None or target is not None
    if limited and (settings.effort, settings.preview) != (1, 0):
        raise InputError("effort and preview are for coding everything: leave out rate, max_bytes and psnr")
    if settings.predicts and not limited:
        return _predicted(volume, members, settings, Fields(geometry=geometry, scaling=scaling))
    whole = [tuple(range(volume.shape[0]))]
    aim = 8 * budget / volume.size if budget is not None else TYPICAL_RATE

    def part_of(slices: tuple[int, ...]) -> Part:
        block = volume if members == whole else volume[list(slices)]
        if alone is None or len(slices) > 1:
            return transformed(block, settings, low, high, aim)
        key = replace(settings, axial_levels=0), aim, slices[0]
        if key not in alone:
            alone[key] = transformed(block, settings, low, high, aim)
        return alone[key]

    coded = [part_of(slices) for slices in members]
    header = Header(
        volume.shape,
        volume.dtype,
        low,
        high,
        CODER_NAMES.index(settings.coder),
        settings.decomposition == "dyadic",
        settings.lossless,
        min(settings.in_plane_levels, depth(max(volume.shape[1:]))),
        tuple(
            Group(slices, part.axial_levels, part.mean, part.planes)
            for slices, part in zip(members, coded, strict=True)
        ),
        Fields(settings.wavelet, geometry, scaling, _restoration(volume, settings, coder, aim)),
    )
    if budget is not None and budget < len(pack(header)):  # there may be room without a field
        header = replace(header, fields=replace(header.fields, restoration=True))
    if target is not None:
        return _reaching(target, volume, header, coded, coder, progress)
    if budget is not None and not settings.progressive and settings.lossy_packet:
        header, coded = dependent(header, coded, coder, budget)
    return fitted(header, coded, coder, budget)


def decode(
    data: bytes, *, rate: float | None = None, max_bytes: int | None = None, max_voxels: int = DEFAULT_LIMIT
) -> Volume:
    """Decode a stream, or its first `rate` bits per voxel or `max_bytes` bytes, to the volume it came from.

    Raises
    ------
    StreamError
        If the data is no stream, is damaged, or holds more than `max_voxels` voxels.
    """
    header, payloads = _parsed(data, rate, max_bytes, max_voxels)
    blocks = _blocks(header, payloads)
    if header.groups[0].slices == tuple(range(header.shape[0])):
        return next(blocks)
    volume = np.empty(header.shape, header.dtype)
    for group, block in zip(header.groups, blocks, strict=True):
        volume[list(group.slices)] = block
    return volume


def decode_prefixes(data: bytes, lengths: Sequence[Sequence[int]]) -> Iterator[Iterator[Volume]]:
    """Decode each group of a stream, kept to several lengths, in one pass where its coder can.

    Parameters
    ----------
    lengths : for each group how many bytes of its payload are kept, rising; none leaves it out

    Yields
    ------
    iterator of ndarray (slice, row, column)
        For one group after the other its slices at each of its lengths.
    """
    header, payloads = _parsed(data, None, None, 1 << 62)
    coder = _coder_of(header)
    steps = header.fields.steps or (None,) * len(payloads)
    for group, payload, kept, step in zip(header.groups, payloads, lengths, steps, strict=True):
        longest = payload[: max(kept, default=0)]
        yield restored_prefixes(header, group, longest, kept, coder, step)


def prefix_lengths(data: bytes, sizes: Sequence[int]) -> list[list[int]]:
    """List for each group of a stream how many bytes of its payload the first `sizes` bytes hold."""
    header, start = unpack(data, 1 << 62)
    slices = [len(group.slices) for group in header.groups]
    limits = [group.length for group in header.groups]
    shared = [container.shares(min(size, len(data)) - start, slices, limits) for size in sizes]
    return [list(of_group) for of_group in zip(*shared, strict=True)]


def _blocks(header: Header, payloads: list[NDArray[np.uint8]]) -> Iterator[Volume]:
    """Decode group after group."""
    coder = _coder_of(header)
    found = header.fields.prediction
    if found is None:
        steps = header.fields.steps or (None,) * len(payloads)
        return (
            restored(header, group, payload, coder, step)
            for group, payload, step in zip(header.groups, payloads, steps, strict=True)
        )
    previews = found.previews or (None,) * len(payloads)
    return (
        slices_of(header, group, payload, found.effort, preview)
        for group, payload, preview in zip(header.groups, payloads, previews, strict=True)
    )


def truncate(data: bytes, *, rate: float | None = None, max_bytes: int | None = None) -> bytes:
    """Cut a stream to `rate` bits per voxel or `max_bytes` bytes without decoding it."""
    header, start = unpack(data, 1 << 62)
    budget = budget_of(prod(header.shape), rate, max_bytes)
    if budget is None or budget >= len(data):
        return data
    check_budget(budget, start)
    if header.fields.prediction is not None and not header.fields.prediction.previews:
        raise StreamError("the stream cannot be cut: it was coded without loss and without a preview")
    return data[:budget]


def info(data: bytes) -> dict[str, Any]:
    """Describe a stream as plain values: shape, type, range, settings, groups, sizes."""
    header, payloads = _parsed(data, None, None, 1 << 62)
    voxels = prod(header.shape)
    names = CODER_NAMES[header.coder : header.coder + 1]
    known = {"geometry": header.fields.geometry, "scaling": header.fields.scaling}
    return {
        "shape": list(header.shape),
        "dtype": str(header.dtype),
        "minimum": header.minimum,
        "maximum": header.maximum,
        "coder": names[0] if names else f"unknown ({header.coder})",
        "decomposition": header.decomposition,
        "transform": _transform_of(header),
        "in_plane_levels": header.in_plane_levels,
        **{name: asdict(found) for name, found in known.items() if found is not None},
        "bytes": len(data),
        "header_bytes": len(data) - sum(p.size for p in payloads),
        "rate_bpv": 8 * len(data) / voxels,
        "groups": [
            {
                "slices": list(group.slices),
                "axial_levels": group.axial_levels,
                "mean": group.mean,
                "planes": group.planes,
                "bytes": payload.size,
            }
            for group, payload in zip(header.groups, payloads, strict=True)
        ],
    }


def metadata(data: bytes) -> Metadata:
    """Return what a stream says of its voxels beyond their values."""
    fields = unpack(data, 1 << 62)[0].fields
    return Metadata(fields.geometry, fields.scaling)


def groups(data: bytes) -> list[tuple[int, ...]]:
    """List the groups of slices of a stream."""
    return [group.slices for group in unpack(data, 1 << 62)[0].groups]


def group_lengths(data: bytes) -> list[int]:
    """List how many payload bytes of each group the stream holds."""
    return [length for (length,) in prefix_lengths(data, [len(data)])]


def reallocate(data: bytes, lengths: Sequence[int]) -> bytes:
    """Keep the first `lengths[g]` payload bytes of each group g, at most those that are there."""
    header, payloads = _parsed(data, None, None, 1 << 62)
    if len(lengths) != len(payloads) or min(lengths) < 0:
        raise InputError(f"give one length of 0 or more for each of the {len(payloads)} groups")
    kept = [payload[:length] for payload, length in zip(payloads, lengths, strict=True)]
    return joined(header.with_lengths([p.size for p in kept]), kept)


def _restoration(volume: Volume, settings: Settings, coder: Coder, rate: float) -> bool:
    """Tell whether decoded slices are to be restored: tried on a few in the middle of the volume."""
    if coder.restoration_helps is None or not settings.lossy_packet:
        return True
    first = max(volume.shape[0] // 2 - TRIED // 2, 0)
    slices = volume[first : first + TRIED].astype(np.float32)
    return not settings.fast and coder.restoration_helps(
        slices - slices.mean(), settings.in_plane_levels, rate
    )


def _predicted(volume: Volume, members: list[tuple[int, ...]], settings: Settings, fields: Fields) -> bytes:
    """Code every group without loss in the image domain."""
    bare = Header(
        volume.shape,
        volume.dtype,
        int(volume.min()),
        int(volume.max()),
        CODER_NAMES.index(settings.coder),
        settings.decomposition == "dyadic",
        True,
        min(settings.in_plane_levels, depth(max(volume.shape[1:]))) if settings.preview else 0,
        (),
        fields,
    )
    coded = [group_of(volume[list(slices)], slices, settings, bare) for slices in members]
    previews = tuple(preview for _, _, preview in coded) if settings.preview else ()
    header = replace(
        bare,
        groups=tuple(replace(group, length=payload.size) for group, payload, _ in coded),
        fields=replace(fields, prediction=Prediction(settings.effort, previews)),
    )
    return joined(header, [payload for _, payload, _ in coded])


def _parsed(
    data: bytes, rate: float | None, max_bytes: int | None, max_voxels: int
) -> tuple[Header, list[NDArray[np.uint8]]]:
    """Split a stream, cut to the budget, into header and the payload of each group."""
    header, start = unpack(data, max_voxels)
    budget = budget_of(prod(header.shape), rate, max_bytes)
    if budget is not None:
        check_budget(budget, start)
        data = data[:budget]
    merged = np.frombuffer(data, np.uint8, offset=start).copy()  # the loops know one kind of array
    slices = [len(group.slices) for group in header.groups]
    return header, container.separate(merged, slices, [group.length for group in header.groups])


def _reaching(
    target: float, volume: Volume, header: Header, coded: list[Part], coder: Coder, progress: Progress
) -> bytes:
    """Code half a bit per voxel, one, two and so on until `target` decibels are reached, and cut the rest."""

    def quality(size: int) -> float:
        reached = _psnr(volume, decode(data[:size], max_voxels=volume.size))
        progress(f"{8 * size / volume.size:.3f} bits per voxel give {reached:.2f} dB")
        return reached

    budget = volume.size // 16 + 4 * len(pack(header))
    data = fitted(header, coded, coder, budget)
    start = unpack(data, volume.size)[1]
    below, most = (start, quality(start)), (len(data), quality(len(data)))
    if below[1] >= target:
        return data[:start]
    while most[1] < target and len(data) == budget:
        budget *= 2
        data = fitted(header, coded, coder, budget)
        below, most = most, (len(data), quality(len(data)))
    if most[1] < target:
        raise InputError(
            f"{target:g} dB cannot be reached: all that can be coded gives {most[1]:.2f} dB;"
            " ask for less, or code without loss"
        )
    return data[: fewest(quality, target, below, most)]


def _psnr(volume: Volume, decoded: Volume) -> float:
    error = np.mean(np.square(volume.astype(np.float64) - decoded))
    return float("inf") if error == 0 else float(10 * np.log10(PSNR_PEAK**2 / error))


def _coder_of(header: Header) -> Coder:
    if header.coder >= len(CODER_NAMES):
        raise StreamError(f"the stream was coded by coder {header.coder}, which this version does not know")
    name = CODER_NAMES[header.coder]
    found = header.fields.prediction
    effort = 1 if found is None else found.effort
    fields = header.fields
    settings = Settings(
        name, header.decomposition, lossless=header.lossless, wavelet=fields.wavelet, effort=effort
    )
    try:
        check_settings(settings)
        if found is not None and not settings.predicts:
            raise InputError("only coder cc without loss predicts in the image domain")
        if fields.steps and not (settings.lossy_packet and CODERS[name].fitted):
            raise InputError("only lossy packets of coder cc have dependent indices")
    except InputError as error:
        raise StreamError(f"the stream cannot be decoded: {error}") from error
    return CODERS[name]


def _transform_of(header: Header) -> str:
    """Name the transform of a stream, whether it can be undone here or not."""
    if header.fields.prediction is not None:
        return f"none: predicted in the image domain, effort {header.fields.prediction.effort}"
    if header.fields.wavelet != CDF97 or header.coder >= len(CODER_NAMES):
        return header.fields.wavelet
    coder = CODERS[CODER_NAMES[header.coder]]
    return coder.transform(header.decomposition, header.lossless, CDF97).name
