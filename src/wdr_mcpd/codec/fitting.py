"""Code the groups of a volume into so many bytes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import container
from wdr_mcpd.codec.coders import Coder
from wdr_mcpd.codec.fields import MAX_STEP
from wdr_mcpd.codec.header import Header, pack
from wdr_mcpd.codec.quantise import Part
from wdr_mcpd.codec.rangecoder import MOST_BYTES
from wdr_mcpd.codec.requests import check_budget

SPARE = 64  # bytes coded beyond a share, for the next header may be as much shorter


def dependent(header: Header, coded: list[Part], coder: Coder, budget: int) -> tuple[Header, list[Part]]:
    """Quantise each group dependently for its share of the budget; as they are where that does not gain."""
    longest = replace(header, fields=replace(header.fields, steps=(MAX_STEP,) * len(coded)))
    room = budget - len(pack(longest))
    if coder.fitted is None or room < 0 or not any(part.planes for part in coded):
        return header, coded
    slices = [len(group.slices) for group in header.groups]
    shares = container.shares(room, slices, [None if part.planes else 0 for part in coded])
    groups, parts, steps = [], [], []
    for group, part, share in zip(header.groups, coded, shares, strict=True):
        number = 0
        if part.planes:
            found = coder.fitted(part.coefficients, part.layout, share)
            if found is None:
                return header, coded
            part, number = (
                replace(part, planes=found.planes, payload=found.payload, asked=1 << 40),
                found.step_number,
            )
        groups.append(replace(group, planes=part.planes))
        parts.append(part)
        steps.append(number)
    fields = replace(header.fields, steps=tuple(steps))
    return replace(header, groups=tuple(groups), fields=fields), parts


def fitted(header: Header, coded: list[Part], coder: Coder, budget: int | None) -> bytes:
    """Code each group for its share of the budget; shares grow where other groups are complete."""
    slices = [len(group.slices) for group in header.groups]
    enough = sum(MOST_BYTES * (part.layout.size + 64) for part in coded)
    lengths: list[int | None] = [0 if part.planes == 0 else None for part in coded]
    while True:
        start = len(pack(header.with_lengths(lengths)))
        if budget is None:
            wanted = [1 << 40] * len(coded)
        else:
            check_budget(budget, start)
            wanted = container.shares(min(budget - start, enough), slices, lengths)
        for length, part, size in zip(lengths, coded, wanted, strict=True):
            if length is None and part.asked < size:
                part.asked = size + SPARE
                part.payload = coder.encode(part.coefficients, part.layout, part.planes - 1, part.asked)
        complete = [g for g, n in enumerate(lengths) if n is None and coded[g].payload.size < wanted[g]]
        if not complete:
            break
        for g in complete:
            lengths[g] = coded[g].payload.size
    kept = [part.payload[:n] for part, n in zip(coded, wanted, strict=True)]
    return joined(header.with_lengths(lengths), kept)


def joined(header: Header, payloads: list[NDArray[np.uint8]]) -> bytes:
    """Put a header and the interleaved payloads of its groups together."""
    return pack(header) + container.interleave(payloads, [len(g.slices) for g in header.groups]).tobytes()
