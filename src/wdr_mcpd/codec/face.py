"""Encode a volume as one embedded stream, decode, cut and describe it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import container
from wdr_mcpd.codec.axial import best_axial_levels
from wdr_mcpd.codec.coders import CODERS, Coder, Lossy
from wdr_mcpd.codec.header import DTYPES, MAX_SLICES, MAX_TOP, Group, Header, pack, unpack
from wdr_mcpd.codec.layout import Layout, depth, gather, layout, scatter
from wdr_mcpd.codec.transform import forward, inverse
from wdr_mcpd.errors import InputError, StreamError

DEFAULT_LIMIT = 1 << 27  # voxels: 512 slices of 512 x 512
PSNR_PEAK = 65535  # eq. 2 of the paper
MOST_BYTES = 16  # per coefficient: far above what any takes
UNITS = 16  # 9/7 coefficients are coded as whole sixteenths: finer ones could not change a rounded voxel

Volume = NDArray[Any]


@dataclass(frozen=True)
class Settings:
    """How a group of slices is coded.

    `coder`: "wdr" (ours), "wdr-reference" (the reference's choices) or "cc" (coherence-conditioned contexts).
    `decomposition`: "packet" (axial and in-plane levels independent) or "dyadic".
    `in_plane_levels`, `axial_levels`: at most so many; "auto" tries 0 to 4 axial levels.
    `lossless`: the reversible 5/3 transform instead of the CDF 9/7.
    """

    coder: str = "wdr"
    decomposition: str = "packet"
    in_plane_levels: int = 5
    axial_levels: int | str = "auto"
    lossless: bool = False


DEFAULT = Settings()


def encode(
    volume: Volume,
    groups: Sequence[Sequence[int]] | None = None,
    settings: Settings = DEFAULT,
    *,
    rate: float | None = None,
    max_bytes: int | None = None,
    psnr: float | None = None,
) -> bytes:
    """Encode a volume (slice, row, column) of int8, uint8, int16 or uint16 voxels.

    Parameters
    ----------
    groups : sequences of slice indices that hold every slice once; None codes all slices as one group
    rate, max_bytes, psnr : how much to code, at most one of them: bits per voxel, bytes, or the decibels
        (peak 65535, over the whole volume) to reach. None of them: everything.

    Returns
    -------
    bytes
        At most `floor(rate * voxels / 8)` or `max_bytes`, exactly that unless everything has been coded.

    Raises
    ------
    InputError
        If the volume, the groups or the settings cannot be.
    StreamError
        If the budget is below the header.
    """
    volume = _checked_volume(volume)
    if sum(choice is not None for choice in (rate, max_bytes, psnr)) > 1:
        raise InputError("give one of rate, max_bytes and psnr, not several")
    members = _checked_groups(groups, volume.shape[0])
    coder = _checked_settings(settings)
    budget = _budget(volume.size, rate, max_bytes)
    low, high = int(volume.min()), int(volume.max())
    coded = [_transformed(volume[list(slices)], settings, low, high) for slices in members]
    header = Header(
        volume.shape,
        volume.dtype,
        low,
        high,
        coder.number,
        settings.decomposition == "dyadic",
        settings.lossless,
        min(settings.in_plane_levels, depth(max(volume.shape[1:]))),
        tuple(
            Group(slices, part.axial_levels, part.mean, part.planes)
            for slices, part in zip(members, coded, strict=True)
        ),
    )
    data = _fit(header, coded, coder, budget)
    return data if psnr is None else _cut_at_psnr(data, volume, psnr)


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
    coder = _coder_of(header)
    volume = np.empty(header.shape, header.dtype)
    for group, payload in zip(header.groups, payloads, strict=True):
        block = _restored(header, group, coder, payload)
        volume[list(group.slices)] = block
    return volume


def truncate(data: bytes, *, rate: float | None = None, max_bytes: int | None = None) -> bytes:
    """Cut a stream to `rate` bits per voxel or `max_bytes` bytes without decoding it."""
    header, start = unpack(data, 1 << 62)
    budget = _budget(prod(header.shape), rate, max_bytes)
    if budget is None:
        return data
    _check_budget(budget, start)
    return data[:budget]


def info(data: bytes) -> dict[str, Any]:
    """Describe a stream as plain values: shape, type, range, settings, groups, sizes."""
    header, payloads = _parsed(data, None, None, 1 << 62)
    voxels = prod(header.shape)
    names = [name for name, coder in CODERS.items() if coder.number == header.coder]
    return {
        "shape": list(header.shape),
        "dtype": str(header.dtype),
        "minimum": header.minimum,
        "maximum": header.maximum,
        "coder": names[0] if names else f"unknown ({header.coder})",
        "decomposition": "dyadic" if header.dyadic else "packet",
        "transform": "reversible 5/3" if header.lossless else "CDF 9/7",
        "in_plane_levels": header.in_plane_levels,
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


def groups(data: bytes) -> list[tuple[int, ...]]:
    """List the groups of slices of a stream."""
    return [group.slices for group in unpack(data, 1 << 62)[0].groups]


def group_lengths(data: bytes) -> list[int]:
    """List how many payload bytes of each group the stream holds."""
    return [payload.size for payload in _parsed(data, None, None, 1 << 62)[1]]


def reallocate(data: bytes, lengths: Sequence[int]) -> bytes:
    """Keep the first `lengths[g]` payload bytes of each group g, at most those that are there."""
    header, payloads = _parsed(data, None, None, 1 << 62)
    if len(lengths) != len(payloads) or min(lengths) < 0:
        raise InputError(f"give one length of 0 or more for each of the {len(payloads)} groups")
    kept = [payload[:length] for payload, length in zip(payloads, lengths, strict=True)]
    return _joined(header.with_lengths([p.size for p in kept]), kept)


@dataclass(frozen=True)
class _Part:
    """A group after transform and quantisation: coefficients in scan order and what the header says of it."""

    coefficients: NDArray[np.int32]
    layout: Layout
    axial_levels: int
    mean: int
    planes: int


def _transformed(block: Volume, settings: Settings, low: int, high: int) -> _Part:
    mean = min(max(round(float(block.mean(dtype=np.float64))), low), high)
    # Exact in both types: voxels have at most 16 bits.
    work = np.subtract(block, mean, dtype=np.int32 if settings.lossless else np.float32, order="C")
    shape = work.shape
    levels = settings.in_plane_levels
    axial = settings.axial_levels
    lossy = _own_transform(CODERS[settings.coder], settings.decomposition, settings.lossless)
    if isinstance(axial, str):
        frames = lossy.plan(shape, levels, 0) if lossy else layout(shape, "packet", levels, 0)
        _forward(work, frames, lossy)
        axial = best_axial_levels(work)
        if settings.decomposition == "packet":
            plan = lossy.plan(shape, levels, axial) if lossy else layout(shape, "packet", levels, axial)
            forward(work, plan.steps[len(frames.steps) :])
        else:
            inverse(work, frames.steps)
            plan = layout(shape, "dyadic", levels, axial)
            forward(work, plan.steps)
    else:
        axial = min(axial, depth(shape[0]))
        plan = (
            lossy.plan(shape, levels, axial)
            if lossy
            else layout(shape, settings.decomposition, levels, axial)
        )
        _forward(work, plan, lossy)
    coefficients = np.empty(plan.size, np.int32)
    gather(work, plan.table, coefficients, np.int32(1) if settings.lossless else np.float32(UNITS))
    planes = max(int(coefficients.max()), -int(coefficients.min())).bit_length()
    if planes > MAX_TOP + 1:
        raise InputError(f"in_plane_levels {settings.in_plane_levels} is too deep for values of this range")
    return _Part(coefficients, plan, axial, mean, planes)


def _own_transform(coder: Coder, decomposition: str, lossless: bool) -> Lossy | None:
    """Return the coder's own transform where it applies."""
    return None if lossless or decomposition == "dyadic" else coder.lossy


def _forward(work: NDArray[Any], plan: Layout, lossy: Lossy | None) -> None:
    if lossy:
        lossy.forward(work, plan)
    else:
        forward(work, plan.steps)


def _restored(header: Header, group: Group, coder: Coder, payload: NDArray[np.uint8]) -> Volume:
    shape = (len(group.slices), *header.shape[1:])
    decomposition = "dyadic" if header.dyadic else "packet"
    lossy = _own_transform(coder, decomposition, header.lossless)
    if group.planes == 0:
        return np.full(shape, group.mean, header.dtype)
    if lossy:
        plan = lossy.plan(shape, header.in_plane_levels, group.axial_levels)
        block = lossy.restore(payload, plan, group.planes - 1, 1 / UNITS)
        return _rounded(block, header, group)
    plan = layout(shape, decomposition, header.in_plane_levels, group.axial_levels)
    values = coder.decode(payload, plan, group.planes - 1)
    if header.lossless:
        whole = np.empty(shape, np.int32)
        scatter(values, plan.table, whole, np.float32(1))
        inverse(whole, plan.steps)
        return np.clip(whole + group.mean, header.minimum, header.maximum).astype(header.dtype)
    block = np.empty(shape, np.float32)
    scatter(values, plan.table, block, np.float32(1 / UNITS))
    inverse(block, plan.steps)
    return _rounded(block, header, group)


def _rounded(block: NDArray[np.float32], header: Header, group: Group) -> Volume:
    """Turn voxels less the mean into voxels of the volume's type and range."""
    block += np.float32(group.mean)
    np.rint(block, out=block)
    return np.clip(block, header.minimum, header.maximum, out=block).astype(header.dtype)


def _fit(header: Header, coded: list[_Part], coder: Coder, budget: int | None) -> bytes:
    """Code each group for its share of the budget; shares grow where other groups are complete."""
    slices = [len(group.slices) for group in header.groups]
    enough = sum(MOST_BYTES * (part.layout.size + 64) for part in coded)
    payloads: list[NDArray[np.uint8]] = [np.empty(0, np.uint8)] * len(coded)
    lengths: list[int | None] = [0 if part.planes == 0 else None for part in coded]
    asked = [0] * len(coded)
    while True:
        start = len(pack(header.with_lengths(lengths)))
        if budget is None:
            wanted = [1 << 40] * len(coded)
        else:
            _check_budget(budget, start)
            wanted = container.shares(min(budget - start, enough), slices, lengths)
        todo = [g for g in range(len(coded)) if lengths[g] is None and asked[g] < wanted[g]]
        if not todo:
            break
        for g in todo:
            part = coded[g]
            payloads[g] = coder.encode(part.coefficients, part.layout, part.planes - 1, wanted[g])
            asked[g] = wanted[g]
            if payloads[g].size < wanted[g]:
                lengths[g] = payloads[g].size
    kept = [payload[:n] for payload, n in zip(payloads, wanted, strict=True)]
    return _joined(header.with_lengths(lengths), kept)


def _joined(header: Header, payloads: list[NDArray[np.uint8]]) -> bytes:
    return pack(header) + container.interleave(payloads, [len(g.slices) for g in header.groups]).tobytes()


def _parsed(
    data: bytes, rate: float | None, max_bytes: int | None, max_voxels: int
) -> tuple[Header, list[NDArray[np.uint8]]]:
    """Split a stream, cut to the budget, into header and the payload of each group."""
    header, start = unpack(data, max_voxels)
    budget = _budget(prod(header.shape), rate, max_bytes)
    if budget is not None:
        _check_budget(budget, start)
        data = data[:budget]
    merged = np.frombuffer(data, np.uint8, offset=start).copy()  # the loops know one kind of array
    slices = [len(group.slices) for group in header.groups]
    return header, container.separate(merged, slices, [group.length for group in header.groups])


def _cut_at_psnr(data: bytes, volume: Volume, target: float) -> bytes:
    """Cut a complete stream to the fewest bytes that reach `target` decibels, by bisection."""
    short, long = len(pack(unpack(data, volume.size)[0])), len(data)
    while long - short > 1:
        middle = (short + long) // 2
        if _psnr(volume, decode(data, max_bytes=middle, max_voxels=volume.size)) < target:
            short = middle
        else:
            long = middle
    return data[:long]


def _psnr(volume: Volume, decoded: Volume) -> float:
    error = np.mean(np.square(volume.astype(np.float64) - decoded))
    return float("inf") if error == 0 else float(10 * np.log10(PSNR_PEAK**2 / error))


def _coder_of(header: Header) -> Coder:
    for coder in CODERS.values():
        if coder.number == header.coder:
            return coder
    raise StreamError(f"the stream was coded by coder {header.coder}, which this version does not know")


def _budget(voxels: int, rate: float | None, max_bytes: int | None) -> int | None:
    if rate is not None:
        if not 0 < rate < float("inf"):
            raise InputError(f"rate must be a number above 0 bits per voxel, not {rate}")
        return floor(rate * voxels / 8)
    if max_bytes is not None and max_bytes <= 0:
        raise InputError(f"max_bytes must be above 0, not {max_bytes}")
    return max_bytes


def _check_budget(budget: int, header_bytes: int) -> None:
    if budget < header_bytes:
        raise StreamError(
            f"{budget} bytes are too few: the header alone takes {header_bytes}; ask for a higher rate"
        )


def _checked_volume(volume: Volume) -> Volume:
    volume = np.asarray(volume)
    if volume.ndim != 3 or volume.size == 0:
        raise InputError(f"a volume has slices, rows and columns; this array has the shape {volume.shape}")
    if volume.shape[0] > MAX_SLICES:
        raise InputError(f"{volume.shape[0]} slices are more than the {MAX_SLICES} that a stream can hold")
    native = volume.dtype.newbyteorder("=")
    if native not in DTYPES:
        raise InputError(f"voxels of type {volume.dtype} cannot be coded; convert to int16 or uint16 first")
    return np.ascontiguousarray(volume, native)  # loops walk it in this order


def _checked_groups(members: Sequence[Sequence[int]] | None, count: int) -> list[tuple[int, ...]]:
    if members is None:
        return [tuple(range(count))]
    plain = [tuple(int(i) for i in slices) for slices in members if len(slices)]
    if sorted(i for slices in plain for i in slices) != list(range(count)):
        raise InputError(f"the groups must hold each of the {count} slices once")
    return plain


def _checked_settings(settings: Settings) -> Coder:
    if settings.coder not in CODERS:
        raise InputError(f"unknown coder {settings.coder!r}; known: {', '.join(CODERS)}")
    if settings.decomposition not in ("packet", "dyadic"):
        raise InputError(f"decomposition must be packet or dyadic, not {settings.decomposition!r}")
    if settings.in_plane_levels < 0:
        raise InputError(f"in_plane_levels must be 0 or more, not {settings.in_plane_levels}")
    if settings.axial_levels != "auto" and (
        isinstance(settings.axial_levels, str) or settings.axial_levels < 0
    ):
        raise InputError(f"axial_levels must be auto or 0 or more, not {settings.axial_levels!r}")
    return CODERS[settings.coder]
